"""A station takes a real centre's snapshot over, is broken off, and goes on; whatever befell it, it ends the same."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.ids import CaseId, LedgerId, PersonId, Revision, UnitId
from dispatcher.models.order import Caller
from dispatcher.models.organisation import Role
from dispatcher.models.queue import QueueRow
from dispatcher.server import feed
from dispatcher.storage import snapshotting
from dispatcher.storage.cache import Cache
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.ports import LinkLost, LinkState, Snapshots, SnapshotStream, TakenUpTo
from dispatcher.transport.snapshots import HttpSnapshots
from dispatcher.transport.websocket import WebSocketDialer
from tests.fakes import Recorder, until
from tests.server.centre import OTHER_STREET, STREET, Centre, act, now, order, running_centre

PATIENCE_S = 30.0


@pytest.fixture(autouse=True)
def _small_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "OFFERED_FROM", 10)
    monkeypatch.setattr(snapshotting, "FIRST_ROWS", 5)
    monkeypatch.setattr(snapshotting, "PART_ROWS", 20)


class Counted:
    """Snapshots that note what was asked for and given; after `breaks_after` parts in all there are no more."""

    def __init__(self, snapshots: Snapshots, breaks_after: int | None = None) -> None:
        self._snapshots = snapshots
        self.breaks_after = breaks_after
        self.asked: list[TakenUpTo | None] = []
        self.given: list[TakenUpTo] = []

    def open(self, token: str, resume: TakenUpTo | None) -> SnapshotStream:
        self.asked.append(resume)
        return _Counting(self, self._snapshots.open(token, resume))


class _Counting:
    def __init__(self, counted: Counted, stream: SnapshotStream) -> None:
        self._counted = counted
        self._stream = stream
        self.cut, self.close = stream.cut, stream.close

    def next(self) -> tuple[bytes, TakenUpTo] | None:
        if self._counted.breaks_after is not None and len(self._counted.given) >= self._counted.breaks_after:
            raise LinkLost("cut")
        found = self._stream.next()
        if found is not None:
            self._counted.given.append(found[1])
        return found


class Station:
    """One station at a real centre, over a directory that outlives it."""

    def __init__(self, centre: Centre, home: Path, snapshots: Snapshots | None) -> None:
        self.seen = Recorder()
        self.home = home
        self._centre = centre
        self._snapshots = snapshots
        self._task: asyncio.Task[None] | None = None

    async def start(self, person: str = "wang") -> "Station":
        self.engine = Engine(
            open_store=lambda: Cache.open(self.home),
            dialer=WebSocketDialer(self._centre.feed),
            listener=self.seen,
            clock=SystemClock(),
            token=await self._centre.token(person),
            station="desk-1",
            snapshots=self._snapshots,
        )
        self._task = asyncio.create_task(self.engine.run())
        return self

    async def until(self, happened: Callable[[], object]) -> None:
        assert self._task is not None
        try:
            await until(lambda: happened() or self._task.done(), PATIENCE_S)
        except AssertionError:
            raise AssertionError(f"{self.seen.states}, {len(self.seen.rows)} rows, {self.seen.troubles}") from None
        if self._task.done():
            self._task.result()

    async def online(self, rows: int) -> None:
        await self.until(lambda: len(self.seen.rows) == rows and self.seen.status.state is LinkState.ONLINE)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None


@contextlib.asynccontextmanager
async def station(
    centre: Centre, home: Path, snapshots: Snapshots | None = None, person: str = "wang"
) -> AsyncIterator[Station]:
    there = await Station(centre, home, snapshots or HttpSnapshots(centre.running.url)).start(person)
    try:
        yield there
    finally:
        await there.stop()


Kept = dict[CaseId, tuple[QueueRow, Case, Caller | None]]


def kept(home: Path) -> tuple[Kept, Revision, LedgerId]:
    """Give all that a station's files hold, while nobody uses them."""
    store = Cache.open(home)
    try:
        standing = store.standing()
        assert (standing.is_filling, standing.taking) == (False, None)
        found: Kept = {}
        for page in store.rows(0):
            for row in page:
                case = store.case(row.id)
                assert case is not None
                found[row.id] = row, case, store.caller(row.id)
        assert store.count() == len(found)
        return found, standing.cursor, standing.ledger
    finally:
        store.close()


