"""Voicemail that a carrier keeps comes home whole, and is deleted there only then (S08, VM01, INV-02)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from intersession.carriers.port import Envelope, NotReady
from intersession.carriers.simulated.exchange import Exchange
from intersession.core.decide import decide
from intersession.core.events import VoicemailLeft
from intersession.core.ids import RecordingId
from intersession.corridor.care import CLAIM_FOR, PAUSES, SLOWLY, Care
from intersession.corridor.clock import MovableClock
from intersession.corridor.db import Db
from intersession.corridor.recordings import RECORDINGS
from intersession.corridor.running import Running
from intersession.records.fields import to_micros
from intersession.records.sealing import SealError, unseal_bytes
from intersession.sound.wav import NotWhole, read, verify
from intersession.stories.world import World
from tests.sound.tones import tone

WORDS = "Please call me back about Thursday, it can wait until then."
SOON = sum(PAUSES, timedelta())


class Killed(BaseException):
    """The process is dead."""


class Keeper:
    """The simulated exchange as a carrier that keeps what was recorded until it is told to delete it."""

    name = "simulated"

    def __init__(self, world: World) -> None:
        self._world, behind = world, world.exchange
        self.capabilities = replace(behind.capabilities, keeps_sounds=True)
        self.run, self.missed = behind.run, behind.missed
        self.picture, self.forget_picture = behind.picture, behind.forget_picture
        self.sounds: dict[str, tuple[str, bytes]] = {}
        self.away: dict[str, tuple[str, bytes]] = {}
        self.asked: list[datetime] = []
        self.deleted: list[str] = []
        self.lengths: dict[str, float | None] = {}
        self.ready = True
        self.fails: Exception | None = None
        self.refuses: Exception | None = None
        behind.report = self._report
        world.corridor.carriers["simulated"] = self

    def _report(self, envelope: Envelope) -> None:
        event = envelope.event
        if isinstance(event, VoicemailLeft) and event.recording not in self.sounds and not event.silent:
            (self.sounds if self.ready else self.away)[event.recording] = ("audio/wav", tone(event.seconds))
        self._world.corridor.submit(replace(envelope, sounds={}))

    def arrives(self) -> None:
        """What was not there yet is there."""
        self.sounds |= self.away

    def sound(self, recording: RecordingId) -> tuple[str, bytes] | None:
        """As in the port."""
        self.asked.append(self._world.now())
        if self.fails is not None:
            raise self.fails
        return self.sounds.get(recording)

    def length(self, recording: RecordingId) -> float | None:
        """As in the port."""
        found = self.lengths[recording]
        if found == 0:
            raise NotReady
        return found

    def forget(self, recording: RecordingId) -> None:
        """As in the port; it is looked whether the sound is safe at this very moment."""
        if self.refuses is not None:
            raise self.refuses
        verify(safe(self._world, recording), length(self._world))
        self.deleted.append(recording)
        self.sounds.pop(recording, None)


@pytest.fixture
def keeper(world: World) -> Keeper:
    """The line's carrier keeps sounds."""
    return Keeper(world)


def leave(world: World, words: str = WORDS) -> str:
    """Somebody speaks after the tone and hangs up; the recording."""
    phone = world.cast.phones["Stranger"]
    world.exchange.call(phone, world.cast.lines["main"])
    for _ in range(400):
        world.go_to(world.now() + timedelta(seconds=1))
        if world.exchange.say(phone, words):
            break
    world.go_to(world.now() + timedelta(seconds=5))
    world.exchange.hang_up(phone)
    world.settle()
    return str(world.db.value("SELECT id FROM recording"))


def later(world: World, by: timedelta) -> None:
    """Time goes by."""
    world.go_to(world.now() + by)


def row(world: World) -> dict[str, Any]:
    """The one recording."""
    names = ("care", "care_next", "care_tries", "cleared_at", "media_type", "sealed_sound")
    (found,) = world.db.rows(f"SELECT {', '.join(names)} FROM recording")
    return dict(zip(names, found, strict=True))


def length(world: World) -> float:
    """Seconds, as the carrier said."""
    return float(world.db.value("SELECT seconds FROM recording"))


def safe(world: World, recording: str) -> bytes:
    """What lies here, opened, seen by another connection; raises SealError, NotWhole or LookupError."""
    db = Db(world.db.address)
    try:
        found = db.row(
            "SELECT sealed_sound, contact.id, wrapped_key FROM recording JOIN contact ON contact.id ="
            " recording.contact WHERE recording.id = ?",
            (recording,),
        )
        if found is None or found[0] is None:
            raise LookupError("nothing lies here")
        key = world.keyring.unwrap(bytes(found[2]), f"contact:{found[1]}")
        return unseal_bytes(key, bytes(found[0]), f"recording:sound:{recording}")
    finally:
        db.close()


