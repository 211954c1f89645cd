from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "intake.retention"
    label = "retention"
