"""How English is spoken: numbers, times, days."""

from __future__ import annotations

from datetime import date, time

from .moment import FAR, Moment
from .pack import Pack
from .values import Hours, OpenHours

SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = (
    "zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
ORDINAL_ENDS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


def number(count: int) -> str:
    """0 to 999 in words."""
    if count < 20:
        return SMALL[count]
    if count < 100:
        tens, ones = divmod(count, 10)
        return TENS[tens] + (f"-{SMALL[ones]}" if ones else "")
    hundreds, rest = divmod(count, 100)
    return f"{SMALL[hundreds]} hundred" + (f" {number(rest)}" if rest else "")


def counted(count: int) -> str:
    """A number in front of what is counted."""
    return number(count)


def clock(at: time) -> str:
    """Such as "three ten p.m."; "noon"; "midnight"."""
    if at.minute == 0 and at.hour in (0, 12):
        return "noon" if at.hour else "midnight"
    hour = SMALL[(at.hour - 1) % 12 + 1]
    minute = "" if not at.minute else f" oh {SMALL[at.minute]}" if at.minute < 10 else f" {number(at.minute)}"
    return f"{hour}{minute} {'p.m.' if at.hour >= 12 else 'a.m.'}"


def moment_words(at: Moment, pack: Pack) -> str:
    """Such as "three ten p.m."; "tomorrow at noon"; "nine a.m. on Monday, May third"."""
    said = clock(at.local.time()) + (f" {at.zone_words}" if at.zone_words else "")
    if at.midnight:
        return f"{said} at the end of {_named(*at.ended_day(), pack)}"
    if at.days_ahead == 0:
        return said
    if abs(at.days_ahead) == 1:
        return f"{'tomorrow' if at.days_ahead > 0 else 'yesterday'} at {said}"
    return f"{said} on {_named(at.local.date(), at.days_ahead, pack)}"


def opening(at: Moment, pack: Pack) -> str:
    """When something opens: said like any other time."""
    return moment_words(at, pack)


def back(at: Moment, pack: Pack) -> str:
    """The day somebody is back; the time only where that is today."""
    if at.days_ahead == 0:
        return moment_words(at, pack)
    return "tomorrow" if at.days_ahead == 1 else _named(at.local.date(), at.days_ahead, pack)


def window(start: Moment, end: Moment, pack: Pack) -> str:
    """Such as "two p.m. to three p.m. on Thursday"."""
    if not _same_day(start, end):
        return f"{moment_words(start, pack)} to {moment_words(end, pack)}"
    zone = f" {end.zone_words}" if end.zone_words else ""
    span = f"{clock(start.local.time())} to {clock(end.local.time())}{zone}"
    match start.days_ahead:
        case 0:
            return span
        case 1:
            return f"tomorrow from {span}"
        case days:
            return f"{span} on {_named(start.local.date(), days, pack)}"


def day(on: date, pack: Pack) -> str:
    """Such as "May third"."""
    return f"{pack.months[on.month - 1]} {_ordinal(on.day)}"


def hours(open_: Hours, pack: Pack) -> str:
    """Such as "Monday to Friday, nine a.m. to five p.m."."""
    return ", and ".join(f"{weekdays(span, pack)}, {_from_to(span)}" for span in open_.spans)


def weekdays(span: OpenHours, pack: Pack) -> str:
    """Such as "Monday to Friday"; "Saturday and Sunday"; "every day"."""
    names = [pack.days[day_] for day_ in span.days]
    if len(names) == 7:
        return "every day"
    if len(names) > 2 and span.days[-1] - span.days[0] == len(names) - 1:
        return f"{names[0]} to {names[-1]}"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _from_to(span: OpenHours) -> str:
    if span.opens == span.closes:
        return "all day"
    return f"{clock(span.opens)} to {clock(span.closes)}"


def _named(on: date, days_ahead: int, pack: Pack) -> str:
    name = pack.days[on.weekday()]
    return f"{name}, {day(on, pack)}" if abs(days_ahead) > FAR else name


def _ordinal(count: int) -> str:
    words = number(count)
    head, dash, last = words.rpartition("-")
    if last in ORDINAL_ENDS:
        return f"{head}{dash}{ORDINAL_ENDS[last]}"
    return f"{words[:-1]}ieth" if words.endswith("y") else f"{words}th"


def _same_day(start: Moment, end: Moment) -> bool:
    ends = end.ended_day()[0] if end.midnight else end.local.date()
    return start.local.date() == ends
