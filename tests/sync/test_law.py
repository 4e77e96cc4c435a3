"""The law at a console: told by the centre or come by itself, and every open row made anew under it."""

import asyncio
import datetime as dt
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models import queue
from dispatcher.models.case import Case
from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import Edition, FloodSpell, LawBook
from dispatcher.models.order import Urgency
from dispatcher.models.policy import Flood, Policy
from dispatcher.models.queue import QueueRow, summarise
from dispatcher.storage.cache import Cache
from dispatcher.sync import restating, words
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.ports import LinkState, StoreDamaged, Trouble
from dispatcher.sync.thread import EngineThread
from dispatcher.transport.memory import MemoryDialer
from tests import builders as b
from tests.fakes import FakeClock, MemoryStore, Recorder, until
from tests.sync.world import FakeCentre, World, has_state, outage, played

ONE, TWO, FAR = CaseId("case-1"), CaseId("case-2"), CaseId("far")
HANDS = b.DISPATCHER.person


def flood_policy(version: str = "test-1", **more: object) -> Policy:
    season = ((3, 4), (3, 5))
    return msgspec.structs.replace(
        b.policy(), version=version, flood=Flood(categories=("lighting",), season=season), **more
    )


def with_flood(since: dt.datetime = b.NOON, on: bool = True) -> LawBook:
    """Give the book of the builders with the switch thrown by hand; all the builders' orders are lighting."""
    policy = msgspec.structs.replace(b.policy(), flood=Flood(categories=("lighting",)))
    book = msgspec.structs.replace(b.book(), editions=(Edition(policy=policy, since=b.NOON - dt.timedelta(days=9)),))
    spell = FloodSpell(since=since, on=on, reason="red rain warning", by=HANDS)
    return msgspec.structs.replace(book, spells=(spell,))


def expected(world: World) -> dict[CaseId, QueueRow]:
    """Give the rows of the street as the centre would make them now."""
    return {case.id: summarise(case, world.centre.law) for case in world.centre.cases.values()}


@played
async def test_a_new_law_makes_every_open_row_anew_in_one_change_set_and_in_the_cache(world: World):
    world.centre.book = with_flood(on=False)
    await world.centre.receive("case-1", "case-2")
    console = await world.console().online()
    before = console.seen.rows[ONE]
    sets = len(console.seen.sets)
    await world.centre.change_law(with_flood(since=world.centre.now()))
    await until(lambda: len(console.seen.sets) > sets)
    (told,) = console.seen.sets[sets:]
    assert {row.id for row in told.rows} == {ONE, TWO}
    assert console.seen.rows == expected(world)
    assert console.seen.rows[ONE].urgency is Urgency.FLOOD
    assert console.seen.rows[ONE].due_ms < before.due_ms
    assert console.store.row(ONE) == console.seen.rows[ONE]
    assert console.seen.laws[-1].flood


