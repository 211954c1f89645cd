"""From rejects and acknowledgements to what to do next (ELIGIBILITY.md 4.9 and 4.10)."""

from __future__ import annotations

from collections.abc import Iterable

from . import codes
from .reply import Acknowledgement, Reject, Reply, ReplyKind
from .summary import NextStep, RejectFact, Source, StepKind

ORDER = (StepKind.CONFIGURATION, StepKind.ASK_CALLER, StepKind.ASK_A_PERSON, StepKind.TRY_AGAIN)
NOT_AGAIN = frozenset("NSWXY")
"""AAA04 values after which nothing is sent again by itself..."""
OUTAGE = frozenset({"42", "80"})
"""...except for these reasons, with which payers combine every AAA04 (RFI 2784)."""
DUPLICATE_CONTROL_NUMBER = "025"
WHO = {"A": "payer", "B": "provider", "C": "subscriber", "D": "dependent"}

WORDS = {
    StepKind.CONFIGURATION: "Our connection to this plan has to be put right by the operator: {reason}.",
    StepKind.ASK_CALLER: "Check with the person: {fields}. {reason}. This does not mean there is no insurance.",
    StepKind.ASK_A_PERSON: "Call the plan: {reason}.",
    StepKind.TRY_AGAIN: "Ask again later: {reason}.",
}
FIELD_WORDS = {
    "member_id": "the member ID as printed on the card",
    "first_name": "the first name as on the card",
    "last_name": "the last name as on the card",
    "birth_date": "the date of birth",
    "gender": "the gender the plan has on record (or send none)",
    "relationship": "how they are related to the subscriber",
    "payer": "which plan it is",
}


def read_reject(reject: Reject) -> RejectFact:
    """One AAA with its meaning. AAA04 can only make us more careful, never bolder."""
    row = codes.reject(reject.reason)
    kind = StepKind(row.kind)
    if kind is StepKind.TRY_AGAIN and reject.reason not in OUTAGE and reject.follow_up in NOT_AGAIN:
        kind = StepKind.ASK_A_PERSON
    return RejectFact(
        loop=reject.loop,
        code=reject.reason,
        words=row.words,
        kind=kind,
        fields=row.fields,
        who=WHO.get(reject.loop[-1:], ""),
        follow_up=reject.follow_up,
        source=Source(reject.at, reject.raw),
    )


def step_from_rejects(facts: Iterable[RejectFact]) -> NextStep:
    """The one thing to do: our own faults first, then what a person can correct, a call, waiting."""
    every = list(facts)
    for kind in ORDER:
        chosen = [fact for fact in every if fact.kind is kind]
        if chosen:
            return _step(kind, chosen)
    return NextStep(StepKind.NONE)


def _step(kind: StepKind, chosen: list[RejectFact]) -> NextStep:
    fields = tuple(dict.fromkeys(name for fact in chosen for name in fact.fields))
    reason = "; ".join(dict.fromkeys(fact.words for fact in chosen))
    listed = ", ".join(FIELD_WORDS.get(name, name.replace("_", " ")) for name in fields)
    words = WORDS[kind].format(reason=reason, fields=listed)
    return NextStep(kind, chosen[0].code, fields, chosen[-1].who, words)


def step_from_other(reply: Reply) -> NextStep:
    """What to do with a body that is not a 271."""
    if reply.kind is ReplyKind.INCOMPLETE:
        return _try_again("incomplete", "The answer was cut off. Ask again later.")
    if reply.kind is ReplyKind.NOT_X12:
        return _try_again("not_x12", "What came back is not an answer of a plan. Ask again later.")
    refused = next((ack for ack in reply.acknowledgements if not ack.accepted), None)
    if refused is None:
        return _try_again("accepted_no_answer_yet", "The plan took the question but has not answered it yet.")
    return _refused(reply.kind, refused)


def _refused(kind: ReplyKind, ack: Acknowledgement) -> NextStep:
    if ack.note == DUPLICATE_CONTROL_NUMBER and kind is ReplyKind.INTERCHANGE_ACKNOWLEDGEMENT:
        return _try_again("025", "The clearinghouse had seen this control number. Ask again with a new one.")
    words = "The clearinghouse refused our message as not valid. The operator has to look first."
    code = ack.note if kind is ReplyKind.INTERCHANGE_ACKNOWLEDGEMENT else f"999-{ack.code}"
    return NextStep(StepKind.CONFIGURATION, code, words=words)


def _try_again(code: str, words: str) -> NextStep:
    return NextStep(StepKind.TRY_AGAIN, code, words=words)
