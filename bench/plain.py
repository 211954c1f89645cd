"""The same product without encryption and audit, for ``bench.guarding`` alone: plain columns, no triggers, no record.

``application`` is patched where ``BENCH_PLAIN`` is set; the product itself has no such switch. ``prepare`` fills the
database the process is connected to and prints what a visitor needs.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")

if os.environ.get("BENCH_PLAIN"):
    from django.db.backends.utils import CursorWrapper
    from django.db.models.query_utils import DeferredAttribute

    import helpline.vault.blind
    from helpline.vault.fields import EncryptedTextField
    from helpline.vault.files import EncryptedFileField

    def contribute(self: Any, cls: Any, name: str, private_only: bool = False) -> None:
        super(EncryptedTextField, self).contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, DeferredAttribute(self))

    def pre_save(self: Any, row: Any, add: bool) -> Any:
        value = getattr(row, self.attname)
        return None if value is None else self.to_text(value)

    EncryptedTextField.contribute_to_class = contribute  # type: ignore[method-assign]
    EncryptedTextField.pre_save = pre_save  # type: ignore[method-assign]
    EncryptedTextField.get_prep_value = lambda self, value: value  # type: ignore[method-assign]
    EncryptedTextField.from_db_value = (  # type: ignore[method-assign]
        lambda self, value, expression, connection: None if value is None else self.from_text(value)
    )
    EncryptedFileField.from_db_value = lambda self, value, expression, connection: value  # type: ignore[method-assign]
    helpline.vault.blind.blind = lambda key, kind, value: value.encode()[:12].ljust(12)

    execute = CursorWrapper.execute

    def nobody_named(self: Any, sql: Any, params: Any = None) -> Any:
        return None if "helpline.actor" in str(sql) else execute(self, sql, params)

    CursorWrapper.execute = nobody_named  # type: ignore[method-assign]

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

if os.environ.get("BENCH_PLAIN"):
    from helpline.audit import acting

    def nothing(*_: Any, **__: Any) -> None:
        pass

    acting.record_each = nothing  # type: ignore[assignment]


def prepare(sends: int) -> None:
    """An inquiry with notes, calls and consent, a consultant who is signed in, and forms ready to be sent."""
    from django.conf import settings
    from django.test import Client

    from bench.replay import cookie_for, ready_draft
    from helpline.accounts import sessions
    from helpline.accounts.models import User
    from helpline.audit.acting import Actor, acting
    from intake.inquiries.models import Inquiry, Note

    drafts = [ready_draft() for _ in range(sends + 1)]
    sent = Client()
    sent.cookies.load(cookie_for(drafts[-1]))
    sent.post("/get-help/check/", {"key": str(drafts[-1].idempotency_key)}, HTTP_HOST="localhost")
    user = User.objects.create_user("bench@example.org", "a long enough password", name="Bench", role="consultant")
    inquiry = Inquiry.objects.get()
    with acting(Actor.staff(user)):
        for number in range(5):
            Note.objects.create(inquiry=inquiry, author=user, text=f"What was said the {number}. time. " * 10)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    sessions.begin(session)
    session.save()
    made = {
        "desk": f"/desk/inquiries/{inquiry.pk}/",
        "signed_in": {settings.SESSION_COOKIE_NAME: session.session_key},
        "forms": [[cookie_for(draft), str(draft.idempotency_key)] for draft in drafts[:-1]],
    }
    sys.stdout.write(json.dumps(made))


if __name__ == "__main__":
    prepare(int(sys.argv[1]))
