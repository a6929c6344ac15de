"""Who may see and do what: role and relationship, as one table (§5.2). Pure; every view asks it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from .core.ids import StaffId


class Role(StrEnum):
    """What somebody is to the practice. One person may be several."""

    DIRECTOR = "director"
    CLINICIAN = "clinician"
    TRAINEE = "trainee"
    SUPERVISOR = "supervisor"
    COACH = "coach"
    ON_CALL = "on_call"
    """On a rota, whatever else they are."""
    DESK = "desk"
    AUDITOR = "auditor"


class Relation(StrEnum):
    """What somebody is to one client, now."""

    PRIMARY = "primary"
    COVERAGE = "coverage_now"
    ON_CALL = "on_call_now"
    SUPERVISOR = "supervisor"
    OWNER = "owner"
    """Owes something on this very contact."""
    INTAKE = "intake"
    """The contact is nobody's on file: whoever takes new callers may."""
    NONE = "none"


class Action(StrEnum):
    """What a screen shows or does. About the practice first, then about one client."""

    SEE_NOW = "see_now"
    SEE_CLIENTS = "see_clients"
    SEE_WORDS = "see_words"
    USE_PHONES = "use_phones"
    """The simulated telephones: in the demo and in training only."""
    USE_STATION = "use_station"
    """One's own phone in the browser; whose it is, is asked beside."""
    SET_OWN_SHIFT = "set_own_shift"
    RECORD_GREETING = "record_greeting"
    """One's own, in one's own voice."""
    SEE_ITEM = "see_item"
    """That a client's item is open: handle, kind, due, owner."""
    SEE_TIMELINE = "see_timeline"
    SEE_WORDS_OF_CLIENT = "see_words_of_client"
    """Bodies of texts and mails."""
    SEE_AGREEMENT = "see_agreement"
    SEE_SAFE_CONTACT = "see_safe_contact"
    SEE_NAME = "see_name"
    SEE_WHY = "see_why"
    LISTEN = "listen"
    CALL_BACK = "call_back"
    BREAK_GLASS = "break_glass"
    """Call although safe contact says no, with a reason that is kept (O02)."""
    SEE_NUMBER = "see_number"
    """The telephone number of a caller who is nobody's client."""
    WRITE_TEXT = "write_text"
    TAKE = "take"
    HAND_OVER = "hand_over"
    CLOSE = "close"


COLUMNS = (
    Role.DIRECTOR, Role.CLINICIAN, Role.TRAINEE, Role.SUPERVISOR,
    Role.COACH, Role.ON_CALL, Role.DESK, Role.AUDITOR,
)  # fmt: skip
LETTERS = {
    "p": Relation.PRIMARY,
    "c": Relation.COVERAGE,
    "o": Relation.ON_CALL,
    "s": Relation.SUPERVISOR,
    "w": Relation.OWNER,
    "i": Relation.INTAKE,
    "n": Relation.NONE,
}

# One row an action, one column a role; a cell holds the relations that suffice, "-" where none does.
# The desk sees logistics, and of words only what it owes an answer to: it cannot take a client's item to read it.
# The auditor sees who did what and why, never content. The director runs the practice: what is open and unowned
# is theirs to see, content needs a relation like anybody's.
TABLE: dict[Action, tuple[str, ...]] = {
    #                           director   clinician  trainee    supervisor coach      on_call    desk       auditor
    Action.SEE_NOW:             ("n",       "n",       "n",       "n",       "n",       "n",       "n",       "-"),
    Action.SEE_CLIENTS:         ("n",       "n",       "n",       "n",       "n",       "n",       "n",       "-"),
    Action.SEE_WORDS:           ("n",       "n",       "n",       "n",       "n",       "n",       "n",       "n"),
    Action.USE_PHONES:          ("n",       "n",       "n",       "n",       "n",       "n",       "n",       "-"),
    Action.USE_STATION:         ("n",       "n",       "n",       "n",       "n",       "n",       "n",       "-"),
    Action.SET_OWN_SHIFT:       ("n",       "n",       "-",       "n",       "n",       "n",       "-",       "-"),
    Action.RECORD_GREETING:     ("n",       "n",       "n",       "n",       "n",       "n",       "-",       "-"),
    Action.SEE_ITEM:            ("n",       "pcosw",   "pcosw",   "pcosw",   "pcow",    "pcow",    "n",       "n"),
    Action.SEE_TIMELINE:        ("pcosi",   "pcos",    "pc",      "pcos",    "co",      "co",      "i",       "-"),
    Action.SEE_WORDS_OF_CLIENT: ("pcoswi",  "pcosw",   "pcw",     "pcosw",   "cow",     "cow",     "wi",      "-"),
    Action.SEE_AGREEMENT:       ("n",       "pcos",    "pc",      "pcos",    "co",      "co",      "n",       "-"),
    Action.SEE_SAFE_CONTACT:    ("n",       "pcos",    "pc",      "pcos",    "co",      "co",      "n",       "-"),
    Action.SEE_NAME:            ("n",       "pcos",    "pc",      "pcos",    "co",      "co",      "n",       "-"),
    Action.SEE_NUMBER:          ("pcowi",   "pcosw",   "pcw",     "pcosw",   "w",       "ow",      "wi",      "-"),
    Action.SEE_WHY:             ("n",       "pcosw",   "pcosw",   "pcosw",   "cow",     "cow",     "wi",      "n"),
    Action.LISTEN:              ("pcoswi",  "pcosw",   "pcw",     "pcosw",   "cow",     "cow",     "wi",      "-"),
    Action.CALL_BACK:           ("pcoswi",  "pcosw",   "pcw",     "pcosw",   "cow",     "cow",     "n",       "-"),
    Action.BREAK_GLASS:         ("pcos",    "pcos",    "-",       "pcos",    "-",       "co",      "-",       "-"),
    Action.WRITE_TEXT:          ("pcos",    "pcos",    "pc",      "pcos",    "co",      "co",      "n",       "-"),
    Action.TAKE:                ("n",       "pcos",    "pc",      "pcos",    "co",      "co",      "i",       "-"),
    Action.HAND_OVER:           ("n",       "pcosw",   "pcw",     "pcosw",   "cow",     "cow",     "wi",      "-"),
    Action.CLOSE:               ("pcoswi",  "pcosw",   "pcw",     "pcosw",   "cow",     "cow",     "wi",      "-"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whoever asks: a staff member with roles."""

    id: StaffId
    roles: frozenset[Role]


def may(person: Person, action: Action, relations: Collection[Relation] = ()) -> bool:
    """Whether one of the person's roles allows this, given what they are to the client. `none` always holds."""
    held = {Relation.NONE, *relations}
    return any(_enough(action, role) & held for role in person.roles)


def _enough(action: Action, role: Role) -> set[Relation]:
    cell = TABLE[action][COLUMNS.index(role)]
    return {LETTERS[letter] for letter in cell if letter in LETTERS}
