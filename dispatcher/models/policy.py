"""The policy: every limit and threshold of the work, as versioned data. Pure; files are read elsewhere.

A limit is written the way the trade says it: "10 min", "2 h W" (working time), "3 WD" (working days),
"7 d" (natural days). `parse_limit` is the only reader of that form.
"""

import datetime as dt
import enum
import re

import msgspec

from dispatcher.models.order import Urgency
from dispatcher.models.whistle import WhistleKind


class Measure(enum.StrEnum):
    """How a limit is counted."""

    NATURAL = "N"
    WORKING_TIME = "W"
    WORKING_DAYS = "WD"


class Limit(msgspec.Struct, frozen=True):
    """A length of time and how it is counted; for working days `minutes` is the number of days."""

    minutes: int
    measure: Measure

    @property
    def length(self) -> dt.timedelta:
        """The length as a timedelta; meaningless for working days."""
        return dt.timedelta(minutes=self.minutes)

    @property
    def in_hours(self) -> bool:
        """Tell whether it is an hour limit (1 h to 24 h), for which orange has a floor of minutes."""
        return self.measure is not Measure.WORKING_DAYS and 60 <= self.minutes <= 24 * 60


class BadLimit(ValueError):
    """The text is not a limit."""


_LIMIT = re.compile(r"(?P<n>\d+) ?(?P<unit>min|h|d|WD)(?: (?P<measure>[NW]))?")
_MINUTES = {"min": 1, "h": 60, "d": 24 * 60}


def parse_limit(text: str) -> Limit:
    """Read "10 min", "2 h W", "7 d" or "3 WD"; raises BadLimit with the text and the forms allowed."""
    found = _LIMIT.fullmatch(text.strip())
    if found is None or int(found["n"]) == 0:
        raise BadLimit(f"{text!r} is not a limit; write it like '10 min', '2 h W', '7 d' or '3 WD'")
    count, unit = int(found["n"]), found["unit"]
    if unit == "WD":
        if found["measure"]:
            raise BadLimit(f"{text!r}: working days take no N or W; write '{count} WD'")
        return Limit(count, Measure.WORKING_DAYS)
    return Limit(count * _MINUTES[unit], Measure(found["measure"] or "N"))


class OrderLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The clocks of one urgency; None means there is no such clock. `progress` repeats."""

    sign: Limit | None
    first_contact: Limit | None
    feedback: Limit
    on_scene: Limit | None = None
    progress: Limit | None = None


class WhistleLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The clocks of one kind of whistle. `valid_for` is how long it may travel before it is stale."""

    sign: Limit
    report_in: Limit
    done: Limit
    valid_for: Limit | None = None


class Lights(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of a limit that are left when a light changes, and orange's floor for hour limits."""

    yellow_left: float = 0.5
    orange_left: float = 0.2
    orange_floor_minutes: int = 15


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the rules in numbers, effective from a date."""

    version: str
    effective_from: dt.date
    orders: dict[Urgency, OrderLimits]
    redo: OrderLimits
    whistles: dict[WhistleKind, WhistleLimits]
    call_back: Limit
    lights: Lights = Lights()
    reply_review: bool = True
    contact_attempts: int = 3
