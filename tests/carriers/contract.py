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


class Staff(Side, Protocol):
    """The same, and the telephones of people in the story, by their names."""

    def later(self, seconds: float) -> None:
        """Time passes."""

    def rings(self, who: str) -> str | None:
        """The number that somebody's ringing phone shows; None where it does not ring."""

    def pick_up(self, who: str) -> None:
        """Answer what rings."""

    def key(self, who: str, key: str) -> None:
        """Press one key."""

    def put_down(self, who: str) -> None:
        """Hang up."""

    def heard_by(self, who: str) -> str:
        """Words that somebody has heard since the story began."""

    def together(self, who: str, other: str) -> bool:
        """Whether they hear each other."""

    def in_call(self, who: str) -> bool:
        """Whether anything rings or talks at this phone."""


class OutboundContract:
    """What a carrier does with our own legs. Inherited by one test class a carrier."""

    def test_INV_04_a_staff_phone_rings_and_shows_the_line(self, staff: Staff) -> None:
        _rings(staff)
        assert staff.rings("Ames") == staff.world.cast.lines["coaching"]

    def test_a_staff_leg_hears_who_it_is_and_is_joined_by_its_own_key(self, staff: Staff) -> None:
        _rings(staff)
        staff.pick_up("Ames")
        assert "Coaching" in staff.heard_by("Ames")
        assert not staff.together("Ames", COACHED), "picking up is not taking it"
        staff.key("Ames", "1")
        staff.later(5)
        assert staff.together("Ames", COACHED)
        assert the_call(staff.world).phase is Phase.TALKING

    def test_V23_a_leg_without_a_key_is_ended(self, staff: Staff) -> None:
        _rings(staff)
        staff.pick_up("Ames")
        staff.later(20)
        assert not staff.in_call("Ames")
        assert not staff.together("Ames", COACHED)

    def test_a_phone_that_nobody_answers_falls_silent(self, staff: Staff) -> None:
        _rings(staff)
        staff.later(40)
        assert staff.rings("Ames") is None

    def test_a_caller_who_is_gone_as_somebody_picks_up(self, staff: Staff) -> None:
        _rings(staff)
        staff.pick_up("Ames")
        staff.hang_up()
        staff.later(8)
        assert "The caller is gone" in staff.heard_by("Ames")
        assert not staff.in_call("Ames")

    def test_INV_10_a_caller_whose_other_side_is_gone_is_not_left_alone(self, staff: Staff) -> None:
        _joined(staff)
        staff.put_down("Ames")
        staff.later(3)
        assert the_call(staff.world).phase is Phase.OPENING
        assert staff.in_call(COACHED)

    def test_a_caller_who_hangs_up_ends_the_talk_and_one_key_calls_back(self, staff: Staff) -> None:
        _joined(staff)
        staff.hang_up()
        staff.later(2)
        assert "cut off" in staff.heard_by("Ames")
        staff.key("Ames", "1")
        staff.later(3)
        assert staff.rings("Ames") == staff.world.cast.lines["coaching"]

    def test_two_press_1_and_the_first_has_it(self, staff: Staff) -> None:
        staff.call(COACHED, "coaching")
        staff.press("1")
        staff.later(3)
        ringing = [who for who in ("Ames", "Evan", "Fay", "Dee") if staff.rings(who)]
        assert len(ringing) > 1, "an urgent call rings several together"
        for who in ringing[:2]:
            staff.pick_up(who)
        for who in ringing[:2]:
            staff.key(who, "1")
        staff.later(6)
        assert staff.together(ringing[0], COACHED)
        assert "already" in staff.heard_by(ringing[1]) or not staff.in_call(ringing[1])
        assert not staff.together(ringing[1], COACHED)


def _rings(staff: Staff) -> None:
    staff.call(COACHED, "coaching")
    staff.listen()
    staff.later(2)
    assert staff.rings("Ames")


def _joined(staff: Staff) -> None:
    _rings(staff)
    staff.pick_up("Ames")
    staff.key("Ames", "1")
    staff.later(5)
    assert staff.together("Ames", COACHED)


def the_call(world: World) -> Call:
    """The one call of the story."""
    (row,) = world.db.rows(
        "SELECT call.contact, sealed_state, wrapped_key FROM call JOIN contact ON contact.id = call.contact"
    )
    key = world.keyring.unwrap(bytes(row[2]), f"contact:{row[0]}")
    return load(unseal(key, bytes(row[1]), f"call:state:{row[0]}"), Call)
