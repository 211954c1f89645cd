from django.apps import AppConfig

from helpline.vault.keys import keys


class VaultConfig(AppConfig):
    name = "helpline.vault"
    label = "vault"

    def ready(self) -> None:
        """Without usable keys no process starts. Raises ``NoKeys``."""
        from helpline.vault import in_clear  # noqa: F401

        keys()
