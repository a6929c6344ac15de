"""Rows to Facts: what one event's decision may look at, read inside its transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from intersession.core.call import Call, Phase
from intersession.core.caller import lead_client
from intersession.core.events import (
    CallArrived,
    CallBackAsked,
    CallbackRequested,
    CallEvent,
    CallFellBack,
    ContactClosed,
    DigitsEntered,
    EmailArrived,
    ErrandFailed,
    Event,
    ItemHeard,
    TaskHandedOver,
    TaskTaken,
    TextArrived,
    TextDelivered,
    TextFailed,
    TextWritten,
    TimeCame,
    VoicemailLeft,
    WakeKind,
)
from intersession.core.facts import BoxItem, Caller, Client, ContactFacts, Facts, Message, Thread
from intersession.core.ids import (
    ClientId,
    ContactId,
    EndpointId,
    LegId,
    LineId,
    MessageId,
    NumberKey,
    PracticeId,
    RecordingId,
    StaffId,
    TaskId,
    ThreadId,
)
from intersession.core.tasks import PageLeg, PageState, Task
from intersession.records.fields import from_micros, to_micros
from intersession.records.sealing import Keyring, unseal

from .clients import Clients
from .codec import load
from .contact_keys import ContactKeys
from .db import Db
from .directory import Directories, Directory, for_case
from .greetings import recorded
from .pins import tried


def thread_id(practice: str, line: str, number: str) -> ThreadId:
    """One thread per practice, line and outside number."""
    return ThreadId(f"{practice}:{line}:{number}")


class Gather:
    """Fills Facts for one event after another; keeps directories and profiles between them by version."""

    def __init__(self, keyring: Keyring, keys: ContactKeys) -> None:
        self._directories = Directories()
        self._clients = Clients(keyring)
        self._keys = keys

    def facts(self, db: Db, event: Event, now: datetime) -> Facts:
        """The snapshot for one event. Locks the thread first, where there is one."""
        directory = self._directories.of(db, event.practice, now)
        facts = self._known(db, directory, event, now)
        practice = for_case(directory, facts.line, lead_client(facts.caller, facts.line))
        return facts if practice is facts.practice else replace(facts, practice=practice)

    def _known(self, db: Db, directory: Directory, event: Event, now: datetime) -> Facts:
        match event:
            case CallArrived() | CallFellBack():
                facts = self._outside(db, directory, event.line, event.caller, now, event.contact)
                return replace(facts, ended_early=_ended_early(db, event.contact))
            case TextArrived() | EmailArrived():
                return self._outside(db, directory, event.line, event.sender, now, None)
            case CallbackRequested():
                return self._outside(db, directory, event.line, event.number, now, None)
            case CallBackAsked():
                facts = self._outside(db, directory, event.line, event.number, now, event.contact)
                return self._for_client(db, facts, event.client)
            case TextWritten():
                facts = self._outside(db, directory, event.line, event.number, now, None)
                return self._for_client(db, facts, event.client)
            case TextDelivered() | TextFailed():
                return self._message(db, directory, event.message, now)
            case TimeCame(kind=WakeKind.TEXT):
                return self._message(db, directory, MessageId(event.subject), now)
            case TimeCame(kind=WakeKind.CALL):
                return self._call(db, directory, ContactId(event.subject), now)
            case TimeCame(kind=WakeKind.SHIFT):
                return Facts(practice=directory.practice, paging=_paging(db, event.practice))
            case TimeCame(kind=WakeKind.TASK):
                return self._task(db, directory, TaskId(event.subject), now)
            case TaskTaken() | TaskHandedOver():
                return self._task(db, directory, event.task, now)
            case ItemHeard() | ContactClosed() | ErrandFailed():
                return self._contact(db, directory, event.contact, now)
            case CallEvent():
                return self._call_event(db, directory, event, now)
            case _:
                return Facts(practice=directory.practice)

    # ------------------------------------------------------------ by the outside number

    def _outside(
        self,
        db: Db,
        directory: Directory,
        line: LineId,
        number: NumberKey | None,
        now: datetime,
        contact: ContactId | None,
    ) -> Facts:
        thread = self._thread(db, directory, line, number, now, contact) if number else None
        return Facts(
            practice=directory.practice,
            line=directory.practice.lines.get(line),
            caller=self._caller(db, directory, number),
            thread=thread,
            busy=_busy(db, directory.practice.id, contact) if contact is not None else frozenset(),
        )

    def _caller(self, db: Db, directory: Directory, number: NumberKey | None) -> Caller:
        if number is None:
            return Caller(number=None)
        phone = directory.staff_phones.get(number)
        return Caller(
            number=number,
            clients=self._clients.of_number(db, directory.practice.id, number),
            guardian=number in directory.guardians,
            staff=phone.staff if phone is not None else None,
            endpoint=phone.endpoint if phone is not None else None,
            partner=number in directory.partners,
            block=directory.blocks.get(number),
        )

    def _for_client(self, db: Db, facts: Facts, client: ClientId | None) -> Facts:
        """A staff member named the client, so of a shared number only that one counts."""
        if client is None:
            return facts
        found = self._clients.one(db, client)
        caller = replace(facts.caller, clients=(found,) if found else ())
        return replace(facts, caller=caller)

    def _thread(
        self,
        db: Db,
        directory: Directory,
        line: LineId,
        number: NumberKey,
        now: datetime,
        contact: ContactId | None,
    ) -> Thread:
        """Found or made, and locked: a new conversation has no row to lock, so it is upserted first."""
        practice = directory.practice
        thread = thread_id(practice.id, line, number)
        row = db.row(
            "INSERT INTO thread (id, practice_id, line, number_key) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET line = excluded.line"
            " RETURNING open_text, last_text_at, last_notice_at, last_mail_reply_at",
            (thread, practice.id, line, number),
        )
        assert row is not None
        policy = practice.policy
        tries = timedelta(minutes=policy.redial_minutes)
        burst = timedelta(minutes=policy.burst_minutes)
        return Thread(
            id=thread,
            open_tasks=_open_tasks(db, thread),
            open_text=ContactId(row[0]) if row[0] else None,
            last_text_at=_instant(row[1]),
            last_notice_at=_instant(row[2]),
            last_mail_reply_at=_instant(row[3]),
            recent_texts=_texts(db, thread, now - burst) if contact is None else 0,
            missed_calls=_missed(db, thread, now, contact, tries) if contact is not None else (),
        )

    # ------------------------------------------------------------ by contact, call, task, message

    def _contact(self, db: Db, directory: Directory, contact: ContactId, now: datetime) -> Facts:
        row = db.row("SELECT thread, client, line, closed_at FROM contact WHERE id = ?", (contact,))
        if row is None:
            return Facts(practice=directory.practice)
        facts = self._of_thread(db, directory, row[0], LineId(row[2]), now, contact)
        client = ClientId(row[1]) if row[1] else None
        known = ContactFacts(
            id=contact,
            thread=ThreadId(row[0]) if row[0] else None,
            client=client,
            tasks=_tasks_of(db, contact),
            recordings=_recordings(db, contact),
            closed=row[3] is not None,
        )
        return replace(self._for_client(db, facts, client), contact=known, call=self._state(db, contact))

    def _of_thread(
        self, db: Db, directory: Directory, thread: str | None, line: LineId, now: datetime, contact: ContactId
    ) -> Facts:
        number = NumberKey(thread.rsplit(":", 1)[1]) if thread else None
        return self._outside(db, directory, line, number, now, contact)

    def _call(self, db: Db, directory: Directory, contact: ContactId, now: datetime) -> Facts:
        facts = self._contact(db, directory, contact, now)
        if facts.call is None or facts.call.outbound:
            return facts
        return replace(facts, caller=self._caller(db, directory, facts.call.caller))

    def _state(self, db: Db, contact: ContactId) -> Call | None:
        sealed = db.value("SELECT sealed_state FROM call WHERE contact = ?" + db.lock_for_update(), (contact,))
        if sealed is None:
            return None
        return load(unseal(self._keys.key(db, contact), bytes(sealed), f"call:state:{contact}"), Call)

    def _call_event(self, db: Db, directory: Directory, event: CallEvent, now: datetime) -> Facts:
        leg = getattr(event, "leg", None)
        page = _page(db, leg) if leg else None
        if page is not None:
            facts = self._task(db, directory, page.task, now)
            return replace(_with_pin(db, facts, page.staff, event, now), page=_page(db, page.leg) or page)
        facts = self._call(db, directory, event.contact, now)
        if facts.call is None and isinstance(event, VoicemailLeft):
            raise LookupError("a message of a call that nobody knows")
        if facts.call is None or facts.call.outbound or facts.call.staff is None:
            return facts
        return self._dial_in(db, facts, facts.call, facts.call.staff, event, now)

    def _dial_in(
        self, db: Db, facts: Facts, call: Call, staff: StaffId, event: CallEvent, now: datetime
    ) -> Facts:
        facts = replace(facts, box=_box(db, staff))
        if call.phase is not Phase.STAFF_MENU:
            return _with_pin(db, facts, staff, event, now)
        coded = self._clients.coded(db, event.practice, event.digits) if isinstance(event, DigitsEntered) else None
        own = recorded(db, self._keys.keyring, staff, call.locale)
        return replace(facts, coded=coded, greeting=frozenset(own))

    def _task(self, db: Db, directory: Directory, task: TaskId, now: datetime) -> Facts:
        contact = db.value("SELECT contact FROM task WHERE id = ? AND closed_at IS NULL", (task,))
        if contact is None:
            return Facts(practice=directory.practice)
        facts = self._contact(db, directory, ContactId(contact), now)  # locks the thread
        state = db.value("SELECT state FROM task WHERE id = ? AND closed_at IS NULL", (task,))
        return replace(facts, task=load(state, Task) if state is not None else None)

    def _message(self, db: Db, directory: Directory, message: MessageId, now: datetime) -> Facts:
        row = db.row(
            "SELECT contact, client, number_key, line, written_by, state FROM message WHERE id = ?", (message,)
        )
        if row is None:
            return Facts(practice=directory.practice)
        contact, client, number, line, written_by, state = row
        facts = self._outside(db, directory, LineId(line), NumberKey(number), now, None)
        known = Message(
            id=message,
            contact=ContactId(contact),
            client=ClientId(client) if client else None,
            number=NumberKey(number),
            line=LineId(line),
            written_by=StaffId(written_by) if written_by else None,
            held=state == "held",
        )
        found: Client | None = self._clients.one(db, known.client) if known.client else None
        caller = replace(facts.caller, clients=(found,)) if found else facts.caller
        return replace(facts, message=known, caller=caller)


# ---------------------------------------------------------------- single reads


def _with_pin(db: Db, facts: Facts, staff: StaffId, event: CallEvent, now: datetime) -> Facts:
    if not isinstance(event, DigitsEntered):
        return facts
    pin = tried(db, staff, event.digits, now)
    return replace(facts, pin_ok=pin.ok, pin_wrong=pin.wrong, pin_locked=pin.locked)


def _open_tasks(db: Db, thread: ThreadId) -> tuple[Task, ...]:
    rows = db.rows("SELECT state FROM task WHERE thread = ? AND closed_at IS NULL ORDER BY opened_at, id", (thread,))
    return tuple(load(state, Task) for (state,) in rows)


def _tasks_of(db: Db, contact: ContactId) -> tuple[Task, ...]:
    rows = db.rows(
        "SELECT state FROM task WHERE closed_at IS NULL AND (contact = ?"
        " OR id IN (SELECT task FROM task_contact WHERE contact = ?)) ORDER BY opened_at, id",
        (contact, contact),
    )
    return tuple(load(state, Task) for (state,) in rows)


def _box(db: Db, staff: StaffId) -> tuple[BoxItem, ...]:
    rows = db.rows(
        "SELECT task.state, recording.contact, recording.id, recording.at, client.handle FROM task"
        " JOIN recording ON recording.contact = task.contact JOIN contact ON contact.id = task.contact"
        " LEFT JOIN client ON client.id = contact.client"
        " WHERE task.owner = ? AND task.closed_at IS NULL AND task.kind = 'answer' AND recording.heard_at IS NULL"
        " AND NOT recording.silent ORDER BY recording.at, recording.id",
        (staff,),
    )
    return tuple(
        BoxItem(
            task=load(state, Task), contact=ContactId(contact), recording=RecordingId(recording),
            left_at=from_micros(at), handle=handle,
        )
        for state, contact, recording, at, handle in rows
    )


def _recordings(db: Db, contact: ContactId) -> tuple[RecordingId, ...]:
    rows = db.rows("SELECT id FROM recording WHERE contact = ? AND NOT silent ORDER BY at, id", (contact,))
    return tuple(RecordingId(recording) for (recording,) in rows)


def _paging(db: Db, practice: PracticeId) -> tuple[Task, ...]:
    rows = db.rows("SELECT state FROM task WHERE practice_id = ? AND closed_at IS NULL ORDER BY opened_at", (practice,))
    tasks = (load(state, Task) for (state,) in rows)
    return tuple(task for task in tasks if task.ladder is not None and task.ladder.next_at is not None)


def _texts(db: Db, thread: ThreadId, since: datetime) -> int:
    sql = "SELECT count(*) FROM message WHERE thread = ? AND direction = 'in' AND at > ?"
    return int(db.value(sql, (thread, to_micros(since))) or 0)


def _ended_early(db: Db, contact: ContactId) -> bool:
    row = db.row("SELECT 1 FROM journal WHERE contact = ? AND kind = 'LegEnded' LIMIT 1", (contact,))
    return row is not None


def _missed(
    db: Db, thread: ThreadId, now: datetime, but: ContactId | None, since: timedelta
) -> tuple[datetime, ...]:
    """Tries of the last quarter hour that nobody answered (V24)."""
    rows = db.rows(
        "SELECT at FROM contact WHERE thread = ? AND at > ? AND id <> ? AND flags LIKE '%abandoned%' ORDER BY at",
        (thread, to_micros(now - since), but or ""),
    )
    return tuple(from_micros(at) for (at,) in rows)


def _busy(db: Db, practice: PracticeId, contact: ContactId | None) -> frozenset[EndpointId]:
    """Not a phone that only lingers after a talk whose other side has hung up."""
    rows = db.rows(
        "SELECT occupied.endpoint FROM occupied LEFT JOIN call ON call.contact = occupied.contact"
        " LEFT JOIN leg ON leg.id = occupied.leg WHERE occupied.practice_id = ? AND occupied.contact <> ?"
        " AND (leg.id IS NULL OR call.phase IS NULL OR call.phase <> 'ended')",
        (practice, contact or ""),
    )
    return frozenset(EndpointId(endpoint) for (endpoint,) in rows)


def _page(db: Db, leg: LegId) -> PageLeg | None:
    row = db.row("SELECT task, staff, state, tries FROM page_leg WHERE leg = ?", (leg,))
    if row is None:
        return None
    return PageLeg(leg=leg, task=TaskId(row[0]), staff=StaffId(row[1]), state=PageState(row[2]), tries=row[3])


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
