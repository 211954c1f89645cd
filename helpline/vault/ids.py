"""Opaque public ids."""

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """A UUID version 7 (RFC 9562): unguessable enough to be a name, ordered by time so that indexes stay small."""
    return uuid7()
