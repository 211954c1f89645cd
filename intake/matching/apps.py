from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "intake.matching"
    label = "matching"
