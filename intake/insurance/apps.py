from django.apps import AppConfig


class InsuranceConfig(AppConfig):
    name = "intake.insurance"
    label = "insurance"
