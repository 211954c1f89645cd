"""Substances, and the words people use for them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpline.vault.privacy import PLAIN, PrivacyClass


class WithdrawalRoute(models.TextChoices):
    """How someone stops safely; a hint for wording, not a rule of triage."""

    MEDICALLY_MANAGED = "medically_managed", "in medical care: stopping suddenly can injure or kill"
    MEDICATION_SUPPORTED = "medication_supported", "with medicines that help"
    SEEK_ADVICE = "seek_medical_advice", "after asking a doctor"
    NOT_SAID = "", "not said"


class TermKind(models.TextChoices):
    GENERIC = "generic", "official name"
    BRAND = "brand", "brand"
    SYNONYM = "synonym", "brand or other name"
    STREET = "street", "street name"
    MISSPELLING = "misspelling", "common misspelling"


def term_key(text: str) -> str:
    """What two spellings of one word share: lower case letters and digits only ("K-Pin" is "kpin")."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


class Substance(models.Model):
    name = models.CharField(max_length=120, unique=True)
    drug_class = models.CharField(max_length=40, blank=True)
    withdrawal_route = models.CharField(max_length=24, blank=True, choices=WithdrawalRoute)

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(("id", "name", "drug_class", "withdrawal_route"), PLAIN)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class SubstanceTermQuerySet(models.QuerySet["SubstanceTerm"]):
    def meanings(self, text: str) -> list[Substance]:
        """Every substance `text` may stand for, by name; empty when we do not know the word.

        Never picks: "boy" is heroin and crack cocaine. An official name stands for itself alone, although
        chemical lists also file its relatives under it ("fentanyl").
        """
        terms = self.filter(key=term_key(text)).select_related("substance")
        found = {term.substance.name: term.substance for term in terms}
        exact = [substance for substance in found.values() if term_key(substance.name) == term_key(text)]
        return exact or [found[name] for name in sorted(found)]


class SubstanceTerm(models.Model):
    term = models.CharField(max_length=120)
    key = models.CharField(max_length=120, db_index=True)
    kind = models.CharField(max_length=12, choices=TermKind)
    substance = models.ForeignKey(Substance, on_delete=models.CASCADE, related_name="terms")
    meanings_count = models.PositiveSmallIntegerField(help_text="how many substances this word may stand for")
    source = models.CharField(max_length=120)

    objects = SubstanceTermQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ("id", "term", "key", "kind", "substance", "meanings_count", "source"), PLAIN
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["term", "substance"], name="substance_term_once"),
            models.CheckConstraint(condition=models.Q(meanings_count__gte=1), name="substance_term_has_a_meaning"),
        ]

    def __str__(self) -> str:
        return self.term
