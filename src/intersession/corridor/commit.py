"""Decision to rows: every command is written here, inside the deciding transaction, and nowhere else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from intersession import __version__
from intersession.core.call import Call, Hearing, LegState, Phase
from intersession.core.commands import (
    AddReviewItem,
    AskCallBack,
    CancelHeldTexts,
    ChangeTask,
    CloseContact,
    Command,
    ConnectLeg,
    DropLeg,
    FlagContact,
    KeepCall,
    KeepPageLeg,
    KeepReason,
    KeepText,
    KeepVoicemail,
    MarkText,
    MarkUnreachable,
    NoteMessageHeard,
    OpenContact,
    OpenTask,
    PageStaff,
    PlayTone,
    RefuseCall,
    RingClient,
    RingEndpoint,
    SayPrompt,
    SendEmail,
    SendText,
    SetShift,
    SetStatus,
    StopTexts,
    TellStaff,
    TransferToCrisisLine,
    WaitUntil,
)
from intersession.core.decision import Decision
from intersession.core.events import (
    CallBackAsked,
    EndCause,
    Event,
    LegEnded,
    PhoneFreed,
    TextArrived,
    WakeKind,
)
from intersession.core.facts import Facts
from intersession.core.ids import ContactId, EventId, LegId, LineId, PracticeId, caller_leg
from intersession.core.tasks import Task
from intersession.records.fields import to_micros
from intersession.records.sealing import seal, seal_bytes, unseal

from .codec import dump, dump_kind
from .contact_keys import ContactKeys
from .db import Db
from .gather import thread_id

LANES = {
    "SayPrompt": "voice", "RingEndpoint": "voice", "RingClient": "voice", "DropLeg": "voice", "ConnectLeg": "voice",
    "TransferToCrisisLine": "voice", "RefuseCall": "voice", "PlayTone": "voice", "SendText": "texts",
    "SendEmail": "mail", "PageStaff": "pages",
}  # fmt: skip


VOICE_MICROS = 60 * 1_000_000


@dataclass(slots=True)
class Written:
    """What one decision left for after it: the answer to a waiting caller, and events that follow at once."""

    hearing: Hearing | None = None
    follow: list[Event] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Commit:
    """Writes one decision after another on one connection."""

    db: Db
    keys: ContactKeys
    pulls: frozenset[LineId] = frozenset()
    """Lines whose callers fetch what they hear: there it is the answer, not an errand."""

    def write(
        self,
        event: Event,
        facts: Facts,
        decision: Decision,
        now: datetime,
        sounds: dict[str, tuple[str, bytes]] | None = None,
    ) -> Written:
        """All commands of one decision, and its journal entry."""
        turn = _Turn(self, event, facts, now, sounds or {})
        if isinstance(event, LegEnded):
            turn.release(event.leg)
        for command in decision.commands:
            turn.carry_out(command)
        turn.journal(decision)
        return turn.written


class _Turn:
    """One decision being written."""

    def __init__(
        self, commit: Commit, event: Event, facts: Facts, now: datetime, sounds: dict[str, tuple[str, bytes]]
    ) -> None:
        self.db, self.keys, self.pulls = commit.db, commit.keys, commit.pulls
        self.event, self.facts, self.now, self.sounds = event, facts, now, sounds
        self.at = to_micros(now)
        self.practice: PracticeId = event.practice
        self.written = Written()

    def carry_out(self, command: Command) -> None:
        match command:
            case OpenContact():
                self._open_contact(command)
            case FlagContact():
                self._flag(command.contact, command.flag)
            case KeepText():
                self._keep_text(command)
            case KeepVoicemail():
                self._keep_voicemail(command)
            case KeepCall():
                self._keep_call(command.call)
            case KeepPageLeg():
                self._keep_page(command)
            case OpenTask():
                self._put_task(command.task)
            case ChangeTask():
                self._put_task(command.task, joined=command.joined)
            case CloseContact():
                self._close(command)
            case MarkText():
                self._mark_text(command)
            case CancelHeldTexts():
                self._cancel_held(command)
            case StopTexts():
                self._stop_texts(command)
            case NoteMessageHeard():
                self._heard(command)
            case MarkUnreachable():
                self._unreachable(command)
            case AddReviewItem():
                self._review(command)
            case TellStaff():
                self._tell(command)
            case SetShift():
                self._shift(command)
            case SetStatus():
                self._status(command)
            case WaitUntil():
                self._wake(command.kind, command.subject, command.at)
            case AskCallBack():
                self._ask_call_back(command)
            case SayPrompt():
                self._say(command)
            case RingEndpoint():
                self._ring(command)
            case SendText():
                self._send_text(command)
            case PageStaff():
                self._page(command)
            case SendEmail():
                self._send_email(command)
            case KeepReason():
                self._keep_reason(command)
            case RingClient() | DropLeg() | ConnectLeg() | TransferToCrisisLine() | RefuseCall() | PlayTone():
                self._errand(command, command.contact)
            case _:
                assert_never(command)

    # ------------------------------------------------------------ contacts and what they hold

    def _open_contact(self, command: OpenContact) -> None:
        thread = thread_id(self.practice, command.line, command.number) if command.number else None
        if thread is not None:
            self.db.run(
                "INSERT INTO thread (id, practice_id, line, number_key) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (thread, self.practice, command.line, command.number),
            )
        closed = bool(command.born_closed)
        self.db.run(
            "INSERT INTO contact (id, practice_id, thread, channel, direction, line, client, caller_class, at, flags,"
            " closed_at, closed_by, disposition, wrapped_key) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
            " ON CONFLICT (id) DO NOTHING",
            (
                command.contact, self.practice, thread, command.channel, command.direction, command.line,
                command.client, command.caller_class, to_micros(command.at), " ".join(command.flags),
                self.at if closed else None, getattr(self.event, "by", None) if closed else None,
                command.born_closed, self.keys.make(command.contact),
            ),
        )  # fmt: skip
        if command.channel == "text" and command.direction == "in" and thread is not None and not closed:
            self.db.run("UPDATE thread SET open_text = ? WHERE id = ?", (command.contact, thread))
        self._changed(command.contact)

    def _flag(self, contact: ContactId, flag: str) -> None:
        self.db.run(
            "UPDATE contact SET flags = CASE WHEN flags = '' THEN ? ELSE flags || ' ' || ? END"
            " WHERE id = ? AND ' ' || flags || ' ' NOT LIKE ?",
            (flag, flag, contact, f"% {flag} %"),
        )
        self._changed(contact)

    def _keep_text(self, command: KeepText) -> None:
        event = self.event
        sender = getattr(event, "sender", "")
        line = getattr(event, "line", "")
        thread = thread_id(self.practice, line, sender)
        sealed = seal(self.keys.key(self.db, command.contact), command.body, f"message:body:{command.message}")
        self.db.run(
            "INSERT INTO message (id, practice_id, contact, thread, direction, line, number_key, media, at, state,"
            " wording, sealed_body) VALUES (?,?,?,?,'in',?,?,?,?,'received','',?)",
            (
                command.message, self.practice, command.contact, thread, line, sender, command.media,
                to_micros(command.at), sealed,
            ),
        )  # fmt: skip
        if isinstance(event, TextArrived):
            self.db.run("UPDATE thread SET last_text_at = ? WHERE id = ?", (to_micros(command.at), thread))
        self._changed(command.contact)

    def _keep_voicemail(self, command: KeepVoicemail) -> None:
        media_type, sound = self.sounds.get(command.recording, ("", None))
        key = self.keys.key(self.db, command.contact)
        sealed = None if sound is None else seal_bytes(key, sound, f"recording:sound:{command.recording}")
        self.db.run(
            "INSERT INTO recording (id, practice_id, contact, seconds, silent, locale, at, media_type, sealed_sound)"
            " VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING",
            (
                command.recording, self.practice, command.contact, command.seconds, command.silent, command.locale,
                to_micros(command.at), media_type, sealed,
            ),
        )  # fmt: skip
        self._changed(command.contact)

    def _heard(self, command: NoteMessageHeard) -> None:
        self.db.run(
            "UPDATE recording SET heard_at = ?, heard_by = ? WHERE contact = ? AND heard_at IS NULL",
            (to_micros(command.at), command.by, command.contact),
        )
        self._changed(command.contact)

    def _close(self, command: CloseContact) -> None:
        at = to_micros(command.at)
        joined = self.db.rows(
            "SELECT contact FROM task_contact WHERE task IN (SELECT id FROM task WHERE contact = ?)", (command.contact,)
        )
        for contact in [command.contact, *(row[0] for row in joined)]:
            self.db.run(
                "UPDATE contact SET closed_at = ?, closed_by = ?, disposition = ? WHERE id = ? AND closed_at IS NULL",
                (at, command.by, command.disposition, contact),
            )
            ids = [row[0] for row in self.db.rows("SELECT id FROM task WHERE contact = ? AND closed_at IS NULL", (contact,))]
            for task in ids:
                self.db.run("UPDATE task SET closed_at = ? WHERE id = ?", (at, task))
                self._wake(WakeKind.TASK, task, None)
            self.db.run("UPDATE thread SET open_text = NULL WHERE open_text = ?", (contact,))
            self._changed(contact)

    # ------------------------------------------------------------ calls

    def _keep_call(self, call: Call) -> None:
        waits = call.phase in (Phase.OPENING, Phase.RINGING)
        self.db.run(
            "INSERT INTO call (contact, practice_id, phase, urgent, arrived_at, sealed_state) VALUES (?,?,?,?,?,?)"
            " ON CONFLICT (contact) DO UPDATE SET phase = excluded.phase, urgent = excluded.urgent,"
            " sealed_state = excluded.sealed_state",
            (
                call.contact, self.practice, "ringing" if waits else call.phase,
                call.declared == "urgent", to_micros(call.arrived_at),
                seal(self.keys.key(self.db, call.contact), dump(call), f"call:state:{call.contact}"),
            ),
        )  # fmt: skip
        for leg in call.legs:
            if leg.state is LegState.GONE:
                self.release(leg.id)
        if call.line in self.pulls:
            self.written.hearing = call.hearing
        self._changed(call.contact)

    def _say(self, command: SayPrompt) -> None:
        outside = command.leg == caller_leg(command.contact)
        if outside and command.hearing.said:
            self._note_said(command)
        line = self.facts.line.id if self.facts.line else None
        if not (outside and line in self.pulls):
            self._errand(command, command.contact)

    def _note_said(self, command: SayPrompt) -> None:
        """What the caller heard is part of the record: wording ids in the open, the words sealed."""
        said = command.hearing.said
        number = self.db.value("SELECT count(*) FROM message WHERE contact = ? AND state = 'said'", (command.contact,))
        message = f"{command.contact}#{number}"
        text = " ".join(one.text for one in said)
        sealed = seal(self.keys.key(self.db, command.contact), text, f"message:body:{message}")
        line = self.facts.line.id if self.facts.line else ""
        self.db.run(
            "INSERT INTO message (id, practice_id, contact, thread, direction, line, number_key, media, at, state,"
            " wording, sealed_body) VALUES (?,?,?,NULL,'out',?,'',0,?,'said',?,?)",
            (message, self.practice, command.contact, line, self.at, " ".join(one.id for one in said)[:40], sealed),
        )

    def _ring(self, command: RingEndpoint) -> None:
        """One row a phone: whoever comes second hears that it is engaged."""
        taken = self.db.run(
            "INSERT INTO occupied (endpoint, practice_id, contact, leg) VALUES (?,?,?,?) ON CONFLICT (endpoint) DO NOTHING",
            (command.endpoint, self.practice, command.contact, command.leg),
        )
        if not taken:
            self._follow_leg_ended(command.contact, command.leg)
            return
        self.db.run(
            'INSERT INTO leg (id, practice_id, contact, staff, endpoint, started_at, "end")'
            " SELECT ?, ?, ?, staff_id, id, ?, '' FROM endpoint WHERE id = ? ON CONFLICT (id) DO NOTHING",
            (command.leg, self.practice, command.contact, self.at, command.endpoint),
        )
        self._errand(command, command.contact)

    def _follow_leg_ended(self, contact: ContactId, leg: LegId) -> None:
        self.written.follow.append(
            LegEnded(
                id=EventId(f"busy:{leg}"), practice=self.practice, at=self.now, contact=contact, leg=leg,
                cause=EndCause.BUSY,
            )
        )  # fmt: skip

    def release(self, leg: LegId) -> None:
        """A phone is free again: the urgent call that waits the longest is told (D27)."""
        self.db.run('UPDATE leg SET ended_at = ? WHERE id = ? AND ended_at IS NULL', (self.at, leg))
        if not self.db.run("DELETE FROM occupied WHERE leg = ?", (leg,)):
            return
        waiting = self.db.row(
            "SELECT contact FROM call WHERE practice_id = ? AND phase = 'ringing' AND urgent AND contact <> ?"
            " ORDER BY arrived_at LIMIT 1",
            (self.practice, leg.rsplit(".", 1)[0]),
        )
        if waiting is not None:
            contact = ContactId(waiting[0])
            freed = EventId(f"freed:{leg}:{contact}")
            self.written.follow.append(PhoneFreed(id=freed, practice=self.practice, at=self.now, contact=contact))

    def _keep_page(self, command: KeepPageLeg) -> None:
        page = command.page
        self.db.run(
            "INSERT INTO page_leg (leg, practice_id, task, staff, state, over) VALUES (?,?,?,?,?,?)"
            " ON CONFLICT (leg) DO UPDATE SET state = excluded.state, over = excluded.over",
            (page.leg, self.practice, page.task, page.staff, page.state, command.over),
        )
        if command.over:
            self.release(page.leg)

    def _page(self, command: PageStaff) -> None:
        if command.endpoint is not None and "call" in command.ways:
            taken = self.db.run(
                "INSERT INTO occupied (endpoint, practice_id, contact, leg) VALUES (?,?,?,?)"
                " ON CONFLICT (endpoint) DO NOTHING",
                (command.endpoint, self.practice, command.contact, command.leg),
            )
            self.db.run(
                "INSERT INTO page_leg (leg, practice_id, task, staff, state, over) VALUES (?,?,?,?,'ringing',?)"
                " ON CONFLICT (leg) DO NOTHING",
                (command.leg, self.practice, command.task, command.staff, not taken),
            )
        self._errand(command, command.contact)

    # ------------------------------------------------------------ tasks

    def _put_task(self, task: Task, joined: ContactId | None = None) -> None:
        ladder = task.ladder
        due = task.due()
        thread = self.db.value("SELECT thread FROM contact WHERE id = ?", (task.contact,))
        self.db.run(
            "INSERT INTO task (id, practice_id, contact, thread, kind, owner, due_at, opened_at, red, state)"
            " VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET owner = excluded.owner,"
            " due_at = excluded.due_at, red = excluded.red, state = excluded.state",
            (
                task.id, self.practice, task.contact, thread, task.kind, task.owner,
                to_micros(due) if due else None, to_micros(task.opened_at),
                bool(ladder and ladder.red), dump(task),
            ),
        )  # fmt: skip
        if joined is not None and joined != task.contact:
            self.db.run(
                "INSERT INTO task_contact (practice_id, task, contact) VALUES (?,?,?) ON CONFLICT DO NOTHING",
                (self.practice, task.id, joined),
            )
        self._changed(task.contact)

    def _ask_call_back(self, command: AskCallBack) -> None:
        row = self.db.row(
            "SELECT contact.line, thread.number_key, contact.client FROM contact JOIN thread ON thread.id = contact.thread"
            " WHERE contact.id = ?",
            (command.contact,),
        )
        if row is None:
            return
        number = self.db.value("SELECT count(*) FROM contact WHERE thread = (SELECT thread FROM contact WHERE id = ?)", (command.contact,))
        new = ContactId(f"back-{command.contact}-{number}")
        self.written.follow.append(
            CallBackAsked(
                id=EventId(f"ask:{new}"), practice=self.practice, at=self.now, by=command.by, contact=new,
                line=LineId(row[0]), client=row[2], number=row[1], answers=command.contact,
            )
        )  # fmt: skip

    def _review(self, command: AddReviewItem) -> None:
        self.db.run(
            "INSERT INTO review_item (practice_id, client, contact, what, at) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING",
            (self.practice, command.client, command.contact, command.what, self.at),
        )

    def _tell(self, command: TellStaff) -> None:
        self.db.run(
            "INSERT INTO notice (practice_id, staff, contact, what, at) VALUES (?,?,?,?,?)",
            (self.practice, command.staff, command.contact, command.what, self.at),
        )
        self._changed(command.contact)

    # ------------------------------------------------------------ texts

    def _send_text(self, command: SendText) -> None:
        held = command.not_before is not None and command.not_before > self.now
        thread = thread_id(self.practice, command.line, command.number)
        body = command.said.text or self._kept_body(command)
        sealed = seal(self.keys.key(self.db, command.contact), body, f"message:body:{command.message}")
        self.db.run(
            "INSERT INTO message (id, practice_id, contact, thread, direction, line, number_key, client, written_by,"
            " wording, media, at, state, held_until, sealed_body) VALUES (?,?,?,?,'out',?,?,?,?,?,0,?,?,?,?)"
            " ON CONFLICT (id) DO UPDATE SET state = excluded.state, held_until = excluded.held_until",
            (
                command.message, self.practice, command.contact, thread, command.line, command.number,
                command.client, command.written_by, command.said.id, self.at, "held" if held else "sending",
                to_micros(command.not_before) if held and command.not_before else None, sealed,
            ),
        )  # fmt: skip
        if held:
            self._wake(WakeKind.TEXT, command.message, command.not_before)
        else:
            self._errand(command, command.contact)
        if command.written_by is None:
            self.db.run("UPDATE thread SET last_notice_at = ? WHERE id = ?", (self.at, thread))
        self._changed(command.contact)

    def _send_email(self, command: SendEmail) -> None:
        thread = thread_id(self.practice, command.line, command.number)
        sealed = seal(self.keys.key(self.db, command.contact), command.said.text, f"message:body:{command.message}")
        self.db.run(
            "INSERT INTO message (id, practice_id, contact, thread, direction, line, number_key, wording, media, at,"
            " state, sealed_body) VALUES (?,?,?,?,'out',?,?,?,0,?,'sending',?) ON CONFLICT (id) DO NOTHING",
            (
                command.message, self.practice, command.contact, thread, command.line, command.number,
                command.said.id, self.at, sealed,
            ),
        )  # fmt: skip
        self.db.run("UPDATE thread SET last_mail_reply_at = ? WHERE id = ?", (self.at, thread))
        self._errand(command, command.contact)

    def _keep_reason(self, command: KeepReason) -> None:
        """Free text is content: it is sealed beside the contact, where a purge reaches it; the journal has none."""
        number = self.db.value("SELECT count(*) FROM message WHERE contact = ?", (command.contact,))
        message = f"{command.contact}!{number}"
        sealed = seal(self.keys.key(self.db, command.contact), command.text, f"message:body:{message}")
        line = self.facts.line.id if self.facts.line else ""
        self.db.run(
            "INSERT INTO message (id, practice_id, contact, thread, direction, line, number_key, written_by, media, at,"
            " state, wording, sealed_body) VALUES (?,?,?,NULL,'out',?,'',?,0,?,'reason',?,?)",
            (message, self.practice, command.contact, line, command.by, self.at, command.rule, sealed),
        )

    def _kept_body(self, command: SendText) -> str:
        sealed = self.db.value("SELECT sealed_body FROM message WHERE id = ?", (command.message,))
        key = self.keys.key(self.db, command.contact)
        return "" if sealed is None else unseal(key, sealed, f"message:body:{command.message}")

    def _mark_text(self, command: MarkText) -> None:
        self.db.run("UPDATE message SET state = ? WHERE id = ?", (command.state, command.message))
        contact = self.db.value("SELECT contact FROM message WHERE id = ?", (command.message,))
        if contact:
            self._changed(contact)

    def _cancel_held(self, command: CancelHeldTexts) -> None:
        held = self.db.rows(
            "SELECT id, written_by, contact FROM message WHERE number_key = ? AND state = 'held'", (command.number,)
        )
        for message, writer, contact in held:
            self.db.run("UPDATE message SET state = 'cancelled' WHERE id = ?", (message,))
            self._wake(WakeKind.TEXT, message, None)
            if writer:
                self._tell(TellStaff(staff=writer, contact=contact, what="held_stop"))

    def _stop_texts(self, command: StopTexts) -> None:
        """For the number: for all its clients, on all our lines (D44)."""
        self.db.run(
            "UPDATE thread SET texts_stopped_at = ? WHERE practice_id = ? AND number_key = ?",
            (to_micros(command.at), self.practice, command.number),
        )
        self.keys.stop_texts(self.db, command.number)

    # ------------------------------------------------------------ coverage

    def _unreachable(self, command: MarkUnreachable) -> None:
        column = "lost_at" if command.lost else "doubtful_at"
        self.db.run(f"UPDATE endpoint SET {column} = ? WHERE id = ?", (to_micros(command.at), command.endpoint))
        self._directory_changed()

    def _shift(self, command: SetShift) -> None:
        values = (command.staff, command.tier, to_micros(command.start), to_micros(command.end))
        if command.remove:
            self.db.run('DELETE FROM shift WHERE staff_id = ? AND tier = ? AND start < ? AND "end" > ?',
                        (command.staff, command.tier, values[3], values[2]))  # fmt: skip
        else:
            self.db.run(
                'INSERT INTO shift (practice_id, staff_id, tier, start, "end") VALUES (?,?,?,?,?)',
                (self.practice, *values),
            )
        self._directory_changed()

    def _status(self, command: SetStatus) -> None:
        self.db.run(
            "UPDATE staff SET dnd_from = ?, dnd_until = ? WHERE id = ?",
            (self.at, to_micros(command.until), command.staff),
        )
        self._directory_changed()

    def _directory_changed(self) -> None:
        self.db.run("UPDATE practice SET version = version + 1 WHERE id = ?", (self.practice,))
        self.written.changed.add("practice")

    # ------------------------------------------------------------ errands, wakes, journal

    def _wake(self, kind: WakeKind, subject: str, at: datetime | None) -> None:
        """One wake a subject: the new one replaces the old, in one statement."""
        name = f"{kind}:{subject}"
        if at is None:
            self.db.run("DELETE FROM errand WHERE subject = ?", (name,))
            return
        self.db.run(
            "INSERT INTO errand (practice_id, lane, kind, subject, not_before, state, payload, outcome)"
            " VALUES (?, 'wake', ?, ?, ?, 'due', '', '') ON CONFLICT (subject) DO UPDATE"
            " SET not_before = excluded.not_before, state = 'due'",
            (self.practice, kind, name, to_micros(at)),
        )

    def _errand(self, command: Command, contact: ContactId) -> None:
        kind = type(command).__name__
        key = self.keys.key(self.db, contact)
        line = getattr(command, "line", None) or (self.facts.line.id if self.facts.line else None)
        line = line or self.db.value("SELECT line FROM contact WHERE id = ?", (contact,))
        self.db.run(
            "INSERT INTO errand (practice_id, lane, kind, contact, line, not_before, not_after, state, payload,"
            " outcome, sealed) VALUES (?,?,?,?,?,?,?,'due','','',?)",
            (
                self.practice, LANES[kind], kind, contact, line, self.at, self._not_after(LANES[kind]),
                seal(key, dump_kind(command), f"errand:{contact}"),
            ),
        )  # fmt: skip

    def _not_after(self, lane: str) -> int | None:
        """A phone that rings a minute late rings for nobody; a text or a page still counts when it comes late."""
        return self.at + VOICE_MICROS if lane == "voice" else None

    def journal(self, decision: Decision) -> None:
        """Ids, closed values and plain reasons; never content."""
        event = self.event
        entry = {
            "event": event.id,
            "rule": decision.rule,
            "modifiers": decision.modifiers,
            "layer": decision.layer,
            "inputs": dict(decision.inputs),
            "reasons": [[reason.rule, reason.says] for reason in decision.reasons],
            "commands": [type(command).__name__ for command in decision.commands],
            "policy": decision.policy_version,
            "code": __version__,
        }
        self.db.run(
            'INSERT INTO journal (practice_id, at, kind, contact, "by", rule, entry) VALUES (?,?,?,?,?,?,?)',
            (
                self.practice, self.at, type(event).__name__, self._about(decision), getattr(event, "by", None),
                decision.rule, json.dumps(entry, separators=(",", ":"), ensure_ascii=False),
            ),
        )  # fmt: skip

    def _about(self, decision: Decision) -> str | None:
        contact = getattr(self.event, "contact", None)
        if contact is None:
            contact = next((c for command in decision.commands if (c := getattr(command, "contact", None))), None)
        if contact is None and self.facts.task is not None:
            contact = self.facts.task.contact
        return contact

    def _changed(self, contact: str) -> None:
        self.written.changed.add(contact)