def told(world: World) -> int:
    """Items that say that the machine could not do something."""
    return int(world.db.value("SELECT count(*) FROM task WHERE kind = 'machine'"))


# ---------------------------------------------------------------- the good way


def test_a_message_is_fetched_sealed_deleted_there_and_that_is_noted(world: World, keeper: Keeper) -> None:
    recording = leave(world)
    found = row(world)
    assert (found["care"], found["care_next"]) == ("cleared", None)
    assert found["cleared_at"] == to_micros(world.now())
    assert found["media_type"] == "audio/wav"
    assert read(safe(world, recording)).seconds == pytest.approx(length(world), abs=0.01)
    assert keeper.sounds == {}
    assert keeper.deleted == [recording]
    later(world, timedelta(hours=1))
    assert (len(keeper.asked), len(keeper.deleted), told(world)) == (1, 1, 0)


def test_the_sound_is_sealed_for_its_own_row_alone(world: World, keeper: Keeper) -> None:
    leave(world)
    sealed = bytes(row(world)["sealed_sound"])
    assert b"RIFF" not in sealed
    contact, wrapped = world.db.rows("SELECT id, wrapped_key FROM contact")[0]
    key = world.keyring.unwrap(bytes(wrapped), f"contact:{contact}")
    with pytest.raises(SealError):
        unseal_bytes(key, sealed, "recording:sound:another")


def test_a_sound_that_comes_with_its_event_needs_no_care(world: World) -> None:
    leave(world)
    assert (row(world)["care"], row(world)["care_next"]) == ("here", None)


def test_what_a_carrier_that_keeps_nothing_did_not_hand_over_is_not_asked_for(world: World) -> None:
    world.exchange.report = lambda envelope: world.corridor.submit(replace(envelope, sounds={}))
    leave(world)
    assert (row(world)["care"], row(world)["care_next"]) == ("none", None)


# ---------------------------------------------------------------- not there, or not to be had


def test_a_sound_that_is_not_there_yet_is_fetched_when_it_is(world: World, keeper: Keeper) -> None:
    keeper.ready = False
    recording = leave(world)
    assert row(world)["care"] == "wanted"
    assert row(world)["sealed_sound"] is None
    keeper.arrives()
    later(world, SOON)
    assert row(world)["care"] == "cleared"
    assert read(safe(world, recording)).seconds == pytest.approx(length(world), abs=0.01)
    assert told(world) == 0


@pytest.mark.parametrize("trouble", [None, OSError("503")])
def test_pauses_grow_a_person_is_told_once_and_it_goes_on_slowly(
    world: World, keeper: Keeper, trouble: Exception | None
) -> None:
    keeper.ready, keeper.fails = False, trouble
    recording = leave(world)
    later(world, SOON + 4 * SLOWLY)
    gaps = [after - before for before, after in zip(keeper.asked, keeper.asked[1:], strict=False)]
    assert gaps[: len(PAUSES)] == list(PAUSES)
    assert set(gaps[len(PAUSES) :]) == {SLOWLY}
    assert told(world) == 1
    assert world.db.value("SELECT count(*) FROM journal WHERE kind = 'ErrandFailed'") == 1
    owner, due = world.db.rows("SELECT owner, due_at FROM task WHERE kind = 'machine'")[0]
    assert owner is not None
    assert due is not None
    keeper.fails = None
    keeper.arrives()
    later(world, SLOWLY)
    assert row(world)["care"] == "cleared"
    assert safe(world, recording)


def test_nobody_is_told_before_the_last_of_the_short_pauses(world: World, keeper: Keeper) -> None:
    keeper.ready = False
    leave(world)
    later(world, sum(PAUSES[:-2], timedelta()))
    assert told(world) == 0


def test_a_cut_sound_is_neither_kept_nor_deleted_there(world: World, keeper: Keeper) -> None:
    keeper.ready = False
    recording = leave(world)
    whole = keeper.away[recording][1]
    keeper.sounds[recording] = ("audio/wav", whole[:-2000])
    later(world, SOON)
    assert (row(world)["care"], row(world)["sealed_sound"], keeper.deleted) == ("wanted", None, [])
    assert told(world) == 1
    keeper.arrives()
    later(world, SLOWLY)
    assert safe(world, recording) == whole


def test_one_of_another_length_can_be_heard_and_the_carriers_copy_stays(world: World, keeper: Keeper) -> None:
    keeper.ready = False
    recording = leave(world)
    shorter = tone(length(world) / 2)
    keeper.sounds[recording] = ("audio/wav", shorter)
    later(world, SOON + SLOWLY)
    assert safe(world, recording) == shorter
    assert (row(world)["care"], keeper.deleted, told(world)) == ("wanted", [], 1)
    keeper.arrives()
    later(world, SLOWLY)
    assert row(world)["care"] == "cleared"
    assert read(safe(world, recording)).seconds == pytest.approx(length(world), abs=0.01)


