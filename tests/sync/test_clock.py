"""The station's idea of the centre's clock."""

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.sync.clock import CentreTime, SpeedClock, SystemClock
from tests.builders import NOON
from tests.fakes import FakeClock


def ask(centre: CentreTime, clock: FakeClock, ahead_s: float, there_s: float = 0.01, back_s: float = 0.01) -> None:
    sent = clock.monotonic()
    clock.advance(there_s)
    shown = NOON + dt.timedelta(seconds=clock.monotonic() + ahead_s)
    clock.advance(back_s)
    centre.measured(sent, clock.monotonic(), shown)


def true(clock: FakeClock, ahead_s: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=clock.monotonic() + ahead_s)


def test_before_the_first_sample_it_is_the_stations_clock_with_unknown_error():
    clock = FakeClock()
    centre = CentreTime(clock)
    clock.advance(10)
    assert centre.now() == NOON + dt.timedelta(seconds=10)
    assert centre.error_s is None
    assert centre.offset_s is None


@given(
    ahead_s=st.floats(-1e5, 1e5),
    trips=st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3)), min_size=1, max_size=30),
)
def test_it_is_never_further_off_than_it_says(ahead_s: float, trips: list[tuple[float, float]]):
    clock = FakeClock()
    centre = CentreTime(clock)
    for there_s, back_s in trips:
        ask(centre, clock, ahead_s, there_s, back_s)
        clock.advance(2)
        error_s = centre.error_s
        assert error_s is not None
        assert abs((centre.now() - true(clock, ahead_s)).total_seconds()) <= error_s + 1e-5
        assert error_s <= (there_s + back_s) / 2 + 1e-3


def test_the_best_of_the_recent_round_trips_counts():
    clock = FakeClock()
    centre = CentreTime(clock)
    ask(centre, clock, 5, 0.001, 0.001)
    ask(centre, clock, 5, 0.0, 2.0)
    assert centre.error_s == pytest.approx(0.001, abs=5e-4)
    for _ in range(20):
        ask(centre, clock, 5, 0.1, 0.1)
    assert centre.error_s == pytest.approx(0.1, abs=1e-2)


def test_a_centre_whose_clock_was_set_is_believed_at_once():
    clock = FakeClock()
    centre = CentreTime(clock)
    ask(centre, clock, 0, 0.001, 0.001)
    ask(centre, clock, 600, 0.1, 0.1)
    assert abs((centre.now() - true(clock, 600)).total_seconds()) <= 0.1


def test_a_station_clock_set_by_a_person_moves_nothing_and_is_noticed():
    clock = FakeClock()
    centre = CentreTime(clock)
    ask(centre, clock, 0)
    before = centre.now()
    clock.set_wall(-3600)
    assert centre.now() == before
    assert centre.station_clock_wrong
    assert centre.offset_s == pytest.approx(3600, abs=0.1)
    clock.set_wall(3600 - 29)
    assert not centre.station_clock_wrong


def test_a_jump_is_noticed_even_before_the_first_sample():
    clock = FakeClock()
    centre = CentreTime(clock)
    assert not centre.station_clock_wrong
    clock.set_wall(31)
    assert centre.station_clock_wrong


def test_an_uncertain_clock_is_not_called_wrong():
    clock = FakeClock()
    centre = CentreTime(clock)
    ask(centre, clock, 40, 0, 30)
    assert not centre.station_clock_wrong


def test_speed_clocks_made_alike_show_the_same_and_run_at_the_factor():
    origin_epoch_s = time.time() - 10
    one, two = (SpeedClock(origin_epoch_s, NOON, 60) for _ in range(2))
    first, then = one.now(), two.now()
    assert dt.timedelta() <= then - first < dt.timedelta(seconds=30)
    assert first - NOON >= dt.timedelta(seconds=599)
    a, b = one.monotonic(), two.monotonic()
    assert 0 <= b - a < 30


@pytest.mark.parametrize("factor", [0, -1])
def test_a_clock_does_not_stand_still_or_run_back(factor: float):
    with pytest.raises(ValueError, match="forward"):
        SpeedClock(0, NOON, factor)


def test_the_systems_clock_is_aware_and_never_goes_back():
    clock = SystemClock()
    assert clock.now().tzinfo is dt.UTC
    seen = [clock.monotonic() for _ in range(100)]
    assert seen == sorted(seen)
