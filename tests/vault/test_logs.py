"""What a log line keeps of an error: its type and place, and of an address only the page it leads to."""

from __future__ import annotations

import logging
import logging.config

import pytest
from celery import shared_task
from django.conf import settings
from django.test import Client

from helpline.vault.logs import WithoutDetails
from tests.journeys.processes import House, eventually

TOLD = "member SBX100001 DANIEL REYES"


def written(caplog: pytest.LogCaptureFixture) -> str:
    keep, form = WithoutDetails(), logging.Formatter("%(levelname)s %(name)s %(message)s")
    return "\n".join(form.format(record) for record in caplog.records if keep.filter(record))


def test_of_an_error_only_type_and_place(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(TOLD)
    except ValueError:
        logging.getLogger("anything").exception("it failed")
    line = written(caplog)
    assert "it failed [ValueError at test_logs.py" in line.replace("vault/", "")
    assert TOLD not in line


def test_of_a_failed_task_neither_words_nor_arguments(caplog: pytest.LogCaptureFixture) -> None:
    @shared_task
    def fails(said: str) -> None:
        raise ValueError(said)

    fails.apply(args=[TOLD])
    line = written(caplog)
    assert "ValueError" in line
    assert TOLD not in line


@pytest.mark.django_db
def test_of_an_address_only_the_page(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(enforce_csrf_checks=True)
    client.post("/consent/a-live-secret/")
    client.get("/consent-a-live-secret/")
    line = written(caplog)
    assert "page consent_by_link" in line
    assert "an unknown address" in line
    assert "a-live-secret" not in line


def test_nothing_smuggled_into_cookie_or_charset_breaks_a_page(house: House) -> None:
    """What breaks before Django's own handling cannot be seen with its test client."""
    import httpx

    url, live = house.start_web(), house.start_live()
    cookie = {"Cookie": 'session="abcdefgh\\000"'}
    assert httpx.get(f"{url}/", headers=cookie).status_code == 200
    assert httpx.get(f"{live}/stream", headers=cookie).status_code == 403
    for charset in ("hex", "rot13", "utf-7", "idna", "undefined", "utf-16", '"hex"', "none-such"):
        kind = {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"}
        answer = httpx.get(f"{url}/get-help/?substance=%2B2AA-", headers=kind)
        assert answer.status_code == 200, charset
        answer = httpx.post(f"{url}/get-help/", content=b"substance=%2B2AA-", headers=kind)
        assert answer.status_code == 403, charset
        parts = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
        body = b'--x\r\nContent-Disposition: form-data; name="substance"\r\n\r\n+2AA-\r\n--x--\r\n'
        assert httpx.post(f"{url}/get-help/", content=body, headers=parts).status_code == 403, charset
    eventually(lambda: "Traceback" not in house.logs(), seconds=1)


def test_every_line_has_one_clock() -> None:
    """Django sets the process to the line's own zone, where an hour comes twice in autumn."""
    line = settings.LOGGING["formatters"]["line"]
    form = logging.config.DictConfigurator(settings.LOGGING).configure_formatter(line)
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": "y", "created": 0.5, "msecs": 500})
    assert form.format(record) == "1970-01-01T00:00:00.500Z INFO x y"
