"""Whether the carrier can ring everybody in time: it starts so many calls a second, and a stage lasts so long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from intersession.carriers.port import Capabilities
from intersession.core.facts import Practice, Role
from intersession.core.ids import StaffId
from intersession.core.seats import ringable

from .findings import Finding, mend, ok

LEAST_SECONDS = 15
"""A phone that rings shorter than this is not picked up: to find it, to answer, to hear who it is, and to press 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The most phones that one stage may ring at once."""

    stage: str
    staff: tuple[StaffId, ...]
    seconds: int


def stages(practice: Practice) -> list[Together]:
    """Of whom each stage may consist at most (§3.3, D30), whoever happens to be free."""
    policy = practice.policy
    # a coach's own client leaves the coach out: nobody may be missing from the longest stage
    pool = [one for one in practice.pool if ringable(practice, one)][: policy.pool_most]
    on_call = _on_call(practice)
    return [
        Together(stage="the desk", staff=_phones(practice, practice.desk), seconds=policy.desk_ring_seconds),
        Together(stage="the coaching pool", staff=_phones(practice, pool), seconds=policy.ring_seconds[1]),
        Together(stage="urgent, first", staff=on_call[:3], seconds=policy.urgent_ring_seconds[0]),
        Together(
            stage="urgent, second", staff=_phones(practice, [*on_call[:1], *pool]),
            seconds=policy.urgent_ring_seconds[1],
        ),
    ]  # fmt: skip


def check_rota(practice: Practice, carrier: str, capabilities: Capabilities) -> list[Finding]:
    """Each stage in which somebody would ring too late, by name."""
    late = [found for one in stages(practice) if (found := _late(one, practice, carrier, capabilities)) is not None]
    return late or [ok("ringing", f"{carrier} can ring every stage in time")]


def _late(one: Together, practice: Practice, carrier: str, capabilities: Capabilities) -> Finding | None:
    """The phones are started one after the other; the last of them have the rest of the stage."""
    in_time = int((one.seconds - LEAST_SECONDS) * capabilities.legs_per_second) + 1
    late = one.staff[max(in_time, 0) :]
    if not late:
        return None
    names = ", ".join(practice.staff[staff].said_as for staff in late)
    return mend(
        f"ringing, {one.stage}",
        f"{carrier} starts {capabilities.legs_per_second:g} calls a second, so within {one.seconds} s these ring for "
        f"less than {LEAST_SECONDS} s or not at all: {names}. Ring fewer people at once, or longer, or ask the carrier "
        "for more calls a second",
    )


def _on_call(practice: Practice) -> tuple[StaffId, ...]:
    """A clinician and the first two tiers: three phones, wherever that many people have one."""
    tiers = (one.staff for one in practice.rota.shifts)
    clinicians = (one.id for one in practice.staff.values() if Role.CLINICIAN in one.roles)
    return _phones(practice, [*tiers, *clinicians])


def _phones(practice: Practice, staff: Iterable[StaffId]) -> tuple[StaffId, ...]:
    return tuple(one for one in dict.fromkeys(staff) if ringable(practice, one))
