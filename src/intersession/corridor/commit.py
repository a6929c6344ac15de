"""Decision to rows: every command is written here, inside the deciding transaction, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from intersession.carriers.port import Picture
from intersession.core.commands import (
    AddReviewItem,
    Announce,
    AskCall,
    AskCallBack,
    CancelHeldTexts,
    ChangeTask,
    CloseContact,
    Command,
    ConnectLeg,
    DropGreeting,
    DropLeg,
    FlagContact,
    KeepCall,
    KeepGreeting,
    KeepPageLeg,
    KeepReason,
    KeepText,
    KeepVoicemail,
    LookAgain,
    MarkText,
    MarkUnreachable,
    NoteMessageHeard,
    NotePin,
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
    Event,
    LegEnded,
    TimeCame,
    WakeKind,
)
from intersession.core.facts import Facts
from intersession.core.ids import LegId, LineId

from .contact_keys import ContactKeys
from .db import Db
from .writing import calls, contacts, coverage, errands, greetings, journal, standings, tasks, texts
from .writing.turn import Turn, Written


@dataclass(slots=True)
class Commit:
    """Writes one decision after another on one connection."""

    db: Db
    keys: ContactKeys
    pulls: frozenset[LineId] = frozenset()
    """Lines whose legs fetch what they hear."""

    def write(
        self,
        event: Event,
        facts: Facts,
        decision: Decision,
        now: datetime,
        sounds: dict[str, tuple[str, bytes]] | None = None,
        answers: LegId | None = None,
        pictures: tuple[Picture, ...] = (),
    ) -> Written:
        """All commands of one decision, and its journal entry. `answers`: the leg that waits for the answer."""
        turn = Turn(self.db, self.keys, self.pulls, answers, event, facts, now, sounds or {}, pictures)
        if isinstance(event, LegEnded):
            calls.release(turn, event.leg)
        if isinstance(event, TimeCame) and event.kind is WakeKind.LEG:
            calls.end_page(turn, LegId(event.subject))
        for command in decision.commands:
            _carry_out(turn, command)
        journal.write_entry(turn, decision)
        return turn.written


def _carry_out(turn: Turn, command: Command) -> None:
    match command:
        case OpenContact():
            contacts.open_contact(turn, command)
        case FlagContact():
            contacts.flag(turn, command.contact, command.flag)
        case KeepText():
            contacts.keep_text(turn, command)
        case KeepVoicemail():
            contacts.keep_voicemail(turn, command)
        case KeepCall():
            calls.keep_call(turn, command.call)
        case KeepPageLeg():
            calls.keep_page(turn, command)
        case OpenTask():
            tasks.open_task(turn, command.task)
        case ChangeTask():
            tasks.put_task(turn, command.task, joined=command.joined)
        case CloseContact():
            contacts.close(turn, command)
        case MarkText():
            texts.mark_text(turn, command)
        case CancelHeldTexts():
            texts.cancel_held(turn, command)
        case StopTexts():
            texts.stop_texts(turn, command)
        case NoteMessageHeard():
            contacts.note_heard(turn, command)
        case MarkUnreachable():
            coverage.unreachable(turn, command)
        case AddReviewItem():
            contacts.add_review(turn, command)
        case TellStaff():
            contacts.tell(turn, command)
        case SetShift():
            coverage.set_shift(turn, command)
        case SetStatus():
            coverage.set_status(turn, command)
        case NotePin():
            coverage.note_pin(turn, command)
        case KeepGreeting():
            greetings.keep(turn, command)
        case DropGreeting():
            greetings.drop(turn, command)
        case WaitUntil():
            errands.wake(turn, command.kind, command.subject, command.at)
        case AskCallBack():
            tasks.ask_call_back(turn, command)
        case AskCall():
            tasks.ask_call(turn, command)
        case SayPrompt():
            calls.say(turn, command)
        case RingEndpoint():
            calls.ring(turn, command)
        case SendText():
            texts.send_text(turn, command)
        case PageStaff():
            calls.page(turn, command)
        case SendEmail():
            texts.send_email(turn, command)
        case KeepReason():
            contacts.keep_reason(turn, command)
        case ConnectLeg() | TransferToCrisisLine() | RefuseCall():
            standings.stand(turn, command)
        case DropLeg():
            calls.drop(turn, command)
        case RingClient() | PlayTone() | LookAgain() | Announce():
            errands.errand(turn, command, command.contact)
        case _:
            assert_never(command)
