"""The invented people of the demo: a dozen inquiries in different states, made through the journey itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta

from django.utils import timezone

from helpline.accounts.models import User
from helpline.audit.acting import Actor
from intake.calls.models import Call, Disposition
from intake.inquiries.answers import (
    Answers,
    CheckWish,
    Contact,
    ContactMethod,
    ForWhom,
    Frequency,
    History,
    HowLong,
    Insurance,
    InsuranceKind,
    LastUse,
    PartOfDay,
    Person,
    Preferences,
    Relation,
    Route,
    Said,
    SubscriberRelation,
    SuicideScreen,
    Symptom,
    Use,
)
from intake.inquiries.models import Channel, Closing, Inquiry
from intake.journey.close import close
from intake.journey.log_call import log_call, plan_callback, take, write_note
from intake.journey.open_inquiry import open_inquiry

DEMO = Actor.process("load_demo")
KEYS = uuid.UUID("0a8f5a1e-6f0f-4a52-9d53-2f1c9b7c2a10")
SANDBOX = "Sandbox Health Plan (demo)"


def use(text: str, klass: str, **details: object) -> Use:
    return Use(text=text, canonical=text, klass=klass, **details)  # type: ignore[arg-type]  # fields of Use by name


def sandbox(member_id: str, first: str, last: str, *, signed: bool = True) -> Insurance:
    return Insurance(
        kind=InsuranceKind.PRIVATE,
        payer_name=SANDBOX,
        member_id=member_id,
        subscriber_relation=SubscriberRelation.SELF,
        check=CheckWish.ELECTRONIC if signed else None,
        signed_name=f"{first} {last}" if signed else "",
    )


def phone(number: str, **wishes: object) -> Contact:
    return Contact(methods=(ContactMethod.CALL,), phone=number, **wishes)  # type: ignore[arg-type]  # fields of Contact


def people(today: date) -> dict[str, Answers]:
    """Answers by a name that is only a key. Every person, number and member ID is invented (555-01xx)."""
    return {
        "mother": Answers(
            asked_on=today,
            for_whom=ForWhom.SOMEONE_ELSE,
            relation=Relation.PARENT,
            caller_name="Elena Reyes",
            person=Person(first_name="Daniel", last_name="Reyes", birth_date=date(1996, 4, 12), gender="man"),
            uses=(
                use("clonazepam", "benzodiazepine", how_often=Frequency.DAILY, prescribed=Said.NO,
                    last_use=LastUse.YESTERDAY, stopped=Said.YES, how_long=HowLong.YEARS, amount="4 to 6 mg"),
                use("alcohol", "alcohol", how_often=Frequency.DAILY, last_use=LastUse.YESTERDAY, stopped=Said.YES),
            ),
            symptoms=(Symptom.SHAKING, Symptom.SWEATING),
            zip="35203",
            contact=phone("205-555-0114", voicemail_ok=Said.NO, shared_phone=Said.YES, hours=(PartOfDay.EVENING,)),
            insurance=sandbox("SBX100001", "Daniel", "Reyes", signed=False),
        ),
        "opioid": Answers(
            asked_on=today,
            for_whom=ForWhom.SELF,
            person=Person(first_name="Maria", last_name="Lopez", birth_date=date(1988, 2, 3)),
            uses=(use("heroin", "opioid", how_often=Frequency.SEVERAL_TIMES_A_DAY, how_taken=Route.INJECTED,
                      last_use=LastUse.TODAY),),
            history=History(overdose=Said.YES, naloxone_at_hand=Said.NO),
            zip="35203",
            contact=phone("205-555-0127", voicemail_ok=Said.YES, say_who_we_are=Said.NO),
            insurance=sandbox("SBX100002", "Maria", "Lopez"),
            preferences=Preferences(language="es", medication=Said.YES),
        ),
        "suicide": Answers(
            asked_on=today,
            for_whom=ForWhom.SELF,
            uses=(use("alcohol", "alcohol", how_often=Frequency.DAILY, last_use=LastUse.TODAY),),
            suicide=SuicideScreen(wished_dead=Said.YES, thoughts=Said.YES, right_now=Said.YES),
            alone_now=Said.YES,
            zip="30303",
            contact=phone("404-555-0139", say_who_we_are=Said.YES),
        ),
        "inactive": Answers(
            asked_on=today,
            for_whom=ForWhom.SELF,
            person=Person(first_name="Thomas", last_name="Webb", birth_date=date(1979, 11, 30)),
            uses=(use("cocaine", "stimulant", how_often=Frequency.WEEKLY, last_use=LastUse.DAYS_2_3),),
            zip="60601",
            contact=phone("312-555-0142", voicemail_ok=Said.YES),
            insurance=sandbox("SBX100003", "Thomas", "Webb"),
        ),
        "wrong_id": Answers(
            asked_on=today,
            for_whom=ForWhom.SELF,
            person=Person(first_name="Ana", last_name="Castillo", birth_date=date(1991, 6, 17)),
            uses=(use("oxycodone", "opioid", how_often=Frequency.DAILY, prescribed=Said.YES, last_use=LastUse.TODAY),),
            zip="85003",
            contact=phone("602-555-0155"),
            insurance=sandbox("SBX100004", "Ana", "Castillo"),
        ),
        "busy_payer": Answers(
            asked_on=today,
            for_whom=ForWhom.SELF,
            person=Person(first_name="Omar", last_name="Haddad", birth_date=date(1970, 7, 7)),
            uses=(use("alcohol", "alcohol", how_often=Frequency.MOST_DAYS, last_use=LastUse.YESTERDAY),),
            zip="48201",
            contact=phone("313-555-0163", voicemail_ok=Said.YES),
            insurance=sandbox("SBX100007", "Omar", "Haddad"),
        ),
        "medicaid": Answers(
            asked_on=today,
            for_whom=ForWhom.SELF,
            uses=(use("methamphetamine", "stimulant", how_often=Frequency.DAILY, last_use=LastUse.TODAY),),
            person=Person(age=24, pregnant=Said.YES),
            zip="59001",
            contact=Contact(methods=(ContactMethod.TEXT,), phone="406-555-0171", hours=(PartOfDay.MORNING,)),
            insurance=Insurance(kind=InsuranceKind.MEDICAID, payer_name="MT Medicaid"),
        ),
        "anonymous": Answers(
            asked_on=today,
            for_whom=ForWhom.SELF,
            uses=(Use(text="benzos"),),
            zip="98101",
            contact=Contact(methods=(ContactMethod.NONE,)),
        ),
        "teen": Answers(
            asked_on=today,
            for_whom=ForWhom.SOMEONE_ELSE,
            relation=Relation.PARENT,
            caller_name="J. Park",
            person=Person(age=16),
            uses=(use("cannabis", "cannabis", how_often=Frequency.DAILY),),
            zip="90012",
            contact=Contact(methods=(ContactMethod.EMAIL,), email="j.park@example.org", say_who_we_are=Said.YES),
        ),
        "no_cover": Answers(
            asked_on=today,
            for_whom=ForWhom.SELF,
            person=Person(first_name="Lee", age=41),
            uses=(use("alcohol", "alcohol", how_often=Frequency.DAILY, last_use=LastUse.TODAY),),
            history=History(seizure=Said.YES),
            zip="37203",
            contact=phone("615-555-0188", voicemail_ok=Said.YES),
            insurance=Insurance(kind=InsuranceKind.NONE),
        ),
        "talked": Answers(
            asked_on=today,
            for_whom=ForWhom.SELF,
            person=Person(first_name="Ruth", age=58),
            uses=(use("lorazepam", "benzodiazepine", how_often=Frequency.DAILY, prescribed=Said.YES,
                      last_use=LastUse.TODAY, how_long=HowLong.YEARS),),
            zip="02118",
            contact=phone("617-555-0196", voicemail_ok=Said.YES, say_who_we_are=Said.YES),
        ),
        "closed": Answers(
            asked_on=today,
            for_whom=ForWhom.SELF,
            uses=(use("nicotine", "nicotine"),),
            zip="10001",
            contact=phone("212-555-0103"),
        ),
    }  # fmt: skip


def load_inquiries(consultant: User, *, tell: Callable[[str], None]) -> int:
    """Make what is not there yet; returns how many inquiries were made."""
    made = 0
    for name, answers in people(timezone.localdate()).items():
        key = uuid.uuid5(KEYS, name)
        if Inquiry.objects.filter(idempotency_key=key).exists():
            continue
        channel = Channel.CALL if name in {"talked", "closed"} else Channel.WEB
        inquiry = open_inquiry(answers=answers, idempotency_key=key, by=DEMO, channel=channel)
        _live_on(name, inquiry, consultant)
        made += 1
        tell(f"  inquiry: {name}")
    return made


def _live_on(name: str, inquiry: Inquiry, consultant: User) -> None:
    if name == "talked":
        take(inquiry, by=consultant)
        log_call(
            inquiry, direction=Call.Direction.IN, disposition=Disposition.TALKED, by=consultant,
            note="Afraid of stopping by herself. Told her not to, and why.",
        )  # fmt: skip
        tomorrow = timezone.now() + timedelta(hours=18)
        plan_callback(inquiry, due_at=tomorrow, contact_point=inquiry.contact_points.first(), by=consultant)
    if name == "no_cover":
        take(inquiry, by=consultant)
        write_note(inquiry, "Asked about places that take no payment.", by=consultant)
    if name == "closed":
        take(inquiry, by=consultant)
        close(inquiry, closing=Closing.GIVEN_INFORMATION, by=consultant)
