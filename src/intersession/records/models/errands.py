"""What people owe (tasks) and what the machine owes (errands: outbox and timers in one table)."""

from django.db import models

from ..fields import InstantField, JSONTextField
from .practices import Practice


class Task(models.Model):
    """Something owed by a person. `state` is core's Task as JSON; the columns beside it are for finding it."""

    id = models.CharField(primary_key=True, max_length=128)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    contact = models.CharField(max_length=96, db_index=True)
    thread = models.CharField(max_length=80, null=True)
    kind = models.CharField(max_length=24)
    owner = models.CharField(max_length=64, null=True)
    due_at = InstantField(null=True)
    opened_at = InstantField()
    closed_at = InstantField(null=True)
    red = models.BooleanField(default=False)
    state = JSONTextField()

    class Meta:
        db_table = "task"
        indexes = [
            models.Index(fields=["thread", "closed_at"], name="task_thread"),
            models.Index(fields=["practice", "closed_at", "due_at"], name="task_open"),
        ]


class TaskContact(models.Model):
    """A further contact that joined an item (D56)."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    task = models.CharField(max_length=128)
    contact = models.CharField(max_length=96, db_index=True)

    class Meta:
        db_table = "task_contact"
        constraints = [models.UniqueConstraint(fields=["task", "contact"], name="task_contact_once")]


class PageLeg(models.Model):
    """A telephone call that is a page (D14)."""

    leg = models.CharField(primary_key=True, max_length=160)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    task = models.CharField(max_length=128, db_index=True)
    staff = models.CharField(max_length=64)
    state = models.CharField(max_length=16)
    tries = models.IntegerField(default=0)
    over = models.BooleanField(default=False)

    class Meta:
        db_table = "page_leg"


class Occupied(models.Model):
    """A staff phone that rings or is engaged for a contact. One row a phone: who comes second is told no."""

    endpoint = models.CharField(primary_key=True, max_length=64)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    contact = models.CharField(max_length=96)
    leg = models.CharField(max_length=160, db_index=True)

    class Meta:
        db_table = "occupied"


class Errand(models.Model):
    """Do this, not before then, not after then. A wake is an errand whose `subject` is unique."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    lane = models.CharField(max_length=8)
    """wake, voice, pages, texts, mail."""
    kind = models.CharField(max_length=24)
    subject = models.CharField(max_length=180, null=True)
    contact = models.CharField(max_length=96, null=True)
    line = models.CharField(max_length=64, null=True)
    not_before = InstantField()
    not_after = InstantField(null=True)
    state = models.CharField(max_length=10, default="due")
    """due, claimed, done, failed, unknown, cancelled."""
    claimed_by = models.CharField(max_length=40, null=True)
    claimed_until = InstantField(null=True)
    outcome = models.CharField(max_length=200, default="")
    payload = models.TextField(default="")
    """Ids only; words are sealed beside it."""
    sealed = models.BinaryField(null=True)

    class Meta:
        db_table = "errand"
        indexes = [models.Index(fields=["state", "lane", "not_before"], name="errand_due")]
        constraints = [models.UniqueConstraint(fields=["subject"], name="errand_subject")]


class SeenEvent(models.Model):
    """An event that has walked the corridor: the same one again changes nothing."""

    id = models.CharField(primary_key=True, max_length=160)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    at = InstantField()

    class Meta:
        db_table = "seen_event"


class Heartbeat(models.Model):
    """When a tick was last completed, by whichever process: a row of its own, written like any other."""

    id = models.IntegerField(primary_key=True)
    at = InstantField()

    class Meta:
        db_table = "heartbeat"


class Lease(models.Model):
    """What one process alone may hold at a time (an Asterisk's event socket), who holds it, and until when."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    what = models.CharField(max_length=40)
    holder = models.CharField(max_length=40)
    until = InstantField()

    class Meta:
        db_table = "lease"
        constraints = [models.UniqueConstraint(fields=["practice", "what"], name="lease_what")]


class SetAside(models.Model):
    """An event that could not be decided: kept whole, sealed, with its error, and a task for a person (INV-11)."""

    id = models.CharField(primary_key=True, max_length=160)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    at = InstantField()
    error = models.TextField()
    sealed_event = models.BinaryField()

    class Meta:
        db_table = "set_aside"
