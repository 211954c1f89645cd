"""The sent page lists programs near the ZIP, from the real directory, to ring oneself."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from intake.inquiries.models import Draft


@pytest.fixture
def directory(fresh_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        call_command("load_directory", verbosity=0, stdout=StringIO())
        yield


def test_the_mother_gets_programs_near_her_son(directory: None, client: Client) -> None:
    client.post("/get-help/", {"substance": "clonazepam"})
    client.post("/get-help/who/", {"for_whom": "someone_else", "relation": "parent"})
    client.post("/get-help/substances/1/", {"text": "clonazepam", "stopped": "yes", "last_use": "yesterday"})
    client.post("/get-help/where/", {"zip": "35203"})
    client.post("/get-help/check/", {"key": Draft.objects.get().idempotency_key})
    page = client.get("/get-help/sent/").text
    assert page.count('href="tel:') > 5
    assert "As published: call to confirm" in page
    assert ", AL" in page
    assert "miles" in page
