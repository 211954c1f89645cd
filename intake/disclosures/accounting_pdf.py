"""The accounting as a PDF to hand or post to the person. Of letters it cannot print it says so (``letters``)."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from intake.disclosures.letters import FONTS, is_whole, printable
from intake.disclosures.models import AccountingRequest
from intake.disclosures.rights import YEARS, Accounted

WIDTHS = (28, 56, 50, 46)
NUMBERED = gettext_lazy(
    "Some words are in letters this page cannot print. They stand in square brackets, each letter as its number in "
    "Unicode. Write them in by hand before you hand this on."
)


def accounting_pdf(request: AccountingRequest, rows: Sequence[Accounted], *, name: str) -> bytes:
    """One table: when, to whom, what, why; and who answers questions."""
    page = FPDF(format="letter")
    page.set_title(_title(request))
    page.set_lang("en")
    page.add_font("DejaVu", fname=FONTS / "DejaVuSans.ttf")
    page.add_font("DejaVu", style="B", fname=FONTS / "DejaVuSans-Bold.ttf")
    page.add_page()
    head = _head(request, name)
    if not is_whole(name, *(text for row in rows for text in _said(row))):
        head.append((str(NUMBERED), "B", 10))
    for text, style, size in head:
        page.set_font("DejaVu", style, size)
        page.multi_cell(0, size * 0.55, printable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        page.ln(2)
    page.set_font("DejaVu", "", 9)
    _table(page, rows) if rows else page.multi_cell(0, 5, _("We disclosed nothing in these years."))
    return bytes(page.output())


def _title(request: AccountingRequest) -> str:
    is_list = request.kind == AccountingRequest.Kind.LIST
    return _("List of disclosures by an intermediary") if is_list else _("Accounting of disclosures")


def _head(request: AccountingRequest, name: str) -> list[tuple[str, str, int]]:
    asked = f"{request.asked_on:%B %d, %Y}"
    return [
        (_title(request), "B", 16),
        (name or _("Name not known to us"), "B", 12),
        (
            _("What %(site)s disclosed in the %(years)d years before %(asked)s, when you asked (42 CFR 2.24, 2.25).")
            % {"site": settings.SITE_NAME, "years": YEARS, "asked": asked},
            "",
            10,
        ),
        (
            _("Made on %(today)s. Questions: %(number)s.")
            % {"today": f"{timezone.localdate():%B %d, %Y}", "number": settings.TOLL_FREE_NUMBER},
            "",
            10,
        ),
    ]


def _table(page: FPDF, rows: Sequence[Accounted]) -> None:
    with page.table(col_widths=WIDTHS, text_align="LEFT", v_align="TOP", line_height=5, padding=1.5) as table:
        head = table.row()
        for title in (_("When"), _("To whom"), _("What"), _("Why")):
            head.cell(title)
        for one in rows:
            row = table.row()
            for text in (f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}", *_said(one)):
                row.cell(printable(text))


def _said(one: Accounted) -> tuple[str, str, str]:
    return one.to_whom, one.what, one.why
