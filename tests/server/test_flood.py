"""A short flood of rubbish over the socket, and a walk of schemathesis through the doors, beside a working witness."""

import asyncio
import gc
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from benchmarks import rubbish
from dispatcher.server import openapi
from dispatcher.server.doors import Doors
from dispatcher.server.journal_doors import JournalDoors
from dispatcher.server.sign_in_doors import SignInDoors
from tests.server.centre import QUICK, Centre, running_centre

MESSAGES = 400
EXAMPLES = 6


def test_a_flood_harms_nobody_and_leaves_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        patience = QUICK._replace(linger_s=0.2)
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}", patience) as centre:
            token = await centre.token("zhao")
            await rubbish.flood(centre.port, token, 50, seed=1)
            await quiet(centre)
            tasks, objects = len(asyncio.all_tasks()), things()
            witness = rubbish.Witness(centre)
            async with rubbish.lorises(centre.port, 4), witness.watching():
                flooded = await rubbish.flood(centre.port, token, MESSAGES, seed=2)
            assert flooded.messages >= MESSAGES
            assert flooded.tracebacks == 0
            assert flooded.farewells["rubbish"] > 0
            assert flooded.farewells["bad_field"] > 0
            assert witness.late_s, "the witness heard of nothing meanwhile"
            await quiet(centre)
            async with asyncio.timeout(60):
                while len(asyncio.all_tasks()) > tasks:  # noqa: ASYNC110  (nobody tells)
                    await asyncio.sleep(0.05)
            assert things() < objects + 60 * flooded.connections, "something is kept of each connection"

    asyncio.run(story())


async def quiet(centre: Centre) -> None:
    """Wait until the centre serves nobody."""
    async with asyncio.timeout(60):
        while (await centre.http.get("/health")).json()["consoles"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def things() -> int:
    gc.collect()
    return len(gc.get_objects())


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A centre in a thread of its own, for a client that blocks."""
    found: list[str] = []
    up, down = threading.Event(), threading.Event()

    async def live() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            found.append(centre.running.url)
            up.set()
            await asyncio.to_thread(down.wait)

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    assert up.wait(60)
    try:
        yield found[0]
    finally:
        down.set()
        thread.join()


def test_every_door_is_described() -> None:
    nobody: Any = None  # nobody goes through
    people, journal = SignInDoors(nobody, nobody, nobody), JournalDoors(nobody, nobody, nobody)
    doors = Doors(*[nobody] * 8, people, journal, *[nobody] * 3)
    routes = {
        (method.lower(), route.path)
        for route in doors.application().routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert routes == {(door.method, door.path) for door in openapi.DOORS}


def test_the_doors_answer_as_they_are_described(url: str) -> None:
    assert rubbish.knock(url, "hotline", EXAMPLES) > 3 * EXAMPLES
