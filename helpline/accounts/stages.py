"""The second step while signing in."""

from __future__ import annotations

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from helpline.accounts.factors import proven_elsewhere


class SecondStep(AuthenticateStage):  # type: ignore[misc]  # allauth ships no types
    """allauth's, left out for somebody whose identity provider has just seen a second step."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return bool(super()._should_handle(request)) and not proven_elsewhere(request, self.login.user)
