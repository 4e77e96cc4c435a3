"""Driving a simulated city against a real centre: orders through the intake, answers over the feed.

Each department has an account and a connection of its own and sees only what it is summoned to; the hotline posts
orders with keys and calls citizens back. Promises: what fails is tried again with the same key or id, and `stop`
leaves nothing half sent. asyncio only, no Qt; what anybody does is decided in `agents.py` and `city.py`.
"""

import asyncio
import datetime as dt
import itertools
import logging
import uuid
from collections.abc import Iterator, Sequence
from typing import NamedTuple, assert_never

import msgspec

from dispatcher.models.case import Case
from dispatcher.models.commands import Act
from dispatcher.models.ids import CaseId, CommandId, LedgerId, PersonId, Revision
from dispatcher.models.verdicts import Refused, Settled
from dispatcher.simulator.agents import Agent, Due
from dispatcher.simulator.city import Incoming
from dispatcher.sync.ports import Clock, Dialer, Link, LinkLost, Trouble
from dispatcher.transport.doors import Intake
from dispatcher.wire import (
    PROTOCOL,
    BadMessage,
    Beat,
    Changes,
    Goodbye,
    Hello,
    Judged,
    LawChanged,
    Loads,
    Lost,
    Office,
    Pong,
    Submit,
    Undelivered,
    Welcome,
    Wipe,
    decode_downward,
    encode,
    posted,
)

RETRY_S = 0.5
SETTLE_WITHIN_S = 3.0

log = logging.getLogger(__name__)
_case = msgspec.json.Decoder(Case)


class Pace:
    """The centre's clock and how fast it runs, so that waiting for an instant of it takes real seconds."""

    def __init__(self, clock: Clock, factor: float) -> None:
        self._clock = clock
        self._factor = factor

    def now(self) -> dt.datetime:
        """Give the centre's clock."""
        return self._clock.now()

    def real_s(self, until: dt.datetime) -> float:
        """Give the real seconds until an instant, not below 0."""
        return max(0.0, (until - self._clock.now()).total_seconds() / self._factor)


class Player(NamedTuple):
    """Somebody who takes part: account, token, and what he would do about a case."""

    person: PersonId
    token: str
    agent: Agent


def as_posted(incoming: Incoming) -> bytes:
    """Give an order as one line for the intake."""
    return msgspec.json.encode(posted(incoming.order, incoming.holder, key=incoming.key, caller=incoming.caller))


