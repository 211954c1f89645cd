"""What a plan said, in words for people: the same on a screen and in a PDF, in English and in Spanish.

``cover_of`` says everything in the language that is active when it is called. Amounts stay as the United States write
them in both languages; a day is written as the language writes days. What the plan wrote itself (``own_words``, names)
is never translated. Source numbers (``at``) lead to ``x12/tracing.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from intake.insurance.models import PhoneCall, Verification
from intake.insurance.x12 import codes
from intake.insurance.x12.benefits import dollars, percent
from intake.insurance.x12.plans import PLAN_WORDS
from intake.insurance.x12.script import LEVELS, WORDS, script, stated
from intake.insurance.x12.sentences import deductible_left
from intake.insurance.x12.summarising import SUGGESTION_WORDS
from intake.insurance.x12.summary import (
    OF_THE_MESSAGE,
    Coverage,
    Limit,
    Money,
    Plan,
    Service,
    StepKind,
    Suggestion,
    Summary,
)

ONE = Decimal(1)
# Of the message itself only this is told: a figure or a kind of care may be missing. The rest stands beside its lines
TOLD_OF_THE_MESSAGE = {
    f"{OF_THE_MESSAGE}service_type_separator": gettext_noop("Service types are joined by an unexpected separator."),
    f"{OF_THE_MESSAGE}unreadable_number": gettext_noop("A number cannot be read."),
}
FAMILIES = ("substance_use", "mental_health")
PER_USE = frozenset({"7", "26", "27", "36"})

NOT_STATED = {
    "active": gettext_noop("whether the coverage is active today"),
    "substance_use": gettext_noop("whether substance use treatment is covered"),
    "cost": gettext_noop("what you pay for substance use treatment"),
    "deductible": gettext_noop("how much of the deductible is left"),
    "level.withdrawal": gettext_noop("medically managed withdrawal (detox)"),
    "level.residential": gettext_noop("residential treatment"),
    "level.partial": gettext_noop("partial hospitalization"),
    "level.intensive": gettext_noop("intensive outpatient treatment"),
    "level.outpatient": gettext_noop("outpatient treatment"),
    "level.medication": gettext_noop("treatment with medication"),
    "authorisation": gettext_noop("whether the plan must approve treatment first"),
    "authorisation_number": gettext_noop("which number is called for approval"),
    "limits": gettext_noop("limits of days or visits"),
    "carve_out": gettext_noop("whether another company handles behavioral health"),
    "out_of_network": gettext_noop("whether out-of-network treatment is covered"),
    "out_of_network_basis": gettext_noop("how out-of-network payment is worked out"),
}
KINDS = {
    "deductible": gettext_noop("Deductible"),
    "out_of_pocket": gettext_noop("Out-of-pocket maximum"),
    "copay": gettext_noop("Copay"),
    "coinsurance": gettext_noop("Your share"),
    "spend_down": gettext_noop("Spend-down"),
}
APPROVAL = {
    "required": gettext_noop("The plan must approve it first"),
    "not_required": gettext_noop("No approval needed"),
    "unknown": gettext_noop("The plan cannot tell"),
    "not_stated": gettext_noop("Not stated"),
}
SAID = {
    "yes": gettext_noop("yes"),
    "no": gettext_noop("no"),
    "not_said": gettext_noop("they could not say"),
}
STEPS = {
    StepKind.ASK_CALLER: gettext_noop(
        "Something does not match what the plan has. This does not mean that there is no insurance."
    ),
    StepKind.TRY_AGAIN: gettext_noop("The plan could not answer. It is asked again later, or by phone."),
    StepKind.CONFIGURATION: gettext_noop("Our connection to this plan has to be mended. It can be asked by phone."),
    StepKind.ASK_A_PERSON: gettext_noop(
        "The answer does not say clearly whether the coverage is active. Call the plan."
    ),
}
SUBSTANCE_USE = {
    Coverage.COVERED: gettext_noop("The plan says that substance use treatment is covered."),
    Coverage.NOT_COVERED: gettext_noop("The plan says that substance use treatment is not covered."),
    Coverage.NOT_STATED: gettext_noop("General coverage only: the substance use benefit is not stated."),
}
STATES = {
    Coverage.COVERED: gettext_noop("Covered"),
    Coverage.NOT_COVERED: gettext_noop("Not covered"),
    Coverage.NOT_STATED: gettext_noop("Not stated"),
}
ROLES = {
    "payer": gettext_noop("the plan"),
    "review": gettext_noop("approves treatment"),
    "vendor": gettext_noop("works for the plan"),
    "managed_care": gettext_noop("managed care"),
    "other": gettext_noop("named in the answer"),
}
NO_PROMISE = gettext_noop(
    "This is what the plan said on that day. It is not a guarantee that it will pay: it decides when the bill comes."
)


@dataclass(frozen=True)
class Figure:
    """An amount, a share or a limit, and the line it came from."""

    words: str
    at: int


@dataclass(frozen=True)
class Care:
    """One row of the table: a kind of care, what the plan says of it, and its figures by network."""

    code: str
    name: str
    state: str
    words: str
    approval: str
    in_network: tuple[Figure, ...]
    out_of_network: tuple[Figure, ...]
    not_named: tuple[Figure, ...]


@dataclass(frozen=True)
class CareTable:
    rows: tuple[Care, ...]

    @property
    def has_not_named(self) -> bool:
        """Whether a figure names no network, so that a column for these is needed."""
        return any(row.not_named for row in self.rows)


@dataclass(frozen=True)
class ToldPlan:
    name: str
    state: str
    words: str
    dates: str
    care: tuple[Care, ...]
    more_care: tuple[Care, ...]
    own_words: tuple[str, ...]

    @property
    def tables(self) -> tuple[CareTable, ...]:
        """First what it is about here, then other kinds of care."""
        return tuple(CareTable(rows) for rows in (self.care, self.more_care) if rows)


@dataclass(frozen=True)
class OtherCompany:
    at: int
    name: str
    words: str
    telephone: str


@dataclass(frozen=True)
class ToCall:
    name: str
    role: str
    telephone: str


@dataclass(frozen=True)
class Phoned:
    """One answer given on the phone; ``electronic`` is what the electronic answer says to the same, if it says it."""

    question: str
    said: str
    words: str
    electronic: str
    differs: bool


@dataclass(frozen=True)
class ToldCall:
    source: str
    answers: tuple[Phoned, ...]


@dataclass(frozen=True)
class Cover:
    """Everything told of one question to a plan, ready to be shown."""

    state: str
    headline: str
    sentences: tuple[str, ...]
    asked: str
    answered: str
    unanswered: str
    plans: tuple[ToldPlan, ...]
    not_stated: tuple[str, ...]
    levels_not_stated: tuple[str, ...]
    script: tuple[str, ...]
    numbers: tuple[ToCall, ...]
    others: tuple[OtherCompany, ...]
    warnings: tuple[str, ...]
    own_words: tuple[str, ...]
    calls: tuple[ToldCall, ...]
    no_promise: str


def summary_of(verification: Verification) -> Summary | None:
    """What its answer means; None while there is none that can be read."""
    return Summary.from_json(verification.summary_json) if verification.summary_json else None


def told(verification: Verification) -> Cover | None:
    """As ``cover_of``, of one question with the calls made about it, and about earlier questions to the same plan."""
    calls = calls_about(verification)
    cover = cover_of(summary_of(verification), calls, told=told_by_phone(verification, calls))
    if cover is None or verification.payer_said is None:
        return cover
    return replace(cover, sentences=(*cover.sentences, _asked_by(verification)))


def _asked_by(verification: Verification) -> str:
    """By whose member ID another company was asked: never the ID itself."""
    if verification.member_id:
        return _("This company was asked by its own member ID.")
    return _("This company was asked by the member ID of the first plan.")


def calls_about(verification: Verification) -> list[PhoneCall]:
    """Newest first. What was said about an earlier answer stays beside the newer one, with its day."""
    if verification.payer_said is not None:
        return list(verification.phone_calls.all())
    earlier = Verification.objects.of_their_plan().filter(policy_id=verification.policy_id)
    return list(PhoneCall.objects.filter(verification__in=earlier))


def told_by_phone(verification: Verification, calls: Iterable[PhoneCall]) -> frozenset[str]:
    """The questions that somebody answered on the phone about this very answer; "they could not say" leaves it open."""
    return frozenset(
        answer["key"]
        for call in calls
        if call.verification_id == verification.pk
        for answer in call.answers_json
        if answer.get("said") != "not_said"
    )


def cover_of(summary: Summary | None, calls: Iterable[PhoneCall] = (), *, told: Collection[str] = ()) -> Cover | None:
    """Everything in the active language; None while there is neither an answer nor a call.

    ``told`` are the keys of the script that a call answered: nobody has to ask them again.
    """
    phoned = tuple(_call(call, summary) for call in calls)
    if summary is None:
        return _phoned_only(phoned) if phoned else None
    open_keys = [question.key.removeprefix("ask.") for question in script(summary, told)]
    answered = {code for code in summary.asked if code in summary.answered}
    # Of a question that was refused nothing is stated, which needs no list
    missing = open_keys if summary.plans else []
    return Cover(
        state=summary.coverage.value,
        headline=_headline(summary),
        sentences=tuple(_sentences(summary)),
        asked=_kinds_of_care(summary.asked),
        answered=_kinds_of_care(code for code in summary.asked if code in answered),
        unanswered=_kinds_of_care(code for code in summary.asked if summary.plans and code not in answered),
        plans=tuple(_plan(plan, summary.on) for plan in summary.plans),
        not_stated=tuple(_(NOT_STATED[key]) for key in missing if not key.startswith("level.")),
        levels_not_stated=tuple(_(NOT_STATED[f"level.{x}"]) for x in LEVELS if f"level.{x}" in missing),
        script=tuple(question_words(key) for key in open_keys),
        numbers=tuple(ToCall(n.name, _(ROLES[n.role]), n.telephone) for n in summary.numbers),
        others=tuple(_other(one) for one in summary.suggestions),
        warnings=tuple(_say(one.words) for one in summary.warnings if _is_told(one.key)),
        own_words=tuple(dict.fromkeys(note.words for note in summary.notes)),
        calls=phoned,
        no_promise=_(NO_PROMISE),
    )


def _is_told(key: str) -> bool:
    """What was asked and not answered has a place of its own."""
    return key in TOLD_OF_THE_MESSAGE or not (key == "unanswered" or key.startswith(OF_THE_MESSAGE))


def question_words(key: str) -> str:
    """A question of the script in the active language; what is no question of ours is what else they said."""
    return _(WORDS[key]) if key in WORDS else _("What else the plan said")


def _phoned_only(told: tuple[ToldCall, ...]) -> Cover:
    nothing: tuple[str, ...] = ()
    return Cover(
        state=Coverage.NOT_STATED.value,
        headline=_("The plan gave no answer that a computer can read. This was said on the phone."),
        sentences=nothing, asked="", answered="", unanswered="", plans=(), not_stated=nothing,
        levels_not_stated=nothing, script=nothing, numbers=(), others=(), warnings=nothing, own_words=nothing,
        calls=told, no_promise=_(NO_PROMISE),
    )  # fmt: skip


def _say(words: str) -> str:
    # The empty message of a catalogue is its header
    return _(words) if words else ""


def day_words(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _kinds_of_care(service_types: Iterable[str]) -> str:
    return ", ".join(_say(codes.words("service_types", code)).lower() for code in service_types)


def _headline(summary: Summary) -> str:
    """The sentence to say first."""
    if summary.coverage is Coverage.NOT_STATED:
        return _(STEPS.get(summary.next_step.kind, STEPS[StepKind.ASK_A_PERSON]))
    if summary.coverage is Coverage.NOT_COVERED:
        return _("The plan says that this coverage is not active on %(day)s.") % {"day": day_words(summary.on)}
    active = sum(plan.coverage is Coverage.COVERED for plan in summary.plans)
    words = ngettext("Your plan is active.", "%(n)d plans of yours are active.", active) % {"n": active}
    left = deductible_left(summary.plans)
    return f"{words} {_left(left, summary.on)}" if left is not None else words


def _left(left: Money, on: date) -> str:
    amount, said = left.amount or Decimal(0), {"day": day_words(on)}
    if amount == 0:
        return _("Nothing of the deductible is left to pay, as of %(day)s.") % said
    said["amount"] = dollars(amount.quantize(ONE))
    if left.network == "in":
        return _("About %(amount)s of the in-network deductible is left, as of %(day)s.") % said
    return _("About %(amount)s of the deductible is left, as of %(day)s.") % said


def _sentences(summary: Summary) -> Iterator[str]:
    if summary.coverage is Coverage.COVERED:
        yield _(SUBSTANCE_USE[summary.substance_use])
    for reject in summary.rejects:
        yield _("The plan refused: %(reason)s.") % {"reason": _say(reject.words)}


def _plan(plan: Plan, on: date) -> ToldPlan:
    rows = [_care(service) for service in sorted(plan.services, key=_place)]
    near = [
        row for row, service in zip(rows, sorted(plan.services, key=_place), strict=True) if service.family in FAMILIES
    ]
    whole = _row("30", _say(codes.words("service_types", "30")), plan.coverage, "", "not_stated", plan.money)
    said = PLAN_WORDS[plan.reason if plan.reason != "stated" else plan.coverage.value]
    return ToldPlan(
        name=plan.name or _say(plan.insurance_type_words) or _("Plan"),
        state=plan.coverage.value,
        words=_(said).format(day=day_words(on)),
        dates=_dates(plan),
        care=(whole, *near),
        more_care=tuple(row for row in rows if row not in near),
        own_words=tuple(dict.fromkeys(plan.messages)),
    )


def _place(service: Service) -> int:
    return FAMILIES.index(service.family) if service.family in FAMILIES else len(FAMILIES)


def _dates(plan: Plan) -> str:
    said = {"begins": plan.begins and day_words(plan.begins), "ends": plan.ends and day_words(plan.ends)}
    if plan.begins and plan.ends:
        return _("From %(begins)s to %(ends)s.") % said
    if plan.begins:
        return _("Since %(begins)s.") % said
    return _("Until %(ends)s.") % said if plan.ends else ""


def _care(service: Service) -> Care:
    name = _say(service.name)
    words = _say(service.words)
    return _row(service.code, name, service.coverage, words, service.authorisation, service.money, service.limits)


def _row(
    code: str,
    name: str,
    coverage: Coverage,
    words: str,
    authorisation: str,
    money: Sequence[Money],
    limits: Sequence[Limit] = (),
) -> Care:
    by_network: dict[str, list[Figure]] = {"in": [], "out": [], "": []}
    for item in money:
        by_network[_column(item.network)].append(Figure(money_words(item), item.source.at))
    for limit in limits:
        by_network[_column(limit.network)].append(Figure(limit_words(limit), limit.source.at))
    approval = "" if authorisation == "not_stated" else _(APPROVAL[authorisation])
    return Care(
        code, name, coverage.value, words or _(STATES[coverage]), approval,
        tuple(by_network["in"]), tuple(by_network["out"]), tuple(by_network[""]),
    )  # fmt: skip


def _column(network: str) -> str:
    return network if network in ("in", "out") else ""


def money_words(item: Money) -> str:
    """One figure without its network, which is a column of its own: ``Deductible: $1,812.44 left (individual)``."""
    words = _("%(what)s: %(value)s") % {"what": _(KINDS[item.kind]), "value": _value(item)}
    details = [_say(codes.words("level", item.level))] if item.level else []
    if item.measure == "share" and item.period in PER_USE:
        details.append(_("for %(use)s") % {"use": _say(codes.words("period", item.period))})
    if item.flag == "derived":
        details.append(_("worked out by us: the total less what is used"))
    if item.network == "both":
        details.append(_("in and out of network"))
    return f"{words} ({', '.join(details)})" if details else words


def _value(item: Money) -> str:
    if item.flag == "percent_over_one":
        return _("received as %(raw)s, which cannot be a share; ask the plan") % {"raw": item.percent}
    parts = [dollars(item.amount)] if item.amount is not None else []
    parts += [percent(item.percent).replace(" ", "\u00a0")] if item.percent is not None else []
    if not parts:
        return _("the plan left the figure blank")
    return _measured(_(" and ").join(parts), item.measure)


def _measured(value: str, measure: str) -> str:
    if measure == "left":
        return _("%(value)s left") % {"value": value}
    if measure == "used":
        return _("%(value)s used") % {"value": value}
    return value if measure == "share" else _("%(value)s in all") % {"value": value}


def limit_words(limit: Limit) -> str:
    if limit.quantity is None and limit.amount is None:
        return _("A limit without a figure we can read: ask the plan")
    parts = [dollars(limit.amount)] if limit.amount is not None else []
    if limit.quantity is not None:
        parts.append(f"{limit.quantity.normalize():f} {_say(limit.unit)}".strip())
    value = _(" and ").join(parts)
    if limit.measure != "total":
        return _("Limit: %(value)s") % {"value": _measured(value, limit.measure)}
    if not limit.period:
        return _("Limit: %(value)s") % {"value": value}
    per = _say(codes.words("period", limit.period))
    return _("Limit: %(value)s for %(period)s") % {"value": value, "period": per}


def _other(one: Suggestion) -> OtherCompany:
    name = one.name or _("another company the answer does not name")
    return OtherCompany(one.source.at, one.name, _(SUGGESTION_WORDS[one.kind]).format(name=name), one.telephone)


def _call(call: PhoneCall, summary: Summary | None) -> ToldCall:
    electronic = {each.key: each.said for each in stated(summary)} if summary else {}
    return ToldCall(_source(call), tuple(_phoned(answer, electronic) for answer in call.answers_json))


def _source(call: PhoneCall) -> str:
    """Who said it, when, and under which number: "told by phone by Ms Bell, reference 12, on Nov. 24, 2026, 3 p.m."."""
    when = timezone.localtime(call.called_at)
    said = {
        "who": call.spoke_to or _("somebody who gave no name"),
        "day": f"{day_words(when.date())}, {date_format(when, 'TIME_FORMAT')} {when:%Z}",
        "reference": call.reference,
    }
    if call.reference:
        return _("Told by phone by %(who)s, reference %(reference)s, on %(day)s") % said
    return _("Told by phone by %(who)s, no reference number, on %(day)s") % said


def _phoned(answer: dict[str, str], electronic: dict[str, str]) -> Phoned:
    key, said = answer["key"], answer.get("said", "")
    other = electronic.get(key, "")
    return Phoned(
        question=question_words(key),
        said=_(SAID[said]) if said in SAID else "",
        words=answer.get("words", ""),
        electronic=_(SAID[other]) if other else "",
        differs=said in ("yes", "no") and other in ("yes", "no") and said != other,
    )
