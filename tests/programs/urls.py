"""The whole house with the listings screens at their address, whoever includes them there."""

from django.urls import include, path

from helpline.urls import urlpatterns as house

urlpatterns = [path("desk/listings/", include("intake.dashboard.listings_urls")), *house]
