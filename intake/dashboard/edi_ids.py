"""By which id a clearinghouse knows each insurer: typed or imported by an admin, tried first, taken back whole."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from helpline.accounts.models import User
from helpline.accounts.permissions import Permission, requires
from helpline.accounts.reauthentication import recently_authenticated
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor
from helpline.payers.edi_ids import CannotTakeBack, Trial, keep, take_back, try_ids, try_one
from helpline.payers.models import EdiChange, EdiId, Payer

MOST_BYTES = 1_000_000
SHOWN = 200
LATEST = 10


class EdiIdForm(forms.Form):
    payer = forms.ModelChoiceField(Payer.objects.all(), label=gettext_lazy("Insurer"))
    clearinghouse = forms.CharField(
        label=gettext_lazy("The clearinghouse's ID"), max_length=15, help_text=gettext_lazy("ISA08, as on its road.")
    )
    edi_payer_id = forms.CharField(
        label=gettext_lazy("The insurer's ID"),
        max_length=80,
        help_text=gettext_lazy("As the clearinghouse's payer list has it (NM109)."),
    )


@requires(Permission.KEEP_ROADS)
@recently_authenticated
def edi_ids(request: StaffRequest) -> HttpResponse:
    """All of them, and one typed."""
    form = EdiIdForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        trial = try_one(said["payer"], said["clearinghouse"], said["edi_payer_id"])
        if not trial.refused:
            words = _("%(payer)s at %(clearinghouse)s") % {
                "payer": said["payer"].name,
                "clearinghouse": said["clearinghouse"],
            }
            kept = keep(trial, name=words, by=Actor.staff(request.user))
            messages.success(request, _("Kept.") if kept else _("It says so already."))
            return redirect("edi_ids")
        for one in trial.refused:
            form.add_error(one.field, one.reason)
    return _page(request, form=form)


@require_POST
@requires(Permission.KEEP_ROADS)
@recently_authenticated
def import_edi_ids(request: StaffRequest) -> HttpResponse:
    """Try a file and show what it would do; or do what was shown."""
    text = request.POST.get("text", "")
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        read = _read(file)
        if read is None:
            messages.error(request, _("Choose a CSV in UTF-8 of at most 1 MB."))
            return redirect("edi_ids")
        text = read
    if not text:
        messages.error(request, _("Choose a CSV in UTF-8 of at most 1 MB."))
        return redirect("edi_ids")
    trial = try_ids(text)
    if "keep" not in request.POST:
        context = {"trial": trial, "text": text, "shown": trial.entries[:SHOWN], "section": "roads"}
        return render(request, "dashboard/roads/edi_trial.html", context | _counts(trial))
    kept = keep(trial, name=_("An imported list"), by=Actor.staff(request.user))
    n = len(trial.entries)
    done = ngettext("%(n)d id kept.", "%(n)d ids kept.", n) % {"n": n}
    messages.success(request, done if kept else _("Nothing was new."))
    return redirect("edi_ids")


@require_POST
@requires(Permission.KEEP_ROADS)
@recently_authenticated
def take_edi_ids_back(request: StaffRequest, kept_id: UUID) -> HttpResponse:
    change = get_object_or_404(EdiChange, pk=kept_id)
    try:
        n = take_back(change.pk, by=Actor.staff(request.user))
    except CannotTakeBack as problem:
        messages.warning(request, str(problem))
    else:
        done = ngettext("%(n)d id is again what it was.", "%(n)d ids are again what they were.", n) % {"n": n}
        messages.success(request, done)
    return redirect("edi_ids")


def _page(request: StaffRequest, *, form: EdiIdForm) -> HttpResponse:
    looked_for = request.GET.get("q", "").strip()[:80]
    kept = EdiId.objects.select_related("payer")
    if looked_for:
        kept = kept.filter(
            Q(payer__name__icontains=looked_for)
            | Q(edi_payer_id__icontains=looked_for)
            | Q(clearinghouse__icontains=looked_for)
        )
    changes = list(EdiChange.objects.all()[:LATEST])
    by = {change.actor_id for change in changes if change.actor_kind == "staff" and change.actor_id}
    names = {str(user.pk): user.name for user in User.objects.filter(pk__in=by)}
    context = {
        "form": form,
        "rows": kept[:SHOWN],
        "count": kept.count(),
        "most": SHOWN,
        "q": looked_for,
        "changes": [(change, names.get(change.actor_id, change.actor_id)) for change in changes],
        "section": "roads",
    }
    return render(request, "dashboard/roads/edi_ids.html", context)


def _counts(trial: Trial) -> dict[str, int]:
    return {
        "new": sum(not each.before for each in trial.entries),
        "changed": sum(bool(each.before) for each in trial.entries),
        "on_roads": sum(each.on_road for each in trial.entries),
    }


def _read(file: UploadedFile[bytes]) -> str | None:
    """The file as text; None when it is too large or no text."""
    if (file.size or 0) > MOST_BYTES:
        return None
    try:
        return str(file.read(), "utf-8")
    except UnicodeDecodeError:
        return None
