from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from helpline.vault.sealed import SealedColumn, also_sealed


class AccountsConfig(AppConfig):
    name = "helpline.accounts"
    label = "accounts"

    def ready(self) -> None:
        from helpline.accounts.adapter import MFA_PLACE

        also_sealed(SealedColumn("mfa_authenticator", "data", place=f"'{MFA_PLACE}'", kind="jsonb"))
        of_session = "'django_session.session_data:' || session_key"
        also_sealed(SealedColumn("django_session", "session_data", place=of_session, key="session_key"))
        checks.register(breached_file_can_be_read, checks.Tags.security)


def breached_file_can_be_read(**_options: Any) -> list[checks.CheckMessage]:
    """A file that cannot be read would refuse every new password: better said by ``manage.py check``."""
    from helpline.accounts.breached import BadBreachedFile, holds_hashes

    try:
        if settings.PASSWORD_BREACHED_FILE:
            holds_hashes(settings.PASSWORD_BREACHED_FILE)
    except BadBreachedFile as problem:
        return [checks.Error(str(problem), id="accounts.E001")]
    return []
