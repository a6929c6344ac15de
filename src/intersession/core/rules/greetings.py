"""Which words a caller hears before anybody is rung, and before the tone (§3.9, groups 2-4 of the wording)."""

from __future__ import annotations

from datetime import datetime

from ..agreement import IdentifyAs
from ..caller import CallerClass
from ..facts import Client, Facts
from ..hours import next_reachable
from ..limits import limit_now
from ..route import Route
from ..seats import cover_of
from ..situation import OnCallNow, PrimaryNow, Situation
from ..wording.compose import At, Digits, Phrase, Until, Window, phrase
from .covered import back, clinician, line_name, said_cover


def opening(
    plan: Route, situation: Situation, facts: Facts, client: Client | None, now: datetime
) -> tuple[Phrase, ...]:
    """The short connect phrase for coaching (D11); other calls ring first. Relay says so first (V26)."""
    if situation.caller is CallerClass.REJECTED or situation.urgent:
        return ()
    relay = (phrase("RELAY-1"),) if situation.relay else ()
    if plan.rule == "V04":
        return (phrase("IN-PIN"),)
    rings = any(stage.seats for stage in plan.stages)
    covered = situation.primary is PrimaryNow.COVERED
    if plan.rule in ("V15", "V16", "V17", "V18", "V22") and rings and not covered:
        return (*relay, phrase("CONNECT"))
    return relay


def closing(
    plan: Route, situation: Situation, facts: Facts, client: Client | None, now: datetime
) -> tuple[Phrase, ...]:
    """The greeting that ends in the tone. Complete greetings win over parts."""
    words = _Words(plan, situation, facts, client, now)
    chosen = words.urgent() if situation.urgent else words.by_rule()
    offer = words.offer()
    relay = (phrase("RELAY-SAFETY"),) if situation.relay else ()
    return (*chosen, *offer, *relay)


