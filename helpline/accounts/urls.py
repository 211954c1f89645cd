"""Signing in, and one's own password, factors and sessions: those pages of django-allauth that are of use here.

Signing up, changing one's address and resetting a password by e-mail are left out (decision 0006), and so unreachable.
"""

from allauth.account import views as account
from allauth.usersessions import views as usersessions
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from helpline.accounts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", account.LoginView.as_view(extra_context={"sso": settings.OIDC_NAME}), name="account_login"),
    path("logout/", views.sign_out, name="account_logout"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.change_password, name="account_change_password"),
    path("sessions/", usersessions.list_usersessions, name="usersessions_list"),
    path("2fa/webauthn/keys/<int:pk>/remove/", views.remove_passkey, name="mfa_remove_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
    path("start/<str:secret>/", views.start, name="account_start"),
    path("kept/<uuid:form_id>/", views.kept_form, name="kept_form"),
]

if settings.OIDC_ISSUER:
    from helpline.accounts import sso

    urlpatterns += [
        path("oidc/<slug:provider_id>/login/", sso.begin, name="openid_connect_login"),
        path("oidc/<slug:provider_id>/login/callback/", sso.callback, name="openid_connect_callback"),
    ]
