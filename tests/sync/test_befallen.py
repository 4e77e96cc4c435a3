"""Whatever befalls a station's cache or its centre: killed, damaged, left behind, set back. It ends in step with it."""

import asyncio
import json
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId
from dispatcher.server import feed
from dispatcher.storage import cipher, snapshotting
from dispatcher.storage.cache_files import CACHE_FILE
from dispatcher.storage.keys import KEY_FILE, make_key
from dispatcher.sync.ports import ActState, LinkState
from tests.server.centre import Centre, act, running_centre
from tests.storage.test_crashes import ROOT
from tests.sync.test_snapshots import database, in_step, orders, station

KILLS = 4
WITHIN_S = 60.0


@pytest.fixture(autouse=True)
def _small_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "OFFERED_FROM", 10)
    monkeypatch.setattr(snapshotting, "FIRST_ROWS", 5)
    monkeypatch.setattr(snapshotting, "PART_ROWS", 20)


async def killed_after(centre: Centre, home: Path, way: str, lines: int) -> list[tuple[str, int, int | None]]:
    """Start a station's process and kill it after so many lines about its link, or once it is online."""
    token = await centre.token("wang")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.sync.crashing_station", str(home), centre.running.url, token, way, "0.05"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    told: list[tuple[str, int, int | None]] = []
    try:
        async with asyncio.timeout(WITHIN_S):
            while len(told) < lines and not (told and told[-1][0] == LinkState.ONLINE):
                told.append(tuple(json.loads(await process.stdout.readline())))
    finally:
        process.send_signal(signal.SIGKILL)
        await process.communicate()
    return told


@pytest.mark.parametrize("way", ["snapshot", "rows"])
def test_a_station_killed_again_and_again_in_its_first_sync_arrives(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE_ROWS", 20)
    rng = random.Random(way)

    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            await orders(centre, 200)
            furthest = 0
            for _ in range(KILLS):
                told = await killed_after(centre, tmp_path / "home", way, rng.randrange(3, 6))
                furthest = max(furthest, *(received for _, received, _ in told))
            async with station(centre, tmp_path / "home") as there:
                await there.online(200)
            assert furthest > 0, "some kill met it in the middle"
            await in_step(centre, tmp_path / "home", 200)

    asyncio.run(story())


def overwritten(home: Path) -> None:
    path = home / CACHE_FILE
    with path.open("r+b") as file:
        for page in range(3, path.stat().st_size // cipher.PAGE_SIZE):
            file.seek(page * cipher.PAGE_SIZE + 500)
            file.write(b"overwritten")


def truncated(home: Path) -> None:
    path = home / CACHE_FILE
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(home: Path) -> None:
    (home / CACHE_FILE).write_bytes(b"")


def under_another_key(home: Path) -> None:
    (home / KEY_FILE).unlink()
    make_key(home / KEY_FILE)


@pytest.mark.parametrize("damage", [overwritten, truncated, emptied, under_another_key])
def test_a_damaged_cache_arrives_where_a_new_one_does(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            await orders(centre, 80)
            async with station(centre, tmp_path / "home") as there:
                await there.online(80)
            damage(tmp_path / "home")
            await orders(centre, 3)
            async with station(centre, tmp_path / "home") as there:
                await there.online(83)
            await in_step(centre, tmp_path / "home", 83)

    asyncio.run(story())


def test_a_station_that_was_away_for_a_week_gets_what_has_changed_and_no_more(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            cases = await orders(centre, 60)
            async with station(centre, tmp_path / "home") as there:
                await there.online(60)
            async with centre.console("zhao") as other:
                acts = [act(c.SignFor(case=case), "zhao") for case in cases[:15]]
                await other.submit(*acts)
                await other.settled(*acts)
            await orders(centre, 5)
            async with station(centre, tmp_path / "home") as there:
                await there.online(65)
                caught_up = [s for s in there.seen.statuses if s.state is LinkState.CATCHING_UP]
                assert caught_up[0].expected == 20, "what has changed, not all"
            await in_step(centre, tmp_path / "home", 65)

    asyncio.run(story())


def set_back(path: Path) -> None:
    for part in path.parent.glob(f"{path.name}*"):
        part.unlink()
    shutil.copy(path.with_name("backup.db"), path)


@pytest.mark.parametrize("further", [False, True], ids=["behind the station", "past the station again"])
def test_a_centre_set_back_to_a_backup_has_the_station_come_with_it(tmp_path: Path, further: bool) -> None:
    """Acts after the backup never happened; another history has gone past the station's cursor, or not yet."""
    path = tmp_path / "centre.db"

    async def story() -> None:
        async with running_centre(f"sqlite:///{path}") as centre:
            cases = await orders(centre, 40)
        shutil.copy(path, path.with_name("backup.db"))
        async with running_centre(f"sqlite:///{path}") as centre:
            async with centre.console("zhao") as other:
                acts = [act(c.SignFor(case=case), "zhao") for case in cases[:10]]
                await other.submit(*acts)
                await other.settled(*acts)
            await orders(centre, 5)
            async with station(centre, tmp_path / "home") as there:
                await there.online(45)
                own = there.engine.submit(c.SignFor(case=cases[20]))
                await there.until(lambda: [receipt.act.id for receipt in there.seen.settled] == [own])
        set_back(path)
        async with running_centre(f"sqlite:///{path}") as centre:
            new: list[CaseId] = await orders(centre, 30 if further else 2)
            async with station(centre, tmp_path / "home") as there:
                await there.until(lambda: set(there.seen.rows) == {*cases, *new})
                await there.online(40 + len(new))
                assert {row.state for row in there.seen.rows.values()} == {"dispatched"}
                assert all(s.rows or not s.reset for s in there.seen.sets), "the queue was never empty"
                assert [(receipt.act.id, receipt.state) for receipt in there.seen.outbox] == [(own, ActState.DOUBTED)]
                there.engine.resend(own)
                await there.until(lambda: not there.seen.outbox)
            async with centre.console("zhao") as other:
                assert other.rows[cases[20]].row.state == "signed"
            await in_step(centre, tmp_path / "home", 40 + len(new))

    asyncio.run(story())
