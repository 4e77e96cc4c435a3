"""Catching up in large steps: what is gathered, when it is written, and what becomes of it when something fails."""

import asyncio

import msgspec
import pytest

from dispatcher import wire
from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId, LedgerId, Revision
from dispatcher.models.queue import Pending, summarise
from dispatcher.models.verdicts import Accepted, Settled
from dispatcher.sync.clock import CentreTime
from dispatcher.sync.desk import Desk, Gap
from dispatcher.sync.gathering import GATHER_BYTES, GATHER_S, Gathering
from dispatcher.sync.ports import LinkState, Trouble
from tests import builders as b
from tests.fakes import FakeClock, MemoryStore, Recorder, until
from tests.sync.world import World, outage, played

ACT = CommandId("act-1")


def row(number: int, body_bytes: int = 0) -> wire.CaseRow:
    case = msgspec.structs.replace(b.new_case(f"case-{number}"), revision=Revision(number))
    body = msgspec.json.encode(case)
    return wire.CaseRow(summarise(case, b.law()), msgspec.Raw(body + b" " * (body_bytes - len(body))))


def changes(first: int, last: int, *, catching_up: bool = True, body_bytes: int = 0, **more: object) -> wire.Changes:
    rows = tuple(row(number, body_bytes) for number in range(first, last + 1))
    return wire.Changes(
        first=Revision(first),
        last=Revision(last),
        rows=rows,
        committed_at=b.NOON,
        catching_up=catching_up,
        **more,  # type: ignore[arg-type]
    )


class Station:
    """A desk that has been welcomed, over a store that counts its writes."""

    def __init__(self) -> None:
        self.store, self.seen = MemoryStore(), Recorder()
        self.desk = Desk(self.store, self.seen, CentreTime(FakeClock()))
        list(self.desk.pages())
        self.desk.welcome(
            wire.Welcome(
                protocol=wire.PROTOCOL,
                now=b.NOON,
                ledger=LedgerId("ledger-1"),
                head=Revision(1000),
                actor=b.DISPATCHER,
                book=b.book(),
                units=b.units(),
            )
        )
        self.store.writes = 0

    @property
    def here(self) -> tuple[int, int, int]:
        """Writes so far, the cursor as it is stored, and how many rows are shown."""
        return self.store.writes, self.store.standing().cursor, len(self.seen.rows)


def test_what_is_caught_up_is_told_when_it_is_durable_and_all_at_once() -> None:
    station = Station()
    assert not station.desk.take(changes(1, 3), 0.0)
    assert not station.desk.take(changes(4, 5), GATHER_S / 2)
    assert station.here == (0, 0, 0)
    assert station.desk.cursor == 0
    assert station.desk.take(changes(6, 6), GATHER_S)
    assert station.here == (1, 6, 6)
    assert station.desk.cursor == 6


def test_time_alone_writes_what_was_gathered() -> None:
    station = Station()
    station.desk.take(changes(1, 3), 5.0)
    station.desk.pass_time(5.0 + GATHER_S / 2)
    assert station.here == (0, 0, 0)
    station.desk.pass_time(5.0 + GATHER_S)
    assert station.here == (1, 3, 3)
    station.desk.pass_time(99.0)
    assert station.here == (1, 3, 3)


def test_a_live_batch_is_written_at_once_with_all_before_it() -> None:
    station = Station()
    station.desk.take(changes(1, 3), 0.0)
    assert station.desk.take(changes(4, 4, catching_up=False), 0.0)
    assert station.here == (1, 4, 4)
    assert station.seen.arrivals == [], "what was missed waited for the link, not for the screen"
    assert station.desk.take(changes(5, 5, catching_up=False), 0.0)
    assert [arrival.cases for arrival in station.seen.arrivals] == [((CaseId("case-5"), Revision(5)),)]


def test_a_sign_of_life_never_passes_over_what_is_gathered() -> None:
    station = Station()
    station.desk.take(changes(1, 3), 0.0)
    station.desk.complete(Revision(7), b.NOON)
    assert station.here == (1, 3, 3)
    assert station.desk.cursor == 7
    assert station.desk.take(changes(8, 8, catching_up=False), 0.0)


def test_a_sign_of_life_after_a_full_disk_does_not_move_the_cursor() -> None:
    station = Station()
    station.desk.take(changes(1, 3), 0.0)
    station.store.failing_writes = Trouble("the disk is full")
    with pytest.raises(Trouble):
        station.desk.pass_time(GATHER_S)
    with pytest.raises(Trouble):
        station.desk.complete(Revision(7), b.NOON)
    assert (station.desk.cursor, station.here) == (0, (0, 0, 0))
    station.store.failing_writes = None
    station.desk.complete(Revision(7), b.NOON)
    assert station.here == (1, 3, 3)


def test_a_gap_inside_is_found_at_once_and_nothing_of_it_is_believed() -> None:
    station = Station()
    station.desk.take(changes(1, 3), 0.0)
    with pytest.raises(Gap):
        station.desk.take(changes(5, 6), 0.0)
    station.desk.link_ended()
    station.desk.pass_time(GATHER_S)
    assert (station.desk.cursor, station.here) == (0, (0, 0, 0))
    assert station.desk.take(changes(1, 6, catching_up=False), 0.0)
    assert station.here == (1, 6, 6)


