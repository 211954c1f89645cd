"""What callers say their insurance is, in whatever spelling, and the command that looks it up."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from helpline.payers.heard import likeness, look_up, plain
from helpline.payers.loading import load_payers
from helpline.payers.models import CarveOut, EdiId, Payer, PayerKind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def directory() -> None:
    load_payers()


@pytest.mark.parametrize(
    ("said", "state", "first"),
    [
        ("blue cross home", "", "Blue Cross Blue Shield, company not said"),
        ("Cruz Azul", "PR", "Blue Cross Blue Shield, company not said"),
        ("aetna beter helth", "", "Aetna Better Health"),
        ("I have Aetna Better Health of Illinois", "IL", "Aetna Better Health"),
        ("blue cross home", "AL", "Blue Cross and Blue Shield of Alabama"),
        ("Aetna Better Health", "", "Aetna Better Health"),
        ("aetna ppo", "", "Aetna"),
        ("kaiser", "", "Kaiser Permanente"),
        ("signa", "", "Cigna Healthcare"),
        ("united", "", "UnitedHealthcare"),
        ("uhc", "", "UnitedHealthcare"),
        ("united health care community plan", "", "UnitedHealthcare Community Plan"),
        ("BCBS of Alabama", "", "Blue Cross and Blue Shield of Alabama"),
        ("bcbs", "TX", "Blue Cross and Blue Shield of Texas"),
        ("Ambetter from Sunshine", "FL", "Ambetter"),
        ("oscar", "", "Oscar Health"),
        ("Ambeter", "", "Ambetter"),
        ("mass health", "MA", "MA Medicaid"),
        ("medi cal", "CA", "CA Medicaid"),
        ("el seguro del estado", "", "state insurance"),
        ("tarjeta médica", "IL", "IL Medicaid"),
        ("medicaid", "AL", "AL Medicaid"),
        ("Medicaid pending", "AL", "straight Medicaid"),
    ],
)
def test_the_likeliest_insurer_comes_first(said: str, state: str, first: str) -> None:
    heard = look_up(said, state=state)
    assert heard.suggestions[0].payer.name == first
    medicaid = [one.payer.state for one in heard.suggestions if one.payer.kind == PayerKind.MEDICAID]
    assert set(medicaid) <= {state, ""} or not state


def test_what_is_of_a_kind_by_its_own_word_is_that_and_a_misspelling_may_be_two() -> None:
    assert look_up("tricare prime").kinds == look_up("champ va").kinds == (PayerKind.TRICARE,)
    assert look_up("tricare prime").suggestions == ()
    assert look_up("medicade", state="TX").kinds == (PayerKind.MEDICAID, PayerKind.MEDICARE)
    assert look_up("medicaid").suggestions == ()
    for said in ("", "🤷", "i dont know", "community health plan of the state", "of"):
        assert look_up(said).suggestions == (), said


def test_a_brand_that_misleads_says_so_and_loading_again_changes_nothing() -> None:
    insurer, trap = (one.payer for one in look_up("aetna").suggestions)
    assert (insurer.kind, trap.kind) == (PayerKind.PRIVATE, PayerKind.MEDICAID)
    assert "Aetna Better Health is Medicaid" in insurer.warning
    assert "Ask which card it is" in trap.warning
    assert not Payer.objects.filter(name__contains='"').exists()
    before = set(Payer.objects.values_list("pk", "name"))
    # As an older version named it
    Payer.objects.filter(name="Blue Cross Community").update(name="Blue Cross Community / BCBS Medicaid plans")
    load_payers()
    assert set(Payer.objects.values_list("pk", "name")) == before


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_two_texts_are_compared_and_the_same_is_the_most_alike(said: str, name: str) -> None:
    said, name = plain(said), plain(name)
    assert 0 <= likeness(said, name) <= 100
    assert likeness(said, said) == 100 or not said


def test_every_row_has_its_source_and_no_id_ships_with_the_project() -> None:
    assert not Payer.objects.filter(source="").exists()
    assert not CarveOut.objects.filter(source="").exists()
    assert CarveOut.objects.get(payer__name="ID Medicaid").phone == "1-855-202-0973"
    assert not EdiId.objects.exists()


def test_the_command_tells_it_in_words() -> None:
    def told(*asked: str) -> str:
        call_command("find_payer", *asked, stdout=(out := StringIO()))
        return out.getvalue()

    assert "Probably Medicaid managed care" in told("aetna", "beter", "helth")
    assert "Each state has its own Medicaid" in told("medicaid")
    assert "By its word: Medicaid or Medicare." in told("medicade", "--state", "TX")
    assert "Ask Magellan of Idaho, 1-855-202-0973 about substance use cover" in told("medicaid", "--state", "ID")
    assert "Nothing like it" in told("zzz")
    with pytest.raises(CommandError, match="two postal letters"):
        told("x", "--state", "Alabama")
    Payer.objects.all().delete()
    with pytest.raises(CommandError, match="load_payers"):
        told("x")
