"""A voicemail is played in the page: in parts, by a short-lived address, each listening noted (S08, VM02)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from intersession.records import models
from tests.docs.cited import ROOT
from tests.sound.tones import tone
from tests.web.conftest import AMES_LINE, JS, STRANGER, World

SOUND = tone(5)
SIZE = len(SOUND)


def spoken(world: World, number: str = JS, sound: bytes = SOUND) -> str:
    """Somebody leaves a message by voice; the contact."""
    contact = world.exchange.call(number, AMES_LINE)
    world.settle()
    world.until(lambda: world.exchange.say(number, sound=("audio/wav", sound)))
    world.on(5)
    world.exchange.hang_up(number)
    world.settle()
    return contact


def addresses(browser: Client, contact: str, **given: str) -> list[str]:
    """The player's sounds, after a tap on Listen."""
    player = browser.post(f"/now/contact/{contact}/listen/", given).content.decode()
    return re.findall(r'src="([^"]+)"', player)


@pytest.fixture
def address(world: World, htmx: Client) -> str:
    """Of a message of five seconds, for Ames."""
    (found,) = addresses(htmx, spoken(world))
    return found


# ---------------------------------------------------------------- in parts


def test_the_whole_is_sent_and_says_that_it_can_be_had_in_parts(page: Client, address: str) -> None:
    answer = page.get(address)
    assert (answer.status_code, answer.content) == (200, SOUND)
    assert answer["Content-Type"] == "audio/wav"
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Content-Length"] == str(SIZE)
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("asked", "first", "last"), [
    ("bytes=0-", 0, SIZE - 1),
    ("bytes=0-0", 0, 0),
    ("bytes=100-199", 100, 199),
    ("bytes=40000-", 40000, SIZE - 1),
    ("bytes=40000-999999", 40000, SIZE - 1),
    ("bytes=-500", SIZE - 500, SIZE - 1),
    ("bytes=-999999", 0, SIZE - 1),
    (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
])  # fmt: skip
def test_a_part_is_sent_as_it_was_asked_for(page: Client, address: str, asked: str, first: int, last: int) -> None:
    answer = page.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, SOUND[first : last + 1])
    assert answer["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Content-Type"] == "audio/wav"


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=999999-1000000", "bytes=-0"])
def test_what_begins_behind_the_end_cannot_be_had(page: Client, address: str, asked: str) -> None:
    answer = page.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked", ["bytes=9-2", "bytes=-", "bytes=a-b", "lines=0-9", "bytes=0-1,5-9", "0-9", "bytes=١-٢"]
)
def test_what_is_no_single_part_gets_the_whole(page: Client, address: str, asked: str) -> None:
    answer = page.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, SOUND)


