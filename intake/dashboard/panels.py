"""The parts of an inquiry's page: what makes each out of date, and what its template needs beside the case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from helpline.accounts.permissions import Permission
from helpline.accounts.requests import StaffRequest
from helpline.payers.heard import Heard, look_up
from helpline.payers.models import CarveOut, PayerKind
from helpline.programs.hours_form import days_to_choose, zones_to_choose
from helpline.programs.models import OpeningKind
from helpline.programs.places import around
from helpline.programs.uses import count_shown
from helpline.vault.ids import new_id
from intake.board.case import Case, history_of
from intake.board.openings import Free, free_at
from intake.calls.models import Call
from intake.dashboard import history
from intake.dashboard.forms import CallbackForm, CallForm, CloseForm, NoteForm
from intake.dashboard.next_steps import next_steps
from intake.dashboard.told import facts_of, told_of
from intake.disclosures.models import Purpose
from intake.disclosures.sealing import is_sealed
from intake.disclosures.wording import WORDINGS
from intake.inquiries.local_time import times_where
from intake.inquiries.models import Channel
from intake.inquiries.triage import NOT_A_DIAGNOSIS, Care
from intake.inquiries.wording import in_words
from intake.insurance.changes import Change, what_matters
from intake.insurance.correcting import to_correct
from intake.insurance.cover import summary_of, told
from intake.insurance.models import Verification
from intake.journey.cover_changed import answer_before
from intake.journey.minors import rule_for
from intake.journey.suggest_programs import DEFAULT_MILES, REACHES, suggest
from intake.matching.care import first_given
from intake.matching.cost import Share, Stay, share
from intake.matching.engine import Exclusion, Match, Matches
from intake.matching.models import Referral, ReferralState
from intake.matching.need import Offer
from intake.messages.gate import may_call, may_leave_voicemail

Context = dict[str, Any]
REASONS_SHOWN = 3
LEFT_OUT_SHOWN = 8
FIRST_RESULTS = 10
FITS_SHOWN, ASK_FIRST_SHOWN = 10, 6
"""Cards a page shows at once, as in ``_programs.html``: numbered, in the list and on the map."""
# Said to callers; on the desk it is us
FOR_CALLERS_ONLY = {"ask_us"}


@dataclass(frozen=True)
class Panel:
    """``heard``: the kinds of event after which it is out of date."""

    heard: str
    context: Callable[[StaffRequest, Case], Context]

    def __str__(self) -> str:
        return self.heard


@dataclass(frozen=True)
class Card:
    """A program with the last referral to it, if there was one, and what it said is free."""

    match: Match
    referral: Referral | None
    free: tuple[Free, ...] = ()
    number: int = 0

    @property
    def zones(self) -> list[tuple[str, str]]:
        return zones_to_choose(self.match.offer.state)

    @property
    def declined(self) -> bool:
        return self.referral is not None and self.referral.state == ReferralState.DECLINED

    @property
    def asked(self) -> bool:
        return self.referral is not None and self.referral.is_open


def _nothing(request: StaffRequest, case: Case) -> Context:
    return {}


def _head(request: StaffRequest, case: Case) -> Context:
    return {
        "facts": facts_of(case.answers, case.place),
        "is_mine": case.inquiry.owner_id == request.user.pk,
        "minor": rule_for(case.answers),
        "sealed": is_sealed(case.inquiry.pk),
    }


def _contact(request: StaffRequest, case: Case) -> Context:
    at = times_where(case.answers, timezone.now())
    contacts = [
        (point, may_call(point, at=at), may_leave_voicemail(point), bytes(point.address_index) in case.wrong_numbers)
        for point in case.contact_points
    ]
    return {"contacts": contacts, "their_times": at}


def _triage(request: StaffRequest, case: Case) -> Context:
    triage = case.triage
    return {
        "triage": triage,
        "actions": [each for each in triage.now if each.code not in FOR_CALLERS_ONLY],
        "first_reasons": triage.reasons[:REASONS_SHOWN],
        "more_reasons": triage.reasons[REASONS_SHOWN:],
        "care": [in_words(care) for care in triage.care],
        "not_a_diagnosis": NOT_A_DIAGNOSIS,
    }


def _told(request: StaffRequest, case: Case) -> Context:
    return {"told": told_of(case.answers)}


def _insurance(request: StaffRequest, case: Case) -> Context:
    newest = case.verification
    return {
        "cover": told(newest) if newest else None,
        "to_correct": to_correct(newest) if newest else (),
        "others": [(one, told(one)) for one in case.other_verifications],
        "changes": _changes(case),
        "being_asked": {one.payer_said for one in case.other_verifications if one.is_open},
        "may_verify": request.user.may(Permission.VERIFY_INSURANCE),
        "call": new_id(),
        "heard": _heard(case),
        "service": in_words(case.answers.insurance.service),
        "carve_outs": _carve_outs(case),
    }


def _carve_outs(case: Case) -> list[CarveOut]:
    """Who else to ask about substance use cover: for the insurer named, and for Medicaid of their state."""
    policy, state = case.policy, case.place.state if case.place else ""
    asked = Q(payer=policy.payer_id) if policy and policy.payer_id else Q()
    if policy and policy.kind == PayerKind.MEDICAID and state:
        asked |= Q(payer__kind=PayerKind.MEDICAID, payer__state=state)
    return list(CarveOut.objects.filter(asked)) if asked else []


def _heard(case: Case) -> Heard | None:
    """What the plan they named may be, while no insurer of the directory has that name."""
    policy = case.policy
    if policy is None or policy.payer_id or not policy.payer_said:
        return None
    return look_up(policy.payer_said, state=case.place.state if case.place else "")


def _changes(case: Case) -> list[tuple[Verification, Verification, list[Change]]]:
    """Answers nobody has seen, each with the one before it and what matters of the difference."""
    pairs = [(answer, before) for answer in case.changed_answers if (before := answer_before(answer))]
    read = [(answer, before, summary_of(before), summary_of(answer)) for answer, before in pairs]
    return [(answer, before, what_matters(old, new)) for answer, before, old, new in read if old and new]


def _consent(request: StaffRequest, case: Case) -> Context:
    return {
        "purposes": [(purpose, WORDINGS[purpose], case.consents.get(purpose)) for purpose in Purpose],
        "held": case.agreed.held,
        "restricted": case.agreed.restricted,
        "consent_site": f"{settings.SITE_URL}{reverse('consent_by_code')}".removeprefix("https://"),
    }


def miles_of(request: StaffRequest) -> int:
    asked = request.GET.get("miles", "")
    return int(asked) if asked in {str(reach) for reach in REACHES} else DEFAULT_MILES


def _programs(request: StaffRequest, case: Case) -> Context:
    miles = miles_of(request)
    only_open = request.GET.get("open") == "now"
    found = suggest(case.inquiry, miles=miles, today=timezone.localdate(), open_now=only_open)
    shown = [each.offer.public_id for each in found.ranked]
    if not request.htmx:
        # A part that renews itself shows the same again
        count_shown([each.offer.public_id for each in found.ranked[:FIRST_RESULTS]], today=timezone.localdate())
    free = free_at(shown, inquiry_id=case.inquiry.pk, now=timezone.now())
    fits = _cards(found.fits, case, free, numbered=FITS_SHOWN)
    ask_first = _cards(found.ask_first, case, free, numbered=ASK_FIRST_SHOWN, after=min(len(fits), FITS_SHOWN))
    return {
        "matches": found,
        "opening_kinds": OpeningKind.choices,
        "fits": fits,
        "ask_first": ask_first,
        **map_of(found, [card for card in [*fits, *ask_first] if card.number]),
        "left_out": list(_left_out(found)),
        "miles": miles,
        "only_open": only_open,
        "hours_days": days_to_choose(),
        "reaches": REACHES,
        "shares": shares_of(case),
    }


def shares_of(case: Case, **stay: Any) -> list[Share]:
    """The person's share in and out of their plan's network; nothing for somebody who has no plan."""
    if not case.is_insured:
        return []
    asked = Stay(first_given(case.triage.care) or Care.OUTPATIENT, **stay)
    found = [share(case.summary, asked, network) for network in ("in", "out")]
    return found if found[0].range else found[:1]


def map_of(found: Matches, cards: list[Card]) -> Context:
    """The numbered cards around the person's ZIP code, the map's lines with their cards, and how many are not on it."""
    here = (found.need.latitude, found.need.longitude)
    if here[0] is None or here[1] is None:
        return {}
    placed = {
        card.number: (offer.latitude, offer.longitude)
        for card in cards
        if not (offer := card.match.offer).confidential and offer.latitude is not None and offer.longitude is not None
    }
    drawn = around((here[0], here[1]), placed)
    by_number = {card.number: card for card in cards}
    words = [(line, by_number[line.number]) for line in drawn.lines] if drawn else []
    return {"near_map": drawn, "map_words": words, "not_on_map": len(cards) - len(words)}


def _cards(
    matches: Iterable[Match], case: Case, free: dict[str, list[Free]], *, numbered: int, after: int = 0
) -> list[Card]:
    """In the engine's order, those that have declined last: they are not asked twice in a night."""
    last = {str(each.program_id): each for each in reversed(case.referrals) if each.state != ReferralState.MISTAKE}
    cards = [
        Card(match, last.get(match.offer.public_id), tuple(free.get(match.offer.public_id, ()))) for match in matches
    ]
    cards.sort(key=lambda card: card.declined)
    return [replace(card, number=after + place if place <= numbered else 0) for place, card in enumerate(cards, 1)]


