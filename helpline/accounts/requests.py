"""The request as views behind a permission get it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from helpline.accounts.models import User


class StaffRequest(HttpRequest):
    """For types only: somebody is signed in, which the middleware and ``requires`` have seen to."""

    user: User
    htmx: HtmxDetails
