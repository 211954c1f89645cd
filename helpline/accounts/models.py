"""People who sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now

from helpline.accounts.permissions import ROLES, Permission
from helpline.vault.ids import new_id
from helpline.vault.privacy import PLAIN, PrivacyClass


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Staff only: callers and programs never have an account."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=20, choices=[(key, role.name) for key, role in ROLES.items()])
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]
    objects = UserManager()
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ("id", "email", "name", "role", "is_active", "joined_at", "password", "last_login"), PLAIN
    )

    class Meta:
        db_table = "accounts_user"
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=list(ROLES)), name="user_role_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def may(self, permission: Permission) -> bool:
        return self.is_active and permission in ROLES[self.role].permissions

    @property
    def may_answer(self) -> bool:
        return self.may(Permission.ANSWER_INQUIRIES)

    @property
    def may_verify(self) -> bool:
        return self.may(Permission.VERIFY_INSURANCE)

    @property
    def may_correct(self) -> bool:
        return self.may(Permission.CORRECT_LISTINGS)

    @property
    def may_audit(self) -> bool:
        return self.may(Permission.READ_AUDIT)

    @property
    def may_keep_privacy(self) -> bool:
        return self.may(Permission.KEEP_PRIVACY)

    @property
    def may_review(self) -> bool:
        return self.may(Permission.REVIEW_BREAK_GLASS)
