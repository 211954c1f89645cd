"""Every address of the house. The open ones say so at their view; all others need signing in."""

from django.urls import URLPattern, URLResolver, include, path

from helpline.accounts.views import healthy

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthy, name="healthy"),
    path("", include("helpline.guides.urls")),
    path("", include("intake.public.urls")),
    path("desk/staff/", include("helpline.accounts.staff_urls")),
    path("desk/", include("intake.dashboard.urls")),
    path("accounts/", include("helpline.accounts.urls")),
]

handler403 = "intake.dashboard.privacy_desk.forbidden"
handler500 = "helpline.accounts.views.server_error"
