"""How long somebody stays signed in: an end after idleness, an end in any case, and what counts as doing something.

Two times of the session say it, in whole seconds: when it was signed in, and when somebody last did something. A page
that renews itself is not somebody doing something. A session that is over is emptied but for whose it was, so that a
form sent after it can be kept for that person (``kept.py``).
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable

from allauth.account.authentication import get_authentication_records
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from helpline.accounts.factors import second_step_missing
from helpline.accounts.models import User
from helpline.accounts.session_store import OURS, SessionStore
from helpline.audit.acting import Actor, record

SIGNED_IN_AT, SEEN_AT, ENDED_FOR = "signed_in_at", "seen_at", "ended_for"
# What somebody does is written down once a minute, not at every request
STAMP_SECONDS = 60


def begin(session: SessionBase) -> None:
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time())
    session.pop(ENDED_FOR, None)


def over(session: SessionBase) -> str:
    """Why this session is over, as a code of the audit: ``idle`` or ``too_long``; empty while it holds."""
    now = time.time()
    if SIGNED_IN_AT not in session:
        return ""
    if now - session[SIGNED_IN_AT] >= settings.SESSION_HOURS * 3600:
        return "too_long"
    return "idle" if now - session[SEEN_AT] >= settings.SESSION_IDLE_MINUTES * 60 else ""


def by_hand(request: HttpRequest) -> bool:
    """Whether a person did this. A fetched fragment is not, unless its element says that a hand asked for it."""
    return request.method != "GET" or "HX-Request" not in request.headers or "X-By-Hand" in request.headers


def touch(request: HttpRequest) -> None:
    """Note that somebody is doing something. A session without times, made by no sign-in of ours, begins now."""
    if SIGNED_IN_AT not in request.session:
        return begin(request.session)
    if by_hand(request) and time.time() - request.session[SEEN_AT] >= STAMP_SECONDS:
        request.session[SEEN_AT] = int(time.time())
        mine = UserSession.objects.filter(session_key=request.session.session_key)
        mine.update(last_seen_at=timezone.now())
    return None


def end(request: HttpRequest, why: str) -> None:
    """Forget everything of this session except whose it was; the browser keeps its cookie until signing in again."""
    user = request.user
    record(Actor.staff(user), "session_ended", "accounts_user", [user.pk], reason=why)
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    request.session.clear()
    request.session[ENDED_FOR] = str(user.pk)
    request.user = AnonymousUser()


def ended_for(request: HttpRequest) -> User | None:
    """Whose session of this browser is over."""
    whose = request.session.get(ENDED_FOR)
    return User.objects.filter(pk=uuid.UUID(whose), is_active=True).first() if whose else None


def authenticated_at(request: HttpRequest) -> float:
    """When this session last proved who is there; 0 when it never did."""
    records = get_authentication_records(request, request.user)
    return float(max([request.session.get(SIGNED_IN_AT, 0), *(one["at"] for one in records)]))


def is_recent(request: HttpRequest) -> bool:
    return time.time() - authenticated_at(request) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def holders(keys: Iterable[str]) -> dict[str, User]:
    """Who is signed in by each of these session keys now: within the limits, second step taken, account in use."""
    ours = [key for key in keys if OURS.fullmatch(key)]
    rows = Session.objects.filter(session_key__in=ours, expire_date__gt=timezone.now())
    sessions = {row.session_key: SessionStore.of(row) for row in rows}
    whose = {key: str(session.get(SESSION_KEY, "")) for key, session in sessions.items()}
    users = {str(u.pk): u for u in User.objects.filter(pk__in=[w for w in whose.values() if w], is_active=True)}
    return {
        key: users[whose[key]]
        for key, session in sessions.items()
        if whose[key] in users and _holds(session, users[whose[key]])
    }


def _holds(session: SessionBase, user: User) -> bool:
    if SIGNED_IN_AT not in session or over(session):
        return False
    if not constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return False
    request = HttpRequest()
    request.session, request.user = session, user
    return not second_step_missing(request)