def test_what_lies_here_and_cannot_be_opened_is_fetched_again_before_anything_is_deleted(
    world: World, keeper: Keeper
) -> None:
    keeper.refuses = OSError("503")
    recording = leave(world)
    assert row(world)["care"] == "held"
    world.db.run("UPDATE recording SET sealed_sound = ?", (b"spoilt" * 10,))
    keeper.refuses = None
    later(world, SOON)
    assert row(world)["care"] == "cleared"
    assert read(safe(world, recording)).seconds == pytest.approx(length(world), abs=0.01)
    assert told(world) == 1


def test_a_copy_that_the_carrier_does_not_delete_is_not_forgotten(world: World, keeper: Keeper) -> None:
    keeper.refuses = OSError("503")
    recording = leave(world)
    assert safe(world, recording), "it can be heard all the same"
    later(world, SOON + 2 * SLOWLY)
    assert (row(world)["care"], row(world)["cleared_at"], told(world)) == ("held", None, 1)
    keeper.refuses = None
    later(world, SLOWLY)
    assert (row(world)["care"], keeper.sounds) == ("cleared", {})


def test_a_silent_message_without_a_sound_troubles_nobody(world: World, keeper: Keeper) -> None:
    leave(world, words="")
    assert world.db.value("SELECT silent FROM recording")
    later(world, SOON + timedelta(seconds=1))
    assert (row(world)["care"], row(world)["care_next"], told(world)) == ("none", None, 0)


def test_a_silent_message_that_was_stored_there_is_brought_home_and_deleted_there_too(
    world: World, keeper: Keeper
) -> None:
    recording = leave(world, words="")
    keeper.sounds[recording] = ("audio/wav", tone(length(world)))
    later(world, SOON)
    assert (row(world)["care"], keeper.sounds) == ("cleared", {})


def test_a_line_whose_carrier_is_not_connected_waits_for_it(world: World, keeper: Keeper) -> None:
    keeper.ready = False
    leave(world)
    del world.corridor.carriers["simulated"]
    later(world, SOON)
    assert (row(world)["care"], told(world)) == ("wanted", 1)
    world.corridor.carriers["simulated"] = keeper
    keeper.arrives()
    later(world, SLOWLY)
    assert row(world)["care"] == "cleared"


def test_a_message_on_a_number_that_is_no_line_is_brought_home_by_whichever_carrier_keeps_it(
    world: World, keeper: Keeper
) -> None:
    keeper.ready = False
    leave(world)
    world.db.run("UPDATE contact SET line = 'unlisted'")
    world.corridor.carriers["other"] = world.exchange
    keeper.arrives()
    later(world, SOON)
    assert row(world)["care"] == "cleared"


# ---------------------------------------------------------------- killed, and two at once


class DyingDb(Db):
    """A connection whose process dies before or after its n-th statement."""

    def __init__(self, address: str, at: int, *, after: bool) -> None:
        super().__init__(address)
        self._left, self._after, self.dead = at, after, False

    def _cursor(self, sql: str, values: Sequence[object]) -> Any:
        if self.dead:
            return super()._cursor(sql, values) if sql == "ROLLBACK" else die()
        self._left -= 1
        self.dead = self._left < 0
        if self.dead and not self._after:
            die()
        done = super()._cursor(sql, values)
        return die() if self.dead else done


def die() -> None:
    """Nothing of this process goes on."""
    raise Killed


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("late", [False, True], ids=["there", "late"])
def test_killed_at_any_statement_it_loses_nothing_and_leaves_no_copy_behind(
    world: World, keeper: Keeper, after: bool, late: bool
) -> None:
    keeper.ready = False
    recording = leave(world)
    for at in range(100):
        world.db.run(
            "UPDATE recording SET care = 'wanted', care_tries = ?, care_next = ?, cleared_at = NULL,"
            " sealed_sound = NULL",
            (len(PAUSES) - 1 if late else 0, to_micros(world.now())),
        )
        keeper.sounds = {} if late else dict(keeper.away)
        lived = _walk(world, DyingDb(world.db.address, at, after=after))
        keeper.sounds |= keeper.away if late else {}
        later(world, CLAIM_FOR + SLOWLY)
        assert (row(world)["care"], keeper.sounds) == ("cleared", {}), at
        assert safe(world, recording), at
        if lived:
            break
    assert lived
    assert at > 3
    assert told(world) == late


