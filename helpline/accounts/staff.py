"""Making and changing staff accounts. Every change is in the audit log, under whoever made it.

Nobody changes their own account here, nor the account of a role that watches over them; so somebody who manages
accounts always remains: whoever made the last change. Changing a role, taking out of use and beginning anew end that
person's sessions at once: role and password are part of what a session is checked against, and an account out of use
has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from helpline.accounts.factors import FACTORS
from helpline.accounts.models import User
from helpline.accounts.permissions import NOT_BY_STAFF, Permission
from helpline.accounts.starting import make_link
from helpline.audit.acting import Actor, acting, record


class NotAllowed(Exception):
    """The change is refused; the message says why, to the person who tried."""


def everybody() -> QuerySet[User]:
    """All accounts with ``last_seen`` (as far as their sessions still tell) and whether they have a ``second_step``."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    seen = Greatest(Max("usersession__last_seen_at"), "last_login")
    everyone: QuerySet[User] = User.objects.annotate(last_seen=seen, second_step=Exists(factors))
    return everyone.order_by("name", "pk")


def invite(*, email: str, name: str, role: str, by: Actor) -> tuple[User, str]:
    """A new account, and the one-time link by which its owner chooses a password."""
    with acting(by):
        user = User.objects.create_user(email, None, name=name, role=role)
        return user, make_link(user, by=by)


def change_role(user: User, role: str, *, by: User) -> None:
    if role in NOT_BY_STAFF:
        raise NotAllowed(_("This role watches over whoever manages accounts: only the add_staff command gives it."))
    with _changing(user, by) as found:
        found.role = role
        found.save(update_fields=["role"])
        _end_sessions(found)


def take_out_of_use(user: User, *, by: User) -> None:
    with _changing(user, by) as found:
        found.is_active = False
        found.save(update_fields=["is_active"])
        _end_sessions(found)


def reset_sign_in(user: User, *, reason: str, by: User) -> str:
    """Let somebody begin anew, also after they were out of use. Gives the one-time link."""
    with _changing(user, by) as found:
        return start_anew(found, role=found.role, in_use=True, by=Actor.staff(by), reason=reason)


def start_anew(user: User, *, role: str, in_use: bool, by: Actor, reason: str) -> str:
    """Forget the password and second steps, end the sessions, give a new one-time link (none when out of use)."""
    with acting(by):
        user.role, user.is_active = role, in_use
        user.set_unusable_password()
        user.save(update_fields=["role", "is_active", "password"])
        Authenticator.objects.filter(user=user).delete()
        if settings.OIDC_ISSUER:
            user.socialaccount_set.all().delete()  # type: ignore[attr-defined]  # there only where it is switched on
        record(by, "factors_reset", "accounts_user", [user.pk], reason=reason)
        _end_sessions(user)
        return make_link(user, by=by) if in_use else ""


def _end_sessions(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()


@contextmanager
def _changing(user: User, by: User) -> Iterator[User]:
    """The account, to be changed by somebody who still manages accounts. Raises ``NotAllowed``, and changes nothing.

    All who manage accounts are locked, so of two who take each other out of use one remains.
    """
    if user.pk == by.pk:
        raise NotAllowed(_("Nobody changes their own account here. Ask somebody else who manages accounts."))
    with acting(Actor.staff(by)):
        managers = User.objects.who_may(Permission.MANAGE_STAFF).select_for_update().order_by("pk")
        if by.pk not in {manager.pk for manager in managers}:
            raise NotAllowed(_("You do not manage accounts any more."))
        found = User.objects.select_for_update().get(pk=user.pk)
        if found.role in NOT_BY_STAFF:
            raise NotAllowed(
                _("This account watches over whoever manages accounts: only the add_staff command changes it.")
            )
        yield found
