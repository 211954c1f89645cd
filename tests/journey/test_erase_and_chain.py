"""Old values go with the person; the chain over the record of their changes holds."""

from __future__ import annotations

from helpline.audit.acting import CALLER, Actor, acting
from helpline.audit.models import OldValue
from intake.journey.erase import erase
from tests.audit.conftest import Ledger, ledger
from tests.journey.test_erase import lived_through

__all__ = ["ledger"]


def test_erasing_takes_old_values_along_and_leaves_the_chain_whole(ledger: Ledger) -> None:
    inquiry = lived_through()
    with acting(CALLER):
        inquiry.person.first_name = "Another"
        inquiry.person.save()
    assert OldValue.objects.filter(table_name="inquiries_person").exists()
    ledger.seal()
    erase(inquiry, by=Actor.process("test"), reason="person_asked")
    # Going, each row's sealed columns became old values, too
    assert not OldValue.objects.exists()
    ledger.seal()
    assert ledger.is_whole()
