"""Places, editions of the directory, and their service codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models

from helpline.programs.models.privacy import plain

SETTING = "SET"
"""The category of an edition's key that says in which settings a place gives care."""


class Place(models.Model):
    """A ZIP code and the middle of its area. Good to about five miles: say "about"."""

    zip = models.CharField(max_length=5, primary_key=True)
    city = models.CharField(max_length=80)
    state = models.CharField(max_length=2)
    county = models.CharField(max_length=80, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    source = models.CharField(max_length=20, blank=True)

    privacy: ClassVar = plain("zip", "city", "state", "county", "latitude", "longitude", "source")

    class Meta:
        db_table = "programs_place"

    def __str__(self) -> str:
        return f"{self.zip} {self.city}, {self.state}"


class Edition(models.Model):
    """One published directory. The letters of a service code mean something only within it."""

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=160)
    published = models.PositiveSmallIntegerField()
    attribution = models.CharField(max_length=240)

    privacy: ClassVar = plain("id", "code", "name", "published", "attribution")

    class Meta:
        db_table = "programs_edition"

    def __str__(self) -> str:
        return self.name


class ServiceCode(models.Model):
    """A code of an edition. Its small number stands in ``Program.codes``."""

    id = models.SmallAutoField(primary_key=True)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="service_codes")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=160)
    category_code = models.CharField(max_length=12)
    category_name = models.CharField(max_length=160)

    privacy: ClassVar = plain("id", "edition", "code", "name", "category_code", "category_name")

    class Meta:
        db_table = "programs_service_code"
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="service_code_once_an_edition")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def translated(cls, codes: Iterable[int], edition_id: int) -> list[int]:
        """The codes in the words of another edition: services of the same category and name."""
        words = set(cls.objects.filter(pk__in=codes).values_list("category_code", "name"))
        ours = cls.objects.filter(edition=edition_id).order_by("id").values_list("id", "category_code", "name")
        return [code for code, *word in ours if tuple(word) in words]
