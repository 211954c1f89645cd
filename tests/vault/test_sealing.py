"""A sealed value opens only whole, in its own row, with its own key."""

import base64
import hashlib

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from helpline.vault.fields import Sealed
from helpline.vault.sealing import BadKeyring, CannotOpen, Keyring, blind
from intake.inquiries.models import Person

OLD, NEW = (base64.b64encode(hashlib.sha256(name).digest()).decode() for name in (b"old", b"new"))
PLACEHOLDER = base64.b64encode(b"changeme" * 4).decode()
RING = Keyring.from_settings([f"k1:{OLD}"])


@given(st.text(), st.text(min_size=1))
def test_round_trip(text: str, place: str) -> None:
    try:
        place.encode(), text.encode()
    except UnicodeEncodeError:
        return
    sealed = RING.seal(text, place)
    assert RING.open(sealed, place) == text
    assert sealed.startswith("v1.k1.")


def test_moved_to_another_row_it_does_not_open() -> None:
    with pytest.raises(CannotOpen, match="moved"):
        RING.open(RING.seal("secret", "t.c:1"), "t.c:2")


@given(st.integers(min_value=0, max_value=60))
def test_altered_it_does_not_open(at: int) -> None:
    sealed = RING.seal("a secret of some length, so that each place is reached", "t.c:1")
    body = bytearray(base64.urlsafe_b64decode(sealed.split(".")[2]))
    body[at] ^= 1
    with pytest.raises(CannotOpen):
        RING.open(f"v1.k1.{base64.urlsafe_b64encode(body).decode()}", "t.c:1")


@pytest.mark.parametrize("stored", ["", "plain text", "v1.k1", "v2.k1.AAAA", "v1.k1.AAAA", "v1.k1.%%%"])
def test_what_was_never_sealed_is_refused_not_returned(stored: str) -> None:
    with pytest.raises(CannotOpen) as refused:
        RING.open(stored, "t.c:1")
    assert stored == "" or stored not in str(refused.value)


def test_a_new_key_seals_and_the_old_still_opens() -> None:
    both = Keyring.from_settings([f"k2:{NEW}", f"k1:{OLD}"])
    assert both.seal("x", "p").startswith("v1.k2.")
    assert both.open(RING.seal("x", "p"), "p") == "x"
    with pytest.raises(CannotOpen, match="key is not in VAULT_KEYS"):
        RING.open(both.seal("x", "p"), "p")


@pytest.mark.parametrize(
    "entries",
    [[], ["k1"], ["k1:short"], ["k 1:" + OLD], ["k1:" + OLD[:-4]], [f"k1:{PLACEHOLDER}"], [f"k1:{OLD}", f"k1:{NEW}"]],
)
def test_a_bad_keyring_says_what_to_mend(entries: list[str]) -> None:
    with pytest.raises(BadKeyring, match=r"VAULT_KEYS"):
        Keyring.from_settings(entries)


def test_blind_indexes_differ_by_kind() -> None:
    assert blind(b"k" * 32, "phone", "1") == blind(b"k" * 32, "phone", "1") != blind(b"k" * 32, "member", "1")


@pytest.mark.django_db
def test_a_model_field_is_ciphertext_at_rest_and_text_on_the_instance() -> None:
    person = Person.objects.create(first_name="Daniel", last_name="Reyes")
    with connection.cursor() as cursor:
        cursor.execute("SELECT first_name FROM inquiries_person WHERE id = %s", [person.pk])
        assert cursor.fetchone()[0].startswith("v1.k1.")
    assert Person.objects.get(pk=person.pk).full_name == "Daniel Reyes"
    assert isinstance(Person.objects.values_list("first_name", flat=True)[0], Sealed)
    assert "Daniel" not in repr(Person.objects.values_list("first_name", flat=True)[0])


@pytest.mark.django_db
def test_swapped_rows_do_not_open() -> None:
    one, two = (Person.objects.create(first_name=name) for name in ("One", "Two"))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inquiries_person SET first_name = (SELECT first_name FROM inquiries_person WHERE id = %s) "
            "WHERE id = %s",
            [one.pk, two.pk],
        )
    with pytest.raises(CannotOpen):
        str(Person.objects.get(pk=two.pk).first_name)


@pytest.mark.django_db
def test_bulk_changes_and_searches_of_sealed_fields_are_refused() -> None:
    Person.objects.create(first_name="One")
    with pytest.raises(TypeError, match="sealed"):
        Person.objects.update(first_name="Two")
    with pytest.raises(TypeError, match="blind index"):
        Person.objects.filter(first_name="One").exists()


@pytest.mark.django_db
def test_an_unchanged_value_keeps_its_ciphertext() -> None:
    """Else every save would show every field as changed in the audit."""
    made = Person.objects.create(first_name="One", last_name="A")

    def stored() -> tuple[str, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT first_name, last_name FROM inquiries_person")
            return cursor.fetchone()

    before, person = stored(), Person.objects.get(pk=made.pk)
    person.last_name = f"{person.full_name} B"
    person.save()
    assert stored()[0] == before[0]
    assert stored()[1] != before[1]
