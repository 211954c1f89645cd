"""Model fields by which a sealed value is found again: keyed fingerprints of what a row says, made at every save.

A look-up compares with ``blind_indexes(kind, value)``, the fingerprints by every key, so that rows are found while the
key is being changed. ``manage.py rotate_keys`` makes again what was not made by the newest key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from helpline.vault.keys import keys
from helpline.vault.sealing import blind

if TYPE_CHECKING:
    _BinaryField = models.BinaryField[Any, Any]
    _ArrayField = ArrayField[Any, Any]
else:
    _BinaryField, _ArrayField = models.BinaryField, ArrayField


def blind_indexes(kind: str, *values: str) -> list[bytes]:
    """What normalised values may be stored as: their blind indexes by each key, newest key first."""
    return [blind(key, kind, value) for key in keys().index for value in values]


def newest(kind: str, value: str) -> bytes:
    return blind(keys().index[0], kind, value)


def _nothing(_row: Any) -> str:
    return ""


class BlindIndexField(_BinaryField):
    """The fingerprint of one normalised text of the row, null while ``says(row)`` is empty. 12 bytes.

    To the database it is a binary column, so that migrations know nothing of kinds.
    """

    def __init__(self, *args: Any, kind: str = "", says: Callable[[Any], str] = _nothing, **kwargs: Any) -> None:
        self.kind, self.says = kind, says
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs

    def made(self, row: models.Model) -> bytes | None:
        said = self.says(row)
        return newest(self.kind, said) if said else None

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        value = self.made(model_instance)
        setattr(model_instance, self.attname, value)
        return value


class BlindTokensField(_ArrayField):
    """The fingerprints of several texts of the row, in an order that says nothing: for a GIN index."""

    def __init__(
        self,
        base_field: models.Field[Any, Any] | None = None,
        size: int | None = None,
        kind: str = "",
        says: Callable[[Any], Iterable[str]] = _nothing,
        **kwargs: Any,
    ) -> None:
        self.kind, self.says = kind, says
        kwargs.setdefault("default", list)
        super().__init__(base_field or models.BinaryField(max_length=12), size, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.contrib.postgres.fields.ArrayField", args, kwargs

    def made(self, row: models.Model) -> list[bytes]:
        return sorted({newest(self.kind, text) for text in self.says(row)})

    def pre_save(self, model_instance: models.Model, add: bool) -> list[bytes]:
        value = self.made(model_instance)
        setattr(model_instance, self.attname, value)
        return value
