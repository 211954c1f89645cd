from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "intake.public"
    label = "public"
