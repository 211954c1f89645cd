"""A question as JSON, as `manage.py write_270 --json` takes it, into what `write_270` needs.

    {"payer": {"name": ..., "edi_id": ...}, "provider": {"name": ..., "npi": ...}, "member_id": ...,
     "subscriber": {"last_name": ..., "first_name": ..., "birth_date": "1985-04-12"}, "dependent": null,
     "trace": ..., "service_types": ["30", "AI", "MH"], "service_date": "2026-03-01", "one_per_request": false,
     "envelope": {"sender_id": ..., "receiver_id": ..., "control_number": 907, "created": "2026-03-01T12:03"}}

Every other field of `EligibilityInquiry` and `Envelope` may be given by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from .inquiry import CannotAsk, EligibilityInquiry, Envelope
from .writing import write_270

T = TypeVar("T")


def write_question(data: object, now: datetime) -> bytes:
    """The 270 of one question, or with `one_per_request` one interchange a service type, control numbers counting up.

    `now` is the moment of writing unless the envelope names one. Raises `CannotAsk` for whatever is not right.
    """
    if not isinstance(data, Mapping):
        raise CannotAsk("question", "must be one JSON object")
    rest = dict(data)
    split, wrapping = rest.pop("one_per_request", False), rest.pop("envelope", None)
    if not isinstance(wrapping, Mapping):
        raise CannotAsk("envelope", "is missing")
    if not isinstance(split, bool):
        raise CannotAsk("one_per_request", "must be true or false")
    envelope = build(Envelope, {"created": now.isoformat(), **wrapping}, "envelope.")
    inquiry = build(EligibilityInquiry, {"member_id": "", **rest})
    asked = inquiry.one_each() if split else (inquiry,)
    numbered = (replace(envelope, control_number=envelope.control_number + i) for i in range(len(asked)))
    return b"".join(write_270(one, wrapped) for one, wrapped in zip(asked, numbered, strict=True))


def build(kind: type[T], data: Mapping[str, Any], where: str = "") -> T:
    """The dataclass `kind` from JSON values, each checked against its type hint; `where` names its place."""
    hints = get_type_hints(kind)
    if unknown := set(data) - set(hints):
        raise CannotAsk(f"{where}{min(unknown, key=str)}"[:60], "is not a field of a question")
    for one in fields(cast(Any, kind)):
        if one.name not in data and one.default is MISSING and one.default_factory is MISSING:
            raise CannotAsk(where + one.name, "is missing")
    return kind(**{name: _value(hints[name], value, where + name) for name, value in data.items()})


def _value(hint: Any, value: Any, where: str) -> Any:
    if get_origin(hint) is UnionType:
        if value is None:
            return None
        hint = next(option for option in get_args(hint) if option is not type(None))
    if is_dataclass(hint) and isinstance(value, Mapping):
        return build(cast(type[Any], hint), value, f"{where}.")
    if get_origin(hint) is tuple and isinstance(value, list):
        return _values(get_args(hint), value, where)
    if hint in (date, datetime) or (isinstance(hint, type) and issubclass(hint, StrEnum)):
        return _read(hint, value, where)
    if hint in (str, int, bool) and type(value) is hint:
        return value
    raise CannotAsk(where, "is not of the right kind")


def _values(kinds: tuple[Any, ...], values: list[Any], where: str) -> tuple[Any, ...]:
    if kinds[-1] is not ... and len(kinds) != len(values):
        raise CannotAsk(where, "must be pairs")
    return tuple(_value(kinds[0], value, where) for value in values)


def _read(hint: Any, value: Any, where: str) -> Any:
    """A date, a moment or one of a fixed set of words."""
    read = hint if issubclass(hint, StrEnum) else hint.fromisoformat
    try:
        return read(value)
    except (TypeError, ValueError):
        raise CannotAsk(where, "cannot be read; dates are written YYYY-MM-DD") from None
