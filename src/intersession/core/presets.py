"""The five promises that practices make, as starting policies (§0). A preset is the practice's own layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from .agreement import TextScope
from .layers import Layer, Level
from .policy_values import PolicyError


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """Where a practice starts from. Everything in it can be changed afterwards."""

    id: str
    who: str
    """Whom it suits."""
    promise: str
    after_hours: str
    texting: TextScope
    """What new agreements offer."""
    agreement: str
    """The wording id of the terms that go with it."""
    values: Mapping[str, object] = field(default_factory=dict)
    """By the names of `Policy`."""

    def layer(self, name: str) -> Layer:
        """The practice's layer that this preset begins with."""
        return Layer(level=Level.PRACTICE, name=name, values=self.values)


def preset(id_: str) -> Preset:
    """One preset. Raises PolicyError, naming all of them, where there is none of that id."""
    if id_ not in PRESETS:
        raise PolicyError(f"there is no preset {id_!r}: give one of {', '.join(PRESETS)}")
    return PRESETS[id_]


_ALL = (
    Preset(
        id="office_line",
        who="One clinician, or an assessment practice",
        promise="Heard and answered on the next business day",
        after_hours="Voicemail with what to do in an emergency; no phone of the staff rings",
        texting=TextScope.NONE,
        agreement="AG-OFFICE",
        values={"on_call": False, "dbt": False, "rings_after_hours": False},
    ),
    Preset(
        id="scheduling_text",
        who="A private practice that arranges visits by text",
        promise="Answered in the stated hours",
        after_hours="Voicemail; texts wait for the next opening",
        texting=TextScope.SCHEDULING_ONLY,
        agreement="AG-SCHED",
        values={"on_call": False, "dbt": False, "rings_after_hours": False},
    ),
    Preset(
        id="training_clinic",
        who="Trainees with supervisors",
        promise="Called back within 24 hours",
        after_hours="The supervisor on call, for whoever presses 1",
        texting=TextScope.NONE,
        agreement="AG-TRAIN",
        values={"on_call": True, "dbt": False, "signature_required": True, "spell_handles": False},
    ),
    Preset(
        id="dbt_24h_callback",
        who="A DBT program that calls back",
        promise="Called back within 24 hours; in danger, the person on call at once",
        after_hours="On-call, and crisis support",
        texting=TextScope.NONE,
        agreement="AG-DBT24",
        values={
            "on_call": True,
            "dbt": True,
            "coaching_minutes": 24 * 60,
            "abandoned_coaching_minutes": 24 * 60,
            "spell_handles": False,
        },
    ),
    Preset(
        id="dbt_coaching",
        who="A DBT team that coaches by phone",
        promise="Answered, or called back within 60 minutes; times without calls are named",
        after_hours="The coach, then the pool, then on-call",
        texting=TextScope.COACHING,
        agreement="AG-COACH",
        values={"on_call": True, "dbt": True, "coaching_minutes": 60, "spell_handles": False},
    ),
)

PRESETS: Mapping[str, Preset] = MappingProxyType({one.id: one for one in _ALL})
"""By id, from the least reach to the most."""
