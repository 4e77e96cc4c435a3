"""A lost station over a real link to a real centre: told once, it destroys key and files, says so and is heard."""

import asyncio
from pathlib import Path

import pytest

from dispatcher.cli import main
from dispatcher.models import commands as c
from dispatcher.models.accounts import ConfirmWipe
from dispatcher.models.ids import Revision
from dispatcher.storage.cache import Cache
from dispatcher.storage.keys import FileKeys
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.ports import LinkState
from dispatcher.transport.websocket import WebSocketDialer
from tests.fakes import Recorder, until
from tests.server.centre import Centre, order, running_centre


@pytest.mark.parametrize("lost", ["while it is connected", "before its next contact"])
def test_a_station_is_wiped(tmp_path: Path, lost: str) -> None:
    home, database = tmp_path / "station", tmp_path / "centre.db"

    def wipe() -> int:
        return main(["admin", "--database", f"sqlite:///{database}", "wipe", "desk-1", "--reason", "遗失"])

    async def story() -> None:
        async with running_centre(f"sqlite:///{database}") as centre:
            await centre.accepted(order(), order())
            connected = lost.startswith("while")
            seen, living = await start(centre)
            try:
                await until(lambda: len(seen.rows) == 2 and seen.status.state is LinkState.ONLINE)
                if connected:
                    assert await asyncio.to_thread(wipe) == 0
                    await wiped(seen, unsent=0)
            finally:
                await stop(living)
            if not connected:
                assert await asyncio.to_thread(wipe) == 0
                store = Cache.open(home)
                (case,) = [row.id for page in store.rows(0) for row in page][:1]
                store.close()
                seen, living = await start(centre)
                living_engine = engines[-1]
                living_engine.submit(c.AddNote(case=case, text="没有发出"))
                try:
                    await wiped(seen)
                finally:
                    await stop(living)
            assert FileKeys(home).load() is None
            assert not list(home.glob("*.db"))

    engines: list[Engine] = []

    async def start(centre: Centre) -> "tuple[Recorder, asyncio.Task[None]]":
        seen = Recorder()
        engines.append(
            Engine(
                open_store=lambda: Cache.open(home),
                dialer=WebSocketDialer(centre.feed),
                listener=seen,
                clock=SystemClock(),
                token=await centre.token("wang"),
                station="desk-1",
            )
        )
        return seen, asyncio.create_task(engines[-1].run())

    async def stop(living: "asyncio.Task[None]") -> None:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)

    async def wiped(seen: Recorder, unsent: int | None = None) -> None:
        await until(lambda: seen.wiped)
        assert seen.wiped == "遗失"

        ledger = Ledger.open(f"sqlite:///{database}")

        def confirmed() -> list[ConfirmWipe]:
            commands = [entry.command for entry in ledger.journal(Revision(0), 100)]
            return [command for command in commands if isinstance(command, ConfirmWipe)]

        try:
            await until(confirmed)
            (said,) = confirmed()
        finally:
            ledger.close()
        assert said.station == "desk-1"
        assert said.proved
        assert unsent is None or said.unsent == unsent

    asyncio.run(story())
