"""The simulated city repeats for a seed, has a day's shape, and writes orders that are complete and invented."""

import datetime as dt
import itertools
import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.models.ids import UnitId
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import UnitKind
from dispatcher.models.workcalendar import BEIJING
from dispatcher.simulator.city import PHONE_PREFIX, City, Incoming
from dispatcher.simulator.day import Cloudburst, Day
from dispatcher.simulator.demands import load_demands
from tests.simulator.cast import START, STREET, UNITS

RAINY = Day(per_hour=60, rain=Cloudburst(start=START))
DRY = Day(per_hour=60)
HOUR = dt.timedelta(hours=1)


def some(seed: int, count: int = 60, day: Day = RAINY, street: UnitId = STREET) -> list[Incoming]:
    return list(itertools.islice(City(seed, street, UNITS).orders(day, START), count))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=15)
def test_the_same_seed_gives_the_same_orders(seed: int) -> None:
    assert some(seed) == some(seed)


def test_another_seed_or_street_gives_other_orders() -> None:
    assert some(1) != some(2)
    assert some(1) != some(1, street=UnitId("110105026"))


def test_orders_are_not_changed_by_how_many_are_taken() -> None:
    assert some(3, 200)[:10] == some(3, 10)


def test_orders_come_in_their_order_with_numbers_of_their_own() -> None:
    orders = [incoming.order for incoming in some(4, 400)]
    assert all(a.dispatched_at < b.dispatched_at for a, b in itertools.pairwise(orders))
    assert len({order.number for order in orders}) == len(orders)
    assert all(order.created_at is not None and order.created_at < order.dispatched_at for order in orders)
    assert re.fullmatch(r"朝阳017-20260715-\d{5}", orders[0].number)


def test_every_order_is_complete() -> None:
    for incoming in some(5, 500) + some(6, 500, DRY):
        order = incoming.order
        assert all((order.title, order.text, order.place.address, order.place.community, order.place.spot))
        assert len(order.category) == 3
        assert all(order.category)
        assert order.place.street == incoming.holder == STREET
        assert not re.search(r"[{}]|\b[a-z]+\b", order.title + order.text), order.text
        assert order.text.endswith(("。", "”"))
        assert len(order.text) > 30


def test_callers_are_invented_and_stand_nowhere_in_an_order() -> None:
    for incoming in some(7, 500):
        order, caller = incoming.order, incoming.caller
        assert re.fullmatch(rf"{PHONE_PREFIX}\d{{8}}", caller.phone)
        words = " ".join((order.title, order.text, order.place.address, order.reported_party))
        assert caller.phone not in words
        assert caller.name not in words
        assert not re.search(r"\d{7}", words)
        assert order.caller_name_hint == caller.name[0] + "*" * (len(caller.name) - 1)
        assert order.caller_phone_hint == f"{caller.phone[:3]}****{caller.phone[-4:]}"


def test_no_mobile_number_begins_like_a_callers() -> None:
    assert not re.match("1[3-9]", PHONE_PREFIX)


def test_some_orders_are_confidential_some_repeated_some_urged() -> None:
    found = [incoming.order for incoming in some(8, 600)]
    assert 0.02 < sum(order.confidential for order in found) / 600 < 0.25
    assert 0.01 < sum(bool(order.previous_number) for order in found) / 600 < 0.1
    assert any(order.urged for order in found)
    assert any(order.feedback_due_at for order in found)
    numbers = {order.number for order in found}
    assert all(order.previous_number in numbers for order in found if order.previous_number)


def test_a_cloudburst_brings_floods_and_a_dry_day_none() -> None:
    wet = Counter(incoming.order.urgency for incoming in some(9, 90))
    dry = Counter(incoming.order.urgency for incoming in some(9, 300, DRY))
    assert wet[Urgency.FLOOD] > 10
    assert wet[Urgency.LIVELIHOOD] > 3
    assert dry[Urgency.FLOOD] == 0
    assert set(wet + dry) == set(Urgency)


def test_the_day_has_rush_hours_a_night_and_a_cloudburst_that_ebbs() -> None:
    midnight = dt.datetime(2026, 7, 15, tzinfo=BEIJING)
    assert DRY.rate(midnight + 3 * HOUR) < DRY.rate(midnight + 14 * HOUR) < DRY.rate(midnight + 9 * HOUR)
    assert RAINY.rate(START) > 5 * DRY.rate(START)
    assert RAINY.wetness(START - dt.timedelta(seconds=1)) == 0
    assert RAINY.wetness(START + dt.timedelta(minutes=14)) == 1
    assert 0 < RAINY.wetness(START + dt.timedelta(minutes=30)) < 1
    assert RAINY.rate(START + HOUR) == DRY.rate(START + HOUR)


def test_two_hours_of_the_demonstration_are_a_few_hundred_orders() -> None:
    rain = Cloudburst(start=START - dt.timedelta(minutes=20), length=dt.timedelta(minutes=35))
    day = Day(per_hour=60, rain=rain)
    for seed in range(5):
        orders = list(City(seed, STREET, UNITS).orders(day, START, START + 2 * HOUR))
        assert 200 < len(orders) < 400
        gaps = [
            (b.order.dispatched_at - a.order.dispatched_at).total_seconds() for a, b in itertools.pairwise(orders[:60])
        ]
        assert 5 < sum(gaps) / len(gaps) < 15


def test_every_street_of_the_city_has_a_day() -> None:
    for unit in UNITS:
        if unit.kind is UnitKind.STREET:
            order = some(1, 1, street=unit.id)[0].order
            assert order.place.community


def test_the_table_of_demands_is_whole() -> None:
    demands = load_demands()
    assert len(demands) > 45
    assert len({demand.category for demand in demands}) == len(demands)
    assert {demand.urgency for demand in demands} == set(Urgency)
    for demand in demands:
        assert demand.weight > 0
        assert demand.texts
        assert "{building}" not in demand.title
        for text in (demand.title, *demand.texts):
            assert text == text.strip()
            assert "12345" not in text
