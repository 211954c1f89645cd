"""Whether PostgreSQL and Redis are spoken to under TLS: ``check --deploy`` stops production that is not."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

IN_CLEAR = "leads over a network in clear"
HALF_LOOKED_AT = "does not look at the whole certificate of the server"
HINT = (
    "PostgreSQL: end the address with ?sslmode=verify-full&sslrootcert=FILE. Redis: begin it with rediss://. A server "
    "on the network of this one machine can be named in HOSTS_IN_CLEAR."
)


@register(Tags.security, deploy=True)
def servers_are_spoken_to_under_tls(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """One error for each address that leads over a network in clear, or to a server not known by its certificate."""
    return [
        Error(f"{name} {problem}.", hint=HINT, id="vault.E001")
        for name, address in settings.SERVER_ADDRESSES.items()
        if settings.PRODUCTION and (problem := what_is_open(address, settings.HOSTS_IN_CLEAR))
    ]


def what_is_open(address: str, in_clear: Sequence[str] = ()) -> str:
    """What somebody on the network could do about this address of a server; empty when nothing, or there is none.

    A socket, this machine's own addresses, and hosts named in ``in_clear`` need no TLS.
    """
    parts = urlsplit(address)
    said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = unquote(parts.hostname or "") or said.get("host", "")
    if not host or host.startswith("/") or host in in_clear or _is_here(host):
        return ""
    match parts.scheme.partition("+")[0]:
        case "rediss":
            is_verified = said.get("ssl_cert_reqs", "required").lower().removeprefix("cert_") == "required"
            is_named = said.get("ssl_check_hostname", "true").lower() != "false"
            return "" if is_verified and is_named else HALF_LOOKED_AT
        case "postgres" | "postgresql":
            mode = said.get("sslmode", "prefer")
            if mode == "verify-full":
                return ""
            return f"{HALF_LOOKED_AT if mode in {'require', 'verify-ca'} else IN_CLEAR}, by sslmode={mode}"
    return IN_CLEAR


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
