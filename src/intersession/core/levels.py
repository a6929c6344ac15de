"""What a client may expect of the line: access level and phase (S21, V19, V22)."""

from enum import StrEnum


class AccessLevel(StrEnum):
    """How far between-session access goes."""

    ADMIN = "admin"
    STANDARD = "standard"
    HIGH_ACCESS = "high_access"
    COACHING = "coaching"


class AccessPhase(StrEnum):
    """Where a client stands in coaching."""

    ORIENTATION = "orientation"
    ACTIVE = "active"
    FADING = "fading"
    SUSPENDED = "suspended"
    GRADUATED = "graduated"


class Path(StrEnum):
    """The ring path that follows from level and phase: the closed set a rule looks at."""

    STANDARD = "standard"
    PHASED = "phased"
    """Enrolled, but treated as standard (V19); the whisper says the phase."""
    HIGH_ACCESS = "high_access"
    COACHING = "coaching"


COACHED = frozenset({Path.COACHING, Path.HIGH_ACCESS})
"""The paths that ring at other hours too, and whose calls are answered within minutes (V15, V22)."""


def path(level: AccessLevel, phase: AccessPhase) -> Path:
    """The ring path of a client (V15, V19, V22)."""
    return PATHS[level, phase]


def _path(level: AccessLevel, phase: AccessPhase) -> Path:
    match level:
        case AccessLevel.ADMIN | AccessLevel.STANDARD:
            return Path.STANDARD
        case AccessLevel.HIGH_ACCESS:
            return Path.HIGH_ACCESS
        case AccessLevel.COACHING:
            return Path.COACHING if phase in (AccessPhase.ACTIVE, AccessPhase.FADING) else Path.PHASED


PATHS = {(level, phase): _path(level, phase) for level in AccessLevel for phase in AccessPhase}
