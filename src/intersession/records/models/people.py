"""Clients and every outside number that is known."""

from django.db import models

from ..fields import InstantField
from .practices import Practice


class Number(models.Model):
    """An outside number or address, sealed, found by its keyed hash."""

    key = models.CharField(primary_key=True, max_length=32)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    sealed = models.BinaryField()

    class Meta:
        db_table = "number"


class Client(models.Model):
    """A client. Name, agreement, safe-contact and limits are sealed under the client's own data key."""

    id = models.CharField(primary_key=True, max_length=64)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    handle = models.CharField(max_length=16)
    short_code = models.CharField(max_length=8)
    """Figures by which staff call this client from a telephone (D21)."""
    status = models.CharField(max_length=16)
    primary = models.CharField(max_length=64, null=True)
    access = models.CharField(max_length=16)
    phase = models.CharField(max_length=16)
    language = models.CharField(max_length=16, null=True)
    zone = models.CharField(max_length=64, null=True)
    needs_relay = models.BooleanField(default=False)
    minor = models.BooleanField(default=False)
    next_talk = InstantField(null=True)
    rule24_until = InstantField(null=True)
    version = models.IntegerField(default=1)
    wrapped_key = models.BinaryField()
    sealed_profile = models.BinaryField()
    """JSON: name, agreement, safe, limits."""

    class Meta:
        db_table = "client"
        constraints = [
            models.UniqueConstraint(fields=["practice", "handle"], name="client_handle"),
            models.UniqueConstraint(fields=["practice", "short_code"], name="client_short_code"),
        ]


class ClientNumber(models.Model):
    """A number of a client; several clients may share one."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT)
    number_key = models.CharField(max_length=32)
    position = models.IntegerField(default=0)

    class Meta:
        db_table = "client_number"
        indexes = [models.Index(fields=["number_key"], name="client_number_key")]


class KnownNumber(models.Model):
    """An emergency partner, or a guardian of some client."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    number_key = models.CharField(max_length=32, db_index=True)
    kind = models.CharField(max_length=16)

    class Meta:
        db_table = "known_number"


class Block(models.Model):
    """A block (V02) or hard reject (D16), with reason, author and review date."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    number_key = models.CharField(max_length=32, db_index=True)
    hard = models.BooleanField()
    author = models.CharField(max_length=64)
    review_on = models.CharField(max_length=10)
    sealed_reason = models.BinaryField()

    class Meta:
        db_table = "block"
