"""What the answers amount to, before any rule: the yes/no questions that triage's rules ask.

Each question leans to the side of danger where an answer is missing or "not sure": withdrawal may come until
enough is told to say that it does not look near. Nobody, though, is taken to have stopped who did not say so.
The windows and the bias are our own rule and need a clinician's sign-off.
"""

from dataclasses import dataclass
from functools import cached_property

from intake.inquiries.answers import (
    Answers,
    ForWhom,
    Frequency,
    HowLong,
    LastUse,
    Said,
    SuicideScreen,
    Symptom,
    Use,
)
from intake.inquiries.free_text import Sign, says_something, signs
from intake.inquiries.spelling import words
from intake.inquiries.substance_words import (
    DEPRESSANTS,
    LETHAL_WITHDRAWAL,
    Group,
    group_of,
    meanings,
    read,
    read_dangers,
)

NOT_REGULAR = frozenset({Frequency.WEEKLY, Frequency.LESS})
STILL_TAKING = frozenset({LastUse.TODAY, LastUse.YESTERDAY})
DAYS_WITHOUT = frozenset({LastUse.DAYS_2_3, LastUse.DAYS_4_7, LastUse.WEEKS_1_4})
WEEK_WITHOUT = frozenset({LastUse.DAYS_4_7, LastUse.WEEKS_1_4, LastUse.LONGER})
DELIRIUM_SIGNS = frozenset({Symptom.CONFUSION, Symptom.SEEING_THINGS, Symptom.FEVER})
WITHDRAWAL_SIGNS = frozenset({Symptom.SHAKING, Symptom.SWEATING, Symptom.VOMITING})
CONTRADICTS_WEEKLY = frozenset({LastUse.WEEKS_1_4})
EVERY_DAY = (
    *(
        "a day",
        "per day",
        "each day",
        "every day",
        "all day",
        "daily",
        "everyday",
        "a night",
        "per night",
        "every night",
    ),
    *("nightly", "every morning", "al dia", "por dia", "cada dia", "todos los dias", "diario", "diaria", "diariamente"),
    *("por noche", "cada noche", "todas las noches"),
)
ADULT, OLD = 18, 65


def _maybe(said: Said | None) -> bool:
    """Yes, or "not sure" after being asked. Not asked is neither."""
    return said in (Said.YES, Said.NOT_SURE)


def groups_of(use: Use) -> frozenset[Group]:
    """Every group a use speaks of: the class somebody picked, and what the words themselves say.

    A use of which anything is told but the name is a use of something unknown.
    """
    named = read(use.text) | read(use.canonical or "")
    if use.klass and group_of(use.klass) is not Group.UNKNOWN:
        # A picked class settles a word nobody knew, but never explains away a dangerous one.
        named = (named - {Group.UNKNOWN}) | {group_of(use.klass)}
    elif use.klass or (not named and use != Use()):
        named |= {Group.UNKNOWN}
    beside = read(use.used_with) if says_something(use.used_with) else frozenset()
    return named | beside | read_dangers(use.amount)


def every_day(text: str) -> bool:
    spaced = f" {' '.join(words(text))} "
    return any(f" {each} " in spaced for each in EVERY_DAY)


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


def taken(use: Use, story: frozenset[Sign]) -> Taken:
    """``story``: what the free text of the whole form is a sign of; it counts where the use itself leaves it open."""
    said = signs(texts_of(use)) | (story if use.stopped is not Said.NO else frozenset())
    stopping = use.stopped is Said.YES or Sign.STOPPING in said
    return Taken(
        groups=groups_of(use),
        regular=stopping or not _now_and_then(use),
        over=use.last_use is LastUse.LONGER,
        steady=use.stopped is Said.NO and not stopping and use.last_use in STILL_TAKING,
        quitting=use.last_use is not LastUse.LONGER and (stopping or use.last_use in DAYS_WITHOUT),
    )


def _now_and_then(use: Use) -> bool:
    """Used too seldom for withdrawal. Who just stopped answers how often in the present tense: "less often".

    So it counts only beside a plain "no, not stopped or cut down", and where nothing told contradicts it.
    """
    seldom = use.how_often in NOT_REGULAR and use.stopped is Said.NO
    contradicted = use.how_often is Frequency.WEEKLY and use.last_use in CONTRADICTS_WEEKLY
    often = use.how_long is HowLong.YEARS or every_day(f"{use.text} , {use.amount}")
    return seldom and not contradicted and not often


