"""The notice of privacy practices: a page of its own, and shown before the first form is sent (42 CFR 2.22(c)(3))."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from helpline.guides.lines import public_line
from intake.disclosures.applicability import applicability
from intake.disclosures.wording import wording

HEADINGS: tuple[tuple[str, str | Promise], ...] = (
    ("law", gettext_lazy("The law")),
    ("without_consent", gettext_lazy("Without your consent")),
    ("with_consent", gettext_lazy("With your consent")),
    ("taking_it_back", gettext_lazy("Taking it back")),
    ("proceedings", gettext_lazy("Courts and proceedings")),
    ("passed_on", gettext_lazy("What others may pass on")),
    ("rights", gettext_lazy("Your rights")),
    ("duties", gettext_lazy("Our duties")),
    ("complaints", gettext_lazy("Complaints")),
)


@dataclass(frozen=True)
class Paragraph:
    words: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    heading: str | Promise
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Notice:
    """The notice with our own name and contact in it."""

    header: tuple[Paragraph, ...]
    sections: tuple[Section, ...]
    effective: str
    contact: str


def notice() -> Notice | None:
    """None where the law asks for none (``PART2_APPLICABILITY`` is none)."""
    if not applicability().notice_is_posted:
        return None
    parts, contact = wording("patient_notice").parts, _contact()
    header = parts["header"].replace("[NAME]", settings.SITE_NAME).replace("[CONTACT]", str(_("our privacy officer")))
    return Notice(
        header=_paragraphs(header.replace("[PHONE AND EMAIL]", contact)),
        sections=tuple(Section(heading, _paragraphs(parts[name])) for name, heading in HEADINGS),
        effective=parts["effective"],
        contact=contact,
    )


def _contact() -> str:
    return _("%(phone)s and %(email)s") % {"phone": public_line().pretty, "email": settings.PRIVACY_EMAIL}


def _paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Lines that begin with a dash are a list under the line before them."""
    found: list[tuple[str, list[str]]] = []
    for line in filter(None, text.splitlines()):
        if line.startswith("- ") and found:
            found[-1][1].append(line.removeprefix("- "))
        else:
            found.append(("", [line.removeprefix("- ")]) if line.startswith("- ") else (line, []))
    return tuple(Paragraph(words, tuple(items)) for words, items in found)


@login_not_required
@require_safe
def privacy_notice(request: HttpRequest) -> HttpResponse:
    shown = notice()
    return render(request, "privacy/notice.html", {"notice": shown}) if shown else redirect("privacy")
