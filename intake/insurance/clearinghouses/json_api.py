"""A JSON eligibility API of the shape Optum began and Stedi keeps: the raw 270 in `x12`, the raw 271 back in `x12`.

POST {"x12": "ISA*..."} with the API key as the Authorization header; the answer holds the payer's own 271 in `x12`
beside a rendering of it, which is not read: it drops things, and differs by vendor (ELIGIBILITY.md 1.4). A refusal
is 4xx or 5xx with `message` and `code`. Sources, read 24 November 2026:
stedi.com/docs/healthcare/api-reference/post-healthcare-eligibility-raw-x12 and
developers.changehealthcare.com/eligibilityandclaims/docs/eligibility-x12-edi-270-request-to-271-response.
"""

from __future__ import annotations

import json

from .errors import NotSignedIn, OutcomeUnknown
from .posting import Client, is_x12, post
from .road import Road


async def ask(road: Road, payload: bytes, *, payload_id: str, client: Client) -> bytes:
    """Send one 270 and return the raw 271 that came back, unread.

    The road's password is the API key. This API has no field for `payload_id`; the trace in the 270 is what comes
    back. Raises as `posting.post`, and `OutcomeUnknown` for an answer without the raw 271.
    """
    if not (road.password.isascii() and road.password.isprintable() and road.password):
        raise NotSignedIn("The API key is missing, or has a character that cannot be sent.")
    answer = await post(
        road,
        client,
        headers={"Authorization": road.password, "Content-Type": "application/json", "Accept": "application/json"},
        content=json.dumps({"x12": payload.decode("ascii")}).encode(),
    )
    return _raw_271(answer.body)


def _raw_271(body: bytes) -> bytes:
    try:
        answered = json.loads(body)
    except (ValueError, RecursionError):
        raise OutcomeUnknown("The clearinghouse answered with something that is not an answer.") from None
    raw = answered.get("x12") if isinstance(answered, dict) else None
    payload = raw.encode("latin-1", "replace") if isinstance(raw, str) else b""
    if not is_x12(payload):
        raise OutcomeUnknown("The clearinghouse answered without the plan's own 271.")
    return payload
