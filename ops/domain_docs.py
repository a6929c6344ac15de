"""Writes docs/domain/ from the registry, the policy and the presets: `python ops/domain_docs.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import time
from enum import StrEnum
from pathlib import Path

from intersession.core.caller import CallerClass
from intersession.core.disposition import Disposition
from intersession.core.hours import TimeClass
from intersession.core.layers import Level, Lock
from intersession.core.levels import AccessLevel, AccessPhase
from intersession.core.policy import Policy
from intersession.core.presets import PRESETS
from intersession.core.rules import text, voice
from intersession.core.rules.registry import INVARIANTS, RULINGS, Rule, State, entries, meanings, registry

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "domain"
SOURCE = ROOT / "src" / "intersession"
UP = "../.."

HEAD = "<!-- Written by ops/domain_docs.py. Change what it reads, not this page. -->\n\n"


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in pages().items():
        (FOLDER / name).write_text(page, encoding="utf-8")


def pages() -> dict[str, str]:
    """The pages as they follow from the code, by file name."""
    return {f"{name}.md": HEAD + write().rstrip() + "\n" for name, write in PAGES.items()}


# ---------------------------------------------------------------- the first page

README = """\
# What the line does, and why

These pages are for whoever wants to judge a rule before trusting it: a clinical director, a clinician, a lawyer, a
contributor. You need not program. They are written from what the program itself reads, and a test fails where the two
differ.

| Page | What is on it |
|---|---|
| [Rules](rules.md) | every rule by its permanent id: when, what, its numbers, its file, the story that shows it |
| [Invariants](invariants.md) | what holds whatever anybody sets, and what software here never decides |
| [Rulings](rulings.md) | questions on which practices and books differ, and what was decided |
| [Numbers](numbers.md) | every value of the policy, its default and its meaning; how times are counted |
| [Presets](presets.md) | five starting points, from an office line to a DBT team |
| [Terms](terms.md) | the words used in the code, on the screens and here |

Which wishes of clinicians this answers, and how far, is in [systems](../systems.md). All words that are heard or read
are described in [wording](../wording.md).

## How far it is

{states}

Whatever *works* does so on the simulated telephones, in the stories and tests that are named. With a real carrier
nothing has been shown yet.

## Where the rules come from

- **Clinicians.** A public discussion among psychologists on whether to give clients a number and to text with them.
  They do not agree, and the line does not decide for them: a practice chooses a preset and changes it.
- **Practice literature**, above all on phone coaching in dialectical behavior therapy (DBT): Oliveira and Rizvi 2018;
  Ben-Porath and Koons 2005; Ben-Porath 2014. It says what is usual, and it is not law.
- **Law** of the United States where a rule names it: HIPAA (45 CFR 164.501, 164.522(b)), the TCPA
  (47 CFR 64.1200(a)(10)), Section 1557 on interpreters.
- **How carriers and crisis lines work**: a mobile's voicemail answers like a person; 988 finds callers by the number it
  sees.
- **Rulings of this project** where these are silent or differ.

None of it is legal or clinical advice. What a practice adopts, its own director and counsel confirm.

## How to judge a rule, and change it

1. Find its id: the screen **Why?** names it beside each decision.
2. Read it under [Rules](rules.md), and the story that shows it: `intersession play` with its file prints who hears,
   sees and owes what, moment by moment.
3. If only a number is wrong for your practice, set it in the policy: [Numbers](numbers.md) has the names.
4. If the rule is wrong, change the story first, so that it tells what should happen. Then change the file that the rule
   names, its entry in `src/intersession/core/rules/registered/`, and run `make test` and `make prove`. The proof says
   which invariant a change would break.
5. Write these pages anew: `python ops/domain_docs.py`.

An id is permanent. What it means may be refined; it is never given to something else.

## Section numbers in the code

Docstrings name sections of the specification that the project was built from. This is where their matter is now:

