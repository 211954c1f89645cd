"""Pages anyone may read: no sign-in, no cookie needed, no question asked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from helpline.guides import exceptions, library


def _page(request: HttpRequest, template: str, section: str = "", **context: Any) -> HttpResponse:
    return render(request, template, {"section": section, **context})


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return _page(request, "guides/home.html", menu=library.menu())


@login_not_required
@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    return _page(request, "guides/guides.html", "guides", menu=library.menu())


@login_not_required
@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    found = library.all_guides().get(slug)
    if found is None:
        raise Http404("no such guide")
    return _page(request, "guides/guide.html", "guides", guide=found, category=library.categories()[found.category])


@login_not_required
@require_safe
def guide_category(request: HttpRequest, slug: str) -> HttpResponse:
    category = library.categories().get(slug)
    if category is None:
        raise Http404("no such category")
    inside = [found for found in library.all_guides().values() if found.category == slug]
    return _page(request, "guides/category.html", "guides", category=category, guides=inside)


@login_not_required
@require_safe
def crisis(request: HttpRequest) -> HttpResponse:
    return _page(request, "guides/crisis.html", "crisis")


@login_not_required
@require_safe
def who_pays(request: HttpRequest) -> HttpResponse:
    return _page(request, "guides/who_pays.html", text=settings.WHO_PAYS_TEXT)


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    law = exceptions.exceptions()
    return _page(
        request, "guides/privacy.html", exceptions=law, rule_url=exceptions.RULE_URL, read_on=exceptions.READ_ON
    )
