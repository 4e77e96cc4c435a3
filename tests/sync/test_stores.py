"""Ledgers, scopes, and a store that fails."""

import asyncio
import datetime as dt

from dispatcher.models import commands as c
from dispatcher.models.case import CaseState
from dispatcher.models.ids import CaseId
from dispatcher.models.queue import Pending
from dispatcher.sync import words
from dispatcher.sync.ports import LinkState, StoreDamaged, StoreNewer, Trouble
from tests import builders as b
from tests.fakes import MemoryStore, until
from tests.sync.world import World, has_state, outage, played

ONE, TWO = CaseId("case-1"), CaseId("case-2")


@played
async def test_another_ledger_empties_the_rows_and_keeps_the_outbox(world: World):
    await world.centre.receive("case-1", "case-2")
    console = await world.console().online()
    await outage(world)
    act = console.engine.submit(c.SignFor(case=ONE))
    world.centre.restart("ledger-2")
    await world.centre.receive("case-1")
    world.centre.down = False
    await until(lambda: console.seen.settled)
    assert list(console.seen.rows) == [ONE]
    assert console.store.standing().ledger == "ledger-2"
    assert world.centre.submitted == [act]
    assert console.seen.rows[ONE].state is CaseState.SIGNED


@played
async def test_a_centre_set_back_makes_the_cache_begin_anew(world: World):
    await world.centre.receive("case-1", "case-2")
    console = await world.console().online()
    await outage(world)
    world.centre.restart()
    await world.centre.receive("case-2")
    world.centre.down = False
    await until(lambda: has_state(console, LinkState.ONLINE))
    assert list(console.seen.rows) == [TWO]
    assert console.store.count() == 1


@played
async def test_a_sign_in_with_another_scope_fetches_that_scope(world: World):
    await world.centre.receive("case-1")
    await world.centre.make(b.receive("far", holder=b.OTHER_STREET), b.HOTLINE)
    console = await world.console().online()
    assert list(console.seen.rows) == [ONE]
    console.engine.use_token("token-zhao")
    await until(lambda: list(console.seen.rows) == ["far"])
    assert console.store.count() == 1


@played
async def test_a_damaged_store_begins_anew_from_revision_nothing(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    console.store.failing_writes = StoreDamaged("the file is broken")
    fresh = MemoryStore()
    await world.centre.receive("case-2")
    await until(lambda: console.seen.troubles)
    console.store = fresh
    await until(lambda: fresh.count() == 2 and has_state(console, LinkState.ONLINE))
    assert set(console.seen.rows) == {ONE, TWO}
    assert console.seen.troubles == ["the file is broken"]


@played
async def test_a_full_disk_is_said_and_nothing_is_lost_when_there_is_room_again(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    console.store.failing_writes = Trouble("the disk is full")
    act = console.engine.submit(c.SignFor(case=ONE))
    assert console.seen.answer(act).trouble == "the disk is full"
    assert console.seen.rows[ONE].pending is Pending.NONE
    await world.centre.receive("case-2")
    await asyncio.sleep(60)
    assert TWO not in console.seen.rows, "nobody hears of what is not durable"
    assert not has_state(console, LinkState.ONLINE)
    console.store.failing_writes = None
    await until(lambda: TWO in console.seen.rows)
    console.engine.submit(c.SignFor(case=ONE))
    await until(lambda: console.seen.settled)


@played
async def test_a_store_that_cannot_be_opened_is_tried_again_and_wishes_wait(world: World):
    await world.centre.receive("case-1")
    store = MemoryStore()
    store.failing = Trouble("no such folder")
    console = world.console(store=store)
    await until(lambda: console.seen.troubles)
    act = console.engine.submit(c.SignFor(case=ONE))
    store.failing = None
    await console.online()
    assert console.seen.answer(act).trouble == words.NOT_SIGNED_IN


@played
async def test_a_newer_store_is_left_alone(world: World):
    store = MemoryStore()
    store.failing = StoreNewer("made by a newer version")
    console = world.console(store=store)
    await until(lambda: console.seen.troubles)
    await asyncio.sleep(60)
    assert console.seen.troubles == ["made by a newer version"]
    assert world.centre.dials == 0


@played
async def test_an_idle_link_does_not_write_at_every_beat(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await asyncio.sleep(10)
    before = console.store.writes
    await asyncio.sleep(60)
    assert 6 <= console.store.writes - before <= 13
    as_of = console.store.standing().as_of
    assert as_of is not None
    assert world.centre.now() - as_of < dt.timedelta(seconds=10)
