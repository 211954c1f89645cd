"""The tables of this room, by subject. It knows an inquiry only by its public id: they outlive what they are about."""

from intake.disclosures.models.consents import Consent, Disclosure, Purpose, SignedHow
from intake.disclosures.models.texts import LegalText, TextKind

__all__ = ["Consent", "Disclosure", "LegalText", "Purpose", "SignedHow", "TextKind"]
