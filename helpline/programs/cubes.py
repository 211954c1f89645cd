"""PostgreSQL's ``cube`` type for Django: a stored point, its distance, and "inside this box"."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.expressions import Combinable, Func, Value

from helpline.programs.geography import unit_point


class CubeField(models.Field):  # type: ignore[type-arg]  # not subscriptable at run time
    """A point of three coordinates, written ``(x, y, z)``."""

    description = "A point on the unit sphere"

    def db_type(self, connection: Any) -> str:
        return "cube"

    def get_placeholder(self, value: object, compiler: Any, connection: Any) -> str:
        return "%s::cube"


def point(latitude: float, longitude: float) -> Value:
    """Degrees as a value the database can measure from."""
    return Value(str(unit_point(latitude, longitude)), output_field=CubeField())


class UnitPoint(Func):
    """The point of a row's own latitude and longitude; null where either is."""

    template = (
        "CASE WHEN latitude IS NOT NULL AND longitude IS NOT NULL THEN cube(ARRAY["
        "cos(radians(latitude)) * cos(radians(longitude)), "
        "cos(radians(latitude)) * sin(radians(longitude)), sin(radians(latitude))]) END"
    )
    output_field = CubeField()


class Chord(Func):
    """The straight line between two points; the order the GiST index gives."""

    arg_joiner = " <-> "
    template = "(%(expressions)s)"
    output_field = models.FloatField()


class InBox(Func):
    """Whether a point lies in the box that reaches ``chord`` around another: what the index can leave out
    early.
    """

    template = "(%(expressions)s)"
    output_field = models.BooleanField()

    def __init__(self, place: str | Combinable, centre: Combinable, chord: float) -> None:
        box = Func(centre, Value(chord, output_field=models.FloatField()), Value(3), function="cube_enlarge")
        super().__init__(place, box, arg_joiner=" <@ ")