def _walk(world: World, db: DyingDb) -> bool:
    """Whether it lived until nothing was due."""
    cares = Care(db, world.keyring, world.corridor.carriers, world.corridor.submit, world.now)
    try:
        while cares.run_due():
            pass
    except Killed:
        return False
    finally:
        db.close()
    return True


def test_killed_as_the_carrier_answers_or_deletes(world: World, keeper: Keeper) -> None:
    keeper.ready = False
    recording = leave(world)
    keeper.arrives()
    fetch, delete = keeper.sound, keeper.forget

    def dies(after: Callable[[RecordingId], object]) -> Callable[[RecordingId], Any]:
        def call(found: RecordingId) -> None:
            after(found)
            raise Killed

        return call

    keeper.sound = dies(fetch)  # type: ignore[method-assign]
    with pytest.raises(Killed):
        later(world, SOON)
    keeper.sound, keeper.forget = fetch, dies(delete)  # type: ignore[method-assign]
    with pytest.raises(Killed):
        later(world, SOON)
    assert (row(world)["care"], keeper.sounds) == ("held", {}), "deleted there, and nobody noted it"
    keeper.forget = delete  # type: ignore[method-assign]
    later(world, CLAIM_FOR)
    assert row(world)["care"] == "cleared"
    assert keeper.deleted == [recording, recording], "to delete what is gone is no error"


def test_two_at_once_fetch_it_once(world: World, keeper: Keeper) -> None:
    keeper.ready = False
    leave(world)
    keeper.arrives()
    world.clock.advance(PAUSES[0])
    asked = len(keeper.asked)
    one, two = (
        Care(Db(world.db.address), world.keyring, world.corridor.carriers, world.corridor.submit, world.now)
        for _ in range(2)
    )
    claimed = one._claim(RECORDINGS)
    assert two.run_due() == 0
    one._step(claimed[0])
    assert len(keeper.asked) == asked + 1
    for each in (one, two):
        each.db.close()


def test_whoever_comes_late_with_another_sound_changes_nothing(world: World, keeper: Keeper) -> None:
    """Its claim ran out while the carrier took its time; meanwhile all of it was done elsewhere."""
    keeper.ready = False
    recording = leave(world)
    whole = keeper.away[recording][1]
    world.clock.advance(PAUSES[0])
    late = Care(world.db, world.keyring, world.corridor.carriers, world.corridor.submit, world.now)
    (claimed,) = late._claim(RECORDINGS)
    keeper.arrives()
    later(world, CLAIM_FOR)
    done = row(world)
    assert done["care"] == "cleared"
    keeper.sounds[recording] = ("audio/wav", tone(length(world) / 2))
    with pytest.raises(NotWhole):
        late._step(claimed)
    late._failed(claimed, NotWhole())
    assert row(world) == done
    assert safe(world, recording) == whole


def test_a_person_is_told_before_that_is_noted(world: World, keeper: Keeper) -> None:
    """Were it the other way round, a death in between would leave nobody who knows."""
    keeper.ready = False
    leave(world)
    tries = len(PAUSES) - 1
    world.db.run("UPDATE recording SET care_tries = ?, care_next = ?", (tries, to_micros(world.now())))

    class Unheard:
        def wait(self, seconds: float) -> None:
            """The event was not committed in time."""

    cares = Care(world.db, world.keyring, world.corridor.carriers, lambda _: Unheard(), world.now)
    cares.run_due()
    assert row(world)["care_tries"] == tries
    later(world, CLAIM_FOR)
    assert (row(world)["care_tries"], told(world)) == (tries + 1, 1)


# ---------------------------------------------------------------- in a server


def test_a_thread_of_the_server_does_it_and_open_screens_hear_of_it(world: World, keeper: Keeper) -> None:
    keeper.ready = False
    leave(world)
    (contact,) = world.db.rows("SELECT contact FROM recording")[0]
    keeper.arrives()
    changed: set[str] = set()
    clock = MovableClock(world.now() + PAUSES[0], running=True)
    running = Running(world.db.address, world.keyring, clock, decide)
    running.carriers["simulated"] = keeper
    running.changed.append(changed.update)
    with running:
        until = time.monotonic() + 20
        while row(world)["care"] != "cleared" and time.monotonic() < until:
            time.sleep(0.02)
    assert row(world)["care"] == "cleared"
    assert contact in changed


def test_no_sound_is_ever_verified_that_is_cut() -> None:
    with pytest.raises(NotWhole):
        verify(tone(4)[:-100], 4)


def test_the_simulated_exchange_keeps_nothing(world: World) -> None:
    exchange: Exchange = world.exchange
    assert not exchange.capabilities.keeps_sounds
    assert exchange.sound(RecordingId("x")) is None
