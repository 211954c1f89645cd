"""Frozen dataclasses to plain JSON values and back, by their type hints."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import orjson

T = TypeVar("T")


PLAIN = frozenset({str, int, bool, type(None), dict})


@cache
def _names(kind: Hashable) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else ()


def to_plain(value: Any) -> Any:
    """Dataclasses become dicts, tuples lists, `Decimal` and dates text; the rest stays."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is tuple:
        return [to_plain(item) for item in value]
    if names := _names(cast(Hashable, kind)):
        return {name: to_plain(getattr(value, name)) for name in names}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal) else value


def to_text(value: Any, **more: int) -> str:
    """The JSON text of `to_plain` of a dataclass, after `more`: for the queue, which writes many."""
    inside = {name: getattr(value, name) for name in _names(cast(Hashable, type(value)))}
    return orjson.dumps({**more, **inside}, default=str).decode()


def from_plain(kind: type[T], data: dict[str, Any]) -> T:
    """Build `kind` from what `to_plain` made of it; unknown keys are ignored."""
    return kind(
        **{name: _value(hint, data[name]) for name, hint in _hints(cast(Hashable, kind)).items() if name in data}
    )


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(hint: Any, value: Any) -> Any:
    if get_origin(hint) is UnionType:
        hint = next(option for option in get_args(hint) if option is not type(None))
    if value is None:
        return None
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], item) for item in value)
    if get_origin(hint) is dict:
        return dict(value)
    if is_dataclass(hint) and isinstance(hint, type):
        return from_plain(hint, value)
    if hint is date:
        return date.fromisoformat(value)
    return hint(value) if hint in (Decimal,) or (isinstance(hint, type) and issubclass(hint, Enum)) else value
