"""What the answers amount to, before any rule: the yes/no questions that triage's rules ask.

Each question leans to the side of danger where an answer is missing or "not sure" about a known
substance. The windows and the bias are our own rule and need a clinician's sign-off.
"""

from dataclasses import dataclass
from functools import cached_property

from intake.inquiries.answers import Answers, ForWhom, Frequency, LastUse, Said, SuicideScreen, Symptom, Use
from intake.inquiries.substance_words import Group, group_of, read

LETHAL_WITHDRAWAL = frozenset(
    {
        Group.ALCOHOL,
        Group.BENZODIAZEPINE,
        Group.Z_DRUG,
        Group.BARBITURATE,
        Group.GHB,
        Group.BACLOFEN_PHENIBUT,
        Group.OTHER_SEDATIVE,
        Group.GABAPENTINOID,
    }
)
DEPRESSANTS = LETHAL_WITHDRAWAL | {Group.OPIOID, Group.ADULTERANT}
NOT_REGULAR = frozenset({Frequency.WEEKLY, Frequency.LESS})
STILL_TAKING = frozenset({LastUse.TODAY, LastUse.YESTERDAY})
DAYS_WITHOUT = frozenset({LastUse.DAYS_2_3, LastUse.DAYS_4_7, LastUse.WEEKS_1_4})
WEEK_WITHOUT = frozenset({LastUse.DAYS_4_7, LastUse.WEEKS_1_4, LastUse.LONGER})
DELIRIUM_SIGNS = frozenset({Symptom.CONFUSION, Symptom.SEEING_THINGS, Symptom.FEVER})
WITHDRAWAL_SIGNS = frozenset({Symptom.SHAKING, Symptom.SWEATING, Symptom.VOMITING})
ADULT, OLD = 18, 65


def _maybe(said: Said | None) -> bool:
    """Yes, or "not sure" after being asked. Not asked is neither."""
    return said in (Said.YES, Said.NOT_SURE)


def groups_of(use: Use) -> frozenset[Group]:
    """Every group a use speaks of: the class somebody picked, and what the words themselves say."""
    worded = read(use.text) | read(use.canonical or "")
    if use.klass and group_of(use.klass) is not Group.UNKNOWN:
        # A picked class settles a word nobody knew, but never explains away a dangerous one.
        worded = (worded - {Group.UNKNOWN}) | {group_of(use.klass)}
    elif use.klass:
        worded |= {Group.UNKNOWN}
    return worded | read(use.used_with)


@dataclass(frozen=True)
class Taken:
    groups: frozenset[Group]
    regular: bool  # daily or nearly, or not known
    over: bool  # last use known to be more than four weeks ago
    steady: bool  # says they have not stopped, and took it today or yesterday
    quitting: bool  # says they stopped or cut down, or it has been days

    @property
    def at_risk(self) -> bool:
        return self.regular and not self.over and not self.steady


def taken(use: Use) -> Taken:
    return Taken(
        groups=groups_of(use),
        regular=use.how_often not in NOT_REGULAR,
        over=use.last_use is LastUse.LONGER,
        steady=use.stopped is Said.NO and use.last_use in STILL_TAKING,
        quitting=use.last_use is not LastUse.LONGER and (use.stopped is Said.YES or use.last_use in DAYS_WITHOUT),
    )


