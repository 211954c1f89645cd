"""From a reply to a `Summary`: is it ours, who is it about, what does it say, what does it leave open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from . import codes
from .benefits import source
from .inquiry import EligibilityInquiry
from .numbers import numbers
from .plans import ASIDE, STATUS, read_plans
from .rejecting import read_reject, step_from_other, step_from_rejects
from .reply import Answer, Benefit, Member, Party, Period, Reply, ReplyKind
from .script import questions
from .sentences import headline, lines
from .summary import (
    Coverage,
    Identity,
    NextStep,
    Note,
    Plan,
    RejectFact,
    Sentence,
    StepKind,
    Suggestion,
    Summary,
)
from .writing import clean

OTHER_COMPANY = frozenset({"VN", "X3", "Y2", "PR"})
PEOPLE = frozenset({"IL", "03", "P3", "1P"})
MANAGED = frozenset({"HM", "HN", "PR", "PS", "IN"})
BEHAVIOURAL = frozenset({"substance_use", "mental_health"})
BEHAVIOURAL_WORDS = ("BEHAVIOR", "MENTAL HEALTH", "SUBSTANCE")
SAYS_NOTHING = frozenset({"not_mentioned", "mentioned", "cost_stated"})
NOT_CLEAR = "The answer does not say clearly whether the coverage is active. Call the plan."
NOT_SAID = "The answer does not say whether the coverage is active. Call the plan."
CANNOT_PROCESS = "The plan could not process the question. Call the plan."
DONE = NextStep(StepKind.NONE)
NOT_OURS = NextStep(
    StepKind.ASK_A_PERSON,
    "not_our_answer",
    words="The answer belongs to another question. It has been set aside; the operator has to look.",
)


def summarise(reply: Reply, *, asked: EligibilityInquiry, on: date) -> Summary:
    """The meaning of `reply` to the question `asked`, for a service on the day `on`.

    Never raises on any reply of `read_reply`. An answer whose trace or person is not ours yields a summary
    without a single fact of it (`next_step.code` is `not_our_answer`).
    """
    if reply.kind is not ReplyKind.ELIGIBILITY:
        return _empty(reply, asked, on, step_from_other(reply))
    answer, matches = _our_answer(reply.answers, asked)
    if answer is None:
        return _empty(reply, asked, on, NOT_OURS, trace_matches=False)
    member = _our_member(answer, asked)
    if member is None and any(m.benefits for m in answer.members):
        return _empty(reply, asked, on, NOT_OURS, trace_matches=matches)
    identity = _identity(member, asked) if member is not None else Identity()
    if _is_somebody_else(identity, asked):
        return _empty(reply, asked, on, NOT_OURS, trace_matches=matches)
    return _summary(reply, answer, member, asked, on, matches, identity)


def _our_answer(answers: tuple[Answer, ...], asked: EligibilityInquiry) -> tuple[Answer | None, bool | None]:
    """The transaction that carries our trace; one without any trace is taken only when it is alone."""
    for answer in answers:
        if asked.trace.upper() in _echoed(answer):
            return answer, True
    traced = any(_echoed(answer) for answer in answers)
    if len(answers) != 1 or traced:
        return None, False
    alone = answers[0]
    if alone.reference.upper() == asked.trace.upper():
        return alone, True
    harmless = not any(m.benefits for m in alone.members)
    if not alone.reference or harmless or any(_is_surely_ours(m, asked) for m in alone.members):
        return alone, None
    return None, False


def _is_surely_ours(member: Member, asked: EligibilityInquiry) -> bool:
    """Without any trace, only the same member id and birth date make an answer ours."""
    holder = (member.subscriber or member).party
    same_id = holder is not None and bool(holder.id) and _bare(holder.id) == _bare(asked.member_id)
    return same_id and member.birth_date is not None and member.birth_date == asked.patient.birth_date


def _echoed(answer: Answer) -> set[str]:
    return {t.number.upper() for m in answer.members for t in m.traces if t.kind == "2"}


def _our_member(answer: Answer, asked: EligibilityInquiry) -> Member | None:
    """The person asked about: by trace, else of the right level, else by birth date and first name.

    A subscriber's answer is never taken for the dependent's, unless name and birth date are the dependent's.
    """
    people = answer.members
    if asked.dependent is None:
        mine = [m for m in people if _has_trace(m, asked)] or [m for m in people if not m.is_dependent]
    else:
        mine = [m for m in people if m.is_dependent and _has_trace(m, asked)]
        mine = mine or [m for m in people if m.is_dependent]
        mine = mine or [m for m in people if _is_same_person(m, asked)]
    if len(mine) > 1:
        mine = [m for m in mine if _is_same_person(m, asked)]
    return mine[0] if len(mine) == 1 else None


def _has_trace(member: Member, asked: EligibilityInquiry) -> bool:
    return any(t.kind == "2" and t.number.upper() == asked.trace.upper() for t in member.traces)


def _is_same_person(member: Member, asked: EligibilityInquiry) -> bool:
    first = member.party.first_name if member.party else ""
    same_name = clean(first) == clean(asked.patient.first_name)
    return member.birth_date == asked.patient.birth_date and same_name


def _is_somebody_else(found: Identity, asked: EligibilityInquiry) -> bool:
    """Stated and different: the birth date and one thing more, or member id and last name together.

    An id or last name that only lost or gained a prefix or suffix counts as the same here.
    """
    other = {name for name in found.changed if name in ("birth_date", "first_name")}
    other |= {"member_id"} if _is_other(found.member_id, asked.member_id) else set()
    other |= {"last_name"} if _is_other(found.last_name, asked.patient.last_name) else set()
    return ("birth_date" in other and len(other) > 1) or {"member_id", "last_name"} <= other


def _is_other(said: str, known: str) -> bool:
    a, b = _bare(said), _bare(known)
    return bool(a and b) and a not in b and b not in a


def _identity(member: Member, asked: EligibilityInquiry) -> Identity:
    holder = (member.subscriber or member).party
    member_id = holder.id if holder and holder.id_qualifier in ("MI", "II", "") else ""
    party, patient = member.party or Party(""), asked.patient
    found: dict[str, str] = {}
    if member_id and not _is_alike(member_id, asked.member_id):
        found["member_id"] = member_id
    for name, said, known in (
        ("last_name", party.last_name, patient.last_name),
        ("first_name", party.first_name, patient.first_name),
    ):
        if said and known and not _is_alike(said, known):
            found[name] = said
    born = member.birth_date
    differs = born is not None and patient.birth_date is not None and born != patient.birth_date
    changed = tuple(found) + (("birth_date",) if differs else ())
    return Identity(changed=changed, birth_date=born if differs else None, **found)


def _is_alike(said: str, known: str) -> bool:
    return said == known or _bare(said) == _bare(known)


def _bare(text: str) -> str:
    return "".join(c for c in clean(text) if c.isalnum())


def _summary(
    reply: Reply,
    answer: Answer,
    member: Member | None,
    asked: EligibilityInquiry,
    on: date,
    matches: bool | None,
    identity: Identity,
) -> Summary:
    benefits = member.benefits if member else ()
    rejects = _rejects(answer, member)
    plans = read_plans(benefits, member_periods(member), asked.service_types, on)
    coverage = overall(plan.coverage for plan in plans)
    step = _next_step(rejects, benefits, coverage)
    suggestions = tuple(s for b in benefits if (s := suggestion(b, benefits)) is not None)
    # Whom to ask about a kind of care is no answer about it
    answered = tuple(dict.fromkeys(code for b in benefits if b.info not in ASIDE for code in b.service_types))
    unanswered = tuple(code for code in asked.service_types if code not in answered)
    substance_use = family_coverage(plans, "substance_use")
    found = numbers(answer.payer, benefits)
    return Summary(
        coverage=coverage,
        substance_use=substance_use,
        mental_health=family_coverage(plans, "mental_health"),
        headline=headline(coverage, substance_use, plans, suggestions, step, on),
        next_step=step,
        reply_kind=reply.kind.value,
        on=on,
        lines=lines(plans, suggestions, rejects, substance_use),
        plans=plans,
        suggestions=suggestions,
        rejects=rejects,
        notes=_notes(benefits),
        asked=asked.service_types,
        answered=answered,
        unanswered=unanswered,
        to_ask=questions(plans, suggestions, coverage, found),
        warnings=_warnings(reply, member, rejects, matches, unanswered, coverage),
        identity=identity if benefits else Identity(),
        payer_name=answer.payer.name if answer.payer else "",
        payer_telephone=_telephone(answer.payer),
        numbers=found,
        trace=asked.trace,
        trace_matches=matches,
    )


def member_periods(member: Member | None) -> tuple[Period, ...]:
    if member is None:
        return ()
    return member.periods or (member.subscriber.periods if member.subscriber else ())


def _rejects(answer: Answer, member: Member | None) -> tuple[RejectFact, ...]:
    found = list(answer.rejects)
    if member is not None:
        found += member.subscriber.rejects if member.subscriber else ()
        found += member.rejects
        found += (reject for benefit in member.benefits for reject in benefit.rejects)
    else:
        found += (reject for m in answer.members for reject in m.rejects)
    return tuple(read_reject(reject) for reject in found)


def _next_step(rejects: tuple[RejectFact, ...], benefits: tuple[Benefit, ...], coverage: Coverage) -> NextStep:
    """A reject beside a stated status is only part of the answer; otherwise it decides."""
    if coverage is not Coverage.NOT_STATED:
        return DONE
    if any(b.info in STATUS for b in benefits):
        return NextStep(StepKind.ASK_A_PERSON, "status_not_clear", words=NOT_CLEAR)
    if rejects:
        return step_from_rejects(rejects)
    if any(b.info == "V" for b in benefits):
        return NextStep(StepKind.ASK_A_PERSON, "V", words=CANNOT_PROCESS)
    return NextStep(StepKind.ASK_A_PERSON, "status_not_stated", words=NOT_SAID)


def overall(said: Iterable[Coverage]) -> Coverage:
    """Covered if any part is; not covered only if every part says so; otherwise not stated."""
    every = set(said)
    if Coverage.COVERED in every:
        return Coverage.COVERED
    return Coverage.NOT_COVERED if every == {Coverage.NOT_COVERED} else Coverage.NOT_STATED


def family_coverage(plans: tuple[Plan, ...], family: str) -> Coverage:
    """Per plan, codes the plan says nothing about do not count; then over the plans as for coverage."""
    return overall(_family_of(plan, family) for plan in plans)


def _family_of(plan: Plan, family: str) -> Coverage:
    if plan.coverage is Coverage.NOT_COVERED:
        return Coverage.NOT_COVERED
    said = [s for s in plan.services if s.family == family and s.reason not in SAYS_NOTHING]
    return overall(s.coverage for s in said)


def suggestion(benefit: Benefit, among: Iterable[Benefit]) -> Suggestion | None:
    """Somebody else to ask, when this line points to them. `among`: the other lines about the same person."""
    use = codes.use(benefit.info)
    other = next((p for p in benefit.entities if p.role in OTHER_COMPANY), None)
    if use == "redirect":
        kind = _redirected(benefit, among)
    elif _is_behavioural(benefit) and (use == "carve_out" or (other is not None and other.role != "X3")):
        kind = "carve_out"
    elif use == "carve_out":
        kind = "other_source"
    elif benefit.insurance_type == "HN" and benefit.info in STATUS:
        kind = "medicare_advantage"
    else:
        return None
    return _suggested(kind, benefit, other or next((p for p in benefit.entities if p.role not in PEOPLE), None))


def _is_behavioural(benefit: Benefit) -> bool:
    """By its service types, or by what the line and the company on it are called; never by guess."""
    if any(codes.family(code) in BEHAVIOURAL for code in benefit.service_types):
        return True
    said = " ".join((benefit.plan_name, *benefit.messages, *(p.last_name for p in benefit.entities))).upper()
    return any(word in said for word in BEHAVIOURAL_WORDS)


def _redirected(benefit: Benefit, among: Iterable[Benefit]) -> str:
    """Which kind of payer a redirect names. An HMO or PPO named beside Medicare's own parts is Medicare Advantage
    (HETS answers), one beside Medicaid is its managed care plan."""
    own = {b.insurance_type for b in among if b.info in STATUS}
    manages = benefit.insurance_type in MANAGED
    if benefit.insurance_type == "HN" or (manages and own & {"MA", "MB"}):
        return "medicare_advantage"
    if benefit.info == "MC" or (manages and "MC" in own):
        return "managed_care"
    return "other_payer"


SUGGESTION_WORDS = {
    "carve_out": "Behavioral health benefits are handled by {name}. Ask there.",
    "managed_care": "A managed care plan handles this coverage: {name}. Ask there.",
    "other_source": "The plan points to another company for information: {name}. Ask there.",
    "other_payer": "There is other coverage: {name}. Ask there too.",
    "medicare_advantage": "This is a Medicare Advantage plan: {name}. Ask that plan.",
}


def _suggested(kind: str, benefit: Benefit, party: Party | None) -> Suggestion:
    name = (party.name if party else "") or benefit.plan_name
    return Suggestion(
        kind=kind,
        name=name,
        payer_id=party.id if party and party.id_qualifier in ("PI", "XV", "NI") else "",
        telephone=_telephone(party),
        service_types=benefit.service_types,
        words=SUGGESTION_WORDS[kind].format(name=name or "another company the answer does not name"),
        source=source(benefit),
    )


def _telephone(party: Party | None) -> str:
    return next((c.telephone for c in party.contacts if c.telephone), "") if party else ""


def _notes(benefits: Iterable[Benefit]) -> tuple[Note, ...]:
    kinds = {"disclaimer": "disclaimer", "cannot_process": "cannot_process", "note": "note"}
    return tuple(
        Note(kinds.get(codes.use(b.info), "message"), text, source(b)) for b in benefits for text in b.messages
    )


def _warnings(
    reply: Reply,
    member: Member | None,
    rejects: tuple[RejectFact, ...],
    matches: bool | None,
    unanswered: tuple[str, ...],
    coverage: Coverage,
) -> tuple[Sentence, ...]:
    found = [Sentence(f"message.{p.code}", p.words, {"at": str(p.at)}) for p in reply.problems]
    if matches is None:
        found.append(Sentence("trace.none", "The plan did not repeat our reference."))
    if member is not None and member.identity_changed:
        found.append(Sentence("identity.changed", "The plan corrected something in the person's details."))
    if rejects and coverage is not Coverage.NOT_STATED:
        found.append(Sentence("partial", "The plan answered in part and refused in part; both are shown."))
    if unanswered and coverage is Coverage.COVERED:
        names = ", ".join(codes.words("service_types", code).lower() for code in unanswered)
        found.append(Sentence("unanswered", f"Asked, but not answered: {names}.", {"codes": " ".join(unanswered)}))
    return tuple(found)


def _empty(
    reply: Reply, asked: EligibilityInquiry, on: date, step: NextStep, trace_matches: bool | None = None
) -> Summary:
    """A summary without a single fact of the answer."""
    unknown = Coverage.NOT_STATED
    return Summary(
        coverage=unknown,
        substance_use=unknown,
        mental_health=unknown,
        headline=headline(unknown, unknown, (), (), step, on),
        next_step=step,
        reply_kind=reply.kind.value,
        on=on,
        asked=asked.service_types,
        unanswered=asked.service_types,
        to_ask=questions((), (), unknown, ()),
        trace=asked.trace,
        trace_matches=trace_matches,
    )
