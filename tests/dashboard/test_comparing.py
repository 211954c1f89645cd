"""What programs tell us, programs side by side, and what of it may be given away."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from helpline.programs.models import Place, Program
from intake.inquiries.models import Inquiry
from intake.matching.models import Told
from intake.messages.models import Message
from tests.dashboard.conftest import a_program, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(db: None) -> tuple[Inquiry, Program, Program]:
    Place.objects.create(zip="35203", city="Birmingham", state="AL", latitude=33.52, longitude=-86.81)
    hidden = a_program("Safe House of the Valley")
    Program.objects.filter(pk=hidden.pk).update(confidential=True, street1="77 Secret Lane")
    return opened("mother"), a_program("Open House"), hidden


def page(desk: Client, inquiry: Inquiry, *programs: Program, **more: str) -> str:
    asked = {"program": [str(program.pk) for program in programs], **more}
    return desk.get(f"/desk/inquiries/{inquiry.pk}/compare/", asked).text


def test_what_a_program_told_us_is_kept_and_no_longer_asked(
    desk: Client, two: tuple[Inquiry, Program, Program]
) -> None:
    inquiry, program, _ = two
    address = f"/desk/inquiries/{inquiry.pk}/told/{program.pk}/"
    fact = "withdrawal_24h:benzodiazepine"
    assert f'value="{fact}"' in desk.get(f"/desk/inquiries/{inquiry.pk}/").text
    desk.post(address, {"fact": fact, "says": "yes"})
    told = Told.objects.get()
    assert (told.program, told.fact, told.says, told.by.role) == (program, fact, True, "consultant")
    assert "Confirmed: withdrawal from benzodiazepines" in page(desk, inquiry, program)
    for wrong in ({"fact": "pays_us", "says": "yes"}, {"fact": fact, "says": "perhaps"}, {}):
        assert "Nothing was kept" in desk.post(address, wrong, follow=True).text
    assert Told.objects.count() == 1


def test_side_by_side_a_hidden_place_is_shown_without_its_address_and_not_printed(
    desk: Client, two: tuple[Inquiry, Program, Program]
) -> None:
    inquiry, program, hidden = two
    shown = page(desk, inquiry, program, hidden)
    assert "Open House" in shown
    assert 'class="card no-print"' in shown.split("Safe House")[0].rsplit("<article", 1)[1]
    assert "77 Secret Lane" not in shown
    assert shown.count("<article") == 2
    printed = shown.split("<article", 1)[1].split('<div class="no-print">')[0]
    assert "205-555-0150" in printed
    assert "reason--" not in printed  # why it fits says what they look for: on this screen only
    assert "No program was chosen" in desk.get(f"/desk/inquiries/{inquiry.pk}/compare/?program=nonsense").text


def test_a_price_that_is_no_number_is_said_and_kept(desk: Client, two: tuple[Inquiry, Program, Program]) -> None:
    inquiry, program, _ = two
    shown = page(desk, inquiry, program, days="28", price="a lot")
    assert "Price: figures only" in shown
    assert 'value="a lot"' in shown


def test_only_open_places_are_written_to_the_caller_and_only_through_the_gate(
    desk: Client, two: tuple[Inquiry, Program, Program]
) -> None:
    inquiry, program, hidden = two
    point = inquiry.contact_points.first()
    assert point is not None
    sent = {"program": [str(program.pk), str(hidden.pk)], "send_to": str(point.pk)}
    desk.post(f"/desk/inquiries/{inquiry.pk}/share/", sent)
    message = Message.objects.get(kind="programs")
    assert message.state == Message.State.REFUSED  # the mother's phone is shared, and she chose to be called
    assert "Open House" in message.body
    assert "Safe House" not in message.body
    assert mail.outbox == []
    desk.post(f"/desk/inquiries/{inquiry.pk}/share/", {"program": [str(hidden.pk)], "send_to": str(point.pk)})
    assert Message.objects.filter(kind="programs").count() == 1
