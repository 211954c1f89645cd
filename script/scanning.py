"""Scanners, each in an environment of its own, and what they say in one line each. See ``script/scan``.

A scanner that could not do its work says NOT RUN, never "passed": pip-audit without its advisory service finds
"no known vulnerabilities" in anything (docs/decisions/0011-scanners.md).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import httpx

from helpline.demo import PASSWORD
from helpline.local import CHECKOUT, VAR

RULES = CHECKOUT / "ops" / "semgrep"
SCANNED = ("helpline", "intake", "templates", "script", "bench", "manage.py")
REQUIREMENTS = (
    "requirements.txt",
    "requirements-demo.txt",
    "requirements-dev.txt",
    *(f"ops/scanners/{name}.txt" for name in ("wapiti", "semgrep", "inventory")),
)
# Without those that ask servers of wapiti's makers to be called back (ssrf, xxe, log4shell), or guess file names
MODULES = "xss,permanentxss,sql,timesql,exec,file,redirect,crlf,csp,cookieflags,http_headers,csrf,methods"
# For each visitor to look round, and for each kind of attack
SCAN_SECONDS, ATTACK_SECONDS = (
    int(os.environ.get(name, sane)) for name, sane in (("LOOKING", "240"), ("ATTACKING", "90"))
)
# One who is signed out sees one page, and nothing is found there; a verifier has few
FEWEST_ROOMS = 5
# Who attacks what, the supervisor last: they can put the others' accounts out of use
ROOMS = {
    "consultant": ("/desk/",),
    "verifier": ("/desk/phone-checks/", "/desk/payers/"),
    "admin": ("/desk/listings/", "/desk/listings/imports/", "/desk/insurers/", "/desk/insurers/new/"),
    "privacy": ("/desk/privacy/", "/desk/audit/", "/desk/official/"),
    "supervisor": ("/desk/", "/desk/staff/", "/desk/break-glass/"),
}
# What wapiti says of the demo that is right there and wrong in production, where tests/journeys/test_headers.py looks
EXPLAINED = {"Secure Flag cookie": "the demo has no TLS"}


class Outcome(IntEnum):
    PASSED = 0
    FINDINGS = 1
    NOT_RUN = 2


@dataclass(frozen=True)
class Said:
    outcome: Outcome
    words: str


class CannotRun(Exception):
    """The scanner could not do its work; the message says why."""


def program(environment: str, name: str) -> str:
    """The program of a scanner, installed with hashes into ``var/scanners/`` when its list has changed."""
    pins = CHECKOUT / "ops" / "scanners" / f"{environment}.txt"
    folder = VAR / "scanners" / environment
    wanted, stamp = hashlib.sha256(pins.read_bytes()).hexdigest(), folder / "installed.sha256"
    if not stamp.exists() or stamp.read_text() != wanted:
        sys.stderr.write(f"- installing {pins.relative_to(CHECKOUT)}\n")
        run([sys.executable, "-m", "venv", "--clear", str(folder)])
        # These three, which wapiti needs, are published as plain Python source only
        wheels = ["--only-binary", ":all:", "--no-binary", "yaswfp,pyperclip,urwid-mitmproxy"]
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes", *wheels]
        run([*pip, "-r", str(pins)])
        stamp.write_text(wanted)
    return str(folder / "bin" / name)


def run(command: list[str], *, ok: Iterable[int] = (0,), seconds: float = 1800) -> str:
    """What the command wrote. Raises ``CannotRun`` with its last words when it ends otherwise than ``ok`` says."""
    # Scanners find their own helpers by PATH
    environment = {**os.environ, "PATH": f"{Path(command[0]).parent}:{os.environ['PATH']}"}
    try:
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise CannotRun(f"{Path(command[0]).name} did not end within {seconds:.0f} s") from None
    if done.returncode not in set(ok):
        last = (done.stderr.strip() or done.stdout.strip() or "no words").splitlines()[-1]
        raise CannotRun(f"{Path(command[0]).name} failed ({done.returncode}): {last[:300]}")
    return done.stdout


def semgrep() -> Said:
    """Each rule must fire on its fixture before its silence about the house counts."""
    command = [program("semgrep", "semgrep"), "scan", "--json", "--metrics", "off", "--disable-version-check"]
    tried = json.loads(run([*command, "--test", str(RULES)], ok=(0, 1)))
    dumb = [name for file in tried["results"].values() for name, rule in file["checks"].items() if not rule["passed"]]
    if dumb or tried["config_with_errors"] or tried["config_missing_tests"]:
        raise CannotRun(f"rules that do not do what their fixture says: {', '.join(dumb) or 'unreadable or untested'}")
    found = json.loads(run([*command, "--config", str(RULES), *SCANNED]))
    if found["errors"]:
        raise CannotRun(f"{len(found['errors'])} files could not be read, the first: {found['errors'][0]['message']}")
    told = [f"{f['path']}:{f['start']['line']} {f['check_id'].split('.')[-1]}" for f in found["results"]]
    return verdict(told, f"{len(tried['results'])} rules, {len(found['paths']['scanned'])} files")


def verdict(told: list[str], looked_at: str) -> Said:
    outcome = Outcome.FINDINGS if told else Outcome.PASSED
    return Said(outcome, "\n    ".join([f"{looked_at}: {len(told)} findings", *told]))


def packages() -> Said:
    """Known holes in what is pinned, by pip-audit. A package it skipped was not looked at."""
    pip_audit, told, count = program("inventory", "pip-audit"), [], 0
    for name in REQUIREMENTS:
        command = [pip_audit, "--requirement", name, "--require-hashes", "--disable-pip", "--format", "json"]
        # 1 is both "found something" and "fell over": only an answer that can be read is one
        answer = run([*command, "--progress-spinner", "off", "--timeout", "15"], ok=(0, 1))
        wanted = re.findall(r"^([A-Za-z][\w.-]*)==", (CHECKOUT / name).read_text(), re.M)
        told += known_holes(answer, wanted)
        count += len(wanted)
    return verdict(sorted(set(told)), f"{count} pins of {len(REQUIREMENTS)} lists")


def known_holes(answer: str, wanted: list[str]) -> list[str]:
    """The holes in an answer of pip-audit. Raises ``CannotRun`` unless every wanted package was really looked at."""
    try:
        looked_at: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        raise CannotRun("the advisory service did not answer, so nothing was looked at") from None
    skipped = [each["name"] for each in looked_at if "skip_reason" in each or "vulns" not in each]
    missing = {plain(name) for name in wanted} - {plain(each["name"]) for each in looked_at}
    if skipped or missing:
        left_out = sorted({*skipped, *missing})
        raise CannotRun(f"{len(left_out)} of {len(wanted)} packages were skipped ({', '.join(left_out[:3])}, ...)")
    return [f"{each['name']} {each['version']}: {hole['id']}" for each in looked_at for hole in each["vulns"]]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wapiti() -> Said:
    """The running demo, as everybody who works there, then as a stranger: after that nobody can sign in for a while."""
    home = f"http://localhost:{int(os.environ.get('PORT', '8000'))}"
    try:
        httpx.get(f"{home}/healthz").raise_for_status()
    except httpx.HTTPError as error:
        raise CannotRun(f"no demo to attack at {home} ({type(error).__name__}): start script/demo") from None
    found: list[str] = []
    seen: dict[str, int] = {}
    for who, rooms in ROOMS.items():
        told, seen[who] = attack_signed_in(home, who, rooms)
        found += told
    steps = [f"{home}{path}" for path in ("/get-help/", "/consent/not-a-link/", "/status/", "/listing/not-a-link/")]
    told, seen["stranger"] = attack(f"{home}/", "folder", [*steps, f"{home}/accounts/login/"])
    found += told
    explained = {each: why for each, why in EXPLAINED.items() if f"/: {each}" in " ".join(found)}
    told = [each for each in found if each.rpartition(": ")[2] not in EXPLAINED]
    words = "; ".join(f"{each} explained: {why}" for each, why in explained.items())
    pages_of = ", ".join(f"{count} as {who}" for who, count in seen.items())
    return verdict(sorted(set(told)), f"pages and forms: {pages_of}" + (f" ({words})" if words else ""))


def attack_signed_in(home: str, who: str, rooms: tuple[str, ...]) -> tuple[list[str], int]:
    """As ``attack``. Raises ``CannotRun`` for who was signed out meanwhile, or saw next to nothing."""
    cookies = signed_in(home, who)
    first, *others = (f"{home}{room}" for room in rooms)
    found, pages = attack(f"{home}/desk/", "folder", [first, *others], cookies)
    if pages < FEWEST_ROOMS or httpx.get(first, cookies=cookies).status_code != 200:
        raise CannotRun(f"the {who} was signed out meanwhile, or saw next to nothing: {pages} pages of the desk")
    return found, pages


def signed_in(home: str, who: str) -> dict[str, str]:
    """The cookies of one of the demo's accounts. Raises ``CannotRun`` when signing in does not work."""
    with httpx.Client(base_url=home, timeout=10) as client:
        page = client.get("/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        said = {"login": f"{who}@demo.example", "password": PASSWORD}
        answer = client.post("/accounts/login/", data={"csrfmiddlewaretoken": token[1] if token else "", **said})
        if answer.status_code != 302:
            raise CannotRun(f"the {who} could not sign in")
        return dict(client.cookies)


def attack(start: str, scope: str, more: list[str], cookies: Mapping[str, str] | None = None) -> tuple[list[str], int]:
    """What wapiti found, as ``path: kind``, and how many pages and forms it attacked."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [program("wapiti", "wapiti"), "-u", start, "--scope", scope, "-m", MODULES, "--tasks", "2"]
        command += ["--max-scan-time", str(SCAN_SECONDS), "--max-attack-time", str(ATTACK_SECONDS)]
        command += ["--max-files-per-dir", "30", "--max-parameters", "40", "--no-bugreport", "--flush-session"]
        command += ["-x", f"{start.rstrip('/')}/accounts/logout/", "-f", "json", "-o", str(report)]
        command += ["--store-session", f"{folder}/session", "--store-config", f"{folder}/config"]
        command += [word for address in more for word in ("-s", address)]
        if cookies:
            command += ["-C", "; ".join(f"{name}={value}" for name, value in cookies.items())]
        run(command)
        found = json.loads(report.read_text())
    pages = found["infos"]["crawled_pages_nbr"]
    if not pages:
        raise CannotRun(f"wapiti found no page at {start}")
    kinds = {**found["vulnerabilities"], **found["anomalies"]}
    return [f"{each['path']}: {kind}" for kind, cases in kinds.items() for each in cases], pages


def sbom() -> Said:
    """Writes the list of what production installs to the standard output."""
    name = "requirements.txt"
    made = run([program("inventory", "cyclonedx-py"), "requirements", name, "--of", "JSON", "--output-reproducible"])
    sys.stdout.write(made)
    return Said(Outcome.PASSED, f"{len(json.loads(made)['components'])} packages of {name}")


SCANNERS: dict[str, Callable[[], Said]] = {"semgrep": semgrep, "packages": packages, "wapiti": wapiti}


def say(name: str, scanner: Callable[[], Said]) -> Outcome:
    try:
        said = scanner()
    except CannotRun as why:
        said = Said(Outcome.NOT_RUN, str(why))
    sys.stderr.write(f"{name:<9} {said.outcome.name.replace('_', ' ')}: {said.words}\n")
    return said.outcome


def main(names: list[str]) -> int:
    known = {**SCANNERS, "sbom": sbom}
    if unknown := set(names) - set(known):
        sys.stderr.write(f"No such scanner: {', '.join(sorted(unknown))}. There are: {', '.join(known)}\n")
        return Outcome.NOT_RUN
    outcomes = [say(name, known[name]) for name in names or SCANNERS]
    return next((bad for bad in (Outcome.FINDINGS, Outcome.NOT_RUN) if bad in outcomes), Outcome.PASSED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
