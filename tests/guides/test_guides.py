"""A guide says nothing without saying where it comes from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Template

from helpline.guides import library
from helpline.guides.library import Guide, GuideFault

GUIDES = sorted(library.all_guides().values(), key=lambda guide: guide.slug)
FRONT = """+++
slug = "x"
title = "X"
category = "alcohol"
summary = "S"
substance = "x"
substance_classes = []
reviewed = 2026-11-22
reviewed_by = ""
[[sources]]
id = "a"
title = "T"
publisher = "P"
date = "2020"
url = "https://example.org/"
+++
"""


def guide_file(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "x.md"
    path.write_text(FRONT + body, encoding="utf-8")
    return path


def test_the_guides_we_promised_are_here() -> None:
    assert {"clonazepam", "benzodiazepines", "alcohol", "opioids"} <= set(library.all_guides())
    assert all(guide.category in library.categories() for guide in GUIDES)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_every_section_quotes_a_source_and_every_source_is_quoted(guide: Guide) -> None:
    assert [part.heading for part in guide.sections if not part.quotes] == []
    quoted = {quote for part in guide.sections for quote in part.quotes}
    assert {source.id for source in guide.sources} == quoted
    assert all(source.url.startswith("http") and source.date and source.publisher for source in guide.sources)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_every_paragraph_with_a_figure_quotes_a_source(guide: Guide) -> None:
    paragraphs = [text for part in guide.sections for text in part.text.split("\n\n")]
    claims = [text for text in paragraphs if re.search(r"\d+ (to|in|percent)|milligram|per cent", text)]
    assert [text for text in claims if "[^" not in text] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_sentences_are_short_and_nobody_is_told_to_taper_alone(guide: Guide) -> None:
    text = " ".join(part.text for part in guide.sections)
    sentences = [len(s.split()) for s in re.split(r"[.:!?](?:\s|\[|\*)|\n", text) if s.split()]
    assert sum(sentences) / len(sentences) < 15
    assert not re.search(r"(reduce|cut|lower) (your|the) dose by|every (few|two) (days|weeks)|half a tablet", text)


def test_dawn_is_told_exactly_and_is_not_called_a_risk_of_dying() -> None:
    clonazepam = library.all_guides()["clonazepam"]
    [misuse] = [part.text for part in clonazepam.sections if "Misuse" in part.heading]
    assert "24 to 55 percent higher" in misuse
    assert "943,000" in misuse
    assert "above 20 percent" in misuse
    [dawn] = [source for source in clonazepam.sources if source.id == "dawn-2014"]
    assert "not the risk of dying and not the risk of withdrawal" in dawn.note


def test_an_unknown_source_is_refused_with_the_file_and_the_name(tmp_path: Path) -> None:
    with pytest.raises(GuideFault, match=r"x\.md: no source called 'b'"):
        library.read_guide(guide_file(tmp_path, "## H\nSo it is.[^b]\n"))


def test_raw_html_in_a_guide_is_shown_and_not_run(tmp_path: Path) -> None:
    guide = library.read_guide(guide_file(tmp_path, "## H\n<script>alert(1)</script> [x](javascript:alert) [^a]\n"))
    assert "<script>" not in guide.html
    assert 'href="javascript' not in guide.html
    assert '<a href="#source-a" aria-label="source 1">[1]</a>' in guide.html


def test_sources_are_numbered_in_the_order_they_are_quoted() -> None:
    for guide in GUIDES:
        order = list(dict.fromkeys(quote for part in guide.sections for quote in part.quotes))
        assert [source.id for source in guide.sources] == order


def test_the_numbers_need_no_request() -> None:
    page = Template("{% load public_line %}{% get_public_line as line %}{{ line.pretty }}").render(Context())
    assert re.fullmatch(r"1-\d{3}-\d{3}-\d{4}", page)
