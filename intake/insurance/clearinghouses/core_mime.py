"""CAQH CORE Connectivity vC2.2.0, real time, HTTP MIME multipart (ELIGIBILITY.md 4.12).

One POST with the envelope's fields and the 270 as parts of a form; the answer is multipart again.
"""

from __future__ import annotations

from .core_envelope import fields, payload_of
from .errors import OutcomeUnknown
from .mime_parts import NotMultipart, read_parts, write_parts
from .posting import Client, is_x12, post
from .road import Road


async def ask(road: Road, payload: bytes, *, payload_id: str, client: Client) -> bytes:
    """Send one 270 and return the payload that came back (a 271, 999 or TA1, unread).

    `payload_id` is a fresh UUID as text. Raises as `posting.post`, and `FixConfiguration` for an envelope refused.
    """
    values = fields(road, payload_id) | {"UserName": road.user_name, "Password": road.password}
    headers, body = write_parts({name: value.encode() for name, value in values.items()} | {"Payload": payload})
    answer = await post(road, client, headers=headers, content=body)
    # Some servers send the 271 without any envelope
    if is_x12(answer.body):
        return answer.body
    try:
        found = read_parts(answer.content_type, answer.body)
    except NotMultipart:
        raise OutcomeUnknown("The clearinghouse answered with something that is not an answer.") from None
    return payload_of(found)
