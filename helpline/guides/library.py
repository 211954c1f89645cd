"""The guides: Markdown with TOML front matter in content/, read once, rendered as HTML with its sources.

`[^id]` in the text marks the source of what was just said; the ids are those of the file's `[[sources]]`.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

CONTENT = Path(__file__).parent / "content"
CATEGORIES = Path(__file__).parent / "data" / "categories.json"
_FRONT = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", re.DOTALL)
_MARK = re.compile(r"\[\^([a-z0-9-]+)\]")


class GuideFault(Exception):
    """A guide that must not be shown: it names the file and what is wrong in it."""


@dataclass(frozen=True, slots=True)
class Category:
    slug: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a claim comes from. `date` is as the source prints it; `note` says what the claim is not."""

    id: str
    title: str
    publisher: str
    date: str
    url: str
    number: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a guide: its anchor, heading, text in Markdown and the source ids it quotes."""

    anchor: str
    heading: str
    text: str

    @property
    def quotes(self) -> list[str]:
        return _MARK.findall(self.text)


@dataclass(frozen=True, slots=True)
class Guide:
    slug: str
    title: str
    category: str
    summary: str
    substance: str
    substance_classes: tuple[str, ...]
    reviewed: date
    reviewed_by: str
    sources: tuple[Source, ...]
    sections: tuple[Section, ...]
    html: SafeString


def _quote_rule(state: StateInline, silent: bool) -> bool:
    mark = _MARK.match(state.src, state.pos)
    if not mark:
        return False
    if not silent:
        token = state.push("quote", "", 0)
        token.meta = {"source": state.env["sources"].get(mark[1]), "id": mark[1]}
    state.pos = mark.end()
    return True


def _quote_html(_self: object, tokens: list[Token], index: int, *_rest: object) -> str:
    source: Source | None = tokens[index].meta["source"]
    if source is None:
        raise GuideFault(f"no source called {tokens[index].meta['id']!r} in the front matter")
    words = _("source %(number)s") % {"number": source.number}
    return format_html(
        '&#8288;<sup><a href="#source-{}" aria-label="{}">[{}]</a></sup>', source.id, words, source.number
    )


@cache
def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False})
    reader.inline.ruler.before("link", "quote", _quote_rule)
    reader.add_render_rule("quote", _quote_html)
    return reader


def _sections(body: str) -> tuple[Section, ...]:
    first, *rest = re.split(r"^## ", body, flags=re.MULTILINE)
    if first.strip():
        raise GuideFault("text before the first heading")
    parts = (part.partition("\n") for part in rest)
    return tuple(Section(slugify(heading), heading.strip(), text.strip()) for heading, _newline, text in parts)


def _sources(entries: list[dict[str, str]], sections: tuple[Section, ...]) -> tuple[Source, ...]:
    """The sources in the order the text first quotes them, numbered so; one never quoted comes last."""
    order = list(dict.fromkeys(id for part in sections for id in part.quotes))
    entries.sort(key=lambda entry: order.index(entry["id"]) if entry["id"] in order else len(order))
    return tuple(Source(number=number, **entry) for number, entry in enumerate(entries, 1))


def _html(sections: tuple[Section, ...], sources: tuple[Source, ...]) -> SafeString:
    known = {source.id: source for source in sources}
    return format_html_join(
        "\n",
        '<section aria-labelledby="{0}"><h2 id="{0}">{1}</h2>\n{2}</section>',
        (
            # the renderer escapes; raw HTML in a guide is off
            (part.anchor, part.heading, mark_safe(_markdown().render(part.text, {"sources": known})))  # noqa: S308  # nosec B308, B703  # nosemgrep: markup-unescaped
            for part in sections
        ),
    )


def read_guide(path: Path) -> Guide:
    """One guide from its file. Raises GuideFault when a claim's source is missing."""
    found = _FRONT.match(path.read_text(encoding="utf-8"))
    if not found:
        raise GuideFault(f"{path.name}: no front matter between +++ lines")
    front = tomllib.loads(found[1])
    try:
        sections = _sections(found[2])
        sources = _sources(front.pop("sources"), sections)
        html = _html(sections, sources)
    except GuideFault as fault:
        raise GuideFault(f"{path.name}: {fault}") from fault
    classes = tuple(front.pop("substance_classes"))
    return Guide(**front, substance_classes=classes, sources=sources, sections=sections, html=html)


@cache
def all_guides() -> dict[str, Guide]:
    """Every guide by its slug, in the order of their titles."""
    guides = sorted((read_guide(path) for path in CONTENT.glob("*.md")), key=lambda guide: guide.title)
    return {guide.slug: guide for guide in guides}


@cache
def categories() -> dict[str, Category]:
    return {entry["slug"]: Category(**entry) for entry in json.loads(CATEGORIES.read_text(encoding="utf-8"))}


def menu() -> list[tuple[Category, list[Guide]]]:
    """The categories in the order of their file, each with its guides."""
    guides = all_guides().values()
    return [(category, [g for g in guides if g.category == category.slug]) for category in categories().values()]
