"""Pages about signing in that django-allauth does not have."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def page_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose hidden token does not fit: the page was open very long, or cookies are off."""
    return render(request, "403_csrf.html", status=403)
