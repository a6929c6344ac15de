"""The automatic texts: which one goes back, if any (INV-05b, D34, D60, INV-22). No other text is automatic."""

from __future__ import annotations

from ..call import Said
from ..caller import CallerClass, lead_client
from ..commands import SendText
from ..events import TextArrived
from ..facts import Facts
from ..ids import ContactId, MessageId
from ..situation import OnCallNow
from ..tasks import LadderFirst
from ..wording.compose import At, Hours, OpenHours, Phrase, phrase, write
from ..words import Voice
from .text_dues import TextOwed
from .text_situation import KNOWN, Answering, TextSituation, Word

DUTY_NOW = frozenset({OnCallNow.ONE, OnCallNow.TWO})
RECEIPT_RULES = ("X04", "X05")


def notice_id(rule: str, s: TextSituation, ladder: LadderFirst | None) -> str | None:
    """The wording id of the one automatic text; None where nothing goes."""
    if _never(s):
        return None
    if s.word is Word.STOP:
        return "STOP-CONF" if _confirms_stop(rule, s) else None
    if s.answering is Answering.SPENT:
        return None
    if rule == "X03":
        return "START-ACK" if s.start_reply else None
    if rule in RECEIPT_RULES:
        return _receipt(rule, s, ladder)
    if s.stopped or not s.notices:
        return None
    if s.word is Word.HELP and rule in ("X02", "X07"):
        return "HELP-OC" if ladder is not None and s.on_call in DUTY_NOW else "HELP"
    return "A-SAFETY" if rule in ("X06", "X07", "V02") else None


def why_none(rule: str, s: TextSituation) -> str:
    """Why no automatic text goes, for the "Why?" panel."""
    if s.answering is Answering.NEVER:
        return "Nothing is sent back to short codes, names or our own numbers."
    if not s.text_ok:
        return "A text is not safe for this person: nothing is ever sent back."
    if s.caller in (CallerClass.STAFF, CallerClass.PARTNER, CallerClass.REJECTED):
        return "Staff, partners and refused numbers get no automatic text."
    if s.answering is Answering.SPENT:
        return "One automatic text went not long ago: no further one goes now."
    if s.stopped:
        return "Texts are stopped for this number: nothing is sent back."
    if rule in RECEIPT_RULES or rule == "X03":
        return "No automatic text is due here."
    return "The safety notice is switched off: a person is paged instead."


def send_notice(
    wording: str, event: TextArrived, contact: ContactId, owed: TextOwed, facts: Facts, voice: Voice
) -> SendText:
    """The automatic text itself. Its id follows from the message that it answers, so that it goes once."""
    client = lead_client(facts.caller, facts.line)
    shared = len(facts.caller.clients) > 1
    one = _filled(wording, owed, facts)
    context = voice.context(voice.locale)
    return SendText(
        message=MessageId(f"{event.message}:reply"),
        contact=contact,
        line=event.line,
        number=event.sender,
        said=Said(id=one.id, text=write(one, context).text, locale=voice.locale),
        client=client.id if client is not None and not shared else None,
    )


def _never(s: TextSituation) -> bool:
    """Nothing automatic ever: unsafe to text (X08, D60), not a telephone (INV-22), or not answered at all (D45)."""
    silent = s.caller in (CallerClass.STAFF, CallerClass.PARTNER, CallerClass.REJECTED)
    return silent or not s.text_ok or s.answering is Answering.NEVER


def _confirms_stop(rule: str, s: TextSituation) -> bool:
    """One confirmation, as the carrier's would be. A client can stop only once until a person takes it back;
    for a stranger we remember nothing but when we last wrote."""
    if rule != "X01" or s.stopped:
        return False
    return s.caller in KNOWN or s.caller is CallerClass.DISCHARGED or s.answering is Answering.FREE


def _receipt(rule: str, s: TextSituation, ladder: LadderFirst | None) -> str | None:
    """X05: only where the client chose it. X04: after hours; by the clock where somebody reads it at night."""
    if rule == "X05":
        chosen = "A-RECEIVED" if s.on_call in DUTY_NOW else "A-RECEIVED-NONE"
        return chosen if s.receipt else None
    if s.in_hours:
        return None
    return "A-HOURS" if ladder is None else "A-HOURS-DAY"


def _filled(wording: str, owed: TextOwed, facts: Facts) -> Phrase:
    """The words with their facts. A retired number never says that it can be called (D52)."""
    line = facts.line
    match wording:
        case "A-SAFETY" | "HELP" | "HELP-OC" if line is not None and line.retired:
            return phrase("SAFETY-T")
        case "A-HOURS" if (hours := _hours(facts)) is not None:
            return phrase("A-HOURS", hours=hours)
        case "A-HOURS" | "A-HOURS-DAY":
            return phrase("A-HOURS-DAY", hear_by=At(owed.listen_by))
        case "A-RECEIVED" | "A-RECEIVED-NONE":
            return phrase(wording, hear_by=At(owed.listen_by))
        case "HELP" | "HELP-OC" | "STOP-CONF":
            return phrase(wording, brand=line.brand if line is not None else None)
        case _:
            return phrase(wording)


def _hours(facts: Facts) -> Hours | None:
    """The practice's hours, where they are the same on every day that has some."""
    windows = facts.practice.calendar.hours.windows
    if len({(window.start, window.end) for window in windows}) != 1:
        return None
    days = tuple(sorted(window.weekday for window in windows))
    return Hours((OpenHours(days, windows[0].start, windows[0].end),))
