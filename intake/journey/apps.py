from django.apps import AppConfig


class JourneyConfig(AppConfig):
    name = "intake.journey"
    label = "journey"
