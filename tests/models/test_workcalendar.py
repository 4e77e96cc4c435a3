"""Working time and working days."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.models.workcalendar import (
    BEIJING,
    DayKind,
    Session,
    WorkCalendar,
    date_of,
    extended,
    from_micros,
    micros,
    numbered,
)
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


DAYS = st.dates(dt.date(2025, 12, 20), dt.date(2026, 1, 20))


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Holidays and make-up workdays round a year's end, office hours of one to three sessions."""
    holidays = draw(st.frozensets(DAYS, max_size=12))
    times = sorted(draw(st.lists(st.integers(0, 23 * 60 + 59), min_size=2, max_size=6, unique=True)))
    clock = [dt.time(minute // 60, minute % 60) for minute in times[: len(times) // 2 * 2]]
    return WorkCalendar(
        version="drawn",
        published_through=dt.date(2025, 12, 31),
        holidays=holidays,
        makeup_workdays=draw(st.frozensets(DAYS, max_size=12)) - holidays,
        sessions=tuple(Session(opens, closes) for opens, closes in zip(clock[::2], clock[1::2], strict=True)),
    )


@given(calendars(), st.integers(0, 32 * 1440), st.integers(0, 6 * 1440))
def test_office_time_is_what_counting_the_minutes_gives(calendar: WorkCalendar, begin: int, length: int):
    start = at("2025-12-20T00:00") + begin * dt.timedelta(minutes=1)
    worked = 0
    for minute in range(length):
        now = start + minute * dt.timedelta(minutes=1)
        in_hours = any(session.start <= now.time() < session.end for session in calendar.sessions)
        worked += in_hours and calendar.is_worked(now.date())
    end = start + length * dt.timedelta(minutes=1)
    assert calendar.worked_between(start, end) == worked * dt.timedelta(minutes=1)
    stretches = list(calendar.stretches(start, end))
    assert sum((s.end - s.begin for s in stretches), dt.timedelta()) == worked * dt.timedelta(minutes=1)
    if worked:
        ended = calendar.after_working_time(start, worked * dt.timedelta(minutes=1)).end
        assert ended <= end
        assert not calendar.worked_between(ended, end), "the earliest instant at which it is used up"


@given(calendars(), DAYS, st.integers(1, 40))
def test_working_days_are_what_counting_the_days_gives(calendar: WorkCalendar, day: dt.date, days: int):
    start = dt.datetime.combine(day, dt.time(23, 59), BEIJING)
    left = days
    while left:
        day += dt.timedelta(days=1)
        left -= calendar.is_worked(day)
    assert calendar.after_working_days(start, days).end == dt.datetime.combine(day, calendar.sessions[-1].end, BEIJING)


@given(calendars(), st.dates())
def test_a_day_has_a_number_and_a_worked_day_a_place(calendar: WorkCalendar, day: dt.date):
    assert date_of(numbered(day)) == day
    if calendar.is_worked(day):
        assert calendar.office.workday(calendar.office.workdays_before(numbered(day))) == numbered(day)


@given(st.datetimes(timezones=st.sampled_from([dt.UTC, BEIJING])))
def test_microseconds_go_back_and_forth(instant: dt.datetime):
    if instant > dt.datetime(2, 1, 1, tzinfo=dt.UTC):
        assert from_micros(micros(instant)) == instant


def test_what_lies_past_the_last_year_is_its_last_instant():
    assert from_micros(10**20) == dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC)


def test_a_publication_continues_a_calendar_and_settles_what_was_provisional():
    next_year = WorkCalendar(
        version="test-2027",
        published_through=dt.date(2027, 12, 31),
        holidays=frozenset({dt.date(2027, 1, 1)}),
        makeup_workdays=frozenset({dt.date(2026, 10, 2), dt.date(2027, 1, 9)}),
    )
    both = extended(CALENDAR, next_year)
    unsure = CALENDAR.after_working_days(at("2026-12-31T10:00"), 1)
    assert (unsure.end, unsure.provisional) == (at("2027-01-01T18:00"), True)
    sure = both.after_working_days(at("2026-12-31T10:00"), 1)
    assert (sure.end, sure.provisional) == (at("2027-01-04T18:00"), False)
    assert both.kind(dt.date(2026, 10, 1)) is DayKind.HOLIDAY, "what it does not name stays"
    assert both.kind(dt.date(2026, 10, 2)) is DayKind.MAKEUP_WORKDAY, "what it names is as it says"
    assert both.kind(dt.date(2027, 1, 9)) is DayKind.MAKEUP_WORKDAY
    assert (both.version, both.published_through) == ("test-2027", dt.date(2027, 12, 31))


def test_the_last_published_day_stays_as_it_was_and_nothing_after_it() -> None:
    last = dt.date(2026, 12, 31)
    off = frozenset({last, last + dt.timedelta(days=1)})
    known = WorkCalendar(version="a", published_through=last, holidays=off)
    newer = WorkCalendar(version="b", published_through=dt.date(2027, 12, 31))
    found = extended(known, newer)
    assert found.holidays == {last}
    assert (found.version, found.published_through) == ("b", dt.date(2027, 12, 31))
    worked = WorkCalendar(version="a", published_through=last, makeup_workdays=off)
    assert extended(worked, newer).makeup_workdays == {last}
    back = extended(newer, known)
    assert (back.version, back.published_through) == ("a", dt.date(2027, 12, 31))
