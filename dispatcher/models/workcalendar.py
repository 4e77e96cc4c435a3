"""Working time: which days are worked, which hours of them, and how far the calendar is published.

A limit that ends after `published_through` is provisional: past that day only weekends are known to be off.
Beijing keeps UTC+8 all year, so a fixed offset is exact.
"""

import datetime as dt
import enum
from collections.abc import Iterator

import msgspec

BEIJING = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")


class DayKind(enum.StrEnum):
    """What one day is in the calendar."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup_workday"


class Session(msgspec.Struct, frozen=True):
    """One stretch of a working day, local time, start included and end excluded."""

    start: dt.time
    end: dt.time


DEFAULT_SESSIONS = (
    Session(dt.time(9, 0), dt.time(12, 0)),
    Session(dt.time(13, 30), dt.time(18, 0)),
)


class Span(msgspec.Struct, frozen=True):
    """An instant a limit ends at, and whether it rests on an unpublished calendar."""

    end: dt.datetime
    provisional: bool


class WorkCalendar(msgspec.Struct, frozen=True, kw_only=True):
    """Days off, make-up workdays and office hours. `published_through` is the last day known for certain."""

    version: str
    published_through: dt.date
    holidays: frozenset[dt.date] = frozenset()
    makeup_workdays: frozenset[dt.date] = frozenset()
    sessions: tuple[Session, ...] = DEFAULT_SESSIONS

    def kind(self, day: dt.date) -> DayKind:
        """Say what `day` is; past `published_through` only weekends are told apart."""
        if day in self.makeup_workdays:
            return DayKind.MAKEUP_WORKDAY
        if day in self.holidays:
            return DayKind.HOLIDAY
        return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY

    def is_worked(self, day: dt.date) -> bool:
        """Tell whether offices are open on `day`."""
        return self.kind(day) in (DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY)

    def is_provisional(self, end: dt.datetime) -> bool:
        """Tell whether an instant lies past the published calendar."""
        return end.astimezone(BEIJING).date() > self.published_through

    def after_working_time(self, start: dt.datetime, length: dt.timedelta) -> Span:
        """Give the instant at which `length` of office hours has passed since `start` (aware, any zone)."""
        left = length
        end = start
        for opens, closes in self._sessions_from(start):
            begin = max(opens, start)
            room = closes - begin
            if room >= left:
                end = begin + left
                break
            left -= room
        end = end.astimezone(dt.UTC)
        return Span(end, self.is_provisional(end))

    def after_working_days(self, start: dt.datetime, days: int) -> Span:
        """Give the close of office on the `days`-th working day after the day of `start`, which is not counted."""
        day = start.astimezone(BEIJING).date()
        left = days
        while left > 0:
            day += dt.timedelta(days=1)
            if self.is_worked(day):
                left -= 1
        end = dt.datetime.combine(day, self.sessions[-1].end, BEIJING).astimezone(dt.UTC)
        return Span(end, self.is_provisional(end))

    def worked_between(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """Count the office hours between two instants; zero when `end` is not after `start`."""
        total = dt.timedelta()
        for opens, closes in self._sessions_from(start):
            if opens >= end:
                break
            total += max(dt.timedelta(), min(closes, end) - max(opens, start))
        return total

    def _sessions_from(self, start: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        local = start.astimezone(BEIJING)
        day = local.date()
        while True:
            if self.is_worked(day):
                for session in self.sessions:
                    closes = dt.datetime.combine(day, session.end, BEIJING)
                    if closes > local:
                        yield dt.datetime.combine(day, session.start, BEIJING), closes
            day += dt.timedelta(days=1)
