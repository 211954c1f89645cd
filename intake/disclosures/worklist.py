"""What waits for the privacy officer, each kind with the day it is due."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass

from intake.disclosures.legal_texts import unsigned
from intake.disclosures.models import (
    AccountingRequest,
    Breach,
    BreakGlass,
    Consent,
    OfficialRequest,
    Restriction,
    SealedRecord,
)
from intake.disclosures.wording import Wording


@dataclass(frozen=True)
class Worklist:
    breaches: list[Breach]
    officials: list[OfficialRequest]
    glasses: list[BreakGlass]
    restrictions: list[Restriction]
    accountings: list[AccountingRequest]
    held: list[Consent]
    sealed: list[SealedRecord]
    texts: list[Wording]

    @property
    def waiting(self) -> int:
        """How much waits; a sealed record waits for nobody."""
        kinds: tuple[Sized, ...] = (
            self.breaches, self.officials, self.glasses, self.restrictions, self.accountings, self.held, self.texts,
        )  # fmt: skip
        return sum(len(kind) for kind in kinds)


def worklist() -> Worklist:
    unsettled = [one for one in Breach.objects.order_by("discovered_on") if not one.is_settled]
    open_accountings = AccountingRequest.objects.filter(answered_at=None)
    return Worklist(
        breaches=sorted(unsettled, key=lambda one: one.due_on),
        officials=list(
            OfficialRequest.objects.filter(answered_at=None).select_related("taken_by").order_by("taken_at")
        ),
        glasses=list(BreakGlass.objects.to_review()),
        restrictions=list(Restriction.objects.to_answer()),
        accountings=sorted(open_accountings, key=lambda one: one.due_on),
        held=list(Consent.objects.held()),
        sealed=list(SealedRecord.objects.standing().select_related("sealed_by").order_by("sealed_at")),
        texts=unsigned(),
    )
