"""Who works here: reading the list, inviting, changing a role, closing an account, letting somebody begin anew."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_tables2 import RequestConfig

from helpline.accounts.models import User
from helpline.accounts.permissions import ROLES, Permission, requires
from helpline.accounts.reauthentication import recently_authenticated
from helpline.accounts.requests import StaffRequest
from helpline.accounts.staff import NotAllowed, change_role, everybody, invite, reset_sign_in, take_out_of_use
from helpline.accounts.staff_forms import BeginAnewForm, InviteForm, RoleForm
from helpline.accounts.staff_tables import StaffTable
from helpline.audit.acting import Actor

PER_PAGE = 50


@require_GET
@requires(Permission.READ_STAFF)
def staff(request: StaffRequest) -> HttpResponse:
    table = StaffTable(everybody())
    RequestConfig(request, paginate={"per_page": PER_PAGE, "silent": True}).configure(table)
    return render(request, "staff/list.html", {"table": table, "section": "staff"})


@requires(Permission.MANAGE_STAFF)
@recently_authenticated
def invite_somebody(request: StaffRequest) -> HttpResponse:
    form = InviteForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "staff/invite.html", {"form": form, "roles": ROLES, "section": "staff"})
    made, link = invite(**form.cleaned_data, by=Actor.staff(request.user))
    return _link_page(request, made, link)


@require_GET
@requires(Permission.READ_STAFF)
def one_account(request: StaffRequest, user_id: UUID) -> HttpResponse:
    return _page(request, user_id)


@require_POST
@requires(Permission.MANAGE_STAFF)
@recently_authenticated
def change_their_role(request: StaffRequest, user_id: UUID) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, user_id, role_form=form)
    try:
        change_role(_user(user_id), form.cleaned_data["role"], by=request.user)
        messages.success(request, _("The role is changed. They have been signed out."))
    except NotAllowed as why:
        messages.error(request, str(why))
    return redirect("staff_account", user_id)


@require_POST
@requires(Permission.MANAGE_STAFF)
@recently_authenticated
def close_account(request: StaffRequest, user_id: UUID) -> HttpResponse:
    try:
        take_out_of_use(_user(user_id), by=request.user)
        messages.success(request, _("The account is out of use. They have been signed out everywhere."))
    except NotAllowed as why:
        messages.error(request, str(why))
    return redirect("staff_account", user_id)


@require_POST
@requires(Permission.MANAGE_STAFF)
@recently_authenticated
def begin_anew(request: StaffRequest, user_id: UUID) -> HttpResponse:
    form = BeginAnewForm(request.POST)
    if not form.is_valid():
        return _page(request, user_id, anew_form=form)
    try:
        link = reset_sign_in(_user(user_id), reason=form.cleaned_data["reason"], by=request.user)
    except NotAllowed as why:
        messages.error(request, str(why))
        return redirect("staff_account", user_id)
    return _link_page(request, _user(user_id), link)


def _user(user_id: UUID) -> User:
    return get_object_or_404(everybody(), pk=user_id)


def _page(request: StaffRequest, user_id: UUID, **forms: Any) -> HttpResponse:
    person = _user(user_id)
    context = {
        "person": person,
        "description": ROLES[person.role].description,
        "role_form": RoleForm(initial={"role": person.role}),
        "anew_form": BeginAnewForm(),
        "section": "staff",
        **forms,
    }
    return render(request, "staff/account.html", context)


def _link_page(request: StaffRequest, person: User, link: str) -> HttpResponse:
    """The one-time link is shown this once and kept nowhere."""
    return render(request, "staff/link.html", {"person": person, "link": link, "section": "staff"})
