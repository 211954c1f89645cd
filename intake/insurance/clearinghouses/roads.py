"""The roads we know, by the `kind` of a payer's row."""

from __future__ import annotations

import uuid
from typing import Protocol

import httpx

from . import core_mime, core_soap, file_drop, json_api
from .road import Road
from .tls import context_of


class Ask(Protocol):
    """The one verb of a road: send a 270, return what came back, raise one of `errors`.

    None when the question is out and the answer comes another way, later.
    """

    async def __call__(
        self, road: Road, payload: bytes, *, payload_id: str, client: httpx.AsyncClient
    ) -> bytes | None: ...


BY_KIND: dict[str, Ask] = {
    "core_mime": core_mime.ask,
    "core_soap": core_soap.ask,
    "json_api": json_api.ask,
    "file_drop": file_drop.ask,
}


async def ask(road: Road, payload: bytes, *, client: httpx.AsyncClient) -> bytes | None:
    """Ask by the road's kind, under a fresh payload id. None when the answer comes later.

    `client` is shared by all roads that need no certificate of their own; the others get a connection to themselves.
    """
    verb, payload_id = BY_KIND[road.kind], str(uuid.uuid4())
    context = context_of(road)
    if context is None:
        return await verb(road, payload, payload_id=payload_id, client=client)
    async with httpx.AsyncClient(trust_env=False, verify=context) as own:
        return await verb(road, payload, payload_id=payload_id, client=own)
