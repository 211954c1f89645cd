"""The public site, at the root of the address."""

from django.urls import path

from helpline.guides import views

urlpatterns = [
    path("", views.home, name="home"),
    path("guides/", views.guides, name="guides"),
    path("guides/about/<slug:slug>/", views.guide_category, name="guide_category"),
    path("guides/<slug:slug>/", views.guide, name="guide"),
    path("crisis/", views.crisis, name="crisis"),
    path("who-pays/", views.who_pays, name="who_pays"),
    path("privacy/", views.privacy, name="privacy"),
]