def texts_of(use: Use) -> tuple[str, ...]:
    """What of a use may hold more than a name."""
    return tuple(text for text in (use.text, use.amount, use.used_with) if text and not meanings(text))


def told_beside(answers: Answers, story: frozenset[Sign]) -> tuple[Taken, ...]:
    """The depressants that the free text of the form names: nothing is known of them but that."""
    groups = read_dangers(answers.anything_else)
    beside = Taken(groups, regular=True, over=False, steady=False, quitting=Sign.STOPPING in story)
    return (beside,) if groups else ()


@dataclass(frozen=True)
class Picture:
    answers: Answers
    taken: tuple[Taken, ...]
    beside: tuple[Taken, ...]  # named in free text only
    signs: frozenset[Sign]  # of all that was typed freely

    @property
    def all(self) -> tuple[Taken, ...]:
        return self.taken + self.beside

    @cached_property
    def groups(self) -> frozenset[Group]:
        return frozenset().union(*(one.groups for one in self.all))

    def uses(self, group: str) -> bool:
        return group in self.groups

    def at_risk_of(self, group: str) -> bool:
        return any(one.at_risk and group in one.groups for one in self.all)

    def uses_safely(self, group: str) -> bool:
        """Named, but withdrawal from it does not look near; always false where ``at_risk_of`` is true."""
        return self.uses(group) and not self.at_risk_of(group)

    def uses_depressant_beside(self, group: str) -> bool:
        return bool((self.groups & DEPRESSANTS) - {group})

    def sign(self, symptom: str) -> bool:
        return symptom in self.answers.symptoms

    def says(self, sign: str) -> bool:
        return sign in self.signs

    @property
    def free_text(self) -> bool:
        """Something to read that is more than the name of a substance."""
        unclear = any(
            Group.UNKNOWN in read(use.used_with) for use in self.answers.uses if says_something(use.used_with)
        )
        return says_something(self.answers.anything_else) or unclear

    @property
    def free_text_names_danger(self) -> bool:
        return any(one.groups & LETHAL_WITHDRAWAL for one in self.beside)

    @property
    def at_risk(self) -> bool:
        return any(one.at_risk and one.groups & LETHAL_WITHDRAWAL for one in self.all)

    @property
    def quitting(self) -> bool:
        """Stopped or cut down something whose withdrawal can kill, used regularly as far as is known."""
        return any(one.quitting and one.at_risk and one.groups & LETHAL_WITHDRAWAL for one in self.all)

    @property
    def opioid_quitting(self) -> bool:
        return any(one.quitting and Group.OPIOID in one.groups for one in self.all)

    @property
    def adulterant_quitting(self) -> bool:
        return any(one.quitting and Group.ADULTERANT in one.groups for one in self.all)

    @property
    def maybe_quitting(self) -> bool:
        """As ``quitting``, or of something unknown, which may be one of these."""
        return self.quitting or self.unknown_quitting

    @property
    def unknown_quitting(self) -> bool:
        return any(one.quitting and one.regular and Group.UNKNOWN in one.groups for one in self.all)

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
        return _maybe(self.answers.history.seizure) or self.says(Sign.SEIZURE)

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
        """ASQ question 5 is yes or not sure; or left open after a yes or not sure to any of questions 1 to 4."""
        screen = self.answers.suicide
        before = (screen.wished_dead, screen.better_off_dead, screen.thoughts, screen.ever_tried)
        return _maybe(screen.right_now) or (any(map(_maybe, before)) and screen.right_now is None)

    @property
    def suicide_plan(self) -> bool:
        screen = self.answers.suicide
        return screen.plan_or_means is Said.YES or screen.tried_recently is Said.YES

    @property
    def means_harm(self) -> bool:
        """Harm to themselves or another is spoken of, ticked or typed."""
        ticked = self.suicide_now or self.suicide_plan or self.suicide_thoughts or self.being_hurt or self.danger_said
        return ticked or self.says(Sign.SUICIDE) or self.says(Sign.VIOLENCE)

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
    story = signs((answers.anything_else,))
    every = story | signs(text for use in answers.uses for text in texts_of(use))
    return Picture(answers, tuple(taken(use, story) for use in answers.uses), told_beside(answers, story), every)
