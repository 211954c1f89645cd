"""The roads we know, by the `kind` of a payer's row."""

from __future__ import annotations

from typing import Protocol

import httpx

from . import core_mime, core_soap, json_api
from .road import Road


class Ask(Protocol):
    """The one verb of a road: send a 270, return what came back, raise one of `errors`."""

    async def __call__(self, road: Road, payload: bytes, *, payload_id: str, client: httpx.AsyncClient) -> bytes: ...


BY_KIND: dict[str, Ask] = {"core_mime": core_mime.ask, "core_soap": core_soap.ask, "json_api": json_api.ask}
