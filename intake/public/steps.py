"""The order of the questions, and which of them apply to whom."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from intake.inquiries.answers import Answers
from intake.inquiries.triage import Action, Urgency, assess
from intake.public import forms, insurance_forms
from intake.public.step_form import StepForm


def always(_answers: Answers) -> bool:
    return True


def in_danger(answers: Answers) -> bool:
    """Something said so far means 911, 988 or an emergency department now."""
    return bool(urgent_actions(answers))


def urgent_actions(answers: Answers) -> tuple[Action, ...]:
    """What to do this minute; empty when nothing said so far is an emergency."""
    triage = assess(answers)
    return triage.now if triage.urgency is Urgency.DANGER_NOW else ()


def can_consent(answers: Answers) -> bool:
    return insurance_forms.is_the_person(answers) and insurance_forms.is_insured(answers)


PARTS = (
    _("Who, and danger right now"),
    _("What is being used"),
    _("Health and safety"),
    _("Where, and how to reach you"),
    _("Insurance and wishes"),
)


@dataclass(frozen=True)
class Step:
    """``part`` counts from 1: it only ever goes up, whatever is asked of whom, as a count of pages would not."""

    part: int
    slug: str
    title: Promise
    form: type[StepForm]
    applies: Callable[[Answers], bool] = always
    template: str = "public/intake/step.html"

    @property
    def url(self) -> str:
        return reverse("intake_step", args=[self.slug])

    @property
    def entry(self) -> str:
        """Where the step begins: substances with the first of them, the list comes after."""
        return reverse("intake_substance", args=[1]) if self.slug == "substances" else self.url

    @property
    def asks(self) -> bool:
        return self.form is not forms.NothingForm or self.slug == "substances"

    def is_open(self, answers: Answers) -> bool:
        """Whether it asks something, and nothing of it was answered."""
        if self.slug == "substances":
            return not answers.uses
        return self.asks and not any(self.form(answers=answers).rows())


STEPS = (
    Step(1, "who", _("Who needs help"), forms.WhoForm),
    Step(1, "danger", _("Danger right now"), forms.DangerForm, template="public/intake/danger.html"),
    Step(1, "help-now", _("Get help now"), forms.NothingForm, in_danger, "public/intake/help_now.html"),
    Step(2, "substances", _("What is being used"), forms.NothingForm, template="public/intake/substances.html"),
    Step(2, "history", _("What happened before"), forms.HistoryForm),
    Step(3, "feelings", _("Some hard questions"), forms.FeelingsForm, template="public/intake/feelings.html"),
    Step(3, "safe-now", _("Get help now"), forms.NothingForm, in_danger, "public/intake/help_now.html"),
    Step(3, "home", _("Safety and health"), forms.HomeForm),
    Step(4, "where", _("Where"), forms.WhereForm, template="public/intake/where.html"),
    Step(4, "reach", _("How to reach you safely"), forms.ReachForm),
    Step(5, "insurance", _("Insurance"), insurance_forms.InsuranceForm, template="public/intake/insurance.html"),
    Step(5, "plan", _("Your plan"), insurance_forms.PlanForm, insurance_forms.is_insured, "public/intake/plan.html"),
    Step(
        5,
        "consent",
        _("Asking your plan"),
        insurance_forms.ConsentForm,
        can_consent,
        "public/intake/consent.html",
    ),
    Step(5, "preferences", _("What matters to you"), forms.PreferencesForm),
)
BY_SLUG = {step.slug: step for step in STEPS}


def applying(answers: Answers) -> tuple[Step, ...]:
    return tuple(step for step in STEPS if step.applies(answers))


def first_open(answers: Answers) -> str:
    """Address of the first step nothing of which was answered; the check page when there is none."""
    return next((one.entry for one in applying(answers) if one.is_open(answers)), reverse("intake_check"))


def after(step: Step, answers: Answers) -> str:
    """Address of the next page: the next step that applies, or the check page."""
    later = STEPS[STEPS.index(step) + 1 :]
    return next((one.entry for one in later if one.applies(answers)), reverse("intake_check"))


def before(step: Step, answers: Answers) -> str:
    earlier = reversed(STEPS[: STEPS.index(step)])
    return next((one.url for one in earlier if one.applies(answers)), reverse("get_help"))
