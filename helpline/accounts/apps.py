from django.apps import AppConfig

from helpline.vault.sealed import SealedColumn, also_sealed


class AccountsConfig(AppConfig):
    name = "helpline.accounts"
    label = "accounts"

    def ready(self) -> None:
        from helpline.accounts.adapter import MFA_PLACE

        also_sealed(SealedColumn("mfa_authenticator", "data", place=f"'{MFA_PLACE}'", kind="jsonb"))
