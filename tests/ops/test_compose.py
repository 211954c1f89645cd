"""What production runs is what the demo runs, and only the proxy can be reached."""

from __future__ import annotations

import base64
import json
import re
import shlex
import shutil
import subprocess
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


@pytest.mark.parametrize("service", ["web", "live", "worker", "beat", "sealer"])
def test_a_container_runs_what_the_demo_runs(service: str) -> None:
    assert options(COMPOSE["services"][service]["command"]) == options(processes(8000)[service])


def test_only_the_proxy_publishes_a_port() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]


def test_everything_restarts_and_is_watched() -> None:
    assert COMPOSE["services"]["migrate"]["restart"] == "no"
    for name, service in COMPOSE["services"].items():
        assert name == "migrate" or service["restart"] == "unless-stopped", name
        # Web is watched by the image's own check
        assert name == "web" or "healthcheck" in service, name


def test_the_image_by_itself_is_web() -> None:
    image = (ROOT / "Dockerfile").read_text()
    said = json.loads(re.findall(r"^CMD (\[.*\])$", image, re.M)[0])
    assert said == shlex.split(COMPOSE["services"]["web"]["command"])
    assert "\nUSER 10001\n" in image
    assert re.search(r"^HEALTHCHECK .*/healthz", image, re.M)


def test_the_proxy_waits_for_nobody_and_cannot_reach_the_database() -> None:
    services = COMPOSE["services"]
    assert "depends_on" not in services["proxy"]
    near = {name for name, service in services.items() if "front" in service["networks"]}
    assert near == {"proxy", "web", "live"}
    assert services["proxy"]["networks"] == ["front"]


def test_every_setting_reaches_the_containers() -> None:
    asked = set(re.findall(r'env\.\w+\(\s*"([A-Z_0-9]+)"', (ROOT / "helpline/settings.py").read_text()))
    elsewhere = {
        "DATABASE_OWNER_URL",  # migrate alone
        "DATABASE_SEALER_URL",  # the sealer alone, as the next
        "AUDIT_HEADS_FILE",
        "HELPLINE_DB_ROLE",  # manage.py
        "DEBUG",
        "STATIC_ROOT",  # the image
        "EMAIL_FILE_PATH",  # no production setting
    }
    assert asked - set(COMPOSE["services"]["web"]["environment"]) == elsewhere


def test_postgres_writes_no_statement_and_no_row_into_its_log() -> None:
    said = dict(part.split("=") for part in shlex.split(COMPOSE["services"]["postgres"]["command"]) if "=" in part)
    assert said == {
        "timezone": "UTC",
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
        "log_error_verbosity": "terse",
    }


def test_only_migrate_knows_the_owners_password() -> None:
    knowing = [n for n, s in COMPOSE["services"].items() if "DATABASE_OWNER_URL" in str(s.get("environment"))]
    assert knowing == ["migrate"]


def test_only_the_sealer_may_seal_and_its_heads_lie_apart_from_the_database() -> None:
    services = COMPOSE["services"]
    knowing = [n for n, s in services.items() if "DATABASE_SEALER_URL" in str(s.get("environment"))]
    assert knowing == ["sealer"]
    folder, place = services["sealer"]["volumes"][0].split(":")
    assert services["sealer"]["environment"]["AUDIT_HEADS_FILE"].startswith(f"{place}/")
    assert [n for n, s in services.items() if any(v.startswith(f"{folder}:") for v in s.get("volumes", ()))] == [
        "sealer"
    ]


def test_every_variable_compose_asks_for_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_0-9]+)", (ROOT / "docker-compose.yml").read_text()))
    explained = set(re.findall(r"^#?([A-Z_0-9]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert asked <= explained


@pytest.fixture
def env_file(tmp_path: Path) -> dict[str, str]:
    """What ``ops/make-env.sh`` writes in a checkout of its own."""
    (tmp_path / "ops").mkdir()
    shutil.copy(ROOT / ".env.example", tmp_path)
    shutil.copy(ROOT / "ops/make-env.sh", tmp_path / "ops")
    subprocess.run(["sh", tmp_path / "ops/make-env.sh"], check=True, capture_output=True)
    made = tmp_path / ".env"
    assert made.stat().st_mode & 0o077 == 0
    again = subprocess.run(["sh", tmp_path / "ops/make-env.sh"], capture_output=True, text=True)
    assert again.returncode == 1
    assert "already" in again.stderr
    return dict(re.findall(r"^([A-Z_0-9]+)=(.*)$", made.read_text(), re.M))


def test_the_example_holds_no_secret_that_would_work(env_file: dict[str, str]) -> None:
    """Each is empty, and nothing starts with an empty one; what the script makes is fit to use."""
    example = dict(re.findall(r"^([A-Z_0-9]+)=(.*)$", (ROOT / ".env.example").read_text(), re.M))
    compose = (ROOT / "docker-compose.yml").read_text()
    secret = {name for name in example if name.endswith(("_KEY", "_KEYS", "PASSWORD"))}
    assert len(secret) == 8
    for name in secret:
        assert example[name] == "", name
        # The vault's keys may come from a file instead: there the program refuses (tests/vault/test_keys.py)
        assert f"${{{name}:?}}" in compose or name.startswith("VAULT_"), name
        assert env_file[name], name
    key_id, key = env_file["VAULT_KEYS"].split(":")
    assert key_id.isalnum()
    assert len(base64.b64decode(key, validate=True)) == len(base64.b64decode(env_file["VAULT_INDEX_KEY"])) == 32
    for address, password in (
        ("DATABASE_URL", "HELPLINE_APP_PASSWORD"),
        ("DATABASE_OWNER_URL", "HELPLINE_OWNER_PASSWORD"),
        ("DATABASE_SEALER_URL", "HELPLINE_SEALER_PASSWORD"),
        ("REDIS_URL", "REDIS_PASSWORD"),
    ):
        assert f":{env_file[password]}@" in env_file[address]


def test_the_page_without_us_shows_the_numbers_our_pages_show() -> None:
    page = (ROOT / "ops/proxy/away/call.html").read_text()
    for line in json.loads((ROOT / "helpline/guides/data/crisis_lines.json").read_text()):
        assert f'href="{line["href"]}"' in page
        assert line["number"] in page
    assert "<script" not in page
    assert "style=" not in page
