"""Threads, contacts, and what they hold."""

from django.db import models

from ..fields import InstantField
from .practices import Practice


class Thread(models.Model):
    """All contacts between one line and one outside number. The row that a tick locks."""

    id = models.CharField(primary_key=True, max_length=80)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    line = models.CharField(max_length=64)
    number_key = models.CharField(max_length=32)
    open_text = models.CharField(max_length=96, null=True)
    last_text_at = InstantField(null=True)
    last_notice_at = InstantField(null=True)
    last_mail_reply_at = InstantField(null=True)
    texts_stopped_at = InstantField(null=True)

    class Meta:
        db_table = "thread"
        indexes = [models.Index(fields=["number_key"], name="thread_number")]


class Contact(models.Model):
    """One interaction in any channel: the atom of the record."""

    id = models.CharField(primary_key=True, max_length=96)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    thread = models.CharField(max_length=80, null=True)
    channel = models.CharField(max_length=16)
    direction = models.CharField(max_length=4)
    line = models.CharField(max_length=64)
    client = models.CharField(max_length=64, null=True)
    caller_class = models.CharField(max_length=32)
    at = InstantField()
    flags = models.TextField(default="")
    """Words between blanks, in the order in which they came."""
    closed_at = InstantField(null=True)
    closed_by = models.CharField(max_length=64, null=True)
    disposition = models.CharField(max_length=40, default="")
    wrapped_key = models.BinaryField()

    class Meta:
        db_table = "contact"
        indexes = [
            models.Index(fields=["client", "at"], name="contact_client"),
            models.Index(fields=["thread", "at"], name="contact_thread"),
        ]


class Leg(models.Model):
    """One side of a call, as far as the line rang it."""

    id = models.CharField(primary_key=True, max_length=128)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    contact = models.CharField(max_length=96, db_index=True)
    staff = models.CharField(max_length=64, null=True)
    endpoint = models.CharField(max_length=64, null=True)
    started_at = InstantField()
    ended_at = InstantField(null=True)
    end = models.CharField(max_length=16, default="")

    class Meta:
        db_table = "leg"


class CarrierLeg(models.Model):
    """A leg at a carrier whose legs fetch what they hear: the carrier's own name of it, and what it hears now."""

    id = models.CharField(primary_key=True, max_length=128)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    contact = models.CharField(max_length=96, db_index=True)
    sealed_reference = models.BinaryField(null=True)
    version = models.IntegerField(default=0)
    """Counts the changes of what it hears."""
    sealed_standing = models.BinaryField(null=True)

    class Meta:
        db_table = "carrier_leg"


class Call(models.Model):
    """The state of a call: what its machine knows, as sealed JSON, for it holds the words that were said."""

    contact = models.CharField(primary_key=True, max_length=96)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    phase = models.CharField(max_length=16)
    urgent = models.BooleanField(default=False)
    arrived_at = InstantField()
    sealed_state = models.BinaryField()

    class Meta:
        db_table = "call"
        indexes = [models.Index(fields=["phase", "arrived_at"], name="call_waiting")]


class Message(models.Model):
    """A text or an e-mail, in or out. The words are sealed under the contact's data key."""

    id = models.CharField(primary_key=True, max_length=96)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    contact = models.CharField(max_length=96, db_index=True)
    thread = models.CharField(max_length=80, null=True)
    direction = models.CharField(max_length=4)
    line = models.CharField(max_length=64)
    number_key = models.CharField(max_length=32)
    client = models.CharField(max_length=64, null=True)
    written_by = models.CharField(max_length=64, null=True)
    wording = models.CharField(max_length=40, default="")
    media = models.IntegerField(default=0)
    at = InstantField()
    state = models.CharField(max_length=16)
    """received, held, sending, sent, delivered, failed, maybe, cancelled."""
    held_until = InstantField(null=True)
    sealed_body = models.BinaryField()

    class Meta:
        db_table = "message"
        indexes = [models.Index(fields=["thread", "at"], name="message_thread")]


class Kept(models.Model):
    """Something that a carrier may keep for us until it is brought home; `care` says where it is."""

    care = models.CharField(max_length=8, default="here")
    """here: it came with its event. wanted: at the carrier only. held: safe here, and still at the carrier. cleared:
    deleted at the carrier. none: the carrier has nothing of it."""
    care_next = InstantField(null=True)
    """When the next step of its care is due; null where nothing is left to do."""
    care_tries = models.IntegerField(default=0)
    """How often the present step has failed."""
    cleared_at = InstantField(null=True)
    """When the carrier deleted its copy."""

    class Meta:
        abstract = True


class Recording(Kept):
    """A voicemail. The sound is sealed under the contact's data key."""

    id = models.CharField(primary_key=True, max_length=96)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    contact = models.CharField(max_length=96, db_index=True)
    seconds = models.FloatField(null=True)
    """Null until the carrier, or the sound itself, says it."""
    measured = models.BooleanField(default=False, db_default=False)
    """The carrier never said how long it is: `seconds` is the sound's own length, and nothing else vouches for it."""
    silent = models.BooleanField(default=False)
    locale = models.CharField(max_length=16)
    at = InstantField()
    heard_at = InstantField(null=True)
    heard_by = models.CharField(max_length=64, null=True)
    media_type = models.CharField(max_length=40, default="")
    sealed_sound = models.BinaryField(null=True)

    class Meta:
        db_table = "recording"
        indexes = [models.Index(fields=["care_next"], name="recording_care")]


class Picture(Kept):
    """A picture, or any other file, that came with a text: as it was sent, sealed under the contact's data key."""

    id = models.CharField(primary_key=True, max_length=112)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    contact = models.CharField(max_length=96, db_index=True)
    message = models.CharField(max_length=96)
    place = models.IntegerField()
    """Counted from 0, in the order in which they came."""
    at = InstantField()
    media_type = models.CharField(max_length=80, default="")
    """As the carrier says. Nothing is shown because of it."""
    shown_as = models.CharField(max_length=16, default="")
    """The kind of picture that it was found to be. Empty: it is handed over as a file, and never shown."""
    size = models.IntegerField(null=True)
    """Bytes."""
    opened_at = InstantField(null=True)
    opened_by = models.CharField(max_length=64, null=True)
    sealed_reference = models.BinaryField(null=True)
    """The carrier's own name of it."""
    sealed_content = models.BinaryField(null=True)
    sealed_glimpse = models.BinaryField(null=True)
    """A few grey spots, to be seen until somebody opens it (X10)."""

    class Meta:
        db_table = "picture"
        indexes = [models.Index(fields=["care_next"], name="picture_care")]
