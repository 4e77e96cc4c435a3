"""The hours before a demonstration leave a living queue, and a history that the centre would have judged the same."""

import datetime as dt
from collections import Counter

import pytest

from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import Light
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, Revision
from dispatcher.models.queue import epoch_ms, summarise
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Refused
from dispatcher.simulator.city import City
from dispatcher.simulator.day import Cloudburst, Day
from dispatcher.simulator.morning import Done, Morning
from tests.simulator.cast import HOTLINE, LAW, LEADER, LIAISONS, START, STREET, UNITS


def played(seed: int) -> list[Done]:
    day = Day(per_hour=4.5, rain=Cloudburst(start=START - dt.timedelta(minutes=20), per_hour=30))
    orders = City(seed, STREET, UNITS).orders(day, START - dt.timedelta(hours=6), START)
    return Morning(seed, LAW, UNITS, LEADER, HOTLINE, LIAISONS.values()).play(orders, START)


def told(done: list[Done]) -> dict[CaseId, Case]:
    """Judge the acts again, as a ledger would."""
    cases: dict[CaseId, Case] = {}
    for revision, one in enumerate(done, 1):
        case = cases.get(one.act.command.case)
        found = judge(one.act, case, one.actor, LAW, one.at)
        assert not isinstance(found, Refused), found
        for recorded in found:
            assert not recorded.late
            case = evolve(case, recorded, Revision(revision))
        assert case is not None
        cases[case.id] = case
    return cases


@pytest.mark.parametrize("seed", range(8))
def test_every_act_is_accepted_again_in_its_order(seed: int) -> None:
    done = played(seed)
    assert [one.at for one in done] == sorted(one.at for one in done)
    assert all(START - dt.timedelta(hours=6) < one.at < START for one in done)
    assert len({one.act.id for one in done}) == len(done)
    assert 25 <= len(told(done)) <= 50


@pytest.mark.parametrize("seed", range(8))
def test_the_queue_is_alive(seed: int) -> None:
    rows = [summarise(case, LAW) for case in told(played(seed)).values()]
    now_ms = epoch_ms(START)
    states = Counter(row.state for row in rows)
    assert states[CaseState.DISPATCHED] >= 3
    assert states[CaseState.IN_HAND] >= 3
    assert states[CaseState.CLOSED] >= 1
    lights = Counter(row.light(now_ms) for row in rows if row.is_open)
    assert 1 <= lights[Light.RED] + lights[Light.OVERDUE] <= 12
    assert lights[Light.GREEN] >= 5
    due_soon = [row for row in rows if row.is_open and 0 < row.due_ms - now_ms < 40 * 60_000]
    assert due_soon
    assert len({row.urgency for row in rows}) >= 4


def test_the_same_seed_gives_the_same_morning() -> None:
    assert played(3) == played(3)
    assert played(3) != played(4)
