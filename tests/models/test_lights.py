"""When a clock turns yellow and orange: half and a fifth of its time left, orange's floor, and what pauses do to it."""

import datetime as dt

import pytest

from dispatcher.models.lights import Measured, shares, turns_of_span
from dispatcher.models.policy import Lights
from dispatcher.models.workcalendar import MINUTE_US, from_micros, micros
from tests import builders as b
from tests.models.whistling import local

LIGHTS = Lights()
OFFICE = b.calendar().office


def at(text: str) -> dt.datetime:
    """An instant of Wednesday 4 March 2026 (or of the day written before it), in Beijing."""
    day, _, time = text.rpartition(" ")
    hour, minute = time.split(":")
    return local(int(day or 4), int(hour), int(minute))


def us(text: str) -> int:
    return micros(at(text))


def said(turns: tuple[int, int]) -> list[dt.datetime]:
    return [from_micros(turn) for turn in turns]


def measured(limit: str) -> Measured:
    return Measured(b.limit(limit), LIGHTS)


@pytest.mark.parametrize(
    ("limit", "start", "due", "yellow", "orange"),
    [
        ("10 h", "00:00", "10:00", "05:00", "08:00"),
        ("1 h", "00:00", "01:00", "00:30", "00:45"),  # a fifth were twelve minutes
        ("90 min", "00:00", "01:30", "00:45", "01:12"),
        ("20 min", "00:00", "00:20", "00:10", "00:16"),  # the floor is one of hour limits
        ("5 d", "00:00", "9 00:00", "6 12:00", "8 00:00"),
        ("4 h W", "09:00", "14:30", "11:00", "13:42"),
        ("1 h W", "09:00", "10:00", "09:30", "09:45"),
        ("1 WD", "09:00", "5 18:00", "5 01:30", "5 11:24"),  # shared out as natural time
        ("same day", "04:00", "5 00:00", "14:00", "20:00"),
    ],
)
def test_a_clock_that_nothing_touched(limit: str, start: str, due: str, yellow: str, orange: str):
    found = measured(limit).turns(us(start), us(due), LIGHTS, OFFICE)
    assert said(found) == [at(yellow), at(orange)]


@pytest.mark.parametrize(
    ("pauses", "yellow", "orange"),
    [
        ([("10:00", "11:00")], "12:00", "14:42"),
        ([("11:30", "14:00")], "11:00", "14:42"),  # yellow was past; half an hour on each side of noon stood still
        ([("11:00", "12:00")], "11:00", "14:42"),  # what turns at the very instant of the pause has turned
        ([("13:42", "14:12")], "11:00", "13:42"),
        ([("09:30", "10:00"), ("10:30", "11:00")], "12:00", "14:42"),
        ([("18:00", "5 09:00")], "11:00", "13:42"),  # nothing of it was office time
    ],
)
def test_a_clock_of_office_time_that_stood_still(pauses: list[tuple[str, str]], yellow: str, orange: str):
    stood = tuple((us(begin), us(end)) for begin, end in pauses)
    found = measured("4 h W").turns_paused(us("09:00"), us("18:00"), stood, OFFICE)
    assert said(found) == [at(yellow), at(orange)]


@pytest.mark.parametrize(
    ("due", "pauses", "yellow", "orange"),
    [
        ("10:00", [], "05:00", "08:00"),
        ("12:00", [("02:00", "04:00")], "07:00", "10:00"),
        ("12:00", [("06:00", "08:00")], "05:00", "10:00"),
        ("12:00", [("05:00", "07:00")], "05:00", "10:00"),  # at the very instant: it has turned
        ("12:00", [("08:00", "10:00")], "05:00", "08:00"),
        ("13:00", [("01:00", "02:00"), ("06:30", "08:30")], "06:00", "11:00"),
    ],
)
def test_a_span_that_is_not_a_limits_own(due: str, pauses: list[tuple[str, str]], yellow: str, orange: str):
    stood = tuple((us(begin), us(end)) for begin, end in pauses)
    assert said(turns_of_span(us("00:00"), us(due), stood, LIGHTS, measured("10 h"))) == [at(yellow), at(orange)]


def test_a_date_has_no_floor_and_an_hour_limit_has():
    begin, due = us("00:00"), us("00:30")
    assert said(turns_of_span(begin, due, (), LIGHTS, None)) == [at("00:15"), at("00:24")]
    assert said(turns_of_span(begin, due, (), LIGHTS, measured("1 h"))) == [at("00:15"), at("00:15")]
    assert said(turns_of_span(begin, us("00:10"), (), LIGHTS, measured("1 h"))) == [begin_at := at("00:00"), begin_at]


def test_a_span_that_was_all_pause_has_turned_from_the_start():
    begin, due = us("00:00"), us("01:00")
    assert said(turns_of_span(begin, due, ((begin, us("02:00")),), LIGHTS, None)) == [at("00:00"), at("00:00")]


def test_the_shares_are_the_policys():
    assert shares(100 * MINUTE_US, Lights(yellow_left=0.75, orange_left=0.25)) == (25 * MINUTE_US, 75 * MINUTE_US)
    late = Measured(b.limit("2 h"), Lights(orange_floor_minutes=40))
    assert said(late.turns(us("00:00"), us("02:00"), LIGHTS, OFFICE)) == [at("01:00"), at("01:20")]
