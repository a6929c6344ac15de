"""Whose phone it is: nobody gets another one's."""

from __future__ import annotations

from ...carriers.asterisk.pbx import Station
from ...core.ids import NumberKey
from ...records.models import Endpoint
from .. import line
from ..viewer import Viewer


def own_station(who: Viewer) -> Station | None:
    """The phone in the browser of whoever looks; None where they have none, or where it was lost."""
    to = line.connected()
    if to.browser_phones is None:
        return None
    keys = Endpoint.objects.filter(practice=to.practice, staff=who.id, lost_at=None).order_by("position")
    known = to.browser_phones.by_number
    found = (known.get(NumberKey(key)) for key in keys.values_list("number_key", flat=True))
    return next((one for one in found if one is not None), None)
