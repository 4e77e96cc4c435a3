"""Several processes on one port and one PostgreSQL: they share the work, are started again, and stop as one."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from dispatcher.cli import main
from dispatcher.models import commands as c
from dispatcher.models.verdicts import Accepted
from dispatcher.wire import Fault
from tests.server.centre import TIMEOUT_S, Centre, act, order
from tests.server.test_process import process
from tests.server.test_sharing import until

pytestmark = [pytest.mark.postgres, pytest.mark.skipif(sys.platform == "win32", reason="signals")]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def health(url: str) -> dict[str, object]:
    """Ask whichever process takes a fresh connection."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=TIMEOUT_S) as http:
        return (await http.get("/health")).json()


async def is_on_duty(centre: Centre) -> bool:
    return any([(await health(centre.running.url))["on_duty"] for _ in range(8)])


async def until_on_duty(centre: Centre, within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while not await is_on_duty(centre):  # noqa: ASYNC110  (another process, which can only be asked)
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def both_served(centre: Centre) -> AsyncIterator[None]:
    """Hold connections until each of two workers has one."""
    async with contextlib.AsyncExitStack() as stack:
        while True:
            await stack.enter_async_context(centre.console("wall"))
            found = [(await health(centre.running.url))["consoles"] for _ in range(8)]
            if len(set(found)) > 1 and 0 not in found:
                yield
                return


def test_two_workers_share_one_port_and_stop_as_one_without_losing_anything(fresh_postgres_url: str) -> None:
    async def story() -> None:
        async with process(fresh_postgres_url, workers=2) as (parent, centre):
            async with both_served(centre), centre.console("wang") as wang, centre.open() as mute:
                cases = await centre.accepted(*(order() for _ in range(50)))
                acts = [act(c.SignFor(case=case), "wang") for case in cases]
                await wang.submit(*acts)
                parent.send_signal(signal.SIGTERM)
                assert (await wang.parting()).fault is Fault.STOPPING
                assert (await mute.parting()).fault is Fault.STOPPING
            assert await asyncio.wait_for(parent.wait(), TIMEOUT_S) == 0
            assert parent.stderr is not None
            assert (await parent.stderr.read()) == b""
        async with process(fresh_postgres_url, workers=2) as (_, centre), centre.console("wang") as wang:
            await wang.submit(*acts)
            assert all(isinstance(verdict, Accepted) for verdict in await wang.settled(*acts))
            await wang.until_complete(100)  # type: ignore[arg-type]

    asyncio.run(story())


def test_a_killed_worker_is_started_again_and_its_duty_moves(fresh_postgres_url: str) -> None:
    async def story() -> None:
        async with process(fresh_postgres_url) as (first, one), process(fresh_postgres_url, workers=2) as (parent, two):
            await until_on_duty(one, TIMEOUT_S)
            before = children(parent.pid)
            assert len(before) == 2
            assert not await is_on_duty(two)
            async with two.console("wang") as wang:
                (case,) = await one.accepted(order())
                await wang.until(lambda w: case in w.rows)
            first.kill()
            await until_on_duty(two, 10.0)
            os.kill(before[0], signal.SIGKILL)
            await until(lambda: len(set(children(parent.pid)) - {before[0]}) == 2)
            (other,) = await two.accepted(order())
            async with two.console("wang") as wang:
                await wang.until(lambda w: other in w.rows and case in w.rows)
            parent.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(parent.wait(), TIMEOUT_S) == 0

    asyncio.run(story())


async def scraped(centre: Centre) -> dict[str, float]:
    """Read the figures without labels from whichever process takes a fresh connection."""
    async with httpx.AsyncClient(base_url=centre.running.url, trust_env=False, timeout=TIMEOUT_S) as http:
        lines = (await http.get("/metrics")).text.splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


ACCEPTED = 'dispatcher_acts_judged_total{reason="",verdict="accepted"}'


async def until_scraped(centre: Centre, expected: dict[str, float]) -> None:
    """Wait until several scrapes, of either worker, give the same figures."""
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            pages = [await scraped(centre) for _ in range(6)]
            if all({name: page.get(name) for name in expected} == expected for page in pages):
                return
            await asyncio.sleep(0.1)


def test_a_scrape_gives_the_whole_centre_and_nothing_counted_is_lost_with_a_worker(fresh_postgres_url: str) -> None:
    async def story() -> None:
        async with process(fresh_postgres_url, workers=2) as (parent, centre):
            async with both_served(centre):
                served = {(await health(centre.running.url))["consoles"] for _ in range(8)}
                assert len(served) > 1, "the consoles are divided among the workers"
                for _ in range(12):  # each over a connection of its own: the workers share the orders
                    async with httpx.AsyncClient(base_url=centre.running.url, trust_env=False) as http:
                        answer = await http.post("/intake/orders", json=order(), headers=await centre.bearer("hotline"))
                        assert answer.status_code == 201
                await until_scraped(centre, {ACCEPTED: 12, "dispatcher_workers": 2, "dispatcher_can_judge": 1})
                whole = await scraped(centre)
                assert whole["dispatcher_consoles"] >= 2
                assert whole["dispatcher_head_revision"] == 12
                assert whole["dispatcher_commit_acts_sum"] == 12
            await until_scraped(centre, {"dispatcher_consoles": 0})
            before = children(parent.pid)
            os.kill(before[0], signal.SIGKILL)
            await until(lambda: len(set(children(parent.pid)) - {before[0]}) == 2)
            await until_scraped(centre, {ACCEPTED: 12, "dispatcher_workers": 2})
            parent.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(parent.wait(), TIMEOUT_S) == 0

    asyncio.run(story())


def test_workers_do_not_outlive_their_parent(fresh_postgres_url: str) -> None:
    async def story() -> None:
        async with process(fresh_postgres_url, workers=2) as (parent, centre):
            workers = children(parent.pid)
            async with centre.console("wang") as wang:
                parent.kill()
                assert (await wang.parting()).fault is Fault.STOPPING
            await until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))

    asyncio.run(story())


def test_workers_that_cannot_begin_say_why_and_end(tmp_path: Path) -> None:
    async def story() -> None:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.server.standalone", f"postgresql://nobody@/none?host={tmp_path}", "0", "2"),
            cwd=Path(__file__).parents[2],
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, said = await asyncio.wait_for(child.communicate(), TIMEOUT_S)
        assert (child.returncode, out) == (1, b"")
        assert "The database server does not answer as it should" in said.decode()
        assert "Traceback" not in said.decode()

    asyncio.run(story())


def test_more_workers_than_one_are_refused_on_sqlite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["server", "--database", f"sqlite:///{tmp_path / 'centre.db'}", "--workers", "2"]) == 2
    said = capsys.readouterr().err
    assert "workers = 2" in said
    assert "--database postgresql://" in said
    assert not (tmp_path / "centre.db").exists()
