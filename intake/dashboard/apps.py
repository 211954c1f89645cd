from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "intake.dashboard"
    label = "dashboard"
