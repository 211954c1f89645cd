"""Signing in by an identity provider: a real one over loopback, and a web process in which it is switched on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import NoReverseMatch, reverse

from helpline.accounts.models import User
from helpline.audit.models import AuditRecord
from tests.accounts.oidc_server import CLIENT_ID, CLIENT_SECRET, IdentityProvider, identity_provider
from tests.accounts.people import somebody, with_app
from tests.journeys.processes import House
from tests.servers import manage

BUTTON = "/accounts/oidc/sso/login/"


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as provider:
        yield provider


@pytest.fixture
def web(house: House, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> str:
    house.environment = {
        "OIDC_ISSUER": provider.issuer,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "OIDC_NAME": "Example Health",
        "OIDC_SECOND_STEP_ACR": "urn:example:two",
        "MFA_REQUIRED": "true",
    }
    with monkeypatch.context() as during:
        for name, value in house.environment.items():
            during.setenv(name, value)
        manage("migrate", "--verbosity", "0", database=house.database)
    return house.start_web()


class Browser:
    """Presses the button and goes wherever it is led."""

    def __init__(self, web: str) -> None:
        self.web, self.http = web, httpx.Client(base_url=web, follow_redirects=True, timeout=20)

    def sign_in(self, **more: str) -> httpx.Response:
        page = self.http.get("/accounts/login/").text
        assert "Sign in with Example Health" in page
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        return self.http.post(BUTTON, data={"csrfmiddlewaretoken": token[1], **more}, headers={"Origin": self.web})

    def path(self, path: str) -> str:
        return self.http.get(path).url.path


def test_off_its_addresses_do_not_exist(db: None) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("openid_connect_login", kwargs={"provider_id": "sso"})
    assert Client().post(BUTTON).status_code == 404
    assert "openid" not in Client().get("/accounts/login/").content.decode()


def test_who_has_an_account_is_let_in_and_the_second_step_is_the_providers_only_when_it_says_so(
    web: str, provider: IdentityProvider
) -> None:
    cora = somebody()
    # Nothing said: our own second step is still to be added
    assert Browser(web).sign_in().url.path == "/accounts/2fa/"
    for said in ({"amr": ["pwd", "mfa"]}, {"acr": "urn:example:two"}):
        provider.token = said
        browser = Browser(web)
        assert browser.sign_in(next="/desk/calls/new/").url.path == "/desk/calls/new/"
        assert browser.path("/desk/") == "/desk/"
    # With an app of ours: asked for, unless the provider saw a second step
    with_app(cora)
    assert Browser(web).sign_in().url.path == "/desk/"
    for said in ({}, {"amr": "mfa"}, {"amr": ["pwd"]}, {"acr": "urn:example:one"}):
        provider.token = said
        assert Browser(web).sign_in().url.path == "/accounts/2fa/authenticate/"
    cora.refresh_from_db()
    assert cora.has_usable_password()
    assert AuditRecord.objects.filter(action="factor_added", reason="sso", actor_id=str(cora.pk)).count() == 1


def test_nobody_else_is_let_in(web: str, provider: IdentityProvider) -> None:
    somebody()
    provider.token = {"amr": ["mfa"]}
    cora = dict(provider.person)

    def refused() -> str:
        browser = Browser(web)
        answer = browser.sign_in()
        assert answer.url.path == "/accounts/login/"
        assert browser.path("/desk/") == "/accounts/login/"
        return answer.text

    provider.person = {**cora, "email": "stranger@example.org"}
    assert "You have no account here" in refused()
    for unverified in (False, None, "no"):
        provider.person = {**cora, "email_verified": unverified}
        assert "You have no account here" in refused()
    provider.person, provider.userinfo = cora, {"sub": "somebody-else"}
    assert "did not work" in refused()
    provider.userinfo, provider.key = {}, rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert "did not work" in refused()
    provider.key = provider.true_key
    for wrong in ({"aud": "another site"}, {"iss": "https://elsewhere.example"}, {"exp": 1}):
        provider.token = wrong
        assert "did not work" in refused()
    provider.token = {}
    provider.elsewhere = {"token_endpoint": "http://localhost:9/token"}
    assert "did not work" in refused()
    provider.elsewhere = {}
    assert User.objects.count() == 1
    tried = AuditRecord.objects.filter(action="sign_in_failed", reason="sso", subject_kind="no_account")
    assert tried.count() == 4
    assert not AuditRecord.objects.filter(action="signed_in").exists()


@pytest.mark.slow
def test_the_name_there_is_what_is_remembered_not_the_address(web: str, provider: IdentityProvider) -> None:
    somebody()
    provider.token = {"amr": ["mfa"]}
    assert Browser(web).sign_in().url.path == "/desk/"
    provider.person = {**provider.person, "email": "cora.nguyen@example.org"}
    assert Browser(web).sign_in().url.path == "/desk/"
    # Somebody else there was given the address
    provider.person = {**provider.person, "sub": "the-next-cora", "email": "cora@example.org"}
    assert "You have no account here" in Browser(web).sign_in().text
    provider.person = {**provider.person, "sub": "cora-at-work"}
    User.objects.update(is_active=False)
    assert Browser(web).sign_in().url.path == "/accounts/login/"


@pytest.mark.slow
def test_a_provider_that_is_away_says_so(web: str, provider: IdentityProvider) -> None:
    provider.elsewhere = {"authorization_endpoint": ""}
    provider.shutdown()
    provider.server_close()
    assert "cannot be reached" in Browser(web).sign_in().text


@pytest.mark.slow
def test_nobody_ties_another_identity_to_an_account(web: str) -> None:
    assert Browser(web).sign_in(process="connect").status_code == 404
