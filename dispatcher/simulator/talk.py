"""What a demonstration's centre and its parent say to each other: JSON lines over standard input and output.

Values and their codec alone; who speaks is `centre.py` (the child) and `process.py` (the parent).
"""

import datetime as dt

import msgspec

from dispatcher.models.ids import PersonId, Revision, UnitId
from dispatcher.models.organisation import Role
from dispatcher.models.workcalendar import BEIJING
from dispatcher.simulator.report import CentreFigures
from dispatcher.sync.clock import SpeedClock

STREET = UnitId("110105017")
"""劲松街道: an inner street of old estates."""
START = dt.datetime(2026, 7, 15, 14, 0, tzinfo=BEIJING)
"""A working Wednesday in the flood season; it has been pouring for twenty minutes."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the parent decides: where the files lie, the seed, how fast the day passes, when and where it begins."""

    directory: str
    seed: int = 1
    speed: float = 1.0
    start: dt.datetime = START
    street: UnitId = STREET
    policy: str = "city"


class Someone(msgspec.Struct, frozen=True, kw_only=True):
    """One account of the demonstration, with a token that signs in without a password."""

    person: PersonId
    name: str
    unit: UnitId
    roles: tuple[Role, ...]
    token: str
    password: str = ""


class ClockSetting(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of the SpeedClock that all processes share."""

    origin_epoch_s: float
    origin: dt.datetime
    factor: float

    def clock(self) -> SpeedClock:
        """Make the clock."""
        return SpeedClock(self.origin_epoch_s, self.origin, self.factor)


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready", tag_field="said"):
    """The centre listens and the city moves. `console` is the dispatcher's account, `wall` a display's."""

    url: str
    database: str
    street: UnitId
    clock: ClockSetting
    console: Someone
    wall: Someone
    liaisons: tuple[Someone, ...]


class Quiet(msgspec.Struct, frozen=True, kw_only=True, tag="quiet", tag_field="said"):
    """The city has stopped: no order and no answer comes any more. `head` is the last revision."""

    head: Revision


class Figures(msgspec.Struct, frozen=True, kw_only=True, tag="figures", tag_field="said"):
    """What the journal says."""

    figures: CentreFigures


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed", tag_field="said"):
    """It could not begin or go on; the words are fit for a person. The process ends with 1."""

    words: str


class Quieten(msgspec.Struct, frozen=True, kw_only=True, tag="quieten", tag_field="ask"):
    """Let the city come to rest; answered by Quiet."""


class AskFigures(msgspec.Struct, frozen=True, kw_only=True, tag="figures", tag_field="ask"):
    """Count the journal for the street and one person; answered by Figures."""

    person: PersonId


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="ask"):
    """Stop the centre and the process."""


Told = Ready | Quiet | Figures | Failed
Asked = Quieten | AskFigures | End
read_told = msgspec.json.Decoder(Told).decode
read_asked = msgspec.json.Decoder(Asked).decode
