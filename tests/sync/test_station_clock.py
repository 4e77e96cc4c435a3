"""A station clock moved by an hour: said within seconds, online and offline, and nothing that counts follows it."""

import asyncio
import datetime as dt

import pytest

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, LedgerId
from dispatcher.sync.clock import CentreTime
from dispatcher.sync.ports import ActState, LinkState, Remembered
from tests import builders as b
from tests.fakes import FakeClock, MemoryStore, until
from tests.sync.world import World, has_state, outage, played

ONE = CaseId("case-1")
HOUR_S = 3600.0
SECONDS = 2.0


@pytest.mark.parametrize("by_s", [HOUR_S, -HOUR_S])
@pytest.mark.parametrize("linked", [True, False])
def test_it_is_said_within_seconds_and_acts_keep_their_time(by_s: float, linked: bool):
    async def story(world: World) -> None:
        console = await world.console().online()
        await world.centre.receive("case-1")
        await until(lambda: ONE in console.seen.rows)
        if not linked:
            await outage(world)
            await until(lambda: has_state(console, LinkState.OFFLINE))
        before = console.engine.now()
        world.clock.set_wall(by_s)
        assert console.engine.now() == before
        await until(lambda: console.seen.status.station_clock_wrong, SECONDS)
        assert console.seen.status.clock_off_ms == by_s * 1000
        act = console.engine.submit(c.SignFor(case=ONE))
        receipt = next(receipt for receipt in console.store.receipts(1) if receipt.act.id == act)
        assert abs((receipt.made_at - world.centre.now()).total_seconds()) < 1
        error_ms = receipt.act.clock_error_ms
        assert error_ms is not None, "how far its time can be trusted is known"
        assert error_ms < 1000
        world.clock.set_wall(-by_s)
        await until(lambda: not console.seen.status.station_clock_wrong, SECONDS)

    World().play(story)


@played
async def test_a_whistle_expires_by_the_time_that_passed_not_by_the_clock_on_the_wall(world: World):
    console = await world.console().online()
    await world.centre.receive("case-1")
    await until(lambda: ONE in console.seen.rows)
    await outage(world)
    await until(lambda: has_state(console, LinkState.OFFLINE))
    console.engine.submit(b.blow("case-1"))
    world.clock.set_wall(HOUR_S)
    await asyncio.sleep(60)
    assert console.seen.outbox[0].state is ActState.QUEUED
    world.clock.set_wall(-2 * HOUR_S)
    await asyncio.sleep(30 * 60)
    await until(lambda: console.seen.outbox[0].state is ActState.EXPIRED, SECONDS)


@played
async def test_after_a_sleep_of_the_machine_time_has_passed_and_no_clock_is_called_wrong(world: World):
    console = await world.console().online()
    await world.centre.receive("case-1")
    await until(lambda: ONE in console.seen.rows)
    await outage(world)
    await until(lambda: has_state(console, LinkState.OFFLINE))
    console.engine.submit(b.blow("case-1"))
    world.clock.advance(31 * 60)  # both clocks go on in sleep; nothing of ours runs
    await until(lambda: console.seen.outbox[0].state is ActState.EXPIRED, SECONDS)
    assert not console.seen.status.station_clock_wrong
    assert world.centre.submitted == []


def test_a_station_started_without_a_link_behind_what_it_knows_is_behind_for_certain():
    clock = FakeClock(b.NOON - dt.timedelta(hours=1))
    centre = CentreTime(clock)
    assert not centre.station_clock_wrong
    centre.not_before(b.NOON)
    assert centre.now() == b.NOON
    assert centre.station_clock_wrong
    assert centre.station_off_s == -HOUR_S
    assert centre.error_s is None, "nobody knows how far that may be wrong"


def test_the_engine_takes_the_floor_from_its_cache():
    async def story(world: World) -> None:
        store = MemoryStore()
        store.begin_ledger(LedgerId("l"), Remembered(actor=b.DISPATCHER, book=b.book(), units=b.units()))
        store.touch(b.NOON + dt.timedelta(hours=2), store.standing().cursor)
        world.centre.down = True
        console = world.console(store=store)
        await until(lambda: console.seen.statuses and console.seen.status.station_clock_wrong, SECONDS)
        assert console.engine.now() >= b.NOON + dt.timedelta(hours=2)

    World().play(story)
