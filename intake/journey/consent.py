"""A chapter that may come late: the person says yes themselves, by a one-time link, or takes it back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpline.audit.acting import Actor, acting, record
from helpline.vault.models import LinkRefused, SignedLink
from intake.disclosures.codes import make_code, spend_code
from intake.disclosures.consenting import give, revoke
from intake.disclosures.models import Purpose, SignedHow
from intake.inquiries.answers import Answers
from intake.inquiries.events import announce
from intake.inquiries.models import ContactPoint, Inquiry
from intake.inquiries.opening import answer_again
from intake.insurance.models import Policy, VerificationState
from intake.insurance.nudging import nudge
from intake.insurance.policies import keep_policy
from intake.insurance.verification import ask_for, withdraw_waiting
from intake.journey.minors import held_because
from intake.messages.models import Message
from intake.messages.sending import send

LINK_PURPOSE = "consent"
LINK_LASTS = timedelta(days=2)
# What a short code opens; the page stays open long enough to read it
CODE_PURPOSE = "consent_by_code"
PAGE_LASTS = timedelta(minutes=30)
LINK_BODY = gettext_lazy(
    "Here is the page we talked about. You can sign there once, and it is open for two days:\n\n%(address)s\n\n"
    "If you did not ask for this, you can leave it alone."
)


def make_consent_link(inquiry: Inquiry, *, by: Actor) -> str:
    """An address the person opens to read, and sign or refuse, our consents. Works once, for two days."""
    with acting(by):
        link, secret = SignedLink.objects.make(purpose=LINK_PURPOSE, subject=inquiry.pk, lasts=LINK_LASTS)
        record(by, "made_link", "consent", [link.pk], inquiry_id=inquiry.pk)
    return f"{settings.SITE_URL}/consent/{secret}/"


def make_consent_code(inquiry: Inquiry, *, by: Actor) -> str:
    """A code to read out to the person, who types it at /consent/ on their own phone. Raises ``TooMany``."""
    with acting(by):
        code = make_code(inquiry.pk)
        record(by, "made_code", "consent", inquiry_id=inquiry.pk)
    return code


def open_with_code(typed: str, *, address: str) -> str:
    """The secret of the page a code opens. Raises ``CodeRefused``, ``TooMany``."""
    code = spend_code(typed, address=address)
    with acting(Actor("code", str(code.pk))):
        _, secret = SignedLink.objects.make(purpose=CODE_PURPOSE, subject=code.inquiry_id, lasts=PAGE_LASTS)
    return secret


def open_link(secret: str) -> SignedLink:
    """The link behind a consent page, come by itself or through a code. Raises ``LinkRefused``."""
    try:
        return SignedLink.objects.open(secret, purpose=LINK_PURPOSE)
    except LinkRefused:
        return SignedLink.objects.open(secret, purpose=CODE_PURPOSE)


def sign(
    link: SignedLink,
    *,
    purposes: Iterable[str],
    name: tuple[str, str],
    signature: str,
    complete: Callable[[Answers], Answers],
    ask_again: bool = False,
    other_payer: str = "",
) -> Inquiry:
    """The person's own yes: a consent for each purpose, and the insurer is asked if that is one of them.

    ``complete`` adds what the person typed on the page to the inquiry's answers, which somebody at the desk may have
    corrected since the page was made; ``ask_again`` says that the plan may be asked more than once, ``other_payer``
    is a company that may be asked, too. A minor's consent may be held for the privacy officer, and then asks nobody.
    Raises ``LinkRefused`` when the link was used meanwhile, ``Inquiry.DoesNotExist`` when the inquiry was erased.
    """
    by, how = Actor.link(link), SignedHow.CODE if link.purpose == CODE_PURPOSE else SignedHow.LINK
    with acting(by):
        link.use()
        inquiry = Inquiry.objects.hold(link.subject)
        told = complete(inquiry.answers)
        held = held_because(told)
        person = replace(told.person, first_name=name[0], last_name=name[1])
        inquiry = answer_again(inquiry, replace(told, person=person))
        for purpose in purposes:
            give(
                inquiry_id=inquiry.pk,
                purpose=purpose,
                patient_name=" ".join(name),
                signature=signature,
                how=how,
                recipients=_asked(told, other_payer) if purpose == Purpose.CHECK_INSURANCE else "",
                by_the_person=True,
                held_because=held,
                repeats=ask_again and purpose == Purpose.CHECK_INSURANCE,
                by=by,
            )
        policy = keep_policy(inquiry, inquiry.answers)
        if Purpose.CHECK_INSURANCE in purposes and policy and not held and not _is_answered(policy, other_payer):
            ask_for(policy)
            nudge()
        announce("consented", inquiry.pk)
    return inquiry


def _asked(told: Answers, other_payer: str) -> str:
    """The plan, and the other company, as a consent names them: a semicolon stands between two."""
    plans = (told.insurance.payer_name, other_payer)
    return "; ".join(said for name in plans if (said := name.replace(";", " ").strip()))


def _is_answered(policy: Policy, other_payer: str) -> bool:
    """Who signs so that another company is asked has their plan's answer: it is not asked again for that."""
    newest = policy.verifications.of_their_plan().order_by("-made_at").first()
    return bool(other_payer) and newest is not None and newest.state == VerificationState.ANSWERED


def take_back(inquiry_id: uuid.UUID, *, by: Actor) -> int:
    """Revoke every consent of this inquiry at once; returns how many were in force. What waits is not sent any more."""
    with acting(by):
        withdraw_waiting(inquiry_id)
        count = revoke(inquiry_id=inquiry_id, by=by)
        announce("revoked", inquiry_id)
    return count


def note_spoken_yes(inquiry: Inquiry, purpose: str, *, by: Actor) -> None:
    """A yes on the phone is written down, and unlocks nothing (42 CFR 2.31 asks for a signature)."""
    with acting(by):
        # Versions of a consent are counted: one after the other
        Inquiry.objects.hold(inquiry.pk)
        name = inquiry.person.full_name or "the person on the line"
        give(
            inquiry_id=inquiry.pk,
            purpose=purpose,
            patient_name=name,
            signature="spoken",
            how=SignedHow.SPOKEN,
            by_the_person=True,
            by=by,
        )
        announce("spoken_yes", inquiry.pk)


def send_consent_link(inquiry: Inquiry, contact_point: ContactPoint, *, by: Actor) -> tuple[str, Message]:
    """Make a link and write it to the person, if that is safe; returns the address and what became of the message."""
    address = make_consent_link(inquiry, by=by)
    with acting(by):
        message = send(
            contact_point,
            kind="consent_link",
            subject=_("A link for you"),
            body=LINK_BODY % {"address": address},
        )
    return address, message
