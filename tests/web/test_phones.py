"""The simulated telephones in the browser: every press goes through the exchange and the whole corridor."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from intersession.carriers.port import Envelope
from intersession.carriers.simulated.exchange import Exchange, Here
from intersession.core.decide import decide
from intersession.core.ids import LineId, PracticeId
from intersession.corridor.clock import MovableClock
from intersession.corridor.db import Db
from intersession.corridor.running import Corridor
from intersession.corridor.setup import install
from intersession.corridor.tick import Turned
from intersession.records.schema import fresh
from intersession.records.sealing import Keyring
from intersession.records.setup import ClientSetup, LineSetup, PhoneSetup, PracticeSetup, StaffSetup, WindowSetup
from intersession.web import line
from intersession.web.live.hub import hub
from intersession.web.phones.cover import tonight
from intersession.web.phones.demo import Demo, Phone
from tests.corridor.photographs import photograph

ZONE = "America/Denver"
MONDAY = datetime(2027, 2, 1, tzinfo=ZoneInfo(ZONE))
TUESDAY = MONDAY + timedelta(days=1, hours=14, minutes=10)

LINE, URGENT = "+13035550100", "+13035550101"
JS, MR = "+13035550142", "+13035550143"
NORA, EVAN, GIL = "+13035550170", "+13035550171", "+13035550172"
PHONES = (
    Phone(number=JS, title="Client's phone", holder="J-S", client="js"),
    Phone(number=MR, title="Client's phone", holder="M-R", client="mr"),
    Phone(number=NORA, title="Your phone", holder="Nora", staff="nora"),
    Phone(number=EVAN, title="On call", holder="Evan", staff="evan"),
)
J_S, M_R, YOURS, ON_CALL = range(4)


def setup() -> PracticeSetup:
    """Two clinicians, two clients, one line that rings on weekdays from eight to six."""
    weekdays = tuple(WindowSetup(weekday=day, start=time(8), end=time(18)) for day in range(5))
    off = tuple(WindowSetup(weekday=day, start=time(18), end=time(8)) for day in range(7))
    off += tuple(WindowSetup(weekday=day, start=time(8), end=time(18)) for day in (5, 6))
    agreement = {"text_scope": "scheduling_only", "discussed_at": MONDAY}
    return PracticeSetup(
        id="p",
        name="Maple Street",
        zone=ZONE,
        hours=weekdays,
        lines=(LineSetup(id="nora", number=LINE, urgent_number=URGENT, said_as="Maple Street", staff="nora"),),
        staff=(
            StaffSetup(
                id="nora", name="Nora Ames", said_as="Nora", initials="NA", roles=("clinician",),
                phones=(PhoneSetup(id="nora-1", number=NORA),), hours=weekdays, no_call=off,
            ),
            StaffSetup(
                id="evan", name="Evan Cole", said_as="Evan", initials="EC", roles=("clinician",),
                phones=(PhoneSetup(id="evan-1", number=EVAN),),
            ),
            StaffSetup(
                id="gil", name="Gil Roy", said_as="Gil", initials="GR", roles=("director",),
                phones=(PhoneSetup(id="gil-1", number=GIL),),
            ),
        ),
        clients=(
            ClientSetup(
                id="js", name="Jo S", handle="J-S", numbers=(JS,), primary="nora", access="coaching",
                agreement=agreement,
            ),
            ClientSetup(id="mr", name="Mo R", handle="M-R", numbers=(MR,), primary="nora", agreement=agreement),
        ),
        director="gil",
        triage="nora",
    )  # fmt: skip


class Settled:
    """The answer to a submit, on one thread."""

    def __init__(self, turned: Turned) -> None:
        self.turned = turned

    def wait(self, seconds: float) -> Turned:
        """It is there already."""
        del seconds
        return self.turned


class Line:
    """The whole line on one thread and on a clock that only tests move."""

    def __init__(self, folder: Path, start: datetime = TUESDAY) -> None:
        self.clock = MovableClock(start.astimezone(UTC))
        self.keyring = Keyring(os.urandom(32))
        self.address = fresh(folder / "line.sqlite3")
        install(Db(self.address), self.keyring, setup())
        self.corridor = Corridor(self.address, self.keyring, self.clock, decide)
        self.exchange = Exchange(
            lines={LINE: Here(practice=PracticeId("p"), line=LineId("nora"))},
            now=self.clock.now,
            key_of=self.keyring.number_key,
            report=self.corridor.submit,
        )
        self.corridor.carriers["simulated"] = self.exchange
        self.began_again = 0
        self.demo = Demo(
            exchange=self.exchange, clock=self.clock, phones=PHONES, line_number=LINE, line_name="Nora's line",
            jump=self.go_to, start_again=self.start_again, week_of=MONDAY,
        )  # fmt: skip

    def submit(self, envelope: Envelope) -> Settled:
        """One event of a screen."""
        turned = self.corridor.now_do(envelope)
        self.settle()
        return Settled(turned)

    def settle(self) -> None:
        """Everything that is due by now."""
        self.corridor.pump()
        while self.exchange.advance():
            self.corridor.pump()

    def go_to(self, at: datetime) -> None:
        """Time passes; whatever falls due on the way happens at its own time."""
        self.settle()
        while (due := self._next()) is not None and due <= at:
            self.clock.set(max(due, self.clock.now()))
            self.settle()
        self.clock.set(max(at, self.clock.now()))
        self.settle()

    def on(self, seconds: float) -> None:
        """So many seconds later."""
        self.go_to(self.clock.now() + timedelta(seconds=seconds))

    def start_again(self) -> None:
        """Counted."""
        self.began_again += 1

    def _next(self) -> datetime | None:
        times = [at for at in (self.corridor.next_due(), self.exchange.next_due()) if at is not None]
        return min(times, default=None)


@pytest.fixture
def here(tmp_path: Path, django_db_blocker, settings) -> Iterator[Line]:
    """A line that the screens are connected to; Nora looks."""
    settings.INTERSESSION_VIEWER = "nora"
    database = connections["records"].settings_dict
    before = database["NAME"]
    with django_db_blocker.unblock():
        made = Line(tmp_path)
        connections["records"].close()
        database["NAME"] = made.address
        line.connect(
            line.Connected(
                corridor=made, clock=made.clock, practice=PracticeId("p"), keyring=made.keyring, database=made.address,
                demo=made.demo,
            )
        )  # fmt: skip
        yield made
        line.disconnect()
        connections["records"].close()
        database["NAME"] = before
    made.corridor.db.close()


@pytest.fixture
def browser(here: Line) -> Client:
    """On this machine, as htmx asks."""
    return Client(HTTP_HOST="localhost", headers={"HX-Request": "true"})


def act(browser: Client, here: Line, phone: int, what: str, **form: str) -> str:
    answer = browser.post(f"/phones/{phone}/{what}/", form)
    assert answer.status_code == 200
    here.settle()
    return look(browser, phone)


def look(browser: Client, phone: int) -> str:
    answer = browser.get(f"/phones/{phone}/")
    assert answer.status_code == 200
    return answer.content.decode()


def connected(browser: Client, here: Line) -> None:
    """J-S calls, Nora takes it."""
    act(browser, here, J_S, "call")
    here.on(15)
    act(browser, here, YOURS, "pick-up")
    act(browser, here, YOURS, "press", key="1")
    here.on(10)


def test_the_page_shows_every_handset_and_no_address_holds_a_number(browser: Client) -> None:
    page = browser.get("/phones/").content.decode()
    assert page.count("<article") == len(PHONES)
    addresses = re.findall(r'(?:href|action|hx-post|hx-get|formaction)="([^"]*)"', page)
    assert any("/phones/3/call/" in one for one in addresses)
    assert not [one for one in addresses if re.search(r"\d{4}", one)]
    assert "<script>" not in page
    assert "<style" not in page


def test_a_call_rings_says_practice_line_and_connects_by_key(browser: Client, here: Line) -> None:
    client = act(browser, here, J_S, "call")
    assert "Nora&#x27;s line" in client
    assert "data-words>Connecting you." in client
    here.on(15)
    ringing = look(browser, YOURS)
    assert 'data-kind="ringing"' in ringing
    assert "Practice line" in ringing
    assert "(303) 555-0100" in ringing
    asked = act(browser, here, YOURS, "pick-up")
    assert 'data-kind="call"' in asked
    assert "Take the call" in asked
    act(browser, here, YOURS, "press", key="1")
    here.on(10)
    assert "they see the practice's number" in look(browser, YOURS)
    assert 'data-kind="talking"' in look(browser, J_S)


def test_inv_04_no_private_number_reaches_the_other_sides_handset(browser: Client, here: Line) -> None:
    moments: list[str] = []

    def look_at_all() -> None:
        moments.append("seen")
        clients = [look(browser, phone) for phone in (J_S, M_R)]
        staff = [look(browser, phone) for phone in (YOURS, ON_CALL)]
        for fragment in clients:
            assert not _holds(fragment, NORA, EVAN, GIL)
        for fragment in staff:
            assert not _holds(fragment, JS, MR)

    assert _holds(look(browser, J_S), JS), "a phone's own number is on it, else this test sees nothing"
    look_at_all()
    act(browser, here, J_S, "call")
    for _ in range(4):
        here.on(5)
        look_at_all()
    act(browser, here, YOURS, "pick-up")
    look_at_all()
    act(browser, here, YOURS, "press", key="1")
    here.on(10)
    look_at_all()
    act(browser, here, J_S, "hang-up")
    look_at_all()
    act(browser, here, YOURS, "hang-up")
    act(browser, here, J_S, "text", body="Can we do Thursday?")
    here.on(60)
    look_at_all()
    log = look(browser, YOURS)
    assert "answered" in log
    assert "(303) 555-0100" in log
    assert len(moments) == 9


def _holds(fragment: str, *numbers: str) -> bool:
    """However it is written: any run of figures, with or without marks between them."""
    figures = re.sub(r"[^0-9a-zA-Z<>=\"]", "", fragment)
    return any(number[-10:] in figures or number[-7:] in figures for number in numbers)


def test_the_second_number_says_urgent(browser: Client, here: Line) -> None:
    here.go_to(MONDAY + timedelta(days=6, hours=19, minutes=30))
    assert browser.post("/phones/on-call/").status_code == 200
    act(browser, here, J_S, "call")
    here.on(2)
    act(browser, here, J_S, "press", key="1")
    here.on(8)
    ringing = look(browser, ON_CALL)
    assert "Practice line, urgent" in ringing
    assert "(303) 555-0101" in ringing
    assert 'data-kind="rest"' in look(browser, YOURS)


def test_on_sunday_without_on_call_it_records_and_the_typed_words_are_kept(browser: Client, here: Line) -> None:
    here.go_to(MONDAY + timedelta(days=6, hours=19, minutes=30))
    act(browser, here, J_S, "call")
    for _ in range(12):
        here.on(5)
        if 'data-kind="recording"' in look(browser, J_S):
            break
    assert 'name="words"' in look(browser, J_S)
    act(browser, here, J_S, "hang-up", words="Please call me.")
    row = here.corridor.db.row("SELECT media_type, contact FROM recording")
    assert row is not None
    assert row[0] == "text/plain"


def test_a_voice_from_the_microphone_is_kept(browser: Client, here: Line) -> None:
    here.go_to(MONDAY + timedelta(days=6, hours=19, minutes=30))
    act(browser, here, J_S, "call")
    here.on(60)
    sound = SimpleUploadedFile("message", b"\x1aE\xdf\xa3", content_type="audio/webm;codecs=opus")
    answer = browser.post(f"/phones/{J_S}/say/", {"sound": sound})
    assert "Your voice is kept" in answer.content.decode()
    act(browser, here, J_S, "press", key="#")
    assert here.corridor.db.value("SELECT media_type FROM recording") == "audio/webm"


def test_what_is_no_sound_is_refused_in_words(browser: Client, here: Line) -> None:
    here.go_to(MONDAY + timedelta(days=6, hours=19, minutes=30))
    act(browser, here, J_S, "call")
    here.on(60)
    page = SimpleUploadedFile("message", b"<html>", content_type="text/html")
    answer = browser.post(f"/phones/{J_S}/say/", {"sound": page}).content.decode()
    assert "Type the message instead" in answer
    assert "Your voice is kept" not in answer


def test_declining_rings_on_and_leaves_missed_in_the_log(browser: Client, here: Line) -> None:
    act(browser, here, J_S, "call")
    here.on(15)
    declined = act(browser, here, YOURS, "hang-up")
    assert 'data-kind="rest"' in declined
    assert "missed" in declined
    assert 'data-kind="rest"' not in look(browser, J_S)


def test_a_text_stands_in_the_thread(browser: Client, here: Line) -> None:
    thread = act(browser, here, J_S, "text", body="Can we do Thursday? <b>")
    assert "Can we do Thursday? &lt;b&gt;" in thread
    assert "Can we do Thursday" not in look(browser, YOURS)


def test_X10_a_text_can_have_a_picture_which_the_line_keeps(browser: Client, here: Line) -> None:
    picture = SimpleUploadedFile("IMG_1.jpg", photograph(), content_type="image/jpeg")
    thread = browser.post(f"/phones/{J_S}/text/", {"body": "", "picture": picture}).content.decode()
    assert "[1 attached]" in thread
    here.on(1)
    row = here.corridor.db.row("SELECT shown_as, care, size FROM picture")
    assert row is not None
    assert tuple(row) == ("image/jpeg", "cleared", len(photograph()))
    large = SimpleUploadedFile("a.jpg", bytes(4 * 1024 * 1024 + 1), content_type="image/jpeg")
    answer = browser.post(f"/phones/{J_S}/text/", {"body": "look", "picture": large})
    assert "too large" in answer.content.decode()


def test_nothing_happens_without_a_key_words_or_ringing(browser: Client, here: Line) -> None:
    assert "That is no key" in browser.post(f"/phones/{J_S}/press/", {"key": "12"}).content.decode()
    assert "Write something first" in browser.post(f"/phones/{J_S}/text/", {"body": "  "}).content.decode()
    assert "It stopped ringing" in browser.post(f"/phones/{YOURS}/pick-up/").content.decode()
    act(browser, here, J_S, "call")
    assert "in a call already" in browser.post(f"/phones/{J_S}/call/").content.decode()


def test_add_my_on_call_is_written_and_taken_off_again(browser: Client, here: Line) -> None:
    assert "Evan is not on call" in browser.get("/phones/clock/").content.decode()
    added = browser.post("/phones/on-call/").content.decode()
    assert "Evan is on call until Wed 08:00" in added
    assert here.corridor.db.value("SELECT staff_id FROM shift") == "evan"
    assert "Evan is not on call" in browser.post("/phones/on-call/").content.decode()
    assert here.corridor.db.value("SELECT count(*) FROM shift") == 0


@pytest.mark.parametrize(
    ("day", "hour", "ends"),
    [(1, 14, "Wed 08:00"), (2, 3, "Wed 08:00"), (4, 16, "Sat 08:00"), (4, 17, "Mon 08:00"), (6, 19, "Mon 08:00")],
)
def test_a_duty_lasts_the_night_or_the_weekend(day: int, hour: int, ends: str) -> None:
    until = tonight(MONDAY + timedelta(days=day, hours=hour), ZONE)
    assert f"{until:%a %H:%M}" == ends


def test_the_clock_goes_on_and_never_back(browser: Client, here: Line) -> None:
    assert "Sun 19:30:00" in browser.post("/phones/clock/jump/", {"jump": "1"}).content.decode()
    assert "Sun 19:35:00" in browser.post("/phones/clock/jump/", {"by": "5"}).content.decode()
    back = browser.post("/phones/clock/jump/", {"jump": "0"}).content.decode()
    assert "does not go back" in back
    assert "Sun 19:35:00" in back
    assert "Sun 22:00:00" in browser.post("/phones/clock/jump/", {"minute": "1320"}).content.decode()
    assert "Mon 08:00:00" in browser.post("/phones/clock/jump/", {"at": "2027-02-08T08:00"}).content.decode()
    assert "At most 60 days" in browser.post("/phones/clock/jump/", {"at": "2029-01-01T00:00"}).content.decode()
    for form in ({"jump": "9"}, {"by": "soon"}, {"at": ""}, {"minute": "1500"}, {}):
        assert "That is no time" in browser.post("/phones/clock/jump/", form).content.decode()


def test_start_again_loads_the_page_anew(browser: Client, here: Line) -> None:
    answer = browser.post("/phones/clock/again/")
    assert here.began_again == 1
    assert answer.headers["HX-Refresh"] == "true"


def test_without_scripts_a_press_leads_back_to_the_page(here: Line) -> None:
    answer = Client(HTTP_HOST="localhost").post(f"/phones/{J_S}/call/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/phones/#phone-0")


def test_acts_are_posts_with_a_token(here: Line) -> None:
    careful = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
    assert careful.post(f"/phones/{J_S}/call/").status_code == 403
    assert careful.get(f"/phones/{J_S}/call/").status_code == 405
    assert here.exchange.handset(JS).leg is None


def test_without_a_demo_there_are_no_phones(browser: Client, here: Line) -> None:
    line.connect(replace(line.connected(), demo=None))
    for address in ("/phones/", "/phones/wall/", "/phones/0/", "/phones/clock/"):
        answer = browser.get(address)
        assert answer.status_code == 404
        assert "no simulated telephones" in answer.content.decode()


def test_a_phone_that_is_not_there(browser: Client) -> None:
    assert browser.get("/phones/9/").status_code == 404


def test_whatever_happens_on_a_phone_is_published(browser: Client, here: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[frozenset[str]] = []
    monkeypatch.setattr(hub, "publish", lambda ids: told.append(frozenset(ids)))
    browser.get("/phones/")
    here.exchange.call(JS, LINE)
    here.settle()
    assert {"phones"} in told
    told.clear()
    browser.post("/phones/clock/jump/", {"by": "1"})
    assert {"clock", "phones"} in told


def test_the_story_above_the_phones_follows_them(browser: Client, here: Line) -> None:
    assert "All phones are at rest" in browser.get("/phones/wall/").content.decode()
    act(browser, here, J_S, "call")
    here.on(15)
    told = browser.get("/phones/wall/").content.decode()
    assert "Nora&#x27;s phone rings and shows only “Practice line”" in told
    connected_now = act(browser, here, YOURS, "pick-up") and act(browser, here, YOURS, "press", key="1")
    assert connected_now
    here.on(10)
    assert "J-S and Nora talk" in browser.get("/phones/wall/").content.decode()