class _Words:
    """The choice of one closing greeting, with the facts that its sentences need."""

    def __init__(
        self, plan: Route, situation: Situation, facts: Facts, client: Client | None, now: datetime
    ) -> None:
        self.plan, self.situation, self.facts, self.client, self.now = plan, situation, facts, client, now
        self.hear_by = At(plan.hear_by) if plan.hear_by else None
        self.call_by = At(plan.call_by) if plan.call_by else None
        self.line = None if self.neutral() else line_name(facts)

    def neutral(self) -> bool:
        """Whether whoever holds that phone must not hear the name of the line (INV-13)."""
        asked = self.client is not None and self.client.safe.identify_as is IdentifyAs.NEUTRAL
        return asked or (self.facts.line is not None and self.facts.line.neutral)

    def urgent(self) -> tuple[Phrase, ...]:
        """Nobody took an urgent call, or nobody is on call (§3.13, D41)."""
        if self.plan.urgent_rings:
            return (self._no_one_yet(),)
        return (phrase("U-NONE-B", hear_by=self.hear_by),)

    def by_rule(self) -> tuple[Phrase, ...]:
        """The greeting of a call that is not urgent."""
        if self.facts.line is not None and self.facts.line.retired:
            return (self._old_number(),)
        match self.plan.rule:
            case "V02":
                return (phrase("G-BLOCK", hear_by=self.hear_by),)
            case "V03":
                return (self._no_one_yet(),)
            case "V11":
                return (self._with_talk("G-HOLIDAY", self._limit_end()),)
            case "V12":
                return (phrase("G-LIMIT", window=self._window(), **self._line_and_hear()),)
            case "V13":
                return (self._with_talk("G-R24", self._rule24_end()),)
            case "V15" | "V22" | "V16" | "V17" | "V18":
                return (self._coaching(),)
            case "V07" if not self.situation.in_hours:
                referrals = self.facts.practice.policy.referrals or None
                return (phrase("G-FORMER", referrals=referrals, **self._line_and_hear()),)
            case "V08" if not self.situation.in_hours:
                return (phrase("G-GUARD", **self._line_and_hear()),)
            case _:
                return (self._standard(),)

    def offer(self) -> tuple[Phrase, ...]:
        """Another language, in its own voice (V27)."""
        return (phrase("OP-LANG-ES"),) if "8" in self.plan.keys and not self.situation.urgent else ()

    # ------------------------------------------------------------ one by one

    def _no_one_yet(self) -> Phrase:
        """The ladder starts as the recording ends (D31), so "we are paging" is not true yet."""
        return phrase("NB-CAP", "not_paged_yet", hear_by=self.hear_by, call_by=self.call_by)

    def _standard(self) -> Phrase:
        staff = clinician(self.facts, self.client)
        if staff is not None and self.situation.primary is PrimaryNow.DND:
            return self._dnd()
        if staff is not None and self.situation.primary in (PrimaryNow.AWAY, PrimaryNow.COVERED):
            return self._away()
        if self.situation.in_hours:
            return phrase("G-CENTRAL", line_name=self.line, digits=self._digits(), call_by=self.call_by)
        return self._after_hours()

    def _after_hours(self) -> Phrase:
        if self.neutral():
            return phrase("G-AFTER-NEUTRAL", digits=self._digits(), hear_by=self.hear_by)
        calendar = self.facts.practice.calendar
        if not calendar.business_day(calendar.local_date(self.now)) and self._closed_by_name():
            opens = calendar.next_opening(self.now)
            return phrase("G-CLOSED", opens=Until(opens) if opens else None, **self._line_and_hear())
        wording = "G-AFTER" if self._on_call() else "G-AFTER-NONE"
        return phrase(wording, call_by=self.call_by, **self._line_and_hear())

    def _coaching(self) -> Phrase:
        rung = any(stage.seats for stage in self.plan.stages)
        match self.situation.primary:
            case PrimaryNow.IN_SESSION:
                return phrase(
                    "G-ENC", line_name=self.line, digits=self._digits(), who=self._who(), call_by=self.call_by
                )
            case PrimaryNow.NO_CALL if not rung:
                return phrase("G-NOCALL", who=self._who(), until=self._back_at(), **self._line_and_hear())
            case PrimaryNow.DND if not rung:
                return self._dnd()
            case PrimaryNow.AWAY if not rung:
                return self._away()
            case _ if not rung and not self.situation.in_hours:
                return self._after_hours()
            case _:
                return self._no_one_yet()

    def _dnd(self) -> Phrase:
        staff = clinician(self.facts, self.client)
        cover = cover_of(staff, self.facts.practice, self.now) if staff else None
        end = back(staff, self.now) if staff else None
        if cover is not None:
            return phrase("G-DND-COVER", line_name=self.line, who=self._who(), until=end, cover=said_cover(cover))
        return phrase(
            "G-DND-NONE", who=self._who(), until=end, call_by=self.call_by, **self._line_and_hear()
        )

    def _away(self) -> Phrase:
        staff = clinician(self.facts, self.client)
        cover = cover_of(staff, self.facts.practice, self.now) if staff else None
        end = back(staff, self.now) if staff else None
        if cover is not None:
            return phrase(
                "G-OFF-COVER-AFTER", line_name=self.line, who=self._who(), back=end, cover=said_cover(cover),
                call_by=self.call_by,
            )  # fmt: skip
        return phrase("G-OFF-NONE", who=self._who(), back=end, **self._line_and_hear())

    def _with_talk(self, wording: str, end: Until | None) -> Phrase:
        """The -D form only under voicemail_detail_ok and a number that is not shared (D61, INV-13)."""
        client = self.client
        detail = client is not None and client.safe.voicemail_detail_ok
        if detail and client is not None and client.next_talk and self.situation.caller is CallerClass.CLIENT:
            talk = At(client.next_talk)
            return phrase(f"{wording}-D", until=end, next_talk=talk, **self._line_and_hear())
        return phrase(wording, until=end, **self._line_and_hear())

    def _old_number(self) -> Phrase:
        """A retired line (D52): never the new number after contact-abuse; said twice after an ordinary move."""
        line = self.facts.line
        if line is not None and line.moved_to:
            return phrase("G-OLDNUM-MOVE", digits=Digits(line.moved_to), hear_by=self.hear_by)
        return phrase("G-OLDNUM", hear_by=self.hear_by)

    # ------------------------------------------------------------ facts for the sentences

    def _line_and_hear(self) -> dict[str, str | At | Digits | None]:
        return {"line_name": self.line, "digits": self._digits(), "hear_by": self.hear_by}

    def _who(self) -> str | None:
        staff = clinician(self.facts, self.client)
        return staff.said_as if staff else None

    def _digits(self) -> Digits | None:
        return Digits(self.facts.line.digits) if self.facts.line else None

    def _on_call(self) -> bool:
        return self.situation.on_call in (OnCallNow.ONE, OnCallNow.TWO)

    def _closed_by_name(self) -> bool:
        calendar = self.facts.practice.calendar
        return calendar.local_date(self.now) in calendar.closed

    def _limit_end(self) -> Until | None:
        _, limit = limit_now(self.client.limits, self.now) if self.client else (None, None)
        return Until(limit.until) if limit else None

    def _window(self) -> Window | None:
        _, limit = limit_now(self.client.limits, self.now) if self.client else (None, None)
        start = limit.window.next_start(self.now) if limit else None
        end = limit.window.end_at(start) if limit and start else None
        return Window(start, end) if start and end else None

    def _rule24_end(self) -> Until | None:
        end = self.client.rule24_until if self.client else None
        return Until(end) if end else None

    def _back_at(self) -> Until | None:
        staff = clinician(self.facts, self.client)
        at = next_reachable(staff.schedule, self.now) if staff else None
        return Until(at) if at else None
