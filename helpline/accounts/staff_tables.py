"""The list of those who work here."""

from __future__ import annotations

import django_tables2 as tables
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from helpline.accounts.models import User


class StaffTable(tables.Table):  # type: ignore[misc]  # the library has no types
    name = tables.LinkColumn("staff_account", args=[tables.A("pk")], verbose_name=_("Name"))
    email = tables.Column(verbose_name=_("E-mail address"))
    role = tables.Column(verbose_name=_("Role"))
    second_step = tables.BooleanColumn(verbose_name=_("Second step"), orderable=False)
    last_seen = tables.Column(verbose_name=_("Last seen"), empty_values=())
    is_active = tables.Column(verbose_name=_("In use"))

    class Meta:
        attrs = {"class": "table"}
        order_by = "name"

    def order_last_seen(self, users: QuerySet[User], descending: bool) -> tuple[QuerySet[User], bool]:
        """Who was never seen stands last, whichever way round."""
        seen = F("last_seen")
        return users.order_by(seen.desc(nulls_last=True) if descending else seen.asc(nulls_last=True), "name"), True

    def render_second_step(self, value: bool) -> str:
        return str(_("yes") if value else _("not yet"))

    def render_is_active(self, value: bool) -> str:
        return str(_("yes") if value else _("no"))

    def render_last_seen(self, record: User) -> str:
        seen = record.last_seen  # type: ignore[attr-defined]  # annotated by ``everybody``
        return str(naturaltime(seen)) if seen else str(_("never"))
