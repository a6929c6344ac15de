"""The practice and its lines."""

from django.db import models

from ..fields import InstantField, JSONTextField


class Practice(models.Model):
    """The tenant. `version` rises with every change of its directory; decisions name the version they used."""

    id = models.CharField(primary_key=True, max_length=64)
    version = models.IntegerField(default=1)
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64)
    locale = models.CharField(max_length=16)
    languages = JSONTextField()
    policy = JSONTextField()
    """Layers of policy values, the practice's first."""
    hours = JSONTextField()
    closed_days = JSONTextField()
    desk = JSONTextField()
    pool = JSONTextField()
    director = models.CharField(max_length=64, null=True)
    triage = models.CharField(max_length=64, null=True)

    class Meta:
        db_table = "practice"


class Line(models.Model):
    """A published number."""

    id = models.CharField(primary_key=True, max_length=64)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, db_index=True)
    kind = models.CharField(max_length=16)
    digits = models.CharField(max_length=20)
    urgent_digits = models.CharField(max_length=20, null=True)
    said_as = models.CharField(max_length=120)
    brand = models.CharField(max_length=20)
    staff = models.CharField(max_length=64, null=True)
    neutral = models.BooleanField(default=False)
    retired = models.BooleanField(default=False)
    moved_to = models.CharField(max_length=20, default="")
    carrier = models.CharField(max_length=32)
    last_reconciled = InstantField(null=True)

    class Meta:
        db_table = "line"
        constraints = [models.UniqueConstraint(fields=["digits"], name="line_digits")]


class CarrierAccount(models.Model):
    """How a carrier is reached: names, secrets and addresses, sealed together."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    carrier = models.CharField(max_length=32)
    sealed_settings = models.BinaryField()

    class Meta:
        db_table = "carrier_account"
        constraints = [models.UniqueConstraint(fields=["practice", "carrier"], name="carrier_account_once")]
