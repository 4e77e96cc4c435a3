"""Working time: which days are worked, which hours of them, and how far the calendar is published.

A limit that ends after `published_through` is provisional: past that day only weekends are known to be off.
Beijing keeps UTC+8 all year, so a fixed offset is exact. All counting is done in whole microseconds since 1970.
"""

import datetime as dt
import enum
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate

import msgspec

BEIJING = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")
MINUTE_US = 60_000_000
DAY_US = 24 * 60 * MINUTE_US
_OFFSET_US = 8 * 60 * MINUTE_US
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_LAST_US = 253_402_300_799_999_999


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


class Stretch(msgspec.Struct, frozen=True):
    """A stretch of office hours inside one session of one day."""

    day: dt.date
    begin: dt.datetime
    end: dt.datetime


def micros(instant: dt.datetime) -> int:
    """Give an aware instant as microseconds since 1970, exactly."""
    passed = instant - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def from_micros(us: int) -> dt.datetime:
    """Give microseconds since 1970 as an aware UTC instant; what lies past the year 9999 is its last instant."""
    return _EPOCH + dt.timedelta(microseconds=min(us, _LAST_US))


def day_number(us: int) -> int:
    """Number Beijing's day of an instant, days since 1970."""
    return (us + _OFFSET_US) // DAY_US


def day_start(number: int) -> int:
    """Give the instant at which a numbered day begins in Beijing."""
    return number * DAY_US - _OFFSET_US


def numbered(day: dt.date) -> int:
    """Number a day, days since 1970."""
    return day.toordinal() - _EPOCH_DAY


def date_of(number: int) -> dt.date:
    """Give the day of a number."""
    return dt.date.fromordinal(number + _EPOCH_DAY)


class OfficeTime:
    """A calendar prepared for counting: each question is a bisection, whatever the distance.

    Between two days that break the rule "Monday to Friday" the rule holds, and there days are counted by division.
    Office time is counted from an origin of its own; only differences mean anything.
    """

    __slots__ = ("_counted", "_day_us", "_special", "_surplus", "sessions")

    def __init__(self, calendar: "WorkCalendar") -> None:
        self.sessions = tuple((_since_midnight(s.start), _since_midnight(s.end)) for s in calendar.sessions)
        self._day_us = sum(closes - opens for opens, closes in self.sessions)
        named = sorted(numbered(day) for day in calendar.holidays | calendar.makeup_workdays)
        self._special = [day for day in named if calendar.is_worked(date_of(day)) != ((day + 3) % 7 < 5)]
        turns = ((-1 if (day + 3) % 7 < 5 else 1) for day in self._special)
        self._surplus = list(accumulate(turns, initial=0))
        self._counted = [self.workdays_before(day + 1) for day in self._special]

    def workdays_before(self, day: int) -> int:
        """Count the worked days before a numbered day, from an origin of its own."""
        weeks, weekday = divmod(day + 3, 7)
        return 5 * weeks + (weekday if weekday < 5 else 5) + self._surplus[bisect_left(self._special, day)]

    def workday(self, count: int) -> int:
        """Give the worked day before which there are `count` of them: the inverse of `workdays_before`."""
        found = bisect_right(self._counted, count)
        weeks, weekday = divmod(count - self._surplus[found], 5)
        day = 7 * weeks + weekday - 3
        if found < len(self._special) and day > self._special[found]:
            return self._special[found]
        return day

    def close_of(self, day: int) -> int:
        """Give the close of office of a numbered day."""
        return day * DAY_US - _OFFSET_US + self.sessions[-1][1]

    def worked(self, us: int) -> int:
        """Give the office time passed before an instant."""
        day, into = divmod(us + _OFFSET_US, DAY_US)
        weeks, weekday = divmod(day + 3, 7)
        special = self._special
        found = bisect_left(special, day)
        done = (5 * weeks + (weekday if weekday < 5 else 5) + self._surplus[found]) * self._day_us
        if (weekday < 5) == (found < len(special) and special[found] == day):
            return done
        for opens, closes in self.sessions:
            if into <= opens:
                break
            done += (into if into < closes else closes) - opens
        return done

    def reached(self, worked: int) -> int:
        """Give the earliest instant at which so much office time has passed: the inverse of `worked`."""
        count, left = divmod(worked - 1, self._day_us)
        left += 1
        at = self.workday(count) * DAY_US - _OFFSET_US
        for opens, closes in self.sessions:
            if left <= closes - opens:
                return at + opens + left
            left -= closes - opens
        raise AssertionError("a day holds no more than its sessions")


class WorkCalendar(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Days off, make-up workdays and office hours. `published_through` is the last day known for certain."""

    version: str
    published_through: dt.date
    holidays: frozenset[dt.date] = frozenset()
    makeup_workdays: frozenset[dt.date] = frozenset()
    sessions: tuple[Session, ...] = DEFAULT_SESSIONS

    @cached_property
    def office(self) -> OfficeTime:
        """The calendar prepared for counting, made once for each value."""
        return OfficeTime(self)

    @cached_property
    def published_until_us(self) -> int:
        """The instant from which on only weekends are known: 24:00 of the last published day, in microseconds."""
        return day_start(numbered(self.published_through) + 1)

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
        return micros(end) >= self.published_until_us

    def after_working_time(self, start: dt.datetime, length: dt.timedelta) -> Span:
        """Give the instant at which `length` (above zero) of office hours has passed since `start` (aware, any zone).

        What is used up just at a closing ends at that closing, not at the next opening.
        """
        us = self.office.worked(micros(start)) + length // dt.timedelta(microseconds=1)
        end = from_micros(self.office.reached(us))
        return Span(end, self.is_provisional(end))

    def after_working_days(self, start: dt.datetime, days: int) -> Span:
        """Give the close of office on the `days`-th working day after the day of `start`, which is not counted."""
        office = self.office
        before = office.workdays_before(day_number(micros(start)) + 1)
        end = from_micros(office.close_of(office.workday(before + days - 1)))
        return Span(end, self.is_provisional(end))

    def worked_between(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """Count the office hours between two instants; zero when `end` is not after `start`."""
        passed = self.office.worked(micros(end)) - self.office.worked(micros(start))
        return dt.timedelta(microseconds=max(0, passed))

    def stretches(self, start: dt.datetime, end: dt.datetime) -> Iterator[Stretch]:
        """List the office hours between two instants, a stretch for each session, in order."""
        begin_us, end_us = micros(start), micros(end)
        for number in range(day_number(begin_us), day_number(end_us) + 1):
            day = date_of(number)
            if not self.is_worked(day):
                continue
            for opens, closes in self.office.sessions:
                first, last = max(begin_us, day_start(number) + opens), min(end_us, day_start(number) + closes)
                if first < last:
                    yield Stretch(day, from_micros(first), from_micros(last))


def extended(calendar: WorkCalendar, newer: WorkCalendar) -> WorkCalendar:
    """Join a calendar and the publication that continues it.

    The newer one decides about every day that it names, and alone about those after the older one's
    `published_through`; its version and office hours hold from now on.
    """

    def known(days: frozenset[dt.date]) -> frozenset[dt.date]:
        return frozenset(day for day in days if day <= calendar.published_through)

    return WorkCalendar(
        version=newer.version,
        published_through=max(calendar.published_through, newer.published_through),
        holidays=(known(calendar.holidays) - newer.makeup_workdays) | newer.holidays,
        makeup_workdays=(known(calendar.makeup_workdays) - newer.holidays) | newer.makeup_workdays,
        sessions=newer.sessions,
    )


def _since_midnight(time: dt.time) -> int:
    return ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + time.microsecond