| In the code | Here |
|---|---|
| §0 | [Presets](presets.md) |
| §2 | [Terms](terms.md) |
| §3.1, §3.2 | [Rules](rules.md), the order |
| §3.3 to §3.6 | [Rules](rules.md) |
| §3.7, §3.8, §3.12 | [Numbers](numbers.md) |
| §3.9 | [Wording](../wording.md) |
| §3.10, §3.11 | [Invariants](invariants.md) |
| §4, §6, S01 to S48 | [Systems](../systems.md) |
| §5 | [Privacy](../privacy.md) |
| §8, D1 to D64 | [Rulings](rulings.md) |
"""


def _readme() -> str:
    kinds = {
        "rules": [one for one in registry().values() if one.id[0] not in "ID"],
        "invariants": list(entries(INVARIANTS).values()),
        "rulings": list(entries(RULINGS).values()),
    }
    rows = ((name, *(str(sum(one.state is state for one in of)) for state in State)) for name, of in kinds.items())
    return README.replace("{states}", _table(("", *State), rows))


# ---------------------------------------------------------------- rules

ORDER = """\
# Rules

What is tried first wins. One rule decides, the *base rule*; others may be added to it where they say so. Both stand in
the record with each decision, and on the screen **Why?**.
"""

TRIED = """\
## The order for calls

Key 9 goes before everything, and a refused number (D16) hears nothing. Then the first of these that fits:

{voice}

May be added: {voice_more}.

## The order for texts

{text}

May be added: {text_more}.
"""

GROUPS = {
    "Calls": "calls",
    "Texts": "texts",
    "E-mail and web form, pages, messages, and what staff send and dial": "others",
}


def _rules() -> str:
    tried = TRIED.format(
        voice=_order(voice.TABLE), voice_more=_refs(voice.MODIFIERS),
        text=_order(text.TABLE), text_more=_refs(text.MODIFIERS),
    )  # fmt: skip
    parts = (f"## {title}\n\n" + "\n".join(map(_entry, entries(part).values())) for title, part in GROUPS.items())
    return "\n".join((ORDER, tried, *parts))


def _order(table: Iterable[tuple[str, object]]) -> str:
    return "\n".join(f"1. {_ref(id_)} {registry()[id_].when}" for id_, _ in table)


def _refs(table: Iterable[tuple[str, object]]) -> str:
    return ", ".join(dict.fromkeys(_ref(id_) for id_, _ in table))


def _ref(id_: str) -> str:
    page = "rulings.md" if id_.startswith("D") else "invariants.md" if id_.startswith("INV") else "rules.md"
    return f"[{id_}]({page}#{id_.lower()})"


def _entry(rule: Rule) -> str:
    return "\n".join((f"### {rule.id}\n", *_lines(rule))) + "\n"


def _lines(rule: Rule) -> Iterator[str]:
    if rule.when:
        yield f"**When.** {rule.when}\n"
    yield f"**What.** {rule.what}\n"
    if rule.numbers:
        values = (f"`{name}` {_value(value)}" for name, value in rule.defaults().items())
        yield f"- Numbers: {'; '.join(values)}"
    if rule.source:
        yield f"- From: {rule.source}"
    yield f"- State: {_state(rule)}"
    if rule.lives:
        yield f"- File: {_link(f'src/intersession/{rule.lives}')}"
    if rule.shown:
        yield f"- Shown by: {_shown(rule)}"


def _state(rule: Rule) -> str:
    return f"**{rule.state}**" + (f". Missing: {rule.missing}" if rule.missing else "")


def _shown(rule: Rule) -> str:
    return ", ".join(_link(path) for path in map(shown_path, rule.shown)) or "–"


def shown_path(shown: str) -> str:
    """A story or a test of the registry as a path from the repository's root."""
    return shown if shown.startswith("tests/") else f"scenarios/{shown}"


def _link(path: str) -> str:
    file, _, node = path.partition("::")
    return f"[{node.replace('_', ' ')}]({UP}/{file})" if node else f"[`{Path(file).name}`]({UP}/{file})"


# ---------------------------------------------------------------- invariants

INVARIANT_HEAD = """\
# Invariants

These hold in every state, and no setting reaches them. `make prove` walks every situation of calls and texts and every
reachable state of a call, and looks at each invariant that can be seen there; deliberately broken rules show that it
would notice.
"""

PEOPLE_DECIDE = """\
## What people decide

The line shows, reminds and keeps the record of these. It decides none of them, and no change may make it:

- whether there is danger, and how much; whether somebody harmed themselves, and when
- whether a message is a crisis; what STOP, a hang-up, a picture or a silence means
- whether to go on with coaching, to begin, fade or end it; whether skills were tried
- setting or lifting a limit, a holiday, a block, the 24-hour rule, and exceptions to them
- whether to send police or an ambulance, to warn, to report, to tell family or a minor's parents
- whether to call back a hang-up; who it is on a shared phone
- whether somebody can consent; whether a contact is billed
"""


