"""The event stream of the desk (``/live/``), served by uvicorn. Pages are WSGI: they cost an eighth there."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
django.setup()

from intake.live.app import app as application  # noqa: E402  # models can be imported only after setup

__all__ = ["application"]
