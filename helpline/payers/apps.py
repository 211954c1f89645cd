from django.apps import AppConfig


class PayersConfig(AppConfig):
    name = "helpline.payers"
    label = "payers"