@dataclass(frozen=True)
class Picture:
    answers: Answers
    taken: tuple[Taken, ...]

    @cached_property
    def groups(self) -> frozenset[Group]:
        return frozenset().union(*(one.groups for one in self.taken))

    def uses(self, group: str) -> bool:
        return group in self.groups

    def at_risk_of(self, group: str) -> bool:
        return any(one.at_risk and group in one.groups for one in self.taken)

    def uses_safely(self, group: str) -> bool:
        """Named, but withdrawal from it does not look near; always false where ``at_risk_of`` is true."""
        return self.uses(group) and not self.at_risk_of(group)

    def uses_depressant_beside(self, group: str) -> bool:
        return bool((self.groups & DEPRESSANTS) - {group})

    def sign(self, symptom: str) -> bool:
        return symptom in self.answers.symptoms

    @property
    def at_risk(self) -> bool:
        return any(one.at_risk and one.groups & LETHAL_WITHDRAWAL for one in self.taken)

    @property
    def quitting(self) -> bool:
        """Stopped or cut down something whose withdrawal can kill, used regularly as far as is known."""
        return any(one.quitting and one.at_risk and one.groups & LETHAL_WITHDRAWAL for one in self.taken)

    @property
    def opioid_quitting(self) -> bool:
        return any(one.quitting and Group.OPIOID in one.groups for one in self.taken)

    @property
    def unknown_quitting(self) -> bool:
        return any(one.quitting and one.regular and Group.UNKNOWN in one.groups for one in self.taken)

    @property
    def may_withdraw(self) -> bool:
        """A substance with a lethal withdrawal, or one that may be: unknown, or nothing told at all."""
        return not self.groups or bool(self.groups & (LETHAL_WITHDRAWAL | {Group.UNKNOWN}))

    @property
    def several_depressants(self) -> bool:
        return len(self.groups & DEPRESSANTS) > 1

    @property
    def delirium_signs(self) -> bool:
        return bool(DELIRIUM_SIGNS & set(self.answers.symptoms))

    @property
    def withdrawal_signs(self) -> bool:
        return bool(WITHDRAWAL_SIGNS & set(self.answers.symptoms))

    @property
    def past_seizure(self) -> bool:
        return _maybe(self.answers.history.seizure)

    @property
    def past_delirium(self) -> bool:
        return _maybe(self.answers.history.delirium)

    @property
    def past_overdose(self) -> bool:
        return _maybe(self.answers.history.overdose)

    @property
    def tolerance_lost(self) -> bool:
        away = any(use.last_use in WEEK_WITHOUT for use in self.answers.uses)
        return away or _maybe(self.answers.history.break_in_use)

    @property
    def pregnant(self) -> bool:
        return _maybe(self.answers.person.pregnant)

    @property
    def old(self) -> bool:
        return self.answers.age is not None and self.answers.age >= OLD

    @property
    def young(self) -> bool:
        return self.answers.age is not None and self.answers.age < ADULT

    @property
    def danger_said(self) -> bool:
        return self.answers.danger_now is Said.YES

    @property
    def danger_unsure(self) -> bool:
        return self.answers.danger_now is Said.NOT_SURE

    @property
    def being_hurt(self) -> bool:
        return _maybe(self.answers.being_hurt)

    @property
    def for_someone_else(self) -> bool:
        return self.answers.for_whom is ForWhom.SOMEONE_ELSE

    @property
    def suicide_now(self) -> bool:
        """ASQ question 5 is yes or not sure; or thoughts this week with question 5 left open."""
        screen = self.answers.suicide
        return _maybe(screen.right_now) or (_maybe(screen.thoughts) and screen.right_now is None)

    @property
    def suicide_plan(self) -> bool:
        screen = self.answers.suicide
        return screen.plan_or_means is Said.YES or screen.tried_recently is Said.YES

    @property
    def suicide_thoughts(self) -> bool:
        """ASQ: yes to any of questions 1 to 4; "not sure" counts as yes (our own rule)."""
        screen = self.answers.suicide
        asked = (screen.wished_dead, screen.better_off_dead, screen.thoughts, screen.ever_tried)
        return any(map(_maybe, (*asked, screen.plan_or_means, screen.tried_recently)))

    @property
    def suicide_unanswered(self) -> bool:
        return self.answers.suicide == SuicideScreen() or self.answers.suicide.thoughts is None


def picture_of(answers: Answers) -> Picture:
    return Picture(answers, tuple(map(taken, answers.uses)))
