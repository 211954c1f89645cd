"""The sent page lists programs near the ZIP, from the real directory, to ring oneself."""

import ast
import inspect
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from intake.inquiries.models import Draft
from intake.matching import care, rules
from intake.matching.reasons import WORDS
from intake.public.phone_words import QUESTIONS


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
    client.post("/get-help/insurance/", {"insurance__kind": "none"})
    client.post("/get-help/check/", {"key": Draft.objects.get().idempotency_key})
    page = client.get("/get-help/sent/").text
    cards = page.split('id="ring"')[1].split("Help for you, too")[0]
    numbers = re.findall(r'href="(tel:[^"]+)"', cards)
    assert 3 <= len(numbers) == len(set(numbers)) <= 5
    assert "Highway" in cards or "Road" in cards
    assert "I am looking for a place to come off it safely" in cards
    assert "for my son or daughter. They use clonazepam." in cards
    assert "Do you look after people who are coming off benzodiazepines" in cards
    assert "The listing" not in page
    assert "As published 2022: call to confirm" in page
    assert ", AL" in page
    assert "miles" in page


def gaps() -> set[str]:
    """The codes that a rule may leave open about a hard need, read from the rules themselves."""
    found = {f"{about}_{gap}" for about in ("age", "sex") for gap in ("not_stated", "not_listed")}
    for function in ast.walk(
        ast.Module([*ast.parse(inspect.getsource(care)).body, *ast.parse(inspect.getsource(rules)).body], [])
    ):
        if not isinstance(function, ast.FunctionDef):
            continue
        calls = [one for one in ast.walk(function) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)]
        hard = [one for one in calls if one.func.id == "ask" and any(word.arg == "hard" for word in one.keywords)]
        settled = {text for one in calls if one.func.id in ("met", "against") for text in strings(one)}
        found |= {text for text in strings(function) if hard and text in WORDS and text not in settled}
    return found


def strings(node: ast.AST) -> set[str]:
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def test_every_gap_of_a_listing_can_be_asked_about_on_the_phone() -> None:
    assert len(gaps()) > 20
    assert gaps() - set(QUESTIONS) == set()
