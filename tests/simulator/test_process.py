"""The demonstration's centre as a real process: orders come, departments answer a whistle, and the journal adds up."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.commands import Act, AnyCommand
from dispatcher.models.ids import CaseId, CommandId, UnitId, WhistleId
from dispatcher.models.verdicts import Accepted, Settled
from dispatcher.models.whistle import Milestone, WhistleKind
from dispatcher.simulator.process import CentreProcess
from dispatcher.simulator.talk import Options, Ready
from dispatcher.sync.ports import Link, Trouble
from dispatcher.transport.doors import sign_in
from dispatcher.transport.websocket import WebSocketDialer
from dispatcher.wire import PROTOCOL, Changes, Hello, Judged, Submit, Welcome, decode_downward, encode

COMMAND = [sys.executable, str(Path(__file__).with_name("demo_centre.py"))]
WITHIN_S = 60.0


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[CentreProcess]:
    child = CentreProcess(COMMAND, Options(directory=str(tmp_path), seed=1, speed=60))
    yield child
    assert child.close() == 0


class Desk:
    """A console reduced to its wire: it knows its cases and sends acts."""

    def __init__(self, ready: Ready, link: Link) -> None:
        self.ready, self.link = ready, link
        self.cases: dict[CaseId, Case] = {}
        self.settled: dict[CommandId, Settled] = {}
        self.callers = 0
        self.clock = ready.clock.clock()

    async def listen(self) -> None:
        message = decode_downward(await self.link.receive())
        if isinstance(message, Changes):
            for row in message.rows:
                case = msgspec.json.decode(row.body, type=Case)
                self.cases[case.id] = case
        if isinstance(message, Changes | Judged):
            self.settled |= {settled.act: settled for settled in message.settles}

    async def until(self, holds) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not holds():
                await self.listen()

    async def give(self, name: str, command: AnyCommand) -> None:
        act = Act(id=CommandId(name), command=command, by=self.ready.console.person, made_at=self.clock.now())
        await self.link.send(encode(Submit(acts=(act,))))
        await self.until(lambda: act.id in self.settled)
        assert isinstance(self.settled[act.id].verdict, Accepted), self.settled[act.id]


@contextlib.asynccontextmanager
async def desk(ready: Ready) -> AsyncIterator[Desk]:
    link = await WebSocketDialer(ready.url.replace("http", "ws", 1) + "/feed").dial()
    try:
        await link.send(encode(Hello(protocol=PROTOCOL, token=ready.console.token, station="test")))
        welcome = decode_downward(await link.receive())
        assert isinstance(welcome, Welcome)
        assert welcome.actor.unit == ready.street
        yield Desk(ready, link)
    finally:
        await link.close()


def test_a_whistle_is_answered_and_the_journal_adds_up(centre: CentreProcess) -> None:
    ready = centre.ready()

    async def story() -> None:
        assert await sign_in(ready.url, ready.console.person, ready.console.password)
        async with desk(ready) as me:
            await me.until(lambda: len(me.cases) > 35)  # what the morning left, and what comes
            case = next(case for case in me.cases.values() if case.state is CaseState.DISPATCHED)
            await me.give("sign", c.SignFor(case=case.id))
            blow = c.BlowWhistle(
                case=case.id, whistle=WhistleId("w"), kind=WhistleKind.EMERGENCY, demand="抽排", place="路口",
                contact="外勤一组", lead=UnitId("E-DRAIN"), assisting=(UnitId("D-WATER"), UnitId("D-TRAFFIC")),
            )  # fmt: skip
            await me.give("blow", blow)

            def came() -> int:
                whistle = next(w for w in me.cases[case.id].whistles if w.id == "w")
                return sum(s.at(Milestone.REPORTED_IN) is not None for s in whistle.summons)

            await me.until(lambda: came() >= 1)

    asyncio.run(story())
    quiet = centre.quieten()
    figures = centre.figures(ready.console.person)
    assert figures.head == quiet.head
    assert figures.orders_received > 35
    assert figures.departments_reported_in >= 1
    assert set(figures.accepted_of_person) == {"sign", "blow"}
    assert centre.figures(ready.console.person) == figures  # nothing comes any more


def test_ready_tells_what_a_console_needs(centre: CentreProcess) -> None:
    ready = centre.ready()
    assert ready.console.unit == ready.wall.unit == ready.street == "110105017"
    assert len({who.unit for who in ready.liaisons}) > 25
    assert ready.clock.factor == 60
    assert ready.clock.clock().now() >= ready.clock.origin
    assert Path(ready.database.removeprefix("sqlite:///")).is_file()


def test_what_goes_wrong_at_the_start_is_told_in_words(tmp_path: Path) -> None:
    child = CentreProcess(COMMAND, Options(directory=str(tmp_path / "missing")))
    with pytest.raises(Trouble, match=r"missing|open"):
        child.ready()
    assert child.close() == 1
    other = CentreProcess(COMMAND, Options(directory=str(tmp_path), policy="none"))
    with pytest.raises(Trouble, match="no such policy"):
        other.ready()
    assert other.close() == 1


def test_a_child_that_never_speaks_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    child = CentreProcess([sys.executable, "-c", "import sys; sys.stdin.read()"], Options(directory=str(tmp_path)))
    with pytest.raises(Trouble, match="said nothing"):
        child.ready(timeout_s=0.1)
    child.close()
    child.close()