def test_who_has_a_version_in_mind_gets_the_whole(page: Client, address: str) -> None:
    answer = page.get(address, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (answer.status_code, answer.content) == (200, SOUND)


def test_only_looking_changes_nothing_and_nothing_else_is_allowed(page: Client, address: str) -> None:
    assert page.head(address)["Accept-Ranges"] == "bytes"
    assert page.post(address).status_code == 405


# ---------------------------------------------------------------- the address


def test_the_address_is_good_for_five_minutes(world: World, page: Client, address: str) -> None:
    world.on(5 * 60)
    assert page.get(address).status_code == 200
    world.on(1)
    assert page.get(address).status_code == 404


def test_it_is_good_for_the_one_who_got_it_and_asked_about_anew(
    world: World, page: Client, address: str, looks: Callable[[str], None]
) -> None:
    looks("cole")
    assert page.get(address).status_code == 403, "no relation to this client"
    looks("evan")
    assert page.get(address).status_code == 404, "on call, and yet it is not his address"
    looks("ames")
    assert page.get(address).status_code == 200
    models.Client.objects.filter(pk="c-js").update(primary="bo")
    models.Contact.objects.filter(client="c-js").update(line="main")
    models.Task.objects.update(owner="bo")
    assert page.get(address).status_code == 403, "she is not his clinician any more"


def test_a_guessed_or_bent_address_opens_nothing(world: World, page: Client, htmx: Client, address: str) -> None:
    before, kind, rest = address.partition("voicemail/")
    recording, until, signature = rest.split("/")
    other = spoken(world, STRANGER)
    others = models.Recording.objects.get(contact=other).id
    bent = [
        f"{before}{kind}{others}/{until}/{signature}", f"{before}{kind}{recording}/{int(until) + 600}/{signature}",
        f"{before}{kind}{recording}/{until}/{signature[:-1]}x", f"{before}greeting/{rest}", f"{before}{recording}",
        address.replace(address.split("/")[3], other), f"{before}{kind}", f"{before}x/y/z/a/b",
    ]  # fmt: skip
    assert [page.get(one).status_code for one in bent] == [404] * len(bent)
    assert "RIFF" not in page.get(bent[0]).content.decode()


def test_no_address_holds_a_number_or_a_name(address: str) -> None:
    assert not re.search(r"\d{10,}", address.split("/voicemail/")[0].replace("call-", ""))
    assert "Jo" not in address
    assert JS[2:] not in address


def test_a_sound_of_an_odd_kind_is_not_shown_as_one(world: World, page: Client, address: str) -> None:
    models.Recording.objects.update(media_type="text/html")
    assert page.get(address)["Content-Type"] == "application/octet-stream"


def test_a_destroyed_key_takes_the_sound_with_it(world: World, page: Client, address: str) -> None:
    models.Contact.objects.update(wrapped_key=b"")
    assert page.get(address).status_code == 404


# ---------------------------------------------------------------- every listening is noted


def test_every_listening_is_in_the_journal_with_who_and_which_and_when(
    world: World, htmx: Client, looks: Callable[[str], None]
) -> None:
    contact = spoken(world)
    begun = world.clock.now()
    for staff in ("ames", "ames", "evan"):
        world.on(60)
        looks(staff)
        assert addresses(htmx, contact)
    noted = models.JournalEntry.objects.filter(kind="ItemHeard").order_by("id")
    assert [(one.by, one.contact) for one in noted] == [("ames", contact), ("ames", contact), ("evan", contact)]
    assert [round((one.at - begun).total_seconds()) for one in noted] == [60, 120, 180]
    heard = models.Recording.objects.get(contact=contact)
    assert (heard.heard_by, round((heard.heard_at - begun).total_seconds())) == ("ames", 60)


def test_nobody_gets_an_address_without_a_note(world: World, htmx: Client, looks: Callable[[str], None]) -> None:
    contact = spoken(world)
    looks("cole")
    assert htmx.post(f"/now/contact/{contact}/listen/").status_code == 403
    looks("ames")
    for shown in ("/now/", "/clients/c-js/"):
        assert "/sound/" not in htmx.get(shown).content.decode()
    assert not models.JournalEntry.objects.filter(kind="ItemHeard").exists()


# ---------------------------------------------------------------- the player


def test_all_messages_of_a_call_are_in_the_player_for_all_of_them_count_as_heard(world: World, htmx: Client) -> None:
    contact = spoken(world)
    first = models.Recording.objects.get(contact=contact)
    second = models.Recording.objects.get(contact=contact)
    second.id, second.at, second.care = f"{first.id}b", world.clock.now(), "wanted"
    second.sealed_sound = None
    second.save(force_insert=True)
    player = htmx.post(f"/now/contact/{contact}/listen/").content.decode()
    assert player.count("<audio") == 1
    assert "The carrier still has it." in player
    assert "2 of 2" in player
    assert not models.Recording.objects.filter(heard_at=None).exists()


def test_the_message_that_was_tapped_plays_first(world: World, htmx: Client) -> None:
    contact = spoken(world)
    first = models.Recording.objects.get(contact=contact)
    other = models.Recording.objects.get(contact=contact)
    other.id, other.seconds = f"{first.id}b", 3.0
    other.save(force_insert=True)
    world.corridor.db.run("UPDATE recording SET sealed_sound = NULL WHERE id = ?", (other.id,))

    def autoplays(**given: str) -> bool:
        return "autoplay" in htmx.post(f"/now/contact/{contact}/listen/", given).content.decode()

    assert autoplays(recording=first.id)
    assert not autoplays(recording=other.id), "its sound is not here, and no other begins by itself"


def test_a_message_without_words_can_be_heard_where_it_was_kept(world: World, page: Client, htmx: Client) -> None:
    """The line does not decide for a clinician that there is nothing in it (VM03)."""
    contact = spoken(world)
    models.Recording.objects.update(silent=True)
    assert f"/now/contact/{contact}/listen/" in page.get("/clients/c-js/").content.decode()
    assert len(addresses(htmx, contact)) == 1
    models.Recording.objects.update(care="none", sealed_sound=None)
    assert f"/now/contact/{contact}/listen/" not in page.get("/clients/c-js/").content.decode()
    assert htmx.post(f"/now/contact/{contact}/listen/").status_code == 404


def test_a_length_that_is_not_known_is_not_made_up(world: World, page: Client, htmx: Client) -> None:
    contact = spoken(world)
    models.Recording.objects.update(seconds=None, care="wanted", sealed_sound=None)
    for shown in ("/now/", "/clients/c-js/"):
        assert "length not known yet" in page.get(shown).content.decode(), shown
    assert "length not known yet" in htmx.post(f"/now/contact/{contact}/listen/").content.decode()


def test_a_length_that_only_the_sound_vouches_for_is_said_to_be_so(world: World, page: Client) -> None:
    spoken(world)
    assert "never said how long" not in page.get("/clients/c-js/").content.decode()
    models.Recording.objects.update(measured=True)
    shown = page.get("/clients/c-js/").content.decode()
    assert "The carrier never said how long it is: it is kept as it came." in shown


# ---------------------------------------------------------------- S08: no machine turns it into text


def test_S08_a_message_is_kept_as_sound_and_as_nothing_else(world: World, htmx: Client) -> None:
    """There is no column for its words, no text beside it, and the player shows none."""
    contact = spoken(world)
    assert {field.name for field in models.Recording._meta.get_fields()} == {
        "id", "practice", "contact", "seconds", "silent", "locale", "at", "heard_at", "heard_by", "media_type",
        "sealed_sound", "care", "care_next", "care_tries", "cleared_at", "measured",
    }  # fmt: skip
    assert not models.Message.objects.filter(contact=contact, direction="in").exists()
    player = htmx.post(f"/now/contact/{contact}/listen/").content.decode()
    assert "<audio" in player
    assert "data-speak-this" not in player


SPEECH_TO_TEXT = re.compile(
    r"^(import|from) whisper|(openai|faster)[._-]whisper|whisper\.(load|cpp)|vosk|pocketsphinx|deepspeech"
    r"|speech_?recognition|transcribe[a-z_]*=|transcription_?(url|text|callback|engine)|amazon_?transcribe"
    r"|azure\.cognitive|google\.cloud",
    re.IGNORECASE | re.MULTILINE,
)  # fmt: skip


def test_S08_no_part_of_the_program_turns_speech_into_text() -> None:
    """Neither a library for it, nor a carrier's option, nor the browser's."""
    source = (path for kind in ("*.py", "*.js", "*.html") for path in (ROOT / "src" / "intersession").rglob(kind))
    files = [*source, *(ROOT / "requirements").glob("*.in")]
    assert len(files) > 100
    found = {path.name: hit[0] for path in files if (hit := SPEECH_TO_TEXT.search(path.read_text(encoding="utf-8")))}
    assert found == {}


@pytest.mark.parametrize("line", ["import whisper", "record(transcribe=True)", "new webkitSpeechRecognition()"])
def test_S08_the_look_finds_what_it_looks_for(line: str) -> None:
    assert SPEECH_TO_TEXT.search(line)
