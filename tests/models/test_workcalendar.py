"""Working time and working days."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.models.workcalendar import BEIJING, DayKind
from tests import builders as b

CALENDAR = b.calendar()
INSTANTS = st.timedeltas(dt.timedelta(days=-60), dt.timedelta(days=270)).map(lambda passed: b.NOON + passed)
LENGTHS = st.timedeltas(dt.timedelta(minutes=1), dt.timedelta(hours=40))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("day", "kind", "worked"),
    [
        ("2026-03-03", DayKind.WORKDAY, True),
        ("2026-03-07", DayKind.WEEKEND, False),
        ("2026-04-06", DayKind.HOLIDAY, False),
        ("2026-02-28", DayKind.MAKEUP_WORKDAY, True),
    ],
)
def test_what_a_day_is(day: str, kind: DayKind, worked: bool):
    date = dt.date.fromisoformat(day)
    assert CALENDAR.kind(date) is kind
    assert CALENDAR.is_worked(date) is worked


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-03T09:00", 2, "2026-03-03T11:00"),
        ("2026-03-03T11:00", 2, "2026-03-03T14:30"),  # over the noon break
        ("2026-03-03T12:30", 1, "2026-03-03T14:30"),  # begun in the break
        ("2026-03-03T17:00", 2, "2026-03-04T10:00"),  # over night
        ("2026-03-06T17:00", 2, "2026-03-09T10:00"),  # over a weekend
        ("2026-04-03T17:30", 1, "2026-04-07T09:30"),  # over a weekend and a holiday
        ("2026-02-27T17:30", 1, "2026-02-28T09:30"),  # into a Saturday that is worked
        ("2026-03-07T10:00", 3, "2026-03-09T12:00"),  # begun on a Saturday; noon is its end, not 13:30
        ("2026-03-03T05:00", 7.5, "2026-03-03T18:00"),  # a whole day is its own end
    ],
)
def test_office_hours_pass(start: str, hours: float, end: str):
    found = CALENDAR.after_working_time(at(start), dt.timedelta(hours=hours))
    assert found.end == at(end)
    assert not found.provisional


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-03T09:00", 1, "2026-03-04T18:00"),
        ("2026-03-03T23:59", 1, "2026-03-04T18:00"),
        ("2026-03-06T10:00", 1, "2026-03-09T18:00"),
        ("2026-04-03T10:00", 1, "2026-04-07T18:00"),
        ("2026-02-27T10:00", 1, "2026-02-28T18:00"),
        ("2026-03-03T10:00", 5, "2026-03-10T18:00"),
    ],
)
def test_the_day_of_the_start_is_not_counted(start: str, days: int, end: str):
    assert CALENDAR.after_working_days(at(start), days).end == at(end)


@given(INSTANTS, LENGTHS)
def test_between_a_start_and_its_end_lies_just_that_much_work(start: dt.datetime, length: dt.timedelta):
    end = CALENDAR.after_working_time(start, length).end
    assert end > start
    assert CALENDAR.worked_between(start, end) == length


@given(INSTANTS, LENGTHS, LENGTHS)
def test_two_stretches_are_one(start: dt.datetime, one: dt.timedelta, other: dt.timedelta):
    half_way = CALENDAR.after_working_time(start, one).end
    assert CALENDAR.after_working_time(half_way, other).end == CALENDAR.after_working_time(start, one + other).end


@given(INSTANTS, LENGTHS, st.timedeltas(dt.timedelta(0), dt.timedelta(days=5)))
def test_a_later_start_never_ends_earlier(start: dt.datetime, length: dt.timedelta, later: dt.timedelta):
    assert CALENDAR.after_working_time(start + later, length).end >= CALENDAR.after_working_time(start, length).end


@given(INSTANTS, st.timezones(), LENGTHS)
def test_the_zone_an_instant_is_written_in_does_not_matter(start: dt.datetime, zone: dt.tzinfo, length: dt.timedelta):
    assert CALENDAR.after_working_time(start.astimezone(zone), length) == CALENDAR.after_working_time(start, length)
    assert CALENDAR.after_working_days(start.astimezone(zone), 3) == CALENDAR.after_working_days(start, 3)


def test_nothing_is_worked_backwards_in_time():
    assert CALENDAR.worked_between(at("2026-03-03T10:00"), at("2026-03-03T09:00")) == dt.timedelta()


def test_an_end_past_the_published_calendar_is_provisional():
    assert not CALENDAR.after_working_days(at("2026-12-30T10:00"), 1).provisional
    assert CALENDAR.after_working_days(at("2026-12-31T10:00"), 1).provisional
    assert CALENDAR.after_working_time(at("2026-12-31T17:59"), dt.timedelta(hours=1)).provisional
    assert CALENDAR.is_provisional(dt.datetime(2026, 12, 31, 16, 0, tzinfo=dt.UTC)), "it is 2027 in Beijing"
