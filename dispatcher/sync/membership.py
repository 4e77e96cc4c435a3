"""One stay with a relay, from the Join to the end of the link: what this station tells, and what it takes.

Promises: every own act that waits is shared, in the order it was made, and its end told, also when an act's end came
while nobody was there to be told; what is taken is durable before it is shown.
"""

import asyncio
import contextlib
from collections.abc import Callable, Container, Iterable, Iterator
from functools import partial
from typing import Final, Protocol, assert_never

from dispatcher import wire
from dispatcher.models.commands import Act
from dispatcher.models.ids import CaseId, CommandId
from dispatcher.sync import words
from dispatcher.sync.colleagues import end_of_own
from dispatcher.sync.desk import Desk
from dispatcher.sync.office_ports import OfficeLink
from dispatcher.sync.outbox import STANDS_ASIDE
from dispatcher.sync.ports import UNSETTLED, LinkLost
from dispatcher.sync.relay import HERE_EVERY_S, SILENT_S
from dispatcher.wire import Changes, Goodbye, Ping, Proof, encode, in_frames
from dispatcher.wire.office import (
    End,
    Ended,
    Here,
    Join,
    OfficeAct,
    Share,
    Spread,
    act_without_caller,
    decode_from_relay,
)
from dispatcher.wire.proofs import prove

_ALIVE: Final = encode(Ping(sent_ms=0))


class OfficePlace(Protocol):
    """Where a stay takes place."""

    def at_desk(self, do: Callable[[Desk], None]) -> bool:
        """Do something at the open desk; False where there is none or its disk fails, which has been told then."""
        ...

    def heard(self, here: Here) -> None:
        """The relay has given a sign of life."""
        ...


class Membership:
    """Takes part over one proven link."""

    def __init__(self, proven: OfficeLink, place: OfficePlace) -> None:
        self._proven = proven
        self._place = place
        self._share = asyncio.Event()
        self._shared: set[CommandId] = set()
        self._ends: dict[CommandId, End] = {}
        self._left = False

    def look_again(self) -> None:
        """See whether there is anything new to tell."""
        self._share.set()

    def tell(self, ends: Iterable[End]) -> None:
        """Tell the office of acts that are pending no more."""
        self._ends |= {end.act: end for end in ends}
        self._share.set()

    def leave(self) -> None:
        """Take and tell nothing more: another office's person is signed in here."""
        self._left = True
        self._share.set()

    async def run(self) -> None:
        """Take part until the link ends, which it does by raising LinkLost or TimeoutError."""
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._speak())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._proven.link.close()
        for task in done:
            await task

    # ---- what it takes

    async def _listen(self) -> None:
        while True:
            async with asyncio.timeout(SILENT_S):
                frame = await self._proven.link.receive()
            self._check_stay()
            try:
                message = decode_from_relay(frame)
            except wire.BadMessage as bad:
                raise LinkLost(f"{words.SPOKE_FIRST}（{bad}）") from bad
            match message:
                case Here():
                    self._place.heard(message)
                case Spread():
                    self._keep(partial(self._take, acts=message.acts))
                case Ended():
                    self._keep(partial(Desk.end_in_office, ends=message.ends))
                case Changes():
                    self._keep(partial(Desk.borrow, rows=message.rows))
                    self._share.set()
                case Goodbye():
                    raise LinkLost(words.CLOSED)
                case _:
                    assert_never(message)

    def _keep(self, what: Callable[[Desk], None]) -> None:
        """Make durable what was told; what cannot be is told again in another stay."""
        if not self._place.at_desk(what):
            raise LinkLost(words.NOT_KEPT)

    def _take(self, desk: Desk, acts: tuple[OfficeAct, ...]) -> None:
        waiting = {receipt.act.id for receipt in desk.waiting() if receipt.state in UNSETTLED}
        settled = {entry.act.id for entry in acts if entry.station == desk.colleagues.station} - waiting
        ends = {act: end_of_own(act, desk.receipt(act)) for act in settled}
        self._ends |= ends  # copies came back of what is settled here
        desk.take_from_office(tuple(entry for entry in acts if entry.act.id not in settled))
        self._share.set()

    def _check_stay(self) -> None:
        if self._left:
            raise LinkLost(words.OTHER_OFFICE)

    # ---- what it tells

    async def _speak(self) -> None:
        begun: list[wire.Message] = []
        self._place.at_desk(lambda desk: begun.extend(self._begin(desk)))
        if not begun:
            raise LinkLost(words.NOT_SIGNED_IN)
        await self._send(begun)
        while True:
            self._check_stay()
            await self._send(self._news())
            await self._proven.link.send(_ALIVE)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HERE_EVERY_S):
                    await self._share.wait()
            self._share.clear()

    async def _send(self, messages: Iterable[wire.Message]) -> None:
        for message in messages:
            if isinstance(message, Share):
                acts = message.acts
                fit = acts if self._proven.with_caller else tuple(map(act_without_caller, acts))
                for frame in in_frames(_share, fit):
                    await self._proven.link.send(frame)
            else:
                await self._proven.link.send(encode(message))

    def _begin(self, desk: Desk) -> list[wire.Message]:
        """Say who joins, then all that is pending: what has an order already in that order, then what is new."""
        own = {entry.act.id: entry for entry in _own(desk)}
        self._shared = set(own)
        known = tuple(own.pop(entry.act.id, entry) for entry in desk.colleagues.all())
        fresh = tuple(own.values())
        join = Join(protocol=wire.PROTOCOL, station=desk.colleagues.station, ledger=desk.ledger, cursor=desk.cursor)
        return [join, Share(acts=known + fresh)]

    def _news(self) -> list[wire.Message]:
        """Give what the relay does not know yet, and take it as told."""
        messages: list[wire.Message] = []

        def look(desk: Desk) -> None:
            fresh = tuple(_own(desk, but_for=self._shared))
            self._ends |= {end.act: end for end in desk.colleagues.take_ended()}
            self._shared |= {entry.act.id for entry in fresh}
            if fresh:
                messages.append(Share(acts=fresh))
            if self._ends:
                messages.append(Ended(ends=tuple(self._ends.values())))
                self._ends = {}

        self._place.at_desk(look)
        return messages


def _own(desk: Desk, but_for: Container[CommandId] = ()) -> Iterator[OfficeAct]:
    """Give the acts that wait at this station: those of who is signed in, and what it shared for who was before."""
    session = desk.session
    if session is None:
        return
    before: dict[CaseId, CommandId] = {}
    for receipt in desk.waiting():
        act = receipt.act
        after = before.get(act.command.case, CommandId(""))
        if receipt.state not in STANDS_ASIDE:
            before[act.command.case] = act.id
        if receipt.state not in UNSETTLED or act.id in but_for:
            continue
        copy = desk.colleagues.get(act.id)
        if act.by == session.actor.person:
            if copy is not None or desk.may_share(act):
                proof = _proof(desk, act, after) or (copy.proof if copy is not None else None)
                yield OfficeAct(act=act, maker=session.actor, station=desk.colleagues.station, proof=proof)
        elif copy is not None:
            yield copy


def _proof(desk: Desk, act: Act, after: CommandId) -> Proof | None:
    """Prove that an act was made here, as far as the centre has given this person a key for it."""
    key = desk.office_memory.session
    return prove(key, act, after) if key is not None and key.person == act.by else None


def _share(acts: tuple[OfficeAct, ...]) -> Share:
    return Share(acts=acts)
