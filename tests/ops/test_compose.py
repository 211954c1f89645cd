"""What production runs is what the demo runs, and only the proxy can be reached."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from helpline.demo import processes

ROOT = Path(__file__).parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
# What a container and a laptop may do differently: where they listen, how many, where a scratch file lies
DIFFERS = {"--host", "--port", "--workers", "--schedule"}


def options(command: str) -> tuple[str, dict[str, str]]:
    """The program's name, and its options with their values; positional words are options without one."""
    words = shlex.split(command)
    found, name = {}, ""
    for word in words[1:]:
        if word.startswith("-"):
            name = word
            found[name] = ""
        elif name and not found[name]:
            found[name] = word
        else:
            found[word] = ""
    return Path(words[0]).name, {n: v for n, v in found.items() if n not in DIFFERS}


@pytest.mark.parametrize("service", ["web", "live", "worker", "beat"])
def test_a_container_runs_what_the_demo_runs(service: str) -> None:
    assert options(COMPOSE["services"][service]["command"]) == options(processes(8000)[service])


def test_only_the_proxy_publishes_a_port() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]


def test_everything_restarts_and_is_watched() -> None:
    for name, service in COMPOSE["services"].items():
        if name == "migrate":
            continue
        assert service["restart"] == "unless-stopped", name
        assert "healthcheck" in service or name == "beat", name


def test_only_migrate_knows_the_owners_password() -> None:
    knowing = [n for n, s in COMPOSE["services"].items() if "DATABASE_OWNER_URL" in str(s.get("environment"))]
    assert knowing == ["migrate"]


def test_every_variable_compose_asks_for_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_0-9]+)", (ROOT / "docker-compose.yml").read_text()))
    explained = set(re.findall(r"^#?([A-Z_0-9]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert asked <= explained


def test_the_proxy_writes_over_what_clients_say_about_themselves() -> None:
    text = (ROOT / "ops/proxy/helpline.conf.template").read_text()
    for line in ("X-Forwarded-Proto https", "X-Forwarded-For $remote_addr", "proxy_buffering off", "access_log off"):
        assert line in text
    assert text.count("{") == text.count("}")


def test_the_page_without_us_shows_the_numbers() -> None:
    page = (ROOT / "ops/proxy/away/call.html").read_text()
    for number in ("911", "988", "1-800-222-1222"):
        assert number in page
    assert "<script" not in page
