"""The roads we know, by the `kind` of a payer's row."""

from __future__ import annotations

import uuid
from typing import Protocol

from . import core_batch, core_mime, core_soap, file_drop, json_api
from .posting import Client, open_client
from .road import Road


class Ask(Protocol):
    """The one verb of a road: send a 270, return what came back, raise one of `errors`.

    None when the question is out and the answer comes another way, later.
    """

    async def __call__(self, road: Road, payload: bytes, *, payload_id: str, client: Client) -> bytes | None: ...


BY_KIND: dict[str, Ask] = {
    "core_mime": core_mime.ask,
    "core_soap": core_soap.ask,
    "json_api": json_api.ask,
    "file_drop": file_drop.ask,
    "mime_batch": core_batch.submit_mime,
    "soap_batch": core_batch.submit_soap,
}


async def ask(road: Road, payload: bytes, *, client: Client) -> bytes | None:
    """Ask by the road's kind, under a fresh payload id. None when the answer comes later."""
    return await BY_KIND[road.kind](road, payload, payload_id=str(uuid.uuid4()), client=client)


async def pick_up(road: Road) -> bytes:
    """What lies ready on a batch road; b"" when nothing does. Raises one of `errors`."""
    async with open_client() as client:
        return await core_batch.pick_up(road, client=client)


async def pick_up_acknowledgements(road: Road) -> list[bytes]:
    """The TA1 and the 999 to what was handed in on a batch road, as far as there are any. Raises one of `errors`."""
    async with open_client() as client:
        found = [await core_batch.pick_up(road, what, client=client) for what in core_batch.ACKNOWLEDGEMENTS]
    return [content for content in found if content]
