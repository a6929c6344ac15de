"""What every carrier must do alike. A carrier's test brings a `side`: somebody's telephone at that carrier."""

from __future__ import annotations

from typing import Protocol

from intersession.core.call import Call, Declared, Phase
from intersession.corridor.codec import load
from intersession.records.sealing import unseal
from intersession.stories.world import World

COACHED, STRANGER = "JS", "Stranger"


class Side(Protocol):
    """One outside telephone, whose owner calls, listens, presses, speaks and texts."""

    @property
    def world(self) -> World:
        """The story that it is in."""

    def call(self, who: str, line: str) -> None:
        """Dial a line of the story."""

    def hears(self) -> str:
        """The words that are being said to the caller."""

    def listen(self) -> None:
        """Hear the words to their end, and press nothing."""

    def press(self, key: str) -> None:
        """Press one key."""

    def leave_message(self, seconds: int) -> None:
        """Speak into the recording that runs, then press pound."""

    def hang_up(self) -> None:
        """End the call."""

    def text(self, who: str, line: str, body: str, times: int = 1) -> None:
        """Text a line; the carrier tells it `times` times."""


class CarrierContract:
    """Inherited by one test class a carrier."""

    def test_a_call_arrives_once_and_hears_the_connect_words(self, side: Side) -> None:
        side.call(COACHED, "coaching")
        assert "Connecting you" in side.hears()
        assert "9 8 8" in side.hears()
        assert the_call(side.world).phase is Phase.OPENING

    def test_the_phones_ring_when_the_words_are_over_and_not_before(self, side: Side) -> None:
        side.call(COACHED, "coaching")
        assert not the_call(side.world).legs
        side.listen()
        assert the_call(side.world).phase is Phase.RINGING
        assert the_call(side.world).legs

    def test_a_key_reaches_the_core_while_words_are_said(self, side: Side) -> None:
        side.call(COACHED, "coaching")
        side.press("1")
        assert the_call(side.world).declared is Declared.URGENT

    def test_a_key_reaches_the_core_while_the_caller_waits(self, side: Side) -> None:
        side.call(COACHED, "coaching")
        side.listen()
        side.press("9")
        assert the_call(side.world).crisis_pressed
        assert "call or text 9 8 8" in side.hears()

    def test_a_message_is_kept_and_owned(self, side: Side) -> None:
        side.call(STRANGER, "main")
        side.listen()
        side.leave_message(7)
        rows = side.world.db.rows("SELECT seconds, silent FROM recording")
        assert [(round(seconds), bool(silent)) for seconds, silent in rows] == [(7, False)]
        assert "Your message is saved" in side.hears()
        (task,) = side.world.tasks(STRANGER)
        assert task.owner
        assert task.due()

    def test_a_caller_who_is_gone_is_known_to_be_gone(self, side: Side) -> None:
        side.call(COACHED, "coaching")
        side.hang_up()
        assert the_call(side.world).phase is Phase.ENDED

    def test_INV_02_a_text_that_is_told_three_times_is_kept_once(self, side: Side) -> None:
        side.text(COACHED, "coaching", "are you there", times=3)
        assert side.world.db.value("SELECT count(*) FROM message WHERE direction = 'in'") == 1
        assert side.world.db.value("SELECT count(*) FROM contact") == 1


def the_call(world: World) -> Call:
    """The one call of the story."""
    (row,) = world.db.rows(
        "SELECT call.contact, sealed_state, wrapped_key FROM call JOIN contact ON contact.id = call.contact"
    )
    key = world.keyring.unwrap(bytes(row[2]), f"contact:{row[0]}")
    return load(unseal(key, bytes(row[1]), f"call:state:{row[0]}"), Call)
