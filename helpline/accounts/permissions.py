"""Who may do what. Views ask for a permission, never for a role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

View = Callable[..., HttpResponse]


class Permission(StrEnum):
    ANSWER_INQUIRIES = "answer_inquiries"
    VERIFY_INSURANCE = "verify_insurance"
    CORRECT_LISTINGS = "correct_listings"
    CALL_LISTINGS = "call_listings"
    KEEP_ROADS = "keep_roads"
    SUPERVISE = "supervise"
    READ_AUDIT = "read_audit"
    READ_STAFF = "read_staff"
    MANAGE_STAFF = "manage_staff"
    KEEP_PRIVACY = "keep_privacy"
    REVIEW_BREAK_GLASS = "review_break_glass"


# Whoever has one of these may see something of the people we help; for everybody else a second wall stands
SEES_PEOPLE = frozenset(Permission) - {
    Permission.CORRECT_LISTINGS,
    Permission.CALL_LISTINGS,
    Permission.KEEP_ROADS,
    Permission.READ_STAFF,
    Permission.MANAGE_STAFF,
}


@dataclass(frozen=True)
class Role:
    name: Any
    description: Any
    permissions: frozenset[Permission]


ROLES: dict[str, Role] = {
    "consultant": Role(
        _("Consultant"),
        _("Answers the line: sees the queue and inquiries, logs calls, checks insurance, refers and closes."),
        frozenset({Permission.ANSWER_INQUIRIES, Permission.VERIFY_INSURANCE}),
    ),
    "verifier": Role(
        _("Verifier"),
        _(
            "Checks insurance: sees what an inquiry's insurance needs and asks payers, by computer or by phone. Calls "
            "programs in the verification round."
        ),
        frozenset({Permission.VERIFY_INSURANCE, Permission.CALL_LISTINGS}),
    ),
    "admin": Role(
        _("Listings admin"),
        _("Keeps program listings true, and says how insurers are asked by computer. Sees no inquiry."),
        frozenset({Permission.CORRECT_LISTINGS, Permission.CALL_LISTINGS, Permission.KEEP_ROADS}),
    ),
    "supervisor": Role(
        _("Supervisor"),
        # Manages accounts because making one opens nothing to them that they do not see already. A listings admin
        # could make themselves a consultant; a privacy officer would watch over accounts of their own making
        _(
            "Does what a consultant does, watches the queue and its outcomes, reviews broken glass, and manages staff "
            "accounts."
        ),
        frozenset(
            {
                Permission.ANSWER_INQUIRIES,
                Permission.VERIFY_INSURANCE,
                Permission.SUPERVISE,
                Permission.READ_STAFF,
                Permission.MANAGE_STAFF,
                Permission.REVIEW_BREAK_GLASS,
            }
        ),
    ),
    "privacy_officer": Role(
        _("Privacy officer"),
        _(
            "Reads who looked at, changed and disclosed what, and who works here, and answers for people's rights: "
            "restrictions, accountings, breaches, official requests, broken glass. Sees no inquiry except through "
            "these."
        ),
        frozenset(
            {
                Permission.READ_AUDIT,
                Permission.READ_STAFF,
                Permission.KEEP_PRIVACY,
                Permission.REVIEW_BREAK_GLASS,
            }
        ),
    ),
}
# Whoever manages accounts neither makes nor changes those of the people who watch them: "manage.py add_staff" does
NOT_BY_STAFF = frozenset({"privacy_officer"})


def requires(permission: Permission) -> Callable[[View], View]:
    """The gate of a view: signed in (the middleware's work) and holding ``permission``, or 403."""

    def gate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated or not request.user.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the test of every URL by every role
        return guarded

    return gate
