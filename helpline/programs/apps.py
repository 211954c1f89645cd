from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "helpline.programs"
    label = "programs"
