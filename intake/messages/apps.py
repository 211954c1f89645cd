from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "intake.messages"
    label = "caller_messages"
