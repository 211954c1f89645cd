"""The Spanish of what a plan said: whole, compiled from what is written, and with the same gaps to fill."""

from __future__ import annotations

import ast
import gettext
import re

from tests.insurance.spanish import ROOT, sentences

FOLDER = ROOT / "locale/es/LC_MESSAGES"
GAP = re.compile(r"%\(\w+\)[sd]|{\w+}")
ENTRY = re.compile(r'^msgid ((?:".*"\n)+)(?:msgid_plural ((?:".*"\n)+))?((?:msgstr(?:\[\d\])? (?:".*"\n)+)+)', re.M)
# Said the same way in both languages
THE_SAME = {"%(what)s: %(value)s", "EPO", "HMO", "PPO", "Hospital", "Medicaid", "Plan", "individual", "no"}


def compiled() -> dict[str, str]:
    with (FOLDER / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key if isinstance(key, str) else f"{key[0]}[{key[1]}]": words for key, words in catalogue.items() if key}


def written() -> dict[str, str]:
    found = {}
    for msgid, plural, said in ENTRY.findall((FOLDER / "django.po").read_text() + "\n"):
        words = [_joined(each) for each in re.findall(r'msgstr(?:\[\d\])? ((?:".*"\n)+)', said)]
        found |= (
            {f"{_joined(msgid)}[{n}]": one for n, one in enumerate(words)} if plural else {_joined(msgid): words[0]}
        )
    return {key: words for key, words in found.items() if key}


def _joined(quoted: str) -> str:
    return "".join(ast.literal_eval(line) for line in quoted.strip().splitlines())


def test_every_sentence_has_its_spanish_with_the_same_gaps() -> None:
    catalogue = compiled()
    known = catalogue | {"Your plan is active.": catalogue["Your plan is active.[0]"]}
    known |= {"%(n)d plans of yours are active.": catalogue["Your plan is active.[1]"]}
    wanted = sentences()
    assert len(wanted) > 300
    assert wanted - set(known) == set()
    assert {words for words in wanted if set(GAP.findall(words)) != set(GAP.findall(known[words]))} == set()
    assert {words for words in wanted if known[words] == words} == THE_SAME


def test_what_is_compiled_is_what_is_written() -> None:
    assert compiled() == written()
