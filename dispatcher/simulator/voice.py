"""Somebody who acts over the feed by script: says an act, hears its verdict. For drills; asyncio only.

Unlike a participant of the drive it decides nothing and sees nothing but verdicts. A link that is lost ends it.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

import msgspec

from dispatcher.models.commands import ErasePersonalData, ReceiveOrder
from dispatcher.models.ids import CommandId, PersonId
from dispatcher.models.verdicts import Accepted, Reason, Refused, Settled, Verdict
from dispatcher.simulator.drill import HOTLINE, Step
from dispatcher.sync.ports import Dialer, Link, LinkLost
from dispatcher.transport.doors import Intake
from dispatcher.wire import PROTOCOL, Changes, Goodbye, Hello, Judged, Submit, Welcome, decode_downward, encode
from dispatcher.wire.orders import OrderAnswer, posted

VERDICT_WITHIN_S = 30.0


class Speaker(NamedTuple):
    """An account and a token of it."""

    person: PersonId
    token: str


class Surprise(NamedTuple):
    """A step of a drill that did not end as expected; no verdict is one that was well and not expected so."""

    step: Step
    verdict: Verdict | None


class Voice:
    """One connection that submits acts of one person and hears what became of each."""

    def __init__(self, link: Link, speaker: Speaker) -> None:
        self._link = link
        self._speaker = speaker
        self._asked: dict[CommandId, asyncio.Future[Verdict]] = {}
        self._welcomed = asyncio.Event()

    async def say(self, step: Step) -> Verdict:
        """Submit one act and wait for its verdict; raises LinkLost, TimeoutError."""
        act = msgspec.structs.replace(step.act, by=self._speaker.person)
        answer = self._asked[act.id] = asyncio.get_running_loop().create_future()
        await self._link.send(encode(Submit(acts=(act,))))
        async with asyncio.timeout(VERDICT_WITHIN_S):
            return await answer

    async def listen(self) -> None:
        """Hear verdicts until the link ends."""
        try:
            while True:
                match decode_downward(await self._link.receive()):
                    case Welcome():
                        self._welcomed.set()
                    case Changes(settles=settles) | Judged(settles=settles):
                        self._settle(settles)
                    case Goodbye(fault=fault, detail=detail):
                        self._give_up(LinkLost(f"{fault}: {detail}"))
                        return
                    case _:
                        pass
        except LinkLost as lost:
            self._give_up(lost)

    def _give_up(self, lost: LinkLost) -> None:
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(lost)

    def _settle(self, settles: Iterable[Settled]) -> None:
        for settled in settles:
            answer = self._asked.pop(settled.act, None)
            if answer is not None and not answer.done():
                answer.set_result(settled.verdict)

    async def greet(self) -> None:
        """Sign in and wait for the welcome."""
        hello = Hello(protocol=PROTOCOL, token=self._speaker.token, station=f"drill-{self._speaker.person}")
        await self._link.send(encode(hello))
        async with asyncio.timeout(VERDICT_WITHIN_S):
            await self._welcomed.wait()


@asynccontextmanager
async def _speaking(dialer: Dialer, speaker: Speaker) -> AsyncGenerator[Voice]:
    link = await dialer.dial()
    voice = Voice(link, speaker)
    listening = asyncio.create_task(voice.listen())
    try:
        await voice.greet()
        yield voice
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await link.close()


async def hold(
    steps: Iterable[Step],
    cast: Mapping[str, Speaker],
    dialer: Dialer,
    intake: Intake,
    erase: Callable[[ErasePersonalData], Awaitable[Verdict | None]],
) -> list[Surprise]:
    """Carry out a drill, one act after the other, each by its own person; gives what did not end as expected.

    The hotline's orders go through its intake, erasures through their door, everything else over the feed.
    """
    surprises: list[Surprise] = []
    async with AsyncExitStack() as stack:
        voices = {who: await stack.enter_async_context(_speaking(dialer, speaker)) for who, speaker in cast.items()}
        for step in steps:
            if step.by == HOTLINE and isinstance(step.act.command, ReceiveOrder):
                verdict = await _post(step.act.command, intake)
            elif isinstance(step.act.command, ErasePersonalData):
                verdict = await erase(step.act.command)
            else:
                verdict = await voices[step.by].say(step)
            got: Reason | None = verdict.reason if isinstance(verdict, Refused) else None
            if got is not step.expects:
                surprises.append(Surprise(step, verdict))
    return surprises


async def _post(command: ReceiveOrder, intake: Intake) -> Verdict:
    order = posted(command.order, command.holder, key=command.order.number)
    (line,) = await intake.send([msgspec.json.encode(order)])
    answer = msgspec.json.decode(line, type=OrderAnswer)
    if answer.status == "accepted":
        return Accepted(revision=answer.revision, judged_at=command.order.dispatched_at)
    return Refused(reason=Reason.BAD_FIELD, field=answer.field or "", detail=f"{answer.status} {answer.remedy}")
