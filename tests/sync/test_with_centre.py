"""A station over a real link to a real centre: the law and the loads as they really come."""

import asyncio
from pathlib import Path

import httpx
import msgspec

from dispatcher.models import commands as c
from dispatcher.models.ids import WhistleId
from dispatcher.models.lawbook import AnyLawCommand, SwitchFlood, law_at
from dispatcher.models.order import Urgency
from dispatcher.models.queue import summarise
from dispatcher.models.whistle import WhistleKind
from dispatcher.storage.cache import Cache
from dispatcher.sync import words
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.ports import LinkState
from dispatcher.transport.websocket import WebSocketDialer
from tests.fakes import Recorder, until
from tests.server.centre import OTHER_STREET, STREET, WATER, Centre, act, order, running_centre

DRAIN = {"category": ["市容环境", "道路积水"]}


async def change_law(centre: Centre, command: AnyLawCommand) -> httpx.Response:
    content = msgspec.json.encode({"id": "law-1", "command": command})
    answer = await centre.http.post("/law", content=content, headers=await centre.bearer("hotline"))
    assert answer.status_code == 200, answer.text
    return answer


def test_a_flood_a_whistle_and_a_case_that_goes_elsewhere(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            one, two = await centre.accepted(order(**DRAIN), order(**DRAIN))
            seen = Recorder()
            engine = Engine(
                open_store=lambda: Cache.open(tmp_path / "station"),
                dialer=WebSocketDialer(centre.feed),
                listener=seen,
                clock=SystemClock(),
                token=await centre.token("wang"),
                station="desk-1",
            )
            living = asyncio.create_task(engine.run())
            try:
                await until(lambda: len(seen.rows) == 2 and seen.status.state is LinkState.ONLINE)
                assert {row.urgency for row in seen.rows.values()} == {Urgency.ORDINARY}
                await change_law(centre, SwitchFlood(on=True, reason="暴雨红色预警"))
                await until(lambda: {row.urgency for row in seen.rows.values()} == {Urgency.FLOOD})
                assert seen.laws[-1].flood
                ledger_law = law_at(seen.sessions[-1].book, engine.now(), ())
                bodies = [
                    await centre.running.desk.read(lambda ledger, id_=id_: ledger.case(id_)) for id_ in (one, two)
                ]
                assert seen.rows == {case.id: summarise(case, ledger_law) for case in bodies if case is not None}

                engine.submit(
                    c.BlowWhistle(
                        case=one,
                        whistle=WhistleId("w-1"),
                        kind=WhistleKind.EMERGENCY,
                        demand="抽水",
                        place="下凹桥",
                        contact="wang",
                        lead=WATER,
                    )
                )
                await until(lambda: seen.settled)
                assert seen.settled[0].verdict is not None
                await until(lambda: seen.loads and seen.loads[-1][0].get(WATER) == 1)

                engine.watch(two)
                async with centre.console("hotline") as hotline:
                    there = act(c.Transfer(case=two, to=OTHER_STREET, reason="属乙街道"), "hotline")
                    await hotline.submit(there)
                    await hotline.settled(there)
                await until(lambda: list(seen.rows) == [one])
                assert (seen.views[-1], seen.missing[-1]) == (None, words.LEFT)
                assert seen.rows[one].holder == STREET
            finally:
                living.cancel()
                await asyncio.gather(living, return_exceptions=True)

    asyncio.run(story())
