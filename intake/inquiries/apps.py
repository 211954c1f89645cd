from django.apps import AppConfig


class InquiriesConfig(AppConfig):
    name = "intake.inquiries"
    label = "inquiries"