def test_memory_is_bounded() -> None:
    gathering = Gathering()
    part = GATHER_BYTES // 4 + 1
    for number in range(1, 5):
        assert not gathering.is_due(0.0)
        gathering.add(changes(number, number, body_bytes=part), 0.0)
    assert gathering.is_due(0.0)
    gathering.clear()
    gathering.add(changes(5, 5, body_bytes=part), 0.0)
    assert not gathering.is_due(0.0)


def test_a_verdict_inside_a_catch_up_waits_for_nothing_and_comes_with_its_rows() -> None:
    station = Station()
    station.desk.take(changes(1, 2, catching_up=False), 0.0)
    station.desk.acts.submit(c.SignFor(case=CaseId("case-1")), ACT, online=False)
    station.desk.take(changes(3, 4), 0.0)
    verdict = Settled(act=ACT, verdict=Accepted(revision=Revision(5), judged_at=b.NOON))
    station.store.writes = 0
    signed = msgspec.structs.replace(row(1).row, revision=Revision(5))
    settling = wire.Changes(
        first=Revision(5),
        last=Revision(5),
        rows=(wire.CaseRow(signed, row(1).body),),
        settles=(verdict,),
        catching_up=True,
    )
    assert station.desk.take(settling, 0.0)
    assert station.here == (1, 5, 4)
    assert [receipt.act.id for receipt in station.seen.settled] == [ACT]
    assert station.seen.rows[CaseId("case-1")].pending is Pending.NONE


def test_a_verdict_held_for_its_row_is_settled_with_the_gathered_rows() -> None:
    station = Station()
    station.desk.take(changes(1, 2, catching_up=False), 0.0)
    station.desk.acts.submit(c.SignFor(case=CaseId("case-1")), ACT, online=False)
    station.desk.take(changes(3, 5), 0.0)
    station.desk.judged((Settled(act=ACT, verdict=Accepted(revision=Revision(5), judged_at=b.NOON)),))
    assert station.seen.settled == [], "its row is here, but not yet durable"
    station.store.failing_writes = Trouble("the disk is full")
    with pytest.raises(Trouble):
        station.desk.pass_time(GATHER_S)
    station.store.failing_writes = None
    station.desk.pass_time(GATHER_S)
    assert [receipt.act.id for receipt in station.seen.settled] == [ACT]
    assert station.store.unsettled() == ()


def test_a_case_that_goes_and_comes_back_while_catching_up_is_there() -> None:
    station = Station()
    station.desk.take(changes(1, 3), 0.0)
    assert station.desk.take(changes(4, 4, gone=(CaseId("case-2"),)), 0.0)
    assert sorted(station.seen.rows) == ["case-1", "case-3", "case-4"]
    again = msgspec.structs.replace(row(2).row, revision=Revision(5))
    back = wire.Changes(first=Revision(5), last=Revision(5), rows=(wire.CaseRow(again, row(2).body),))
    assert station.desk.take(back, 0.0)
    assert station.store.count() == len(station.seen.rows) == 4


def test_the_newest_of_two_states_gathered_together_counts() -> None:
    station = Station()
    station.desk.take(changes(1, 3), 0.0)
    newer = msgspec.structs.replace(row(2).row, revision=Revision(4), assignee="team")
    later = wire.Changes(first=Revision(4), last=Revision(4), rows=(wire.CaseRow(newer, row(2).body),))
    station.desk.take(later, 0.0)
    assert station.seen.rows[CaseId("case-2")] == station.store.row(CaseId("case-2")) == newer
    assert station.store.count() == 3


def test_a_case_closed_long_ago_that_was_gathered_open_is_never_told() -> None:
    station = Station()
    station.desk.take(changes(1, 3), 0.0)
    closed = msgspec.structs.replace(row(2).row, revision=Revision(4), closed_ms=1)
    later = wire.Changes(first=Revision(4), last=Revision(4), rows=(wire.CaseRow(closed, row(2).body),))
    station.desk.take(later, 0.0)
    assert sorted(station.seen.rows) == ["case-1", "case-3"]
    assert station.store.row(CaseId("case-2")) == closed


@played
async def test_a_link_lost_in_the_middle_begins_again_where_the_store_is(world: World):
    await world.centre.receive(*(f"case-{n}" for n in range(200)))
    world.centre.stop_after_pages = 2
    console = world.console()
    await until(lambda: world.centre.stopped)
    await asyncio.sleep(0.01)
    assert (console.store.count(), len(console.seen.rows)) == (0, 0), "gathered, not yet durable"
    await outage(world)
    world.centre.down = False
    await console.online()
    assert world.centre.hellos[-1].cursor == 0
    assert console.store.count() == len(console.seen.rows) == 200


@played
async def test_a_feed_that_pauses_in_the_middle_is_written_without_waiting_for_more(world: World):
    await world.centre.receive(*(f"case-{n}" for n in range(200)))
    world.centre.stop_after_pages = 2
    console = world.console()
    await until(lambda: console.store.count() == 100, patience_s=2 * GATHER_S)
    assert len(console.seen.rows) == 100
    assert console.seen.status.state is LinkState.CATCHING_UP


def test_live_batches_that_come_together_are_written_together_and_told_each_by_its_commit() -> None:
    station = Station()
    assert not station.desk.take(changes(1, 1, catching_up=False), 0.0, more=True)
    assert not station.desk.take(changes(2, 2, catching_up=False), 0.0, more=True)
    assert station.here == (0, 0, 0), "nothing is told before it is durable"
    assert station.desk.take(changes(3, 3, catching_up=False), 0.0)
    assert station.here == (1, 3, 3)
    assert [arrival.cases[0][1] for arrival in station.seen.arrivals] == [1, 2, 3]
