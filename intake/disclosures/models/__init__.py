"""The tables of this room, by subject. It knows an inquiry only by its public id: they outlive what they are about."""

from intake.disclosures.models.codes import CodeTry, ConsentCode
from intake.disclosures.models.consents import Basis, Carried, Consent, Disclosure, Purpose, SignedHow
from intake.disclosures.models.official import CourtOrder, OfficialRequest
from intake.disclosures.models.rights import AccountingRequest, Breach, Restriction
from intake.disclosures.models.sealing import BreakGlass, SealedRecord
from intake.disclosures.models.texts import LegalText, TextKind

__all__ = [
    "AccountingRequest",
    "Basis",
    "Breach",
    "BreakGlass",
    "Carried",
    "CodeTry",
    "Consent",
    "ConsentCode",
    "CourtOrder",
    "Disclosure",
    "LegalText",
    "OfficialRequest",
    "Purpose",
    "Restriction",
    "SealedRecord",
    "SignedHow",
    "TextKind",
]
