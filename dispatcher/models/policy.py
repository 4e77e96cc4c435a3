"""The policy: every limit and threshold of the work, as versioned data. Pure; files are read elsewhere.

A limit is written the way the trade says it: "10 min", "2 h W" (working time), "3 WD" (working days),
"7 d" (natural days), "same day". `parse_limit` is the only reader of that form.
"""

import datetime as dt
import enum
import re
from typing import assert_never

import msgspec

from dispatcher.models.order import Urgency
from dispatcher.models.whistle import WhistleKind


class Measure(enum.StrEnum):
    """How a limit is counted; `SAME_DAY` ends at midnight of the day it starts on, Beijing's time."""

    NATURAL = "N"
    WORKING_TIME = "W"
    WORKING_DAYS = "WD"
    SAME_DAY = "D"


class Limit(msgspec.Struct, frozen=True):
    """A length of time and how it is counted; for working days `minutes` is the number of days, for the same day 0."""

    minutes: int
    measure: Measure

    @property
    def length(self) -> dt.timedelta:
        """The length as a timedelta; meaningless for working days and the same day."""
        return dt.timedelta(minutes=self.minutes)

    @property
    def in_hours(self) -> bool:
        """Tell whether it is an hour limit (1 h to 24 h), for which orange has a floor of minutes."""
        return self.measure in (Measure.NATURAL, Measure.WORKING_TIME) and 60 <= self.minutes <= 24 * 60

    @property
    def text(self) -> str:
        """The limit as the trade writes it; `parse_limit` reads it back."""
        match self.measure:
            case Measure.SAME_DAY:
                return "same day"
            case Measure.WORKING_DAYS:
                return f"{self.minutes} WD"
            case Measure.NATURAL | Measure.WORKING_TIME:
                days, hours = self.minutes / (24 * 60), self.minutes / 60
                if self.measure is Measure.NATURAL and days.is_integer() and days > 1:
                    return f"{days:.0f} d"
                length = f"{hours:.0f} h" if hours.is_integer() else f"{self.minutes} min"
                return length if self.measure is Measure.NATURAL else f"{length} W"
            case _:
                assert_never(self.measure)


class BadLimit(ValueError):
    """The text is not a limit."""


_LIMIT = re.compile(r"(?P<n>\d+) ?(?P<unit>min|h|d|WD)(?: (?P<measure>[NW]))?")
_MINUTES = {"min": 1, "h": 60, "d": 24 * 60}
_LONGEST = 10 * 366 * 24 * 60
_LONGEST_IN_WORKDAYS = 10 * 261


def parse_limit(text: str) -> Limit:
    """Read "10 min", "2 h W", "7 d", "3 WD" or "same day"; raises BadLimit with the text and the forms allowed."""
    if text.strip() == "same day":
        return Limit(0, Measure.SAME_DAY)
    found = _LIMIT.fullmatch(text.strip())
    if found is None or int(found["n"]) == 0:
        raise BadLimit(f"{text!r} is not a limit; write it like '10 min', '2 h W', '7 d', '3 WD' or 'same day'")
    count, unit = int(found["n"]), found["unit"]
    if count * _MINUTES.get(unit, 1) > (_LONGEST_IN_WORKDAYS if unit == "WD" else _LONGEST):
        raise BadLimit(f"{text!r} is longer than ten years; write a shorter limit")
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
    """The clocks of one kind of whistle, all from the blowing; None means there is no such clock.

    `contact` is the department's call to the street, `measure` the agreed measure or dated plan, `done_simple` the
    limit of a simple matter, `record` the meeting's record (from reporting in). `valid_for` is how long the whistle
    may travel before it is stale.
    """

    sign: Limit
    report_in: Limit
    done: Limit
    contact: Limit | None = None
    measure: Limit | None = None
    done_simple: Limit | None = None
    record: Limit | None = None
    valid_for: Limit | None = None


class Lights(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of a limit that are left when a light changes, and orange's floor for hour limits."""

    yellow_left: float = 0.5
    orange_left: float = 0.2
    orange_floor_minutes: int = 15


class Flood(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders a flood-season switch applies to (words of their category), and the season that turns it on.

    `season` is (first, last) as (month, day) pairs, both included, Beijing's days; None: only by hand.
    """

    categories: tuple[str, ...] = ()
    season: tuple[tuple[int, int], tuple[int, int]] | None = None


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """How rates make a composite, in thousandths so that every figure is exact; and the units that are not ranked.

    `basically` is what a "basically satisfied" counts of a "satisfied". Source: DOMAIN section 7.
    """

    version: str = "10/50/40"
    response: int = 100
    resolution: int = 500
    satisfaction: int = 400
    basically: int = 900
    least_appraised: int = 30
    listed: int = 10


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """The day of the month on which a period starts, and the hour at which a daily bulletin closes; Beijing's time."""

    first_day: int = 19
    bulletin_hour: int = 12


class ScoreCard(msgspec.Struct, frozen=True, kw_only=True):
    """The most that each part of a whistle's score can bring; together 100."""

    signed: int = 20
    reported_in: int = 30
    people: int = 10
    finished: int = 25
    result: int = 15


def _natural(minutes: int) -> Limit:
    return Limit(minutes, Measure.NATURAL)


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the rules in numbers, effective from a date (00:00 in Beijing)."""

    version: str
    effective_from: dt.date
    orders: dict[Urgency, OrderLimits]
    redo: OrderLimits
    whistles: dict[WhistleKind, WhistleLimits]
    call_back: Limit
    lights: Lights = Lights()
    reply_review: bool = True
    contact_attempts: int = 3
    call_back_attempts: int = 3
    return_window_urgent: Limit = _natural(120)
    return_window: Limit = Limit(1, Measure.WORKING_DAYS)
    suspension_progress: Limit = _natural(30 * 24 * 60)
    grace: Limit = _natural(30)
    undo_within: Limit = _natural(10)
    reopen_within: Limit = _natural(30 * 24 * 60)
    catch_up_within: Limit = _natural(72 * 60)
    extension_share: int = 100
    ladder: tuple[int, int, int] = (50, 100, 150)
    whistle_band: tuple[int, int] = (1, 8)
    flood: Flood = Flood()
    weights: Weights = Weights()
    period: Period = Period()
    score: ScoreCard = ScoreCard()
