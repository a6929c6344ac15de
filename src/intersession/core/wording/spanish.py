"""How Spanish is spoken: numbers, times, days. A time begins with la or las, a day with el."""

from __future__ import annotations

from datetime import date, time

from .moment import FAR, Moment
from .pack import Pack
from .values import Hours, OpenHours

SMALL = (
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once",
    "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte",
    "veintiuno", "veintidós", "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete",
    "veintiocho", "veintinueve",
)  # fmt: skip
TENS = (
    "cero", "diez", "veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta",
    "noventa",
)  # fmt: skip
HUNDREDS = (
    "cero", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos",
    "setecientos", "ochocientos", "novecientos",
)  # fmt: skip


def number(count: int) -> str:
    """0 to 999 in words."""
    if count < 30:
        return SMALL[count]
    if count < 100:
        tens, ones = divmod(count, 10)
        return TENS[tens] + (f" y {SMALL[ones]}" if ones else "")
    hundreds, rest = divmod(count, 100)
    if count == 100:
        return "cien"
    return HUNDREDS[hundreds] + (f" {number(rest)}" if rest else "")


def counted(count: int) -> str:
    """A number in front of a masculine noun: "un pendiente", "veintiún pendientes"."""
    words = number(count)
    if words.endswith("veintiuno"):
        return f"{words.removesuffix('uno')}ún"
    return words[:-1] if words.endswith("uno") else words


def clock(at: time) -> str:
    """Such as "las tres y diez de la tarde"; "la una de la mañana"; "las doce del mediodía"."""
    if at.minute == 0 and at.hour == 12:
        return "las doce del mediodía"
    hour = (at.hour - 1) % 12 + 1
    article = "la una" if hour == 1 else f"las {SMALL[hour]}"
    minute = "" if not at.minute else " y media" if at.minute == 30 else f" y {number(at.minute)}"
    return f"{article}{minute} de la {_part(at.hour)}"


def moment_words(at: Moment, pack: Pack) -> str:
    """Such as "las tres de la tarde"; "... de mañana"; "... del lunes"; "... del lunes tres de mayo"."""
    said = clock(at.local.time())
    if at.midnight:
        said += f" del {_named(*at.ended_day(), pack)}"
    else:
        said += _of_day(at, pack)
    return said + (f", {at.zone_words}" if at.zone_words else "")


def opening(at: Moment, pack: Pack) -> str:
    """Such as "el lunes a las nueve de la mañana"; today, "hoy a las nueve de la mañana"."""
    on, ahead = at.ended_day() if at.midnight else (at.local.date(), at.days_ahead)
    named = "hoy" if ahead == 0 else f"el {_named(on, ahead, pack)}"
    zone = f", {at.zone_words}" if at.zone_words else ""
    return f"{named} a {clock(at.local.time())}{zone}"


def back(at: Moment, pack: Pack) -> str:
    """Such as "el lunes"; the time only where that is today."""
    if at.days_ahead == 0:
        return moment_words(at, pack)
    return f"el {_named(at.local.date(), at.days_ahead, pack)}"


def window(start: Moment, end: Moment, pack: Pack) -> str:
    """Such as "de las dos de la tarde a las tres de la tarde del jueves"."""
    if not _same_day(start, end):
        return f"de {moment_words(start, pack)} a {moment_words(end, pack)}"
    zone = f", {end.zone_words}" if end.zone_words else ""
    return f"de {clock(start.local.time())} a {clock(end.local.time())}{_of_day(start, pack)}{zone}"


def day(on: date, pack: Pack) -> str:
    """Such as "tres de mayo"."""
    return f"{'primero' if on.day == 1 else number(on.day)} de {pack.months[on.month - 1]}"


def hours(open_: Hours, pack: Pack) -> str:
    """Such as "de lunes a viernes, de nueve de la mañana a cinco de la tarde"."""
    return ", y ".join(f"{weekdays(span, pack)}, {_from_to(span)}" for span in open_.spans)


def weekdays(span: OpenHours, pack: Pack) -> str:
    """Such as "de lunes a viernes"; "sábado y domingo"; "todos los días"."""
    names = [pack.days[day_] for day_ in span.days]
    if len(names) == 7:
        return "todos los días"
    if len(names) > 2 and span.days[-1] - span.days[0] == len(names) - 1:
        return f"de {names[0]} a {names[-1]}"
    return " y ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _from_to(span: OpenHours) -> str:
    if span.opens == span.closes:
        return "todo el día"
    return f"de {_bare(span.opens)} a {_bare(span.closes)}"


def _bare(at: time) -> str:
    """Between "de" and "a" the hours stand without their article."""
    if at.hour == 0 and at.minute == 0:
        return "medianoche"
    return clock(at).partition(" ")[2]


def _of_day(at: Moment, pack: Pack) -> str:
    match at.days_ahead:
        case 0:
            return ""
        case 1:
            return " de mañana"
        case -1:
            return " de ayer"
        case days:
            return f" del {_named(at.local.date(), days, pack)}"


def _part(hour: int) -> str:
    if hour == 0 or hour >= 19:
        return "noche"
    return "mañana" if hour < 12 else "tarde"


def _named(on: date, days_ahead: int, pack: Pack) -> str:
    name = pack.days[on.weekday()]
    return f"{name} {day(on, pack)}" if abs(days_ahead) > FAR else name


def _same_day(start: Moment, end: Moment) -> bool:
    ends = end.ended_day()[0] if end.midnight else end.local.date()
    return start.local.date() == ends
