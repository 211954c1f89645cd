from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "intake.calls"
    label = "calls"
