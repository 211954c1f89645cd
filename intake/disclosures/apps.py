from django.apps import AppConfig


class DisclosuresConfig(AppConfig):
    name = "intake.disclosures"
    label = "disclosures"
