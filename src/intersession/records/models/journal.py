"""The journal, and what it makes people look at."""

from django.db import models

from ..fields import InstantField, JSONTextField
from .practices import Practice


class JournalEntry(models.Model):
    """Append-only: ids and keyed digests, never content. `seal` chains it to all that came before."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    at = InstantField()
    kind = models.CharField(max_length=24)
    contact = models.CharField(max_length=96, null=True)
    by = models.CharField(max_length=64, null=True)
    rule = models.CharField(max_length=8, default="")
    entry = JSONTextField()
    place = models.BigIntegerField(null=True)
    """Its place in the chain, counted from 1; null until sealed."""
    seal = models.CharField(max_length=64, null=True)

    class Meta:
        db_table = "journal"
        indexes = [models.Index(fields=["contact"], name="journal_contact")]
        constraints = [models.UniqueConstraint(fields=["practice", "place"], name="journal_place")]


class ReviewItem(models.Model):
    """Something for the client's next session (S35). It stays until a person looks at it."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    client = models.CharField(max_length=64, db_index=True)
    contact = models.CharField(max_length=96)
    what = models.CharField(max_length=24)
    at = InstantField()
    reviewed_at = InstantField(null=True)

    class Meta:
        db_table = "review_item"
        constraints = [models.UniqueConstraint(fields=["contact", "client", "what"], name="review_once")]


class Notice(models.Model):
    """A silent line on somebody's screen: nothing rings."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    staff = models.CharField(max_length=64)
    contact = models.CharField(max_length=96)
    what = models.CharField(max_length=24)
    at = InstantField()
    seen_at = InstantField(null=True)

    class Meta:
        db_table = "notice"
