"""A day's shape: how many demands an hour brings, and a cloudburst across it.

Pure: rates per instant from a table of hours and one burst of rain. Times of day are Beijing's.
"""

import datetime as dt

import msgspec

from dispatcher.models.workcalendar import BEIJING

HOURS = (
    *(0.3, 0.2, 0.15, 0.1, 0.1, 0.2, 0.5, 1.0, 1.5, 1.6, 1.4, 1.1),
    *(0.8, 0.9, 1.1, 1.1, 1.1, 1.3, 1.5, 1.4, 1.2, 0.9, 0.6, 0.4),
)
"""The share of a common hour that each hour of the day brings: two rushes, a noon and a night."""
RUSH_HOURS = frozenset({7, 8, 9, 17, 18, 19})
NIGHT_HOURS = frozenset({21, 22, 23, 0, 1, 2, 3, 4, 5})


class Cloudburst(msgspec.Struct, frozen=True, kw_only=True):
    """Heavy rain: `per_hour` more demands while it pours for `length`, ebbing away over `ebbing`."""

    start: dt.datetime
    length: dt.timedelta = dt.timedelta(minutes=15)
    ebbing: dt.timedelta = dt.timedelta(minutes=25)
    per_hour: float = 360.0

    def strength(self, at: dt.datetime) -> float:
        """Give the rain at an instant, 0 to 1."""
        if at < self.start:
            return 0.0
        past = at - self.start - self.length
        return min(1.0, max(0.0, 1.0 - past / self.ebbing))


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """The demands of one street: `per_hour` in a common hour, shaped by the hours and the rain."""

    per_hour: float
    rain: Cloudburst | None = None

    def wetness(self, at: dt.datetime) -> float:
        """Give the rain at an instant, 0 to 1."""
        return self.rain.strength(at) if self.rain else 0.0

    def rate(self, at: dt.datetime) -> float:
        """Give the demands an hour at an instant."""
        rate = self.per_hour * HOURS[at.astimezone(BEIJING).hour]
        return rate + self.rain.per_hour * self.rain.strength(at) if self.rain else rate
