"""How each insurer is asked by computer: the list, one road, and trying it. Only an admin comes here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.reauthentication import recently_authenticated
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor
from helpline.payers.models import Payer, PayerRoad
from intake.dashboard.roads_forms import GateForm, NewRoadForm, RoadForm, TrialForm
from intake.insurance.clearinghouses.tls import BadCertificate, expires
from intake.insurance.clearinghouses.trying import Stage
from intake.insurance.keeping_gates import end_rest, gate_of, keep_gate
from intake.insurance.keeping_roads import keep_road
from intake.insurance.trying import try_road

RUNS_OUT_SOON = timedelta(days=30)
STAGES = {
    Stage.ADDRESS: gettext_lazy("The address"),
    Stage.FOLDER: gettext_lazy("The folder"),
    Stage.HOST: gettext_lazy("The name of the computer"),
    Stage.CONNECTION: gettext_lazy("The connection"),
    Stage.ENCRYPTION: gettext_lazy("The encryption"),
    Stage.SIGN_IN: gettext_lazy("Signing in"),
    Stage.QUESTION: gettext_lazy("The question"),
    Stage.ANSWER: gettext_lazy("The answer"),
}


@require_GET
@requires(Permission.KEEP_ROADS)
def roads(request: StaffRequest) -> HttpResponse:
    kept = PayerRoad.objects.select_related("payer").order_by("payer__name")
    context = {
        "rows": [(road, _certificate(road)) for road in kept],
        "by_phone": Payer.objects.filter(road=None).count(),
        "section": "roads",
    }
    return render(request, "dashboard/roads/list.html", context)


@sensitive_post_parameters("password", "private_key")
@requires(Permission.KEEP_ROADS)
@recently_authenticated
def new_road(request: StaffRequest) -> HttpResponse:
    form = NewRoadForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "dashboard/roads/road.html", {"form": form, "section": "roads"})
    form.road.payer = form.cleaned_data["payer"]
    keep_road(form.road, by=Actor.staff(request.user))
    messages.success(request, _("Kept. Now test the connection."))
    return redirect("road", form.road.pk)


@sensitive_post_parameters("password", "private_key")
@requires(Permission.KEEP_ROADS)
@recently_authenticated
def road(request: StaffRequest, road_id: UUID) -> HttpResponse:
    form = RoadForm(request.POST if request.method == "POST" else None, road=_road(road_id))
    if not form.is_valid():
        return _page(request, road_id, form=form)
    keep_road(form.road, by=Actor.staff(request.user))
    messages.success(request, _("Saved. Test the connection before the next question goes this way."))
    return redirect("road", road_id)


@require_POST
@requires(Permission.KEEP_ROADS)
@recently_authenticated
def try_connection(request: StaffRequest, road_id: UUID) -> HttpResponse:
    trial = TrialForm(request.POST)
    if not trial.is_valid():
        return _page(request, road_id, trial=trial)
    walked = try_road(_road(road_id), trial.member)
    steps = [(STAGES[step.stage], step) for step in walked.steps]
    return _page(request, road_id, trial=trial, steps=steps, went_well=walked.good)


@require_POST
@requires(Permission.KEEP_ROADS)
@recently_authenticated
def gate(request: StaffRequest, road_id: UUID) -> HttpResponse:
    """How much goes there at once; or, by the other button, the end of a rest."""
    payer_id, by = _road(road_id).payer_id, Actor.staff(request.user)
    if "end_rest" in request.POST:
        if end_rest(payer_id, by=by):
            messages.success(request, _("One question goes now. Once it is answered, the others follow."))
        else:
            messages.info(request, _("It does not rest any more."))
        return redirect("road", road_id)
    form = GateForm(request.POST, gate=gate_of(payer_id))
    if not form.is_valid():
        return _page(request, road_id, gate_form=form)
    keep_gate(payer_id, form.cleaned_data, by=by)
    messages.success(request, _("Saved. It holds from the next question on."))
    return redirect("road", road_id)


def _page(request: StaffRequest, road_id: UUID, **more: Any) -> HttpResponse:
    kept = _road(road_id)
    gate = gate_of(kept.payer_id)
    rests = gate.rests_until is not None and gate.rests_until > timezone.now()
    context = {
        "gate": gate,
        "rests": rests,
        "gate_form": GateForm(gate=gate),
        "road": kept,
        "certificate": _certificate(kept),
        "form": RoadForm(road=kept),
        "trial": TrialForm(),
        "section": "roads",
        **more,
    }
    return render(request, "dashboard/roads/road.html", context)


def _road(road_id: UUID) -> PayerRoad:
    return get_object_or_404(PayerRoad.objects.select_related("payer"), pk=road_id)


def _certificate(kept: PayerRoad) -> dict[str, Any] | None:
    """When our certificate runs out, and whether that is soon; None without one."""
    try:
        end = expires(kept.certificate) if kept.certificate else None
    except BadCertificate:
        end = None
    now = timezone.now()
    return {"end": end, "over": end <= now, "soon": end <= now + RUNS_OUT_SOON} if end else None
