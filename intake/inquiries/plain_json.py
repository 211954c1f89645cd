"""Frozen dataclasses to JSON and back, forgiving on the way in.

Knows the few shapes ``answers.py`` and ``triage.py`` use: text, whole numbers, dates, enums, nested
dataclasses and tuples of these.
"""

from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum, IntEnum
from functools import cache
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
UNREADABLE = object()


def dump(value: object) -> dict[str, Any]:
    """A dataclass as a dict without its empty fields."""
    return cast(dict[str, Any], _out(value))


def load(cls: type[T], data: object) -> T:
    """Build ``cls`` from a dict: unknown keys dropped, unreadable values left at their default.

    Raises ``TypeError`` only when ``cls`` has a field without a default and ``data`` lacks it.
    """
    source = data if isinstance(data, dict) else {}
    read = {name: _in(hint, source[name]) for name, hint in _hints(cast(Any, cls)).items() if name in source}
    return cls(**{name: value for name, value in read.items() if value is not UNREADABLE})


@cache
def _hints(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {f.name: hints[f.name] for f in fields(cast(Any, cls))}


def _out(value: object) -> object:
    if is_dataclass(value):
        pairs = ((f.name, _out(getattr(value, f.name))) for f in fields(value))
        return {name: out for name, out in pairs if out not in (None, "", [], {})}
    if isinstance(value, tuple):
        return [_out(item) for item in value]
    if isinstance(value, IntEnum):
        return int(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _in(hint: Any, value: object) -> object:
    if get_origin(hint) is tuple:
        return _items(get_args(hint)[0], value)
    kinds = [kind for kind in get_args(hint) if kind is not NoneType] or [hint]
    kind = kinds[0]
    if is_dataclass(kind):
        return load(cast(type, kind), value) if isinstance(value, dict) else UNREADABLE
    return _scalar(kind, value)


def _items(hint: Any, value: object) -> object:
    if not isinstance(value, list | tuple):
        return UNREADABLE
    read = (_in(hint, item) for item in value)
    return tuple(item for item in read if item is not UNREADABLE)


def _scalar(kind: Any, value: Any) -> object:
    if isinstance(value, bool) is not (kind is bool):
        return UNREADABLE
    if kind is date:
        return _date(value)
    if issubclass(kind, Enum):
        return next((member for member in kind if member.value == value), UNREADABLE)
    return value if isinstance(value, kind) else UNREADABLE


def _date(value: Any) -> object:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return UNREADABLE
