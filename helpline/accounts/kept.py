"""What somebody typed and could not save before signing in again: kept sealed, for them alone, for two hours.

The address it is found by holds only an opaque id, and shows what was typed to nobody but the person who typed it.
"""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from helpline.accounts.models import KeptForm, User
from helpline.audit.acting import Actor, acting

# The pages of signing in hold passwords and codes, which nobody keeps
NEVER = ("account_", "mfa_", "usersessions_")
FIELD = "kept_form"
# What a page sends along without anybody typing it
UNSHOWN = {"key", "version", "seen", "query"}


def may_keep(request: HttpRequest) -> bool:
    """Only what is typed at the desk: a caller's page is not staff's to send, and its address may hold a secret."""
    match = request.resolver_match
    if match is None or not match.url_name or not getattr(match.func, "login_required", True):
        return False
    return not match.url_name.startswith(NEVER)


def keep(request: HttpRequest, user: User) -> str:
    """Keep the form that was sent, for ``user``. Gives the address where it waits."""
    typed = request.POST.copy()
    for name in ("csrfmiddlewaretoken", FIELD):
        typed.pop(name, None)
    with acting(Actor.staff(user)):
        form = KeptForm.objects.keep(user, request.get_full_path(), typed.urlencode())
    return reverse("kept_form", args=[form.pk])


def typed_in(form: KeptForm) -> list[tuple[str, str]]:
    """Names and values, in their order."""
    typed = QueryDict(form.typed)
    return [(name, value) for name, values in typed.lists() for value in values]


def sent_again(request: HttpRequest) -> HttpResponse | None:
    """Before a form that was kept goes to its view a second time: once only, and only for whom it was kept."""
    if request.method != "POST" or FIELD not in request.POST:
        return None
    try:
        which = uuid.UUID(request.POST[FIELD])
    except ValueError:
        which = uuid.UUID(int=0)
    with acting(Actor.staff(request.user)):
        taken = KeptForm.objects.of(cast(User, request.user)).filter(pk=which).delete()[0]
    if taken:
        return None
    messages.info(request, _("That was sent already, or was kept too long ago."))
    return redirect("desk")
