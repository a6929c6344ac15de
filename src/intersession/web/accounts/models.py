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


class SignIn(models.Model):
    """Something that happened about signing in. Append-only: no name that was typed, no address, nothing of a client.

    `seal` chains it to all that came before, as the journal of the practice is chained.
    """

    id = models.BigAutoField(primary_key=True)
    practice = models.CharField(max_length=64)
    staff = models.CharField(max_length=64, null=True)
    """Null where nobody of that name has an account."""
    at = models.DateTimeField()
    what = models.CharField(max_length=24)
    means = models.CharField(max_length=24, default="")
    browser = models.CharField(max_length=40, default="")
    """In words: a browser's own line names more than is needed."""
    whence = models.CharField(max_length=32, default="")
    """A keyed digest of the address: enough to say whether it was the same one before."""
    place = models.BigIntegerField(null=True)
    """Its place in the chain, counted from 1; null until sealed."""
    seal = models.CharField(max_length=64, null=True)

    class Meta:
        db_table = "identity_sign_in"
        indexes = [models.Index(fields=["practice", "staff", "at"], name="sign_in_staff")]
        constraints = [models.UniqueConstraint(fields=["practice", "place"], name="sign_in_place")]


class Counted(models.Model):
    """Tries and used codes, for as long as they count. The key is a digest: no name and no address stands in it."""

    key = models.CharField(primary_key=True, max_length=64)
    value = models.TextField()
    ends_at = models.FloatField(db_index=True)
    """Seconds since 1970."""

    class Meta:
        db_table = "identity_counted"
