"""The list of listings: what it can be narrowed to, and its columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tables2.rows import BoundRows

from helpline.accounts.models import User
from helpline.programs.completeness import FACTS, Lack, fact_of
from helpline.programs.curation import can_take_back
from helpline.programs.models import Program, ProgramChange, ProgramQuerySet, ServiceCode
from helpline.programs.states import STATES
from intake.dashboard.listings_forms import shown_changes

CARE_CATEGORIES = ("TC", "SET", "DETOX", "OT")
HISTORY_SHOWN = 50


def care_choices() -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Kinds of care, by category, of the editions that have listings."""
    editions = Program.objects.order_by("edition").values("edition").distinct()
    codes = ServiceCode.objects.filter(edition__in=editions, category_code__in=CARE_CATEGORIES).order_by("id")
    for category, group in groupby(codes, key=lambda code: code.category_name):
        yield category, [(code.pk, code.name[:80]) for code in group]


class ListingFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    q = django_filters.CharFilter(
        label=_("Name, city, ZIP or phone"), method="search", widget=forms.TextInput(attrs={"type": "search"})
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=list(STATES.items()), empty_label=_("All"))
    status = django_filters.ChoiceFilter(label=_("Listed"), choices=Program.Status.choices, empty_label=_("All"))
    checked = django_filters.ChoiceFilter(
        label=_("Verified"),
        method="narrow",
        empty_label=_("All"),
        choices=[("never", _("Never")), ("stale", _("Too long ago")), ("fresh", _("In the last 90 days"))],
    )
    care = django_filters.ChoiceFilter(
        label=_("Kind of care"), method="give", choices=care_choices, empty_label=_("All")
    )

    missing = django_filters.ChoiceFilter(
        label=_("Not known"),
        method="lack",
        empty_label=_("All"),
        choices=[(fact.code, fact.words) for fact in FACTS],
    )

    class Meta:
        model = Program
        fields: list[str] = []

    def search(self, programs: ProgramQuerySet, name: str, text: str) -> ProgramQuerySet:
        return programs.searched(text)

    def narrow(self, programs: ProgramQuerySet, name: str, value: str) -> ProgramQuerySet:
        now = timezone.now()
        return {  # type: ignore[no-untyped-call]  # the library has no types
            "never": programs.unverified,
            "stale": lambda: programs.stale(now),
            "fresh": lambda: programs.fresh(now),
        }[value]()

    def lack(self, programs: ProgramQuerySet, name: str, value: str) -> ProgramQuerySet:
        fact = fact_of(value)
        return programs.filter(Lack().of(fact)) if fact else programs

    def give(self, programs: ProgramQuerySet, name: str, value: str) -> ProgramQuerySet:
        return programs.filter(codes__contains=[int(value)])


class ListingTable(tables.Table):  # type: ignore[misc]  # the library has no types
    name = tables.Column(verbose_name=_("Program"), order_by=("sort_name", "id"))
    where = tables.Column(verbose_name=_("Where"), accessor="city", order_by=("state", "city", "id"))
    phone = tables.Column(verbose_name=_("Phone"), orderable=False)
    status = tables.Column(verbose_name=_("Listed"), order_by=("status", "sort_name", "id"))
    verified = tables.Column(verbose_name=_("Verified"), accessor="verified_at", empty_values=())

    class Meta:
        order_by = "name"
        template_name = "dashboard/listings/_table.html"

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def order_verified(self, programs: QuerySet[Program], descending: bool) -> tuple[QuerySet[Program], bool]:
        """Up means the round of calls: never verified first."""
        age = F("verified_at").desc(nulls_last=True) if descending else F("verified_at").asc(nulls_first=True)
        return programs.order_by(age, "sort_name", "id"), True


class PageOfIds(Paginator):  # type: ignore[type-arg]  # not generic when it runs
    """Finds the ids of a page and then reads their rows: an index gives the ids in order, and to sort a hundred
    thousand whole rows for the last page takes ten times as long.
    """

    def page(self, number: int | str) -> Page:  # type: ignore[type-arg]  # as above
        page = super().page(number)
        rows: Any = page.object_list
        ids = list(rows.data.values_list("pk", flat=True))
        found = Program.objects.select_related("edition", "verified_by").in_bulk(ids)
        page.object_list = BoundRows(data=[found[pk] for pk in ids if pk in found], table=rows.table)
        return page


def history_of(program: Program) -> list[dict[str, Any]]:
    """The latest changes with who made them and what was before, newest first; three queries."""
    changes = list(program.changes.select_related("run")[:HISTORY_SHOWN])
    staff = {change.actor_id for change in changes if change.actor_kind == "staff"}
    names = {str(user.pk): user.name for user in User.objects.filter(pk__in=staff)}
    return [
        {
            "change": change,
            "who": names.get(change.actor_id) or _who(change),
            "fields": fields,
            "can_take_back": can_take_back(change, program),
        }
        for change, fields in zip(changes, shown_changes(changes), strict=True)
    ]


def _who(change: ProgramChange) -> str:
    return change.run.file_name if change.run else change.actor_id or change.actor_kind
