"""People who sign in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from helpline.accounts.passwords import normalised
from helpline.accounts.permissions import ROLES, Permission
from helpline.vault.fields import EncryptedTextField
from helpline.vault.ids import new_id
from helpline.vault.privacy import HEALTH, PLAIN, PrivacyClass


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class UserQuerySet(models.QuerySet["User"]):
    def who_may(self, permission: Permission) -> UserQuerySet:
        """Accounts in use whose role holds ``permission``."""
        roles = [key for key, role in ROLES.items() if permission in role.permissions]
        return self.filter(is_active=True, role__in=roles)


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
    objects = UserManager.from_queryset(UserQuerySet)()
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

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(normalised(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(normalised(raw_password))

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Django's, and the role besides: a session ends when the password or the role is another one."""
        salt = "helpline.accounts.models.User.session"
        return salted_hmac(salt, f"{self.password}:{self.role}", secret=secret, algorithm="sha256").hexdigest()

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
    def may_call_listings(self) -> bool:
        return self.may(Permission.CALL_LISTINGS)

    @property
    def may_keep_roads(self) -> bool:
        return self.may(Permission.KEEP_ROADS)

    @property
    def may_audit(self) -> bool:
        return self.may(Permission.READ_AUDIT)

    @property
    def may_read_staff(self) -> bool:
        return self.may(Permission.READ_STAFF)

    @property
    def may_manage_staff(self) -> bool:
        return self.may(Permission.MANAGE_STAFF)

    @property
    def may_keep_privacy(self) -> bool:
        return self.may(Permission.KEEP_PRIVACY)

    @property
    def may_supervise(self) -> bool:
        return self.may(Permission.SUPERVISE)

    @property
    def may_review(self) -> bool:
        return self.may(Permission.REVIEW_BREAK_GLASS)


class KeptFormQuerySet(models.QuerySet["KeptForm"]):
    LASTS = timedelta(hours=2)
    MOST = 20

    def keep(self, user: User, path: str, typed: str) -> KeptForm:
        """Keep a form of ``user``; what is too old or too much goes."""
        self.outlived().delete()
        kept = self.create(user=user, path=path, typed=typed)
        newest = self.filter(user=user).order_by("-kept_at")[: self.MOST]
        self.filter(user=user).exclude(pk__in=newest.values("pk")).delete()
        return kept

    def outlived(self) -> KeptFormQuerySet:
        return self.filter(kept_at__lt=Now() - self.LASTS)

    def of(self, user: User) -> KeptFormQuerySet:
        return self.filter(user=user, kept_at__gte=Now() - self.LASTS)


class KeptForm(models.Model):
    """What somebody typed on a page of the desk and could not save before signing in again (``kept.py``)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    path = models.TextField()
    typed = EncryptedTextField()
    kept_at = models.DateTimeField(db_default=Now())

    objects = KeptFormQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {"typed": HEALTH} | dict.fromkeys(
        ("id", "user", "path", "kept_at"), PLAIN
    )

    class Meta:
        db_table = "accounts_kept_form"
        indexes = [models.Index(fields=["kept_at"], name="kept_form_age")]

    def __str__(self) -> str:
        return f"a form kept at {self.kept_at:%Y-%m-%d %H:%M}"
