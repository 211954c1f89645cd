"""Production does not start with PostgreSQL or Redis spoken to in clear over a network."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from helpline.vault.in_clear import servers_are_spoken_to_under_tls, what_is_open


@pytest.mark.parametrize(
    "address",
    [
        "",
        "postgresql://app:p@db.example/helpline?sslmode=verify-full&sslrootcert=/ca.pem",
        "postgresql://app@%2Frun%2Fpostgresql/helpline",
        "postgresql:///helpline?host=/run/postgresql",
        "postgresql://app@127.0.0.1:5432/helpline",
        "postgresql://app@[::1]/helpline",
        "postgresql://app@postgres/helpline",
        "rediss://:p@cache.example:6379/0",
        "rediss://cache.example/0?ssl_cert_reqs=required&ssl_ca_certs=/ca.pem",
        "redis://localhost/0",
        "redis://redis:6379/0",
        "unix:///run/redis.sock?db=0",
    ],
)
def test_what_nobody_on_the_network_can_read_passes(address: str) -> None:
    assert what_is_open(address, ["postgres", "redis"]) == ""


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("postgresql://app@db.example/helpline", "in clear, by sslmode=prefer"),
        ("postgres://app@10.0.0.5/helpline?sslmode=disable", "in clear, by sslmode=disable"),
        (
            "postgresql:///helpline?host=db.example&sslmode=require",
            "whole certificate of the server, by sslmode=require",
        ),
        ("postgresql://app@db.example/helpline?sslmode=verify-ca", "whole certificate"),
        ("redis://:p@cache.example/0", "in clear"),
        ("rediss://cache.example/0?ssl_cert_reqs=none", "whole certificate"),
        ("rediss://cache.example/0?ssl_cert_reqs=CERT_OPTIONAL", "whole certificate"),
        ("rediss://cache.example/0?ssl_check_hostname=False", "whole certificate"),
        ("redis://postgres.example/0", "in clear"),
    ],
)
def test_what_somebody_on_the_network_could_read_or_pretend_is_told(address: str, problem: str) -> None:
    assert problem in what_is_open(address, ["postgres", "redis"])


def test_it_stops_production_and_names_the_setting_and_no_password(settings: Settings) -> None:
    database = "postgresql://app:secret@db.example/x"  # pragma: allowlist secret
    settings.SERVER_ADDRESSES = {"DATABASE_URL": database, "REDIS_URL": "redis://h/0"}
    assert servers_are_spoken_to_under_tls() == []
    settings.PRODUCTION = True
    said = [each.msg for each in servers_are_spoken_to_under_tls()]
    assert [words.split()[0] for words in said] == ["DATABASE_URL", "REDIS_URL"]
    assert "secret" not in "".join(said)
    settings.HOSTS_IN_CLEAR = ["db.example", "h"]
    assert servers_are_spoken_to_under_tls() == []