@played
async def test_who_hears_of_the_law_hears_before_the_rows_and_it_is_kept_for_the_next_start(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    book = with_flood(since=world.centre.now())
    console.seen.told.clear()
    before = console.store.law_mark()
    await world.centre.change_law(book)
    await until(lambda: console.store.law_mark() not in ("", before))
    told = [what for what in console.seen.told if what in ("session", "rows")]
    assert told == ["session", "rows"]
    assert console.seen.sessions[-1].book == book
    await console.stop()
    world.centre.down = True
    again = world.console(store=console.store)
    await until(lambda: again.seen.laws)
    assert again.seen.laws[0].flood
    assert again.seen.rows == console.seen.rows


@played
async def test_a_law_that_changes_nothing_visible_tells_no_rows(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await until(lambda: console.store.law_mark())
    sets = len(console.seen.sets)
    sessions = len(console.seen.sessions)
    await world.centre.change_law(world.centre.book)
    assert console.store.law_mark() == "" or len(console.seen.sets) == sets
    await until(lambda: console.store.law_mark())
    assert len(console.seen.sets) == sets
    assert len(console.seen.sessions) == sessions, "it is the law that is known"


@played
async def test_the_edge_of_a_season_passes_without_a_link(world: World):
    edition = Edition(policy=flood_policy(), since=b.NOON - dt.timedelta(days=9))
    world.centre.book = msgspec.structs.replace(b.book(), editions=(edition,))
    await world.centre.receive("case-1", urgency=Urgency.COMPLEX)
    console = await world.console().online()
    assert not console.seen.laws[-1].flood
    await outage(world)
    world.clock.advance(12 * 3600 - 60)
    await asyncio.sleep(2)
    assert console.seen.rows[ONE].urgency is Urgency.COMPLEX, "a minute before midnight in Beijing"
    await asyncio.sleep(60)
    assert console.seen.laws[-1].flood
    assert console.seen.rows[ONE].urgency is Urgency.FLOOD
    assert console.seen.rows == expected(world)
    world.clock.advance(48 * 3600)
    await asyncio.sleep(2)
    assert not console.seen.laws[-1].flood
    assert console.seen.rows == expected(world)


@played
async def test_the_date_of_a_policy_passes_without_a_link(world: World):
    limits = dict(b.policy().orders)
    limits[Urgency.ORDINARY] = msgspec.structs.replace(limits[Urgency.ORDINARY], sign=b.limit("5 min"))
    tighter = msgspec.structs.replace(b.policy(), version="test-2", orders=limits)
    later = Edition(policy=tighter, since=b.NOON + dt.timedelta(minutes=3))
    world.centre.book = msgspec.structs.replace(b.book(), editions=(*b.book().editions, later))
    await asyncio.sleep(60)
    await world.centre.receive("case-1")
    console = await world.console().online()
    before = console.seen.rows[ONE].due_ms
    await outage(world)
    await asyncio.sleep(12 * 60)
    assert console.seen.laws[-1].policy.version == "test-2"
    assert console.seen.rows == expected(world)
    assert console.seen.rows[ONE].due_ms != before


@played
async def test_what_passed_while_the_program_was_off_is_made_good_at_the_start(world: World):
    world.centre.book = with_flood(since=b.NOON + dt.timedelta(minutes=10))
    await world.centre.receive("case-1", "case-2")
    console = await world.console().online()
    await until(lambda: console.store.law_mark())
    await console.stop()
    assert {row.urgency for row in console.seen.rows.values()} == {Urgency.ORDINARY}
    await asyncio.sleep(20 * 60)
    world.centre.down = True
    again = world.console(store=console.store)
    await until(lambda: again.seen.rows and again.seen.rows[ONE].urgency is Urgency.FLOOD)
    assert again.seen.rows == expected(world)


@played
async def test_what_was_interrupted_is_done_at_the_next_start(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await until(lambda: console.store.law_mark())
    await world.centre.change_law(with_flood(since=world.centre.now()))
    await until(lambda: not console.store.law_mark())
    await console.stop()
    assert console.seen.rows[ONE].urgency is Urgency.ORDINARY
    world.centre.down = True
    again = world.console(store=console.store)
    await until(lambda: again.store.is_open and again.store.law_mark())
    assert again.seen.rows == expected(world)


@played
async def test_a_pending_act_stays_folded_and_a_live_change_stays_whole(world: World):
    world.centre.book = with_flood(on=False)
    await world.centre.receive("case-1", "case-2")
    console = await world.console().online()
    await outage(world)
    console.engine.submit(c.SignFor(case=ONE))
    world.centre.book = with_flood(since=world.centre.now())
    await world.centre.make(c.SignFor(case=TWO), b.LEADER)
    world.centre.down = False
    await until(lambda: console.seen.settled and console.seen.rows[TWO].urgency is Urgency.FLOOD)
    await until(lambda: console.store.law_mark())
    assert console.seen.rows == expected(world)


@played
async def test_a_link_lost_after_a_change_of_law_has_the_rows_made_anew_once_more(world: World):
    """The centre's pages may hold rows of the law before for a while: what came in between must not stay."""
    world.centre.book = with_flood(on=False)
    await world.centre.receive("case-1")
    console = await world.console().online()
    old = world.centre.law
    await world.centre.change_law(with_flood(since=world.centre.now()))
    await until(lambda: console.store.law_mark())
    stale = summarise(world.centre.cases[ONE], old)
    console.store.replace_rows([(1, stale)])
    await world.centre.cut()
    await until(lambda: console.store.row(ONE) != stale)


@played
async def test_a_store_that_fails_in_the_middle_is_told_and_made_good_after_the_next_welcome(world: World):
    world.centre.book = with_flood(on=False)
    await world.centre.receive("case-1")
    console = await world.console().online()
    await until(lambda: console.store.law_mark())
    await world.centre.change_law(with_flood(since=world.centre.now()))
    await until(lambda: not console.store.law_mark())
    console.store.failing_writes = Trouble("the disk is full")
    await until(lambda: "the disk is full" in console.seen.troubles)
    console.store.failing_writes = None
    await outage(world)
    world.centre.down = False
    await until(lambda: console.store.law_mark())
    assert console.seen.rows == expected(world)


@played
async def test_a_damaged_store_forgets_what_it_was_making_anew(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await world.centre.change_law(with_flood(since=world.centre.now()))
    console.store.failing_writes = StoreDamaged("the file is broken")
    await until(lambda: console.seen.troubles)
    console.store = MemoryStore()
    await until(lambda: console.store.count() == 1 and has_state(console, LinkState.ONLINE))
    await until(lambda: console.store.law_mark())
    assert console.seen.rows == expected(world)


@played
async def test_a_case_that_leaves_while_it_is_looked_at_is_gone_with_a_word_why(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    console.engine.watch(ONE)
    await world.centre.make(c.Transfer(case=ONE, to=b.OTHER_STREET, reason="lies there"), b.HOTLINE)
    await until(lambda: console.seen.views[-1] is None)
    assert console.seen.missing[-1] == words.LEFT
    assert console.seen.rows == {}
    console.engine.watch(FAR)
    assert (console.seen.views[-1], console.seen.missing[-1]) == (None, words.NOT_HERE)


@played
async def test_loads_are_told_as_they_came(world: World):
    console = await world.console().online()
    await world.centre.tell_loads({b.URBAN: 3})
    await until(lambda: console.seen.loads)
    units, as_of = console.seen.loads[-1]
    assert dict(units) == {b.URBAN: 3}
    assert as_of <= world.centre.now()


MANY = 20_000
TIMEOUT_S = 120.0


def wait_for(happened: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + TIMEOUT_S
    pause = threading.Event()
    while not happened():
        assert time.monotonic() < deadline_s, "it never happened"
        pause.wait(0.005)


class Lag:
    """How long each turn of a loop takes, while it is asked."""

    def __init__(self) -> None:
        self.turns_s: list[float] = []
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._measure())

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _measure(self) -> None:
        while True:
            began_s = time.perf_counter()
            await asyncio.sleep(0)
            self.turns_s.append(time.perf_counter() - began_s)
            await asyncio.sleep(0.001)


def test_twenty_thousand_rows_are_made_anew_beside_live_changes_and_not_by_the_thread_that_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The interface's thread is this one here: it must not be made to do any of it."""
    made_by: set[str] = set()

    def seen(case: Case, law: Law) -> QueueRow:
        made_by.add(threading.current_thread().name)
        return queue.summarise(case, law)

    monkeypatch.setattr(restating, "summarise", seen)
    centre = FakeCentre(FakeClock(), b.DISPATCHER)
    centre.page = 2000
    centre.book = with_flood(on=False)
    for number in range(MANY):
        centre._judge(b.act(b.receive(f"case-{number}"), b.HOTLINE, act_id=f"act-{number}"), b.HOTLINE)
    recorder = Timed()
    engine = Engine(
        open_store=lambda: Cache.open(tmp_path),
        dialer=MemoryDialer(centre.accept),
        listener=recorder,
        clock=SystemClock(),
        token="token-li",
        station="desk-1",
    )
    thread = EngineThread(engine, recorder)
    thread.start()
    lag = Lag()
    try:
        wait_for(lambda: len(recorder.rows) == MANY and recorder.status.state is LinkState.ONLINE)
        tasks: list[asyncio.Task[None]] = []

        async def change_and_go_on() -> None:
            await centre.change_law(with_flood(since=b.NOON))
            while CaseId("case-0") not in recorder.under_flood:
                live = CaseId(f"live-{len(recorder.asked_s)}")
                recorder.asked_s[live] = time.perf_counter()
                await centre.receive(live)
                await asyncio.sleep(0.1)

        thread.call(lag.begin)
        thread.call(lambda: tasks.append(asyncio.get_running_loop().create_task(change_and_go_on())))
        wait_for(lambda: tasks and tasks[0].done())
        thread.call(lag.end)
        wait_for(lambda: len(recorder.heard_s) == len(recorder.asked_s))
    finally:
        thread.stop()
    assert {row.urgency for row in recorder.rows.values()} == {Urgency.FLOOD}
    assert recorder.whole == 1, "one change set"
    assert made_by == {"sync"}
    late_s = sorted(recorder.heard_s[live] - asked for live, asked in recorder.asked_s.items())
    assert len(late_s) >= 3, "it was over before anything live could come in between"
    assert statistics.median(late_s) < 0.25, "generous, for a machine that is busy"
    assert sorted(lag.turns_s)[len(lag.turns_s) * 95 // 100] < 0.05


class Timed(Recorder):
    """Notes when live rows are heard, and the one set that holds all that was made anew."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_s: dict[CaseId, float] = {}
        self.heard_s: dict[CaseId, float] = {}
        self.under_flood: set[CaseId] = set()
        self.whole = 0

    def rows_changed(self, changes: ChangeSet) -> None:
        super().rows_changed(changes)
        for row in changes.rows:
            if row.id in self.asked_s:
                self.heard_s[row.id] = time.perf_counter()
            elif row.urgency is Urgency.FLOOD:
                self.under_flood.add(row.id)
        self.whole += len(changes.rows) >= MANY and changes.rows[0].urgency is Urgency.FLOOD
