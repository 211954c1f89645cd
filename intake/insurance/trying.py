"""Trying a payer's road before anybody needs it: one real question about nobody, or about a test member of the plan."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from helpline.payers.models import PayerRoad
from intake.insurance.clearinghouses.trying import Stage, Step, Walk, walk
from intake.insurance.question import envelope_for, provider_for, road_of
from intake.insurance.x12.inquiry import CannotAsk, EligibilityInquiry, Payer, Person
from intake.insurance.x12.reading import read_reply
from intake.insurance.x12.summarising import NOT_OURS, summarise
from intake.insurance.x12.summary import StepKind, Summary
from intake.insurance.x12.writing import write_270

TRIAL_SECONDS = 20


@dataclass(frozen=True)
class TrialMember:
    """Somebody who does not exist, published by a plan for such trials."""

    member_id: str
    first_name: str
    last_name: str
    birth_date: date


# Whether they are covered at all is the cheapest thing to ask, and no plan knows this member
NOBODY = TrialMember("TEST0000000", "TEST", "TEST", date(1980, 1, 1))


def try_road(row: PayerRoad, member: TrialMember = NOBODY) -> Walk:
    """Ask the payer of ``row`` about ``member``, by the road as it stands. Nothing is stored. Raises nothing."""
    question = _question(row, member)
    try:
        # Not of the sequence of real ones, which whoever keeps roads may not use
        payload = write_270(question, envelope_for(row, time.time_ns() // 1000 % 999_999_999 + 1))
    except CannotAsk as problem:
        return Walk((Step(Stage.QUESTION, False, _("No question can be written: %(why)s") % {"why": problem}),))
    walked = walk(replace(road_of(row), total_seconds=TRIAL_SECONDS), payload)
    if walked.reply is None:
        return walked
    good, words = _meaning(summarise(read_reply(walked.reply), asked=question, on=timezone.localdate()))
    return replace(walked, steps=(*walked.steps, Step(Stage.ANSWER, good, words)))


def _question(row: PayerRoad, member: TrialMember) -> EligibilityInquiry:
    return EligibilityInquiry(
        payer=Payer(row.payer.name, row.edi_payer_id),
        provider=provider_for(row),
        member_id=member.member_id,
        subscriber=Person(member.last_name, member.first_name, birth_date=member.birth_date),
        trace=f"TRY{time.time_ns():X}",
        service_types=("30",) if member == NOBODY else tuple(row.service_types) or ("30",),
    )


def _meaning(summary: Summary) -> tuple[bool, str]:
    """Whether the road is good, and what the plan's answer says about it in a sentence."""
    step = summary.next_step
    if step == NOT_OURS:
        return False, _("The answer is not one to our question: it carries another reference or member.")
    words = {
        StepKind.NONE: (True, _("The plan answered with benefits.")),
        StepKind.ASK_CALLER: (
            True,
            _("The plan answered: it does not know this member."),
        ),
        StepKind.TRY_AGAIN: (False, _("The plan cannot answer now. The road leads there: try again later.")),
        StepKind.ASK_A_PERSON: (True, _("The plan answered, and wants to be called about this member.")),
        StepKind.CONFIGURATION: (False, _("The plan does not take questions from us: %(why)s")),
    }
    good, text = words[step.kind]
    return good, text % {"why": step.words} if "%" in text else text
