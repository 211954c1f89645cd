"""Importing by the web: send a directory, read what it would do, then do it or let it go."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.programs import uploads
from helpline.programs.curation import CannotChange
from helpline.programs.editions import EDITIONS
from helpline.programs.models import Edition, ProgramChange, Upload
from helpline.programs.states import state_code
from intake.dashboard.listings_forms import ListingForm, shown_changes

ADDRESS = reverse_lazy("listings_upload")
SHOWN = 50
OTHER = "other"


class UploadForm(ListingForm):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "SAMHSA's workbook, CSV or JSON; Open Referral (JSON or zipped tables); iCarol's CSV. At most 50 MB. "
            "What it is, the file tells."
        ),
        error_messages={"required": gettext_lazy("Choose the file of the directory.")},
    )
    edition = forms.ChoiceField(label=gettext_lazy("Which directory is it?"))
    source = forms.CharField(
        label=gettext_lazy("Another directory: whose?"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Such as “211 Palm Beach”, when it is none of those above."),
    )
    states = forms.CharField(
        label=gettext_lazy("Only in these states"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Two letters each, such as AL, GA. What lies elsewhere stays as it is."),
    )
    replaces = forms.ChoiceField(label=gettext_lazy("Takes over the listings of"), required=False)
    may_withdraw_many = forms.BooleanField(
        label=gettext_lazy("It may withdraw more than 5 in 100 listings"),
        required=False,
        help_text=gettext_lazy("Without it such a file is refused: it is more often a wrong file than the truth."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = dict(Edition.objects.order_by("name").values_list("code", "name"))
        ours = {code: files.name for code, files in EDITIONS.items()}
        edition, replaces = (cast(forms.ChoiceField, self.fields[name]) for name in ("edition", "replaces"))
        edition.choices = [*(ours | known).items(), (OTHER, _("Another directory, named below"))]
        replaces.choices = [("", _("None")), *known.items()]

    def clean_file(self) -> Any:
        file, most = self.cleaned_data["file"], settings.LARGER_FILES[str(ADDRESS)]
        if file.size > most:
            raise forms.ValidationError(_("This file is larger than 50 MB. Whoever runs this line can import it."))
        return file

    def clean_states(self) -> list[str]:
        words = self.cleaned_data["states"].replace(",", " ").split()
        if unknown := [word for word in words if state_code(word) is None]:
            message = _("%(words)s: write two letters for each state, such as AL, GA.")
            raise forms.ValidationError(message, params={"words": ", ".join(unknown)[:60]})
        return sorted({code for word in words if (code := state_code(word))})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("edition") == OTHER and not data.get("source", "").strip():
            self.add_error("source", _("Say whose directory it is."))
        return data

    def asked(self) -> dict[str, Any]:
        data = self.cleaned_data
        another = data["edition"] == OTHER
        return {
            "edition_code": data["source"].strip() if another else data["edition"],
            "source": data["source"].strip() if another else "",
            "states": data["states"],
            "replaces": data["replaces"],
            "may_withdraw_many": data["may_withdraw_many"],
        }


@requires(Permission.CORRECT_LISTINGS)
def upload(request: StaffRequest) -> HttpResponse:
    """Send a directory: it is tried first and changes nothing."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            sent = uploads.send(file.name, file.chunks(), by=request.user, **form.asked())
        except CannotChange as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("listings_sent", sent.pk)
    waiting = Upload.objects.open().defer("told", "report").select_related("by")
    context = {"form": form, "waiting": waiting, "section": "programs"}
    return render(request, "dashboard/listings/upload.html", context)


@require_GET
@requires(Permission.CORRECT_LISTINGS)
def sent(request: StaffRequest, upload_id: UUID) -> HttpResponse:
    """What the trial of a directory found, and the way on."""
    one = get_object_or_404(Upload.objects.defer("report").select_related("by"), pk=upload_id)
    told, findings = one.told, [("refused", finding) for finding in one.told.get("refused", [])[:SHOWN]]
    findings += [("note", finding) for finding in told.get("notes", [])[:SHOWN]]
    diff = told.get("diff", [])
    changes = [each for each in diff if each["action"] != "created"]
    shown = shown_changes(ProgramChange(fields=each["fields"]) for each in changes)
    context = {
        "upload": one,
        "told": told,
        "findings": findings,
        "changes": list(zip(changes, shown, strict=True)),
        "created": [each for each in diff if each["action"] == "created"],
        "left_out": _left_out(told, len(findings)),
        "section": "programs",
    }
    return render(request, "dashboard/listings/sent.html", context)


def _left_out(told: Mapping[str, Any], findings: int) -> dict[str, int]:
    """How many changes, new listings and rows to look at the page does not show."""
    shown = Counter("created" if each["action"] == "created" else "changes" for each in told.get("diff", []))
    changes = sum(told.get(name, 0) for name in ("changed", "withdrawn", "restored"))
    of = {"changes": changes, "created": told.get("created", 0), "findings": told.get("findings", 0)}
    return {name: of[name] - (findings if name == "findings" else shown[name]) for name in of}


@require_GET
@requires(Permission.CORRECT_LISTINGS)
def sent_report(request: StaffRequest, upload_id: UUID) -> HttpResponse:
    """The whole of what the trial found, for a spreadsheet."""
    one = get_object_or_404(Upload.objects.filter(report__isnull=False).only("report"), pk=upload_id)
    table = gzip.decompress(one.report or b"")
    response = HttpResponse(table, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="trial-{one.pk}.csv"'
    return response


@require_POST
@requires(Permission.CORRECT_LISTINGS)
def decide_upload(request: StaffRequest, upload_id: UUID) -> HttpResponse:
    get_object_or_404(Upload.objects.only("pk"), pk=upload_id)
    try:
        if "let_go" in request.POST:
            uploads.let_go(upload_id, by=request.user)
            messages.success(request, _("Nothing was changed, and the file is gone."))
            return redirect("listings_imports")
        uploads.apply(upload_id, by=request.user)
    except CannotChange as problem:
        messages.error(request, str(problem))
    return redirect("listings_sent", upload_id)
