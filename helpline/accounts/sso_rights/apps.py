from django.apps import AppConfig


class SSORightsConfig(AppConfig):
    name = "helpline.accounts.sso_rights"
    label = "sso_rights"
