"""Staff, their phones, their hours, and the rota."""

from django.db import models

from ..fields import InstantField, JSONTextField
from .practices import Practice


class Staff(models.Model):
    """A staff member. The name and the PIN are sealed; what may be said to clients is not."""

    id = models.CharField(primary_key=True, max_length=64)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    said_as = models.CharField(max_length=80)
    initials = models.CharField(max_length=8)
    roles = JSONTextField()
    zone = models.CharField(max_length=64)
    hours = JSONTextField()
    no_call = JSONTextField()
    dnd_from = InstantField(null=True)
    dnd_until = InstantField(null=True)
    coach_until = models.CharField(max_length=10, null=True)
    supervisor = models.CharField(max_length=64, null=True)
    urgent_through = models.BooleanField(default=False)
    named_as_cover = models.BooleanField(default=True)
    language = models.CharField(max_length=16)
    sealed_name = models.BinaryField()
    pin = models.CharField(max_length=200, null=True)
    """Salted slow hash (D21)."""
    pin_wrong = models.IntegerField(db_default=0)
    """Wrong ones in a row."""
    pin_locked_until = InstantField(null=True)

    class Meta:
        db_table = "staff"


class Endpoint(models.Model):
    """A private phone. Its number is sealed, and opened by dispatch alone (INV-04)."""

    id = models.CharField(primary_key=True, max_length=64)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT)
    position = models.IntegerField()
    label = models.CharField(max_length=40, default="")
    number_key = models.CharField(max_length=32, db_index=True)
    sealed_number = models.BinaryField()
    lost_at = InstantField(null=True)
    doubtful_at = InstantField(null=True)

    class Meta:
        db_table = "endpoint"


class Absence(models.Model):
    """A session (`encounter`) or time off (`time_off`), with who stands in."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT)
    kind = models.CharField(max_length=16)
    start = InstantField()
    end = InstantField()
    cover = models.CharField(max_length=64, null=True)

    class Meta:
        db_table = "absence"


class Shift(models.Model):
    """On-call duty; a later row overrides within its span."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT)
    tier = models.IntegerField()
    start = InstantField()
    end = InstantField()

    class Meta:
        db_table = "shift"


class GreetingClip(models.Model):
    """A sentence of a greeting in a staff member's own voice, under a data key of its own."""

    id = models.CharField(primary_key=True, max_length=64)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    staff = models.CharField(max_length=64)
    locale = models.CharField(max_length=16)
    text_digest = models.CharField(max_length=32)
    at = InstantField()
    seconds = models.FloatField()
    media_type = models.CharField(max_length=40)
    wrapped_key = models.BinaryField()
    sealed_text = models.BinaryField()
    sealed_sound = models.BinaryField(null=True)
    """Null until the recording of the call in which it was said has come home."""

    class Meta:
        db_table = "greeting_clip"
        constraints = [
            models.UniqueConstraint(fields=["practice", "staff", "text_digest"], name="greeting_clip_once")
        ]
