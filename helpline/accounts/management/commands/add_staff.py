"""``manage.py add_staff EMAIL --name NAME --role ROLE``: the first account of an installation, and those that watch."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from helpline.accounts.models import User
from helpline.accounts.permissions import ROLES
from helpline.accounts.staff import invite, start_anew
from helpline.audit.acting import Actor

BY = Actor.process("add_staff")


class Command(BaseCommand):
    help = (
        "Make a staff account and print the one-time link by which its owner chooses a password, once, within a day. "
        "Begin with a supervisor, who invites the others on the Staff page; privacy officers are made only here."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="as colleagues see it; needed for a new account")
        parser.add_argument("--role", choices=sorted(ROLES), help="needed for a new account")
        parser.add_argument(
            "--again",
            action="store_true",
            help="for an account that exists: forget its password and second steps, end its sessions, print a new link",
        )
        parser.add_argument("--out-of-use", action="store_true", help="with --again: no link, the account is closed")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an e-mail address.") from None
        known = User.objects.filter(email__iexact=email).first()
        link = self._again(known, email, options) if options["again"] else self._new(known, email, options)
        if link:
            self.stdout.write(
                "The one-time link, for a day. It is shown this once; give it to its owner by a safe way:"
            )
            self.stdout.write(link)

    def _new(self, known: User | None, email: str, options: dict[str, Any]) -> str:
        if known:
            raise CommandError(f"{email} has an account. --again gives it a new one-time link.")
        if not options["name"] or not options["role"]:
            raise CommandError("A new account needs --name and --role.")
        return invite(email=email, name=options["name"], role=options["role"], by=BY)[1]

    def _again(self, known: User | None, email: str, options: dict[str, Any]) -> str:
        if known is None:
            raise CommandError(f"{email} has no account.")
        role = options["role"] or known.role
        return start_anew(known, role=role, in_use=not options["out_of_use"], by=BY, reason="add_staff")
