from django.apps import AppConfig


class DisclosuresConfig(AppConfig):
    name = "intake.disclosures"
    label = "disclosures"

    def ready(self) -> None:
        # Imported so that the checks are registered
        from intake.disclosures import checks  # noqa: F401
