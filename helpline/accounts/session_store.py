"""Sessions in PostgreSQL, sealed.

Django only signs them, and a session may hold what must not lie in a dump in clear: the secret of an authenticator app
while it is being added. A session opens only under its own key; one that does not open is nobody's. A key that is none
of ours is not even looked up: it may hold what PostgreSQL refuses.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as InDatabase
from django.contrib.sessions.models import Session

from helpline.vault.fields import keyring
from helpline.vault.sealing import CannotOpen

OURS = re.compile(r"[a-z0-9]{32}")


class SessionStore(InDatabase):
    @classmethod
    def of(cls, row: Session) -> SessionStore:
        """The session of a row that was read already."""
        session = cls(row.session_key)
        session._session_cache = session.decode(row.session_data)  # type: ignore[attr-defined]  # where Django keeps it
        return session

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and OURS.fullmatch(key))

    def _place(self) -> str:
        return f"django_session.session_data:{self._get_or_create_session_key()}"  # type: ignore[attr-defined]

    def encode(self, session_dict: dict[str, Any]) -> str:
        return keyring().seal(self.serializer().dumps(session_dict).decode("latin-1"), self._place())

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        try:
            text = keyring().open(str(session_data), self._place())
        except CannotOpen:
            return {}
        return dict(self.serializer().loads(text.encode("latin-1")))
