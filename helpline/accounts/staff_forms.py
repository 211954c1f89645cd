"""Inviting somebody, changing a role, letting somebody begin anew."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from helpline.accounts.models import User
from helpline.accounts.permissions import NOT_BY_STAFF, ROLES

GIVEN_HERE = [(key, role.name) for key, role in ROLES.items() if key not in NOT_BY_STAFF]
REASONS = [
    ("lost_device", _("Their phone or key is lost or broken")),
    ("forgot_password", _("They forgot the password")),
    ("link_ran_out", _("The first link ran out, or was lost")),
    ("back_again", _("They work here again")),
    ("may_be_stolen", _("Somebody else may have got in")),
]


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=GIVEN_HERE, error_messages={"required": _("Choose a role.")})


class InviteForm(RoleForm):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("They sign in with it. Nothing is sent to it."),
        error_messages={
            "required": _("Enter their e-mail address."),
            "invalid": _("Enter an address like amy@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("As colleagues know them. Callers do not see it."),
        error_messages={"required": _("Enter their name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("name", "email", "role")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("This address has an account already. Open it in the list."))
        return email


class BeginAnewForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why"), choices=REASONS, error_messages={"required": _("Choose why.")}, widget=forms.RadioSelect
    )
