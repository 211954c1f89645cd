"""Every sentence that is told of a plan's answer, found in the sources: what the Spanish catalogue has to hold."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

from intake.insurance.x12.plans import PLAN_WORDS, SERVICE_WORDS
from intake.insurance.x12.script import WORDS
from intake.insurance.x12.summarising import SUGGESTION_WORDS

ROOT = Path(__file__).parents[2]
MODULES = tuple(
    f"intake/{path}.py"
    for path in ("insurance/cover", "insurance/cover_pdf", "insurance/correcting", "public/plan_said")
)
TEMPLATES = (
    *(f"dashboard/{name}.html" for name in ("_cover", "_cover_table", "_cover_figures", "_cover_told")),
    *(f"public/intake/{name}.html" for name in ("_plan_said", "_correct_plan", "correct_plan")),
)
CODES = ROOT / "intake/insurance/x12/codes"
TRANSLATE = re.compile(r"""(?:{%\s*translate\s+|_\()("[^"]*"|'[^']*')""")
BLOCK = re.compile(r"{%\s*blocktranslate[^%]*%}(.*?){%\s*endblocktranslate\s*%}", re.S)


def sentences() -> set[str]:
    found = {*_in_modules(), *_in_templates(), *_in_tables()}
    found |= {*PLAN_WORDS.values(), *SERVICE_WORDS.values(), *SUGGESTION_WORDS.values(), *WORDS.values()}
    return found


def _in_modules() -> Iterator[str]:
    for name in MODULES:
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_", "gettext_noop", "ngettext"}:
                yield from (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


def _in_templates() -> Iterator[str]:
    for name in TEMPLATES:
        text = (ROOT / "templates" / name).read_text()
        yield from (quoted[1:-1] for quoted in TRANSLATE.findall(text))
        for body in BLOCK.findall(text):
            yield re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", body.strip())


def _in_tables() -> Iterator[str]:
    for name in ("service_types", "rejects", "short"):
        with (CODES / f"{name}.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                if row.get("table") not in ("place", "information"):
                    yield row["words"]