async def in_step(centre: Centre, home: Path, rows: int, person: str = "wang") -> None:
    """Check that a station's files hold what a new one gets row by row, to the last byte of every case."""
    fresh = home.with_name(f"{home.name}-fresh")
    one = await Station(centre, fresh, None).start(person)
    try:
        await one.online(rows)
    finally:
        await one.stop()
    assert kept(home)[0] == kept(fresh)[0]


async def orders(centre: Centre, count: int, **more: object) -> list[CaseId]:
    # A centre that has just begun makes its rows anew; a snapshot made before that is not given out any more after it.
    while not (await centre.running.desk.read(lambda ledger: ledger.standing())).rows_as_of_ms:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    return await centre.accepted(*(order(**more) for _ in range(count)))


def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'centre.db'}"


def test_a_new_station_takes_a_snapshot_and_goes_on_live(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            await orders(centre, 70)
            await orders(centre, 3, confidential=True)
            await orders(centre, 30, holder=OTHER_STREET)
            counted = Counted(HttpSnapshots(centre.running.url))
            async with station(centre, tmp_path / "home", counted) as there:
                await there.online(73)
                assert counted.asked == [None]
                assert len(counted.given) == 6
                first = next(s for s in there.seen.sets if s.rows)
                assert len(first.rows) == 5
                assert max(row.due_ms for row in first.rows) <= min(
                    row.due_ms for id_, row in there.seen.rows.items() if id_ not in {r.id for r in first.rows}
                )
                shown = [(s.received, s.expected) for s in there.seen.statuses if s.state is LinkState.CATCHING_UP]
                assert shown[0] == (0, 73)
                assert shown[-1] == (73, 73)
                await orders(centre, 2)
                await there.online(75)
            await in_step(centre, tmp_path / "home", 75)

    asyncio.run(story())


def test_a_station_without_snapshots_and_a_short_way_go_row_by_row(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            await orders(centre, 30)
            counted = Counted(HttpSnapshots(centre.running.url))
            async with station(centre, tmp_path / "home", counted) as there:
                await there.online(30)
            await orders(centre, 12)  # not half of all
            async with station(centre, tmp_path / "home", counted) as there:
                await there.online(42)
            assert counted.asked == [None]
            await orders(centre, 50)  # now there is more to come than there is
            async with station(centre, tmp_path / "home", counted) as there:
                await there.online(92)
            assert counted.asked == [None, None]
            await in_step(centre, tmp_path / "home", 92)

    asyncio.run(story())


@pytest.mark.parametrize("parts", [0, 1, 3])
def test_a_download_that_breaks_off_goes_on_where_it_was(tmp_path: Path, parts: int) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            await orders(centre, 90)
            counted = Counted(HttpSnapshots(centre.running.url), breaks_after=parts)
            async with station(centre, tmp_path / "home", counted) as there:
                await there.until(lambda: len(counted.asked) == 2)
                assert len(there.seen.rows) == (0 if not parts else 5 + 20 * (parts - 1))
                counted.breaks_after = None
                await there.online(90)
            assert counted.asked[1] == (counted.given[parts - 1] if parts else None)
            assert len(counted.given) == 7, "no part came twice"
            await in_step(centre, tmp_path / "home", 90)

    asyncio.run(story())


def test_a_station_stopped_in_the_middle_goes_on_after_its_next_start(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            await orders(centre, 90)
            counted = Counted(HttpSnapshots(centre.running.url), breaks_after=2)
            async with station(centre, tmp_path / "home", counted) as there:
                await there.until(lambda: len(there.seen.rows) == 25)
            await orders(centre, 4)
            counted.breaks_after = None
            async with station(centre, tmp_path / "home", counted) as there:
                assert counted.asked
                await there.online(94)
                assert len(there.seen.sets[0].rows) == 25, "what had come is shown before the link is tried"
            assert len(counted.given) == 7
            await in_step(centre, tmp_path / "home", 94)

    asyncio.run(story())


def test_a_snapshot_that_is_no_more_is_begun_anew_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """The centre was started again: another snapshot; what of the first one has left the scope since goes."""

    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            cases = await orders(centre, 60)
            counted = Counted(HttpSnapshots(centre.running.url), breaks_after=3)
            async with station(centre, tmp_path / "home", counted) as there:
                await there.until(lambda: len(there.seen.rows) == 45)
                away = [case for case in cases if case in there.seen.rows][:10]
        async with running_centre(database(tmp_path)) as centre:
            async with centre.console("hotline") as hotline:
                acts = [act(c.Transfer(case=case, to=OTHER_STREET, reason="属乙街道"), "hotline") for case in away]
                await hotline.submit(*acts)
                await hotline.settled(*acts)
            counted = Counted(HttpSnapshots(centre.running.url))
            async with station(centre, tmp_path / "home", counted) as there:
                await there.online(50)
                assert counted.asked[0] is not None
                assert not set(away) & set(there.seen.rows)
            await in_step(centre, tmp_path / "home", 50)

    asyncio.run(story())


@pytest.mark.parametrize("parts", [0, 2])
def test_a_snapshot_that_cannot_be_had_makes_way_for_rows(tmp_path: Path, parts: int) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            await orders(centre, 60)
            counted = Counted(HttpSnapshots(centre.running.url), breaks_after=parts)
            async with station(centre, tmp_path / "home", counted) as there:
                await there.online(60)
                await orders(centre, 1)
                await there.online(61)
            assert len(counted.asked) == (4 if parts else 3)
            await in_step(centre, tmp_path / "home", 61)

    asyncio.run(story())


def test_acts_made_while_a_snapshot_comes_are_settled(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            await orders(centre, 80)
            counted = Counted(HttpSnapshots(centre.running.url), breaks_after=1)
            async with station(centre, tmp_path / "home", counted) as there:
                await there.until(lambda: len(there.seen.rows) == 5)
                case = next(iter(there.seen.rows))
                there.engine.submit(c.SignFor(case=case))
                counted.breaks_after = None
                await there.online(80)
                await there.until(lambda: there.seen.settled)
                assert there.seen.rows[case].state == "signed"
            await in_step(centre, tmp_path / "home", 80)

    asyncio.run(story())


async def give_role(centre: Centre, person: str, unit: UnitId, role: Role) -> None:
    """Change an account as an administrator does, which ends its sessions; sign in again."""

    def change(ledger: Ledger) -> None:
        account = ledger.accounts.get(PersonId(person))
        assert account is not None
        changed = msgspec.structs.replace(account, unit=unit, roles=frozenset({role}))
        ledger.accounts.put(changed, PersonId("admin"), now())

    await centre.running.desk.write(change)
    centre.tokens.pop(person, None)
    await centre.token(person)


@pytest.mark.parametrize("connected", [True, False], ids=["while connected", "while away"])
def test_a_scope_that_grows_and_shrinks(tmp_path: Path, connected: bool) -> None:
    """A dispatcher becomes one of the district, and then of another street: rows go at once and come as they must."""
    district = UnitId(STREET[:6])

    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            await orders(centre, 20)
            await orders(centre, 15, holder=OTHER_STREET)
            there = await Station(centre, tmp_path / "home", HttpSnapshots(centre.running.url)).start()
            try:
                await there.online(20)
                for unit, role, rows in (
                    (district, Role.DISTRICT, 35),
                    (OTHER_STREET, Role.SUPERVISOR, 15),
                    (STREET, Role.DISPATCHER, 20),
                ):
                    if not connected:
                        await there.stop()
                        there.seen = Recorder()
                    await give_role(centre, "wang", unit, role)
                    if connected:
                        await there.until(lambda: there.seen.status.state is LinkState.REFUSED)
                        there.seen.statuses = there.seen.statuses[-1:]
                        there.engine.use_token(await centre.token("wang"))
                    else:
                        await there.start()
                    await there.online(rows)
                    caught_up = [s for s in there.seen.statuses if s.state is LinkState.CATCHING_UP]
                    # What lies within the scope before is here already; of another one nothing is.
                    assert any(s.expected for s in caught_up) == (role is not Role.SUPERVISOR)
            finally:
                await there.stop()
            await in_step(centre, tmp_path / "home", 20)

    asyncio.run(story())
