"""What a plan said as a PDF to hand to the person, in the language that is active. It names nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from intake.disclosures.letters import FONTS, printable
from intake.insurance.cover import Care, CareTable, Cover, Figure, day_words

WIDTHS = (44, 40, 38, 38, 26)
TEXT, SMALL, HEADING = 10, 8.5, 13


def cover_pdf(cover: Cover, *, payer: str, trace: str) -> bytes:
    """The content of the screen: words first, the table, what is not stated, whom to ask what, and no promise.

    Neither the person's name nor their member ID is on it, in its title or in its name; ``trace`` finds it again.
    """
    page = FPDF(format="letter")
    page.set_title(_("What the plan said"))
    page.set_lang((get_language() or "en")[:2])
    page.set_creator(settings.SITE_NAME)
    page.add_font("DejaVu", fname=FONTS / "DejaVuSans.ttf")
    page.add_font("DejaVu", style="B", fname=FONTS / "DejaVuSans-Bold.ttf")
    page.set_auto_page_break(auto=True, margin=16)
    page.add_page()
    _write(page, _("What the plan said"), "B", 16)
    said = {"payer": payer, "today": day_words(timezone.localdate()), "trace": trace}
    _write(page, _("%(payer)s. Printed on %(today)s. Our reference: %(trace)s.") % said, size=SMALL)
    for words in (cover.headline, *cover.sentences):
        _write(page, words, "B", 12)
    for heading, lines in _sections(cover):
        _section(page, heading, lines)
    for plan in cover.plans:
        _section(page, plan.name, [f"{plan.words} {plan.dates}".strip()])
        for each in plan.tables:
            _table(page, each)
    for heading, lines in _sections_after(cover):
        _section(page, heading, lines)
    _write(page, cover.no_promise, "B", TEXT)
    return bytes(page.output())


def _sections(cover: Cover) -> Iterator[tuple[str, list[str]]]:
    asked = [_("We asked about: %(kinds)s.") % {"kinds": cover.asked}] if cover.asked else []
    if cover.answered:
        asked.append(_("It answered about: %(kinds)s.") % {"kinds": cover.answered})
    if cover.unanswered:
        asked.append(_("It said nothing about: %(kinds)s.") % {"kinds": cover.unanswered})
    yield _("What we asked, and what was answered"), asked


def _sections_after(cover: Cover) -> Iterator[tuple[str, list[str]]]:
    levels = ", ".join(cover.levels_not_stated)
    missing = [*cover.not_stated, *([_("for which levels of care: %(levels)s") % {"levels": levels}] if levels else [])]
    yield _("Not stated by the plan"), missing
    for call in cover.calls:
        yield call.source, [_phoned(a.question, a.said, a.words, a.electronic, a.differs) for a in call.answers]
    yield _("Somebody else to ask"), [f"{one.words} {one.telephone}".strip() for one in cover.others]
    numbers = [f"{one.name} ({one.role}): {one.telephone}" for one in cover.numbers]
    yield _("What to ask on the phone"), [*numbers, *cover.script]
    yield _("In the plan's own words"), list(cover.own_words)


def _phoned(question: str, said: str, words: str, electronic: str, differs: bool) -> str:
    answer = f"{question} {'; '.join(part for part in (said, words) if part)}"
    if differs:
        return f"{answer}. {_('The electronic answer says otherwise: %(said)s') % {'said': electronic}}."
    return answer


def _section(page: FPDF, heading: str, lines: Iterable[str]) -> None:
    said = [line for line in lines if line]
    if not said:
        return
    page.ln(2)
    _write(page, heading, "B", HEADING)
    for line in said:
        _write(page, f"•  {line}" if len(said) > 1 else line)


def _write(page: FPDF, text: str, style: str = "", size: float = TEXT) -> None:
    page.set_font("DejaVu", style, size)
    page.multi_cell(0, size * 0.52, printable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(1.2)


def _table(page: FPDF, cares: CareTable) -> None:
    titles = [_("Kind of care"), _("In network"), _("Out of network"), _("Both, or not named"), _("Approval")]
    kept = [0, 1, 2, 3, 4] if cares.has_not_named else [0, 1, 2, 4]
    page.set_font("DejaVu", "", SMALL)
    widths = tuple(WIDTHS[at] for at in kept)
    with page.table(col_widths=widths, text_align="LEFT", v_align="TOP", line_height=4.2, padding=1.2) as table:
        rows = [titles, *(_cells(care) for care in cares.rows)]
        for cells in rows:
            row = table.row()
            for at in kept:
                row.cell(printable(cells[at]))
    page.ln(2)


def _cells(care: Care) -> list[str]:
    figures = (care.in_network, care.out_of_network, care.not_named)
    return [f"{care.name}\n{care.words}", *map(_figures, figures), care.approval or "—"]


def _figures(figures: Iterable[Figure]) -> str:
    return "\n".join(figure.words for figure in figures) or "—"
