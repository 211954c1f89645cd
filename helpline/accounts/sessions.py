"""Sessions in the database. A key that is none of ours is not even looked up: it may hold what PostgreSQL refuses."""

import re

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

OURS = re.compile(r"[a-z0-9]{32}")


class SessionStore(DatabaseSessions):
    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and OURS.fullmatch(key))
