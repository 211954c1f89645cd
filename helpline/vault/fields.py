"""Model fields that are stored sealed.

Reading gives the clear value through the model instance only, because a value opens only with its row's id:
``.values()`` and raw SQL give ``Sealed``, which prints as nothing. ``QuerySet.update`` and ``bulk_update`` of such a
field raise, since they have no row to bind to: save the instance instead.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from helpline.vault.keys import keys
from helpline.vault.sealing import Keyring

if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


def keyring() -> Keyring:
    return keys().ring


class Sealed(str):
    """Ciphertext as stored."""

    def __repr__(self) -> str:
        return "Sealed(...)"


class _Opening:
    """Opens the stored text the first time it is read on an instance."""

    def __init__(self, field: EncryptedTextField) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = instance.__dict__[name] = self.field.open(instance, value)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(_TextField):
    """Text that is sealed in the database and bound to its table, column and row. The row's key must be a UUID."""

    stored_as = "text"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Opening(self))

    def place(self, instance: models.Model) -> str:
        return self.place_of(instance.pk)

    def place_of(self, pk: object) -> str:
        return f"{self.model._meta.db_table}.{self.column}:{pk}"

    def seal(self, value: Any, pk: object) -> str | None:
        """What is stored for ``value`` in the row ``pk``: for plain SQL."""
        return None if value is None else self.seal_text(self.to_text(value), pk)

    def seal_text(self, text: str, pk: object) -> str:
        """As ``seal``, of a value already written as text."""
        return keyring().seal(text, self.place_of(pk))

    def place_in_sql(self) -> str:
        """``place`` as SQL over the row."""
        meta = self.model._meta
        return f"'{meta.db_table}.{self.column}:' || {meta.pk.column}::text"

    def open(self, instance: models.Model, value: Sealed) -> Any:
        text = keyring().open(str(value), self.place(instance))
        instance.__dict__[f"_sealed_{self.attname}"] = (value, text)
        return self.from_text(text)

    def from_text(self, text: str) -> Any:
        return text

    def to_text(self, value: Any) -> str:
        return str(value)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Sealed | None:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        text = self.to_text(value)
        stored, was = model_instance.__dict__.get(f"_sealed_{self.attname}", (None, None))
        # An unchanged value keeps its ciphertext, so that the audit names only what really changed
        return stored if was == text else Sealed(keyring().seal(text, self.place(model_instance)))

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Sealed) or hasattr(value, "resolve_expression"):
            return value
        raise TypeError(f"{self.model.__name__}.{self.name} is sealed: it is neither searched nor updated in bulk.")

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"isnull"}:
            raise TypeError(f"{self.model.__name__}.{self.name} is sealed: look for its blind index instead.")
        return super().get_lookup(lookup_name)


class EncryptedJSONField(EncryptedTextField):
    """Anything JSON can hold, sealed."""

    # How django-stubs learns what may be assigned and is read
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_text(self, text: str) -> Any:
        return json.loads(text)

    def to_text(self, value: Any) -> str:
        return json.dumps(value, cls=DjangoJSONEncoder, separators=(",", ":"))

    def to_python(self, value: Any) -> Any:
        return value


def sealed_field(model: type[models.Model], name: str) -> EncryptedTextField:
    """A sealed field of a model, for plain SQL."""
    field = model._meta.get_field(name)
    assert isinstance(field, EncryptedTextField)  # noqa: S101  # nosec B101  # for the type checker
    return field
