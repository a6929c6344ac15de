"""An account is one staff member of the practice, named by id only; who that is stands among the practice's rows."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Accounts(BaseUserManager["Account"]):
    """For the sign-in library, which asks for accounts by their sign-in name."""


class Account(AbstractBaseUser):
    """A staff member who may sign in. Closed, it stays, so that nobody takes its place unseen."""

    id = models.BigAutoField(primary_key=True)
    practice = models.CharField(max_length=64)
    staff = models.CharField(max_length=64)
    username = models.CharField(max_length=64, unique=True)
    """What is typed at sign-in: the staff id in lower case."""
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["practice", "staff"]

    objects: ClassVar[Accounts] = Accounts()

    class Meta:
        db_table = "identity_account"
        constraints = [models.UniqueConstraint(fields=["practice", "staff"], name="account_staff")]


class Invitation(models.Model):
    """A code that opens an account's set-up once. Only its hash is kept; the code itself has 100 random bits."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_invitation"