def _left_out(found: Matches) -> Iterable[tuple[Exclusion, list[Offer]]]:
    """Each reason with the nearest programs it leaves out."""
    offers = {offer.public_id: offer for offer in found.left_out}
    for exclusion in found.excluded:
        out = [offers[program] for program in exclusion.programs]
        out.sort(key=lambda offer: float("inf") if offer.distance_miles is None else offer.distance_miles)
        yield exclusion, out[:LEFT_OUT_SHOWN]


def _next(request: StaffRequest, case: Case) -> Context:
    return {"steps": next_steps(case, now=timezone.now())}


def _callback(request: StaffRequest, case: Case) -> Context:
    return {"callback_form": CallbackForm(inquiry=case.inquiry)}


def _end(request: StaffRequest, case: Case) -> Context:
    return {"close_form": CloseForm()}


def _history(request: StaffRequest, case: Case) -> Context:
    return {"history": history.in_words(history_of(case.inquiry.pk))}


MOVES = "taken put_back closed reopened let_in"
PANELS: dict[str, Panel] = {
    "head": Panel(f"{MOVES} changed consented referred referral", _head),
    "contact": Panel("changed consented call", _contact),
    "triage": Panel("changed consented", _triage),
    "told": Panel("changed consented", _told),
    "insurance": Panel("verification consented revoked changed spoken_yes", _insurance),
    "consent": Panel("consented revoked spoken_yes changed verification referred break_glass", _consent),
    "programs": Panel("changed consented revoked referred referral held", _programs),
    "next": Panel(f"{MOVES} call callback referral referred verification consented revoked changed", _next),
    "calls": Panel("call", _nothing),
    "callback": Panel("callback call closed reopened changed", _callback),
    "referrals": Panel("referred referral revoked", _nothing),
    "notes": Panel("note", _nothing),
    "end": Panel("closed reopened", _end),
    "history": Panel(
        f"{MOVES} call callback note referral referred verification consented revoked changed break_glass sealed",
        _history,
    ),
}


def context_of(names: Iterable[str], request: StaffRequest, case: Case) -> Context:
    """What these parts need, and no more."""
    context: Context = {"case": case, "inquiry": case.inquiry, "panels": PANELS, "now": timezone.now()}
    for name in names:
        context |= PANELS[name].context(request, case)
    return context


def typing_of(case: Case) -> Context:
    """The forms in which much is typed. They stand outside the parts that renew themselves."""
    came_in = case.inquiry.channel == Channel.CALL and not case.calls
    direction = Call.Direction.IN if came_in else Call.Direction.OUT
    return {"call_form": CallForm(inquiry=case.inquiry, initial={"direction": direction}), "note_form": NoteForm()}
