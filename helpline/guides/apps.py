from django.apps import AppConfig


class GuidesConfig(AppConfig):
    name = "helpline.guides"
    label = "guides"
    verbose_name = "Guides and substances"
