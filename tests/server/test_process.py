"""The centre as a process: it says where it listens, stops with a word to all, and loses nothing accepted."""

import asyncio
import contextlib
import random
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from dispatcher.models import commands as c
from dispatcher.models.verdicts import Accepted
from dispatcher.server.listening import listen
from dispatcher.wire import Fault
from tests.server.centre import TIMEOUT_S, Centre, act, order

HERE = Path(__file__).parents[2]


@contextlib.asynccontextmanager
async def process(database: str, port: int = 0, workers: int = 1) -> AsyncIterator[tuple[Process, Centre]]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.server.standalone", database, str(port), str(workers)),
        cwd=HERE,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        assert child.stdout is not None
        line = (await asyncio.wait_for(child.stdout.readline(), TIMEOUT_S * 2)).decode().strip()
        assert line.startswith("listening on http://127.0.0.1:"), line
        url = line.removeprefix("listening on ")
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=TIMEOUT_S) as http:
            yield child, Centre(SimpleNamespace(url=url), http)  # type: ignore[arg-type]
    finally:
        if child.returncode is None:
            child.kill()
        await child.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_with_a_word_to_the_consoles(tmp_path: Path, how: signal.Signals) -> None:
    async def story() -> None:
        database = f"sqlite:///{tmp_path / 'centre.db'}"
        async with process(database) as (child, centre), centre.console("wang") as street, centre.open() as mute:
            cases = await centre.accepted(*(order() for _ in range(100)))
            acts = [act(c.SignFor(case=case), "wang") for case in cases]
            await street.submit(*acts)
            child.send_signal(how)
            assert (await street.parting()).fault is Fault.STOPPING
            assert (await mute.parting()).fault is Fault.STOPPING
            assert await asyncio.wait_for(child.wait(), TIMEOUT_S) == 0
            assert child.stderr is not None
            assert (await child.stderr.read()) == b""
        async with process(database) as (_, centre), centre.console("wang") as street:
            await street.submit(*acts)
            assert all(isinstance(verdict, Accepted) for verdict in await street.settled(*acts))
            await street.until_complete(200)

    asyncio.run(story())


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_whoever_does_not_read_a_snapshot_on_is_cut_off_plainly_and_in_time(tmp_path: Path) -> None:
    """No server library's traceback, no killed process: the answer ends before its end, which its client can tell."""

    async def story() -> None:
        async with process(f"sqlite:///{tmp_path / 'centre.db'}") as (child, centre):
            noise = random.Random(1)
            for _ in range(12):
                texts = ("".join(chr(noise.randrange(0x4E00, 0x9FA5)) for _ in range(2000)) for _ in range(100))
                await centre.accepted(*(order(text=text) for text in texts))
            whole = await centre.http.get("/snapshot", headers=await centre.bearer("wang"))
            reader, writer = await asyncio.open_connection("127.0.0.1", centre.port, limit=1024)
            asked = "".join(f"{name}: {value}\r\n" for name, value in (await centre.bearer("wang")).items())
            writer.write(f"GET /snapshot HTTP/1.1\r\nHost: centre\r\n{asked}\r\n".encode())
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            child.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(child.wait(), 10) == 0
            assert child.stderr is not None
            assert (await child.stderr.read()) == b""
            rest = await asyncio.wait_for(reader.read(), TIMEOUT_S)
            assert len(rest) < len(whole.content)
            writer.close()

    asyncio.run(story())


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_killed_in_the_middle_it_keeps_all_it_has_answered(tmp_path: Path) -> None:
    async def story() -> None:
        database = f"sqlite:///{tmp_path / 'centre.db'}"
        answered: list[dict] = []
        async with process(database) as (child, centre):
            await centre.token("hotline")

            async def go_on_posting() -> None:
                while True:
                    posted = [order() for _ in range(5)]
                    await centre.accepted(*posted)
                    answered.extend(posted)
                    if len(answered) == 100:
                        child.kill()

            with contextlib.suppress(httpx.TransportError):
                await asyncio.wait_for(go_on_posting(), TIMEOUT_S)
            await asyncio.wait_for(child.wait(), TIMEOUT_S)
        assert len(answered) >= 100
        async with process(database) as (_, centre):
            assert {answer["status"] for answer in await centre.post(*answered)} == {"already_there"}

    asyncio.run(story())


def test_a_taken_port_is_said_in_words(tmp_path: Path) -> None:
    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.server.standalone", f"sqlite:///{tmp_path / 'centre.db'}"),
                str(taken.getsockname()[1]),
                cwd=HERE,
                stdout=PIPE,
                stderr=PIPE,
            )
            out, said = await asyncio.wait_for(child.communicate(), TIMEOUT_S * 2)
        assert child.returncode == 1
        assert out == b""
        assert "take another port" in said.decode()
        assert "Traceback" not in said.decode()

    asyncio.run(story())


def test_messages_are_not_held_back_to_be_sent_together() -> None:
    """asyncio switches Nagle's algorithm off by the socket's protocol; left on, a change comes 40 ms late."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
