"""Periods and bulletins: every instant in exactly one of each, made of whole half-days."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.models.periods import (
    BadPeriod,
    bulletin,
    bulletin_at,
    half_day,
    month,
    named,
    period_at,
    previous,
)
from dispatcher.models.policy import Period
from dispatcher.models.workcalendar import BEIJING

RULE = Period()
BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
INSTANTS = st.timedeltas(dt.timedelta(), dt.timedelta(days=36_500)).map(BEGINNING.__add__)
RULES = st.builds(Period, first_day=st.integers(1, 28), bulletin_hour=st.sampled_from([0, 12]))


def beijing(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def test_a_period_goes_from_the_19th_to_the_18th_and_is_named_after_the_month_it_ends_in() -> None:
    november = month(2026, 11, RULE)
    assert (november.starts_at, november.ends_at) == (beijing("2026-10-19T00:00"), beijing("2026-11-19T00:00"))
    assert period_at(beijing("2026-10-18T23:59:59.999999"), RULE).name == "2026-10"
    assert period_at(beijing("2026-10-19T00:00"), RULE) == november
    assert period_at(beijing("2026-11-18T23:59:59.999999"), RULE) == november
    assert period_at(beijing("2026-11-19T00:00"), RULE).name == "2026-12"


def test_a_period_crosses_the_year_s_end() -> None:
    january = month(2027, 1, RULE)
    assert (january.starts_at, january.ends_at) == (beijing("2026-12-19T00:00"), beijing("2027-01-19T00:00"))
    assert period_at(beijing("2026-12-31T23:59"), RULE) == january
    assert previous(january, RULE) == month(2026, 12, RULE)
    assert month(2026, 12, RULE).ends_at == january.starts_at


def test_a_period_from_the_first_is_the_calendar_month() -> None:
    december = month(2026, 12, Period(first_day=1))
    assert (december.starts_at, december.ends_at) == (beijing("2026-12-01T00:00"), beijing("2027-01-01T00:00"))
    assert period_at(beijing("2026-12-31T23:59"), Period(first_day=1)) == december


def test_a_bulletin_goes_from_noon_to_noon() -> None:
    day = bulletin(dt.date(2026, 11, 5), RULE)
    assert (day.starts_at, day.ends_at) == (beijing("2026-11-04T12:00"), beijing("2026-11-05T12:00"))
    assert bulletin_at(beijing("2026-11-04T11:59:59.999999"), RULE).name == "2026-11-04"
    assert bulletin_at(beijing("2026-11-04T12:00"), RULE) == day
    assert bulletin_at(beijing("2026-11-05T11:59"), RULE) == day
    assert previous(day, RULE).name == "2026-11-04"
    assert [half in day for half in (day.first - 1, day.first, day.end - 1, day.end)] == [False, True, True, False]
    assert day.is_bulletin
    assert not month(2026, 11, RULE).is_bulletin


@given(INSTANTS, RULES)
def test_every_instant_is_in_exactly_one_period_and_one_bulletin(instant: dt.datetime, rule: Period) -> None:
    for at in (period_at, bulletin_at):
        found = at(instant, rule)
        assert found.starts_at <= instant < found.ends_at
        assert half_day(instant) in found
        before, following = previous(found, rule), at(found.ends_at, rule)
        assert (before.end, following.first) == (found.first, found.end)
        assert previous(following, rule) == found
        assert len({before.name, found.name, following.name}) == 3
        assert named(found.name, rule) == found


@given(INSTANTS)
def test_a_half_day_is_twelve_hours_of_beijing(instant: dt.datetime) -> None:
    local = instant.astimezone(BEIJING)
    days = (local.date() - dt.date(1970, 1, 1)).days
    assert half_day(instant) == 2 * days + (local.hour >= 12)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2026", "write a period like 2026-11"),
        ("2026-13", "2026-13: no such month"),
        ("0000-05", "no such month"),
        ("0001-01", "no such month"),
        ("9999-12", "no such month"),
        ("2026-02-30", "'2026-02-30': no such day"),
        ("2026-11-5", "write a period"),
        ("٢٠٢٦-11", "write a period"),
    ],
)
def test_a_name_that_is_none_says_so(name: str, words: str) -> None:
    with pytest.raises(BadPeriod, match=words):
        named(name, RULE)


def test_a_rule_that_half_days_cannot_make_is_refused() -> None:
    with pytest.raises(BadPeriod, match="from 1 to 28"):
        named("2026-11", Period(first_day=29))
    with pytest.raises(BadPeriod, match="at 0 or at 12"):
        named("2026-11-05", Period(bulletin_hour=9))
