"""Where packets go: what is verified, what is not and whom to call, and writing down that somebody called."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.programs.curation import CannotChange
from helpline.programs.models import PacketWay, Program
from helpline.programs.packets import numbers_to_call, remove_address, verify_address

PART = "packets"


def packet_ways(program: Program) -> dict[str, Any]:
    """For ``_packet_ways.html``: addresses that stand, those that do not, and the numbers to call about them."""
    kept = list(program.packet_addresses.select_related("verified_by"))
    stands = {each.pk: each.stands(program) for each in kept}
    return {
        "packets_verified": [each for each in kept if stands[each.pk]],
        "packets_not": [each for each in kept if not stands[each.pk]],
        "packets_call": numbers_to_call(program, kept),
        "packet_kinds": PacketWay.choices,
    }


def write_address_down(request: StaffRequest, program: Program) -> None:
    """Verify what was posted, and say so, or why not, on the next page."""
    said = {name: request.POST.get(name, "") for name in ("way", "called")}
    try:
        kept = verify_address(
            program.pk, said["way"], request.POST.get("address", ""), called=said["called"], by=request.user
        )
    except CannotChange as problem:
        messages.error(request, str(problem), extra_tags=PART)
    else:
        words = _("Verified today, by you: packets may go to %(address)s.") % {"address": kept}
        messages.success(request, words, extra_tags=PART)


@require_POST
@requires(Permission.CORRECT_LISTINGS)
def listing_packets(request: StaffRequest, program_id: UUID) -> HttpResponse:
    """The same from the listing, where an address can be taken out, too."""
    program = get_object_or_404(Program.objects.exclude(status=Program.Status.WITHDRAWN), pk=program_id)
    if "remove" not in request.POST:
        write_address_down(request, program)
        return redirect("listing", program.pk)
    try:
        remove_address(program.pk, request.POST.get("way", ""), by=request.user)
    except CannotChange as problem:
        messages.error(request, str(problem), extra_tags=PART)
    else:
        messages.success(request, _("Taken out: packets go there no more."), extra_tags=PART)
    return redirect("listing", program.pk)