class _Participant:
    """One connection that watches and acts, until it is told to stop."""

    def __init__(self, player: Player, dialer: Dialer, pace: Pace, stopping: asyncio.Event) -> None:
        self._player = player
        self._dialer = dialer
        self._pace = pace
        self._stopping = stopping
        self._ledger = LedgerId("")
        self._cursor = Revision(0)
        self._dues: dict[CaseId, Due] = {}
        self._said: set[str] = set()
        self._unsettled: dict[CommandId, Act] = {}
        self._stirred = asyncio.Event()

    async def run(self) -> None:
        """Take part until stopped, through lost links; raises LinkRefused when the account is not taken."""
        while not self._stopping.is_set():
            try:
                link = await self._dialer.dial()
            except LinkLost:
                await asyncio.sleep(RETRY_S)
                continue
            try:
                await self._connected(link)
            except* LinkLost as lost:
                log.debug("%s: %s", self._player.person, lost.exceptions[0])
            finally:
                await link.close()
            if not self._stopping.is_set():
                await asyncio.sleep(RETRY_S)

    async def _connected(self, link: Link) -> None:
        hello = Hello(
            protocol=PROTOCOL,
            token=self._player.token,
            station=f"sim-{self._player.person}",
            ledger=self._ledger,
            cursor=self._cursor,
        )
        await link.send(encode(hello))
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self._listen(link))
            await self._act(link)
            listening.cancel()

    async def _listen(self, link: Link) -> None:
        while True:
            try:
                message = decode_downward(await link.receive())
            except BadMessage as bad:
                raise Trouble(f"the centre speaks another language: {bad}") from bad
            match message:
                case Welcome():
                    self._ledger = message.ledger
                    if self._unsettled:
                        await link.send(encode(Submit(acts=tuple(self._unsettled.values()))))
                case Changes():
                    for row in message.rows:
                        self._see(_case.decode(row.body))
                    self._cursor = message.last
                    self._settle(message.settles)
                case Judged():
                    self._settle(message.settles)
                case Beat():
                    self._cursor = message.head
                case Goodbye():
                    raise LinkLost(f"{message.fault}: {message.detail}")
                case Pong() | LawChanged() | Loads() | Office() | Lost() | Undelivered() | Wipe():
                    pass
                case _:
                    assert_never(message)

    def _see(self, case: Case) -> None:
        due = self._player.agent(case)
        if due is None or due.what_for in self._said:
            self._dues.pop(case.id, None)
        else:
            self._dues[case.id] = due
            self._stirred.set()

    def _settle(self, settles: Sequence[Settled]) -> None:
        for settled in settles:
            if self._unsettled.pop(settled.act, None) is not None and isinstance(settled.verdict, Refused):
                log.debug("%s was refused: %s", self._player.person, settled.verdict.reason)
        self._stirred.set()

    async def _act(self, link: Link) -> None:
        while not self._stopping.is_set():
            now = self._pace.now()
            ready = sorted((due for due in self._dues.values() if due.at <= now), key=lambda due: due.at)
            for due in ready:
                del self._dues[due.command.case]
                self._said.add(due.what_for)
                await self._submit(link, due, now)
            first = min((due.at for due in self._dues.values()), default=None)
            await self._wait(None if first is None else self._pace.real_s(first))
        deadline = asyncio.get_running_loop().time() + SETTLE_WITHIN_S
        while self._unsettled and (left_s := deadline - asyncio.get_running_loop().time()) > 0:
            await self._wait(left_s)

    async def _submit(self, link: Link, due: Due, now: dt.datetime) -> None:
        act = Act(id=CommandId(str(uuid.uuid4())), command=due.command, by=self._player.person, made_at=now)
        self._unsettled[act.id] = act
        await link.send(encode(Submit(acts=(act,))))

    async def _wait(self, timeout_s: float | None) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._stirred.wait()
        except TimeoutError:
            pass
        self._stirred.clear()

    def wake(self) -> None:
        """Have it look at `stopping`."""
        self._stirred.set()


class Drive:
    """A city in motion: `run` until `stop`. `calls` is who posts orders; he is also one of the players."""

    def __init__(self, centre: str, intake_token: str, players: Sequence[Player], dialer: Dialer, pace: Pace) -> None:
        self._centre = centre
        self._token = intake_token
        self._pace = pace
        self._stopping = asyncio.Event()
        self._participants = [_Participant(player, dialer, pace, self._stopping) for player in players]
        self.posted = 0

    async def run(self, orders: Iterator[Incoming]) -> None:
        """Send the orders as their times come and let everybody answer; raises Trouble when one is not let in."""
        failed: list[str] = []
        try:
            async with asyncio.TaskGroup() as group:
                for participant in self._participants:
                    group.create_task(participant.run())
                group.create_task(self._post(orders))
        except* Trouble as troubles:
            failed = sorted(_words(troubles))
        if failed:
            raise Trouble("; ".join(failed))

    def stop(self) -> None:
        """End `run` as soon as what is under way has been answered."""
        self._stopping.set()
        for participant in self._participants:
            participant.wake()

    async def _post(self, orders: Iterator[Incoming]) -> None:
        async with Intake(self._centre, self._token) as intake:
            for incoming in orders:
                if not await self._until(incoming.order.dispatched_at):
                    return
                await self._send(intake, [incoming])

    async def _until(self, at: dt.datetime) -> bool:
        while (left_s := self._pace.real_s(at)) > 0:
            try:
                async with asyncio.timeout(left_s):
                    await self._stopping.wait()
            except TimeoutError:
                continue
            return False
        return not self._stopping.is_set()

    async def _send(self, intake: Intake, batch: Sequence[Incoming]) -> None:
        lines = [as_posted(incoming) for incoming in batch]
        for attempt in itertools.count(1):
            try:
                answers = await intake.send(lines)
            except LinkLost as lost:
                log.info("intake, attempt %d: %s", attempt, lost)
                if self._stopping.is_set():
                    return
                await asyncio.sleep(RETRY_S)
            else:
                self.posted += len(answers)
                return


def _words(group: BaseExceptionGroup[Trouble]) -> set[str]:
    found: set[str] = set()
    for error in group.exceptions:
        found |= _words(error) if isinstance(error, BaseExceptionGroup) else {str(error)}
    return found
