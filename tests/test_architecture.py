"""Rules of the house that no linter knows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).parent.parent
LAYERS = [
    room.strip()
    for layer in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
    for room in [layer]
]
HEIGHT = {room.strip(): -n for n, layer in enumerate(LAYERS) for room in layer.split("|")}
OURS = [m for m in apps.get_models() if m.__module__.startswith(("helpline.", "intake."))]


def room_of(model: type[models.Model]) -> str:
    return ".".join(model.__module__.split(".")[:2])


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_no_foreign_key_points_up_or_sideways(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        target = field.related_model if isinstance(field, models.ForeignKey) else None
        if isinstance(target, type) and target in OURS and room_of(target) != room_of(model):
            assert HEIGHT[room_of(target)] < HEIGHT[room_of(model)], f"{model._meta.label}.{field.name} points up"


def test_no_room_is_named_after_a_mechanism() -> None:
    forbidden = {"utils", "core", "common", "services", "helpers", "signals", "mixins"}
    found = {p.stem for folder in ("helpline", "intake") for p in (ROOT / folder).rglob("*.py")}
    assert not found & forbidden


def test_every_template_is_used() -> None:
    """A page nobody renders, extends or includes is in the way."""
    sources = [
        *ROOT.glob("templates/**/*.html"),
        *(p for f in ("helpline", "intake") for p in (ROOT / f).rglob("*.py")),
    ]
    text = "\n".join(p.read_text() for p in sources)
    by_name = {"400.html", "403.html", "404.html", "429.html", "500.html"}
    unused = []
    for page in ROOT.glob("templates/**/*.html"):
        name = str(page.relative_to(ROOT / "templates"))
        # These are found by name by django-allauth, crispy-forms and django-tables2
        if name in by_name or name.startswith(
            ("account/", "mfa/", "usersessions/", "allauth/", "bootstrap5/", "django_tables2/")
        ):
            continue
        if name not in text:
            unused.append(name)
    assert unused == []


def test_no_person_is_named_in_a_title() -> None:
    """Page titles stay in browser histories: no variable of a person in them."""
    for page in ROOT.glob("templates/**/*.html"):
        for title in re.findall(r"{% block title %}(.*?){% endblock", page.read_text(), re.S):
            assert not re.search(r"{{[^}]*(person|caller|name\b|answers|reference|code)", title), page


def test_every_setting_of_the_environment_is_explained() -> None:
    asked = set(re.findall(r'env\.\w+\(\s*"([A-Z_0-9]+)"', (ROOT / "helpline/settings.py").read_text()))
    explained = set(re.findall(r"^#?\s?([A-Z_0-9]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert asked <= explained
    for_compose = {
        "POSTGRES_PASSWORD",
        "HELPLINE_OWNER_PASSWORD",
        "HELPLINE_APP_PASSWORD",
        "HELPLINE_SEALER_PASSWORD",
        "REDIS_PASSWORD",
        "SITE_HOST",
    }
    assert explained - asked == for_compose
