"""From the centre to the rows, over a link of two queues and in driven time."""

import asyncio
import datetime as dt

from dispatcher.models import commands as c
from dispatcher.models.case import CaseState
from dispatcher.models.ids import CaseId
from dispatcher.sync.engine import Engine
from dispatcher.sync.ports import LinkState
from dispatcher.transport.memory import MemoryDialer
from tests import builders as b
from tests.fakes import MemoryStore, Recorder, until
from tests.sync.world import World, played

ONE, TWO = CaseId("case-1"), CaseId("case-2")


async def filled_store(world: World, *cases: str) -> MemoryStore:
    """Give the store of a console that has been online and was shut down."""
    await world.centre.receive(*cases)
    console = await world.console().online()
    await console.stop()
    return console.store


def starting(world: World, store: MemoryStore, seen: Recorder) -> Engine:
    """Give an engine that lets its window paint the first page before it loads on."""
    return Engine(
        open_store=store.reopened,
        dialer=MemoryDialer(world.centre.accept),
        listener=seen,
        clock=world.clock,
        token=f"token-{b.DISPATCHER.person}",
        station="desk-1",
        first_page_s=2.0,
    )


async def ended(running: "asyncio.Task[None]") -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@played
async def test_first_sync_brings_every_case_and_then_the_link_is_online(world: World):
    await world.centre.receive(*(f"case-{n}" for n in range(120)))
    console = await world.console().online()
    assert len(console.seen.rows) == console.store.count() == 120
    assert console.seen.states == [LinkState.CONNECTING, LinkState.CATCHING_UP, LinkState.ONLINE]
    assert console.seen.status.received == 120
    assert console.seen.status.as_of is not None
    assert world.centre.now() - console.seen.status.as_of < dt.timedelta(seconds=1)


@played
async def test_the_cache_is_told_in_pages_before_the_first_dial(world: World):
    store = await filled_store(world, *(f"case-{n}" for n in range(250)))
    dials = world.centre.dials
    world.centre.down = True
    console = world.console(store=store)
    await until(lambda: world.centre.dials > dials)
    seen = console.seen
    assert [(s.reset, len(s.rows)) for s in seen.sets] == [(True, 100), (False, 100), (False, 50)]
    assert seen.sessions[0].actor == b.DISPATCHER
    assert seen.told.index("session") < seen.told.index("rows")
    assert [row.due_ms for row in seen.sets[0].rows] == sorted(row.due_ms for row in seen.rows.values())[:100]
    assert seen.status.as_of is not None


@played
async def test_the_rest_is_loaded_once_the_first_page_is_seen(world: World):
    store = await filled_store(world, *(f"case-{n}" for n in range(250)))
    seen, dials = Recorder(), world.centre.dials
    station = starting(world, store, seen)
    running = asyncio.create_task(station.run())
    await until(lambda: seen.sets)
    await asyncio.sleep(1.9)
    assert [len(s.rows) for s in seen.sets] == [100]
    assert world.centre.dials == dials
    station.first_page_seen()
    await until(lambda: world.centre.dials > dials)
    assert [len(s.rows) for s in seen.sets][:3] == [100, 100, 50]
    await ended(running)


@played
async def test_a_first_page_that_nobody_sees_does_not_keep_the_rest(world: World):
    store = await filled_store(world, *(f"case-{n}" for n in range(250)))
    seen, dials = Recorder(), world.centre.dials
    loop = asyncio.get_running_loop()
    running = asyncio.create_task(starting(world, store, seen).run())
    await until(lambda: seen.sets)
    begun_s = loop.time()
    await until(lambda: world.centre.dials > dials)
    assert 1.9 < loop.time() - begun_s < 2.5
    assert len(seen.rows) == 250
    await ended(running)


@played
async def test_an_empty_cache_is_told_as_empty(world: World):
    world.centre.down = True
    console = world.console()
    await until(lambda: console.seen.sets)
    assert console.seen.sets[0].reset
    assert console.seen.rows == {}
    assert console.seen.sessions == []
    assert console.seen.status.as_of is None


@played
async def test_a_live_order_is_told_after_it_is_durable(world: World):
    console = await world.console().online()
    console.seen.told.clear()
    await world.centre.receive("case-1")
    await until(lambda: ONE in console.seen.rows)
    assert console.store.row(ONE) == console.seen.rows[ONE]
    assert console.seen.told.index("arrived") < console.seen.told.index("rows")
    assert console.seen.arrivals[-1].cases == ((ONE, console.seen.rows[ONE].revision),)


@played
async def test_a_gap_is_never_guessed_over(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    hellos = len(world.centre.hellos)
    world.centre.skip = 1
    await world.centre.receive("case-2")
    await until(lambda: TWO in console.seen.rows)
    assert len(world.centre.hellos) == hellos + 1
    assert world.centre.hellos[-1].cursor == 1
    assert LinkState.OFFLINE not in console.seen.states


@played
async def test_other_streets_cases_move_the_cursor_and_are_not_shown(world: World):
    console = await world.console().online()
    await world.centre.make(b.receive("far", holder=b.OTHER_STREET), b.HOTLINE)
    await world.centre.receive("case-1")
    await until(lambda: ONE in console.seen.rows)
    assert list(console.seen.rows) == [ONE]
    assert len(world.centre.hellos) == 1


@played
async def test_a_case_closed_a_day_ago_leaves_the_lists(world: World):
    console = await world.console().online()
    closed_at = world.centre.now() - dt.timedelta(hours=23, minutes=30)
    order = b.order(dispatched_at=closed_at - dt.timedelta(hours=1))
    await world.centre.make(c.ReceiveOrder(case=ONE, order=order, holder=b.STREET, closed_at=closed_at), b.HOTLINE)
    await until(lambda: ONE in console.seen.rows)
    await asyncio.sleep(1200)
    assert ONE in console.seen.rows
    await asyncio.sleep(1300)
    assert ONE not in console.seen.rows
    assert console.store.row(ONE) is not None


@played
async def test_a_watched_case_is_told_now_and_at_every_change(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    console.engine.watch(ONE)
    assert len(console.seen.views) == 1
    console.engine.submit(c.SignFor(case=ONE))
    view = console.seen.views[-1]
    assert view is not None
    assert view.case.state is CaseState.SIGNED
    assert (view.confirmed, len(view.case.history), len(view.acts)) == (1, 2, 1)
    await until(lambda: console.seen.settled)
    view = console.seen.views[-1]
    assert view is not None
    assert (view.confirmed, len(view.acts)) == (2, 0)
    told = len(console.seen.views)
    console.engine.watch(None)
    await world.centre.make(c.Assign(case=ONE, assignee="team"), b.LEADER)
    await until(lambda: console.seen.rows[ONE].assignee == "team")
    assert len(console.seen.views) == told


@played
async def test_watching_a_case_that_is_not_here_says_so(world: World):
    console = await world.console().online()
    console.engine.watch(CaseId("nowhere"))
    assert console.seen.views == [None]
