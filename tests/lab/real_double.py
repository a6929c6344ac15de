"""Twilio's double in front of a real Asterisk: what it asks of telephones is done by real calls."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from intersession.stories.cast import Cast
from tests.carriers.twilio.played import OnTwilio
from tests.lab.real_world import RealTelephones, Stage


class TwilioOnAsterisk(OnTwilio, RealTelephones):
    """The lines are at Twilio's double; its telephones, its calls and their sound are real."""

    patience = timedelta(seconds=25)
    precision = timedelta(seconds=4)

    def __init__(self, cast: Cast, stage: Stage, speakers: Collection[str] = ()) -> None:
        self.stage, self.speakers = stage, speakers
        super().__init__(cast)
        self.real.single_keys = True