def _invariants() -> str:
    return "\n".join((INVARIANT_HEAD, *map(_entry, entries(INVARIANTS).values()), PEOPLE_DECIDE))


# ---------------------------------------------------------------- rulings

RULING_HEAD = """\
# Rulings

Where clinicians, books and carriers differ or say nothing, somebody has to choose. These are the choices, each with the
story or test that shows it. To reopen one, tell what happened to you: an issue with a story helps most.
"""


def _rulings() -> str:
    return "\n".join((RULING_HEAD, *map(_entry, entries(RULINGS).values())))


# ---------------------------------------------------------------- presets

PRESET_HEAD = """\
# Presets

Practices promise different things, and each of these is somebody's right answer. A preset is where a practice starts;
every value can be changed afterwards.
"""

LAYERS = """\
## Layers

A value may be set on these layers, from the top down: {levels}. The lowest one wins, unless a
layer above has locked it: {locks}. A [story](../../scenarios/rules/s23-layers-of-policy.toml) shows
both. So far layers stand in the practice's file; there is no screen for them.
"""


def _presets() -> str:
    about = (
        (f"`{one.id}`", one.who, one.promise, one.after_hours, _plain(one.texting), f"`{one.agreement}`")
        for one in PRESETS.values()
    )
    columns = ("Preset", "For", "Promise", "After hours", "Texts offered", "Terms")
    names = list(dict.fromkeys(name for one in PRESETS.values() for name in one.values))
    rows = ((f"`{name}`", _value(getattr(Policy(), name)), *_of_presets(name)) for name in names)
    levels, locks = ", ".join(Level), ", ".join(map(_plain, Lock))
    return "\n".join(
        (
            PRESET_HEAD,
            _table(columns, about),
            "\n## What each sets\n\nA dash: as the default. Everything else is as under [Numbers](numbers.md).\n",
            _table(("Value", "Default", *(f"`{id_}`" for id_ in PRESETS)), rows),
            "\n" + LAYERS.format(levels=levels, locks=locks),
        )
    )


def _of_presets(name: str) -> Iterator[str]:
    for one in PRESETS.values():
        yield _value(one.values[name]) if name in one.values else "–"


# ---------------------------------------------------------------- numbers

NUMBER_HEAD = """\
# Numbers

Every value of the policy, with what it is when nobody sets it. *Used by* names the rules; where it says **nothing
yet**, the value can be set and nothing follows from it.
"""

COUNTED = """\
## How times are counted

- Minutes and hours are those that really pass. 24 hours over a change of clocks are 24 hours.
- "By 15:10" and "the next business day" are read from the practice's clock. What is told to a client is told in the
  client's zone; the zone is named where the two clocks differ, or where an hour comes twice.
- A wall time that does not exist is the moment of the change. One that comes twice is read so that the client can reach
  more: being away begins at the later reading and ends at the earlier.
- A due time counts from when the carrier took the call or the text, not from when the line got to it (D31).
- What is said is cut to the minute and never rounded up, and nothing is promised that the schedule cannot keep
  (INV-15).
- A try counts from the client's phone being dialled. After three tries without reaching anybody a person decides what
  else to do.

## How a page climbs

At once on-call 1, or the clinician where the rule says so. Untaken it comes again to the same person, then to on-call
2, then to the director, then to everybody, and the board is red; `page_minutes` has the instants. By day the first page
is a line on the screen and the next a call; at night each is a call. Whoever takes it has `ack_minutes` to try (D36).
"""


def _numbers() -> str:
    read = read_in_code()
    rows = (
        (f"`{one.name}`", _value(getattr(Policy(), one.name)), meanings()[one.name], _used(one.name, read))
        for one in fields(Policy)
    )
    return "\n".join((NUMBER_HEAD, _table(("Name", "Default", "Meaning", "Used by"), rows), "\n" + COUNTED))


def _used(name: str, read: frozenset[str]) -> str:
    if name not in read:
        return "**nothing yet**"
    return ", ".join(_ref(one.id) for one in registry().values() if name in one.numbers) or "–"


