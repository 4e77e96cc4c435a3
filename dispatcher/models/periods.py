"""Periods of appraisal: from one day of a month to the same of the next, and the daily bulletin, in Beijing's time.

Both are made of whole half-days, numbered from 1970-01-01 00:00 in Beijing, so that what is counted by half-days can
be summed for either. Source: DOMAIN section 7.
"""

import datetime as dt
import re

import msgspec

from dispatcher.models.policy import Period
from dispatcher.models.workcalendar import BEIJING

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=BEIJING)
_HALF = dt.timedelta(hours=12)
_DAY = dt.timedelta(days=1)
_NAME = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?", re.ASCII)
_LATEST_FIRST_DAY = 28


class BadPeriod(ValueError):
    """There is no such period; the text says which value is wrong and how to write it."""


class Stretch(msgspec.Struct, frozen=True, order=True):
    """The half-days `first` to `end`, the last excluded; `name` is "2026-11" for a month, "2026-11-05" for a day."""

    first: int
    end: int
    name: str

    @property
    def starts_at(self) -> dt.datetime:
        """The instant it begins at, in Beijing's time."""
        return _EPOCH + self.first * _HALF

    @property
    def ends_at(self) -> dt.datetime:
        """The first instant that is no longer in it, in Beijing's time."""
        return _EPOCH + self.end * _HALF

    @property
    def is_bulletin(self) -> bool:
        """Tell whether it is a day's bulletin."""
        return self.name.count("-") > 1

    def __contains__(self, half_day: int) -> bool:
        """Tell whether a half-day lies in it."""
        return self.first <= half_day < self.end


def half_day(instant: dt.datetime) -> int:
    """Number the half-day of Beijing that an aware instant lies in."""
    return (instant - _EPOCH) // _HALF


def month(year: int, number: int, rule: Period) -> Stretch:
    """Give the period that is named after the month its last day lies in."""
    if not 1 <= rule.first_day <= _LATEST_FIRST_DAY:
        raise BadPeriod(f"first_day = {rule.first_day}: a period starts on a day from 1 to {_LATEST_FIRST_DAY}")
    try:
        following = dt.date(year + (number == 12), number % 12 + 1, 1)
        this = dt.date(year, number, 1)
        before = dt.date(year - (number == 1), (number - 2) % 12 + 1, 1)
    except ValueError:
        raise BadPeriod(f"{year:04d}-{number:02d}: no such month") from None
    first, end = (this, following) if rule.first_day == 1 else (before, this)
    day = dt.timedelta(days=rule.first_day - 1)
    return Stretch(_midnight(first + day), _midnight(end + day), f"{year:04d}-{number:02d}")


def bulletin(day: dt.date, rule: Period) -> Stretch:
    """Give the day's bulletin: from its hour on the day before to its hour on the day."""
    if rule.bulletin_hour not in (0, 12):
        raise BadPeriod(f"bulletin_hour = {rule.bulletin_hour}: a bulletin closes at 0 or at 12")
    end = _midnight(day) + rule.bulletin_hour // 12
    return Stretch(end - 2, end, day.isoformat())


def named(name: str, rule: Period) -> Stretch:
    """Read "2026-11" or "2026-11-05"; raises BadPeriod."""
    found = _NAME.fullmatch(name.strip())
    if found is None:
        raise BadPeriod(f"{name!r}: write a period like 2026-11, a day's bulletin like 2026-11-05")
    year, number, day = found.groups()
    if day is None:
        return month(int(year), int(number), rule)
    try:
        return bulletin(dt.date(int(year), int(number), int(day)), rule)
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, BadPeriod) else BadPeriod(f"{name!r}: no such day") from None


def period_at(instant: dt.datetime, rule: Period) -> Stretch:
    """Give the period that an instant lies in."""
    local = instant.astimezone(BEIJING).date()
    passed_on = rule.first_day > 1 and local.day >= rule.first_day
    year, number = divmod(local.year * 12 + local.month - 1 + passed_on, 12)
    return month(year, number + 1, rule)


def bulletin_at(instant: dt.datetime, rule: Period) -> Stretch:
    """Give the bulletin that an instant lies in."""
    local = instant.astimezone(BEIJING)
    return bulletin(local.date() + (_DAY if local.hour >= rule.bulletin_hour else dt.timedelta()), rule)


def previous(stretch: Stretch, rule: Period) -> Stretch:
    """Give the period or bulletin before one."""
    before = stretch.starts_at - dt.timedelta(microseconds=1)
    return bulletin_at(before, rule) if stretch.is_bulletin else period_at(before, rule)


def _midnight(day: dt.date) -> int:
    return 2 * (day - _EPOCH.date()).days
