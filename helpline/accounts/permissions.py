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
    SUPERVISE = "supervise"
    READ_AUDIT = "read_audit"
    KEEP_PRIVACY = "keep_privacy"
    REVIEW_BREAK_GLASS = "review_break_glass"


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
        _("Checks insurance: sees what an inquiry's insurance needs and asks payers, by computer or by phone."),
        frozenset({Permission.VERIFY_INSURANCE}),
    ),
    "admin": Role(
        _("Listings admin"),
        _("Keeps program listings true. Sees no inquiry."),
        frozenset({Permission.CORRECT_LISTINGS}),
    ),
    "supervisor": Role(
        _("Supervisor"),
        _("Does what a consultant does, watches the queue and its outcomes, and reviews broken glass."),
        frozenset(
            {
                Permission.ANSWER_INQUIRIES,
                Permission.VERIFY_INSURANCE,
                Permission.SUPERVISE,
                Permission.REVIEW_BREAK_GLASS,
            }
        ),
    ),
    "privacy_officer": Role(
        _("Privacy officer"),
        _(
            "Reads who looked at, changed and disclosed what, and answers for people's rights: restrictions, "
            "accountings, breaches, official requests, broken glass. Sees no inquiry except through these."
        ),
        frozenset({Permission.READ_AUDIT, Permission.KEEP_PRIVACY, Permission.REVIEW_BREAK_GLASS}),
    ),
}


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