def read_in_code() -> frozenset[str]:
    """The values that some code reads from a policy."""
    sources = (path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    return frozenset(name for source in sources for name in re.findall(r"\bpolicy\.([a-z]\w*)", source))


def _value(value: object) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case tuple():
            return " / ".join(map(str, value))
        case time():
            return f"{value:%H:%M}"
        case float():
            return f"{value:g}"
        case _:
            return str(value) or "none"


# ---------------------------------------------------------------- terms

TERM_HEAD = """\
# Terms

One word for one thing, in the code, on the screens and in the documents. It is *client* and never *patient*, and no
word here judges anybody.
"""

TERMS: Mapping[str, str] = {
    "client": "Somebody who receives care, with initials, numbers, an agreement and a level of access.",
    "handle": "The client's initials, with a number where two would be alike. It stands wherever a name need not.",
    "clinician": "Somebody who treats clients. The *primary* is the one a client belongs to.",
    "trainee, supervisor": "A trainee has clients under a supervisor, who hears of what was missed.",
    "coach": "Somebody whose credential for coaching is current, and who may take coaching calls of others' clients.",
    "pool": "The coaches who may be rung, in their order.",
    "on-call": "Who answers for what is urgent in a stretch of time, in tiers; tier 3 falls to the director.",
    "cover": "The colleague who stands in for a clinician on leave, by name.",
    "desk": "The front office: logistics, and no clinical content.",
    "partner": "A crisis team, hospital or police, on the practice's list.",
    "practice": "One tenant of the database: a clinician alone, a team or a clinic.",
    "program": "A part of a practice with a policy of its own.",
    "line": "A telephone number that the practice publishes.",
    "endpoint": "A private phone of the staff. No client ever learns it.",
    "contact": "One stretch of calling, texting or mailing, in or out. The record is made of these.",
    "encounter": "A therapy session. Not a contact.",
    "thread": "All contacts between one line and one outside number.",
    "leg": "One side of a call.",
    "base rule, modifier": "The one rule that decides, and those that change how it is carried out.",
    "item, task": "Something that a person owes, with an owner and a due time.",
    "errand": "Something that the machine owes, with a due time.",
    "page": "An alert that must be taken by somebody. What is on a screen is called a screen.",
    "ladder": "The steps by which a page climbs.",
    "promise": "What a client was told: by when a person hears or calls.",
    "heard by": "When a message must have been heard or read by a person. Apart from *called by*.",
    "called by": "When a person must have tried to call.",
    "urgent": "What a caller says by pressing 1. Never concluded by a machine.",
    "crisis line": "988, or a local one.",
    "agreement": "What was talked over about contact between sessions, with its date, its terms and its end.",
    "text scope": "What may be texted: nothing, times, or coaching.",
    "safe contact": "How a client may safely be reached: by what, when, under which name.",
    "coaching call": "A call to use skills now, when it is hard.",
    "repair": "A talk to mend what a missed or late contact did.",
    "24-hour rule": "In DBT: no coaching calls for 24 hours after self-harm. Sessions stand; danger is answered.",
    "phone holiday": "In DBT: a pause of phone coaching that was agreed, with an end.",
    "limit": "A narrowing or widening of access, with an end, set by people.",
    "block, hard reject": "A number that rings nobody but is heard; a number that is refused outright.",
    "whisper": "What whoever picks up hears before the key: the kind of call and the initials.",
    "disposition": "How a contact ended, in one of a fixed list, chosen by a person.",
    "review item": "Something to talk about in the next session.",
    "break glass": "To do what safe contact advises against, with a reason that is kept.",
    "journal, seal": "The record of what was decided and done, only added to, and chained so that a change shows.",
}

LISTS: Mapping[str, type[StrEnum]] = {
    "Callers": CallerClass,
    "Levels of access": AccessLevel,
    "Phases of coaching": AccessPhase,
    "Times, for a clinician": TimeClass,
    "Dispositions": Disposition,
}


def _terms() -> str:
    lists = (f"- **{title}:** {', '.join(f'`{one.value}`' for one in words)}" for title, words in LISTS.items())
    return "\n".join((TERM_HEAD, _table(("Term", "Meaning"), TERMS.items()), "\n## Fixed lists\n", *lists))


# ---------------------------------------------------------------- all of them


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(columns)
    lines = (f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)
    return "\n".join((f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *lines))


PAGES: Mapping[str, Callable[[], str]] = {
    "README": _readme,
    "rules": _rules,
    "invariants": _invariants,
    "rulings": _rulings,
    "presets": _presets,
    "numbers": _numbers,
    "terms": _terms,
}

if __name__ == "__main__":
    main()
