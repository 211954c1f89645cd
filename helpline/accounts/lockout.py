"""Wrong passwords, and wrong codes of callers: whom they count against, and what is said when there were too many."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from helpline.vault.blind import newest


def account_key(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Under which name wrong passwords are counted: the typed address, whether or not there is such an account.

    A fingerprint, since people type passwords and strangers' addresses there, too.
    """
    typed = str((credentials or {}).get("email") or "")
    return newest("sign-in", typed.strip().casefold()).hex()


def client_address(request: HttpRequest) -> str | None:
    """Where a request came from: in production what the proxy says, else the peer (``ALLAUTH_TRUSTED_PROXY_COUNT``)."""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return None


def counted_address(request: HttpRequest) -> str:
    """Where tries count: the address, or of an IPv6 address the 64 bits that one line has all addresses of."""
    written = client_address(request) or ""
    try:
        address = ip_address(written)
    except ValueError:
        return written
    if address.version == 4:
        return written
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


def locked(request: HttpRequest, *_args: Any) -> HttpResponse:
    """What is said after too many wrong passwords; the same whether or not there is such an account."""
    return render(request, "account/locked.html", status=429)


def may_try_code(request: HttpRequest) -> bool:
    """Whether this address has not given too many wrong codes lately. Right ones never count: a shelter is one address.

    A caller's code has 47 bits, so the limit is against noise more than against guessing. When the counter is away,
    people in need are let through.
    """
    return _counted(request, dry_run=True)


def count_wrong_code(request: HttpRequest) -> None:
    _counted(request, dry_run=False)


def sends_many(request: HttpRequest) -> bool:
    """Whether this address has sent more forms lately than people behind one address do. None is ever turned away."""
    return not _counted(request, "sent_form", dry_run=False)


def sends_many_photos(request: HttpRequest) -> bool:
    """The same of photos, which take a megabyte each: they would fill a disk. The form is always taken."""
    return not _counted(request, "card_photo", dry_run=False)


def _counted(request: HttpRequest, action: str = "wrong_code", *, dry_run: bool) -> bool:
    if request.method != "POST":
        return True
    try:
        with transaction.atomic():
            # A fingerprint: no caller's address is stored
            key = newest("address", counted_address(request)).hex()
            return bool(ratelimit.consume(request, action=action, key=key, dry_run=dry_run))
    except DatabaseError:
        return True
