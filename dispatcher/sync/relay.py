"""The relay: one station through which the stations of a street work together while the centre is away.

The design in short
-------------------
The centre judges; nobody stands in for it. What an office shares without it is not state but *pending acts*: each
station keeps its own acts in its own outbox and alone sends them up, so exactly-once by id stays what it was. Beside
them it keeps copies of its colleagues' acts and folds both over the confirmed cases, by the same `judge` and `evolve`
and as the person who made each. Everybody sees one picture, and everything in it that the centre has not judged is
marked so.

    station ──Look──> anybody             who serves?
    station ──Join──> relay               how far my rows go
            <─Changes──                   confirmed rows that are newer than mine
            <─Spread───                   the office's pending acts, in their order
            ──Share──> <──Spread──        mine, the copies I hold, and each new one: up, and to everybody with its place
            ──Ended──> <──Ended───        an act that is pending no more, and why
            <─Here─────                   every 2 s: who serves, who takes part, who else serves

*The relay gives no verdicts, no revisions, and moves no cursor.* It gives each act a place, the order of its arrival,
which is all that a picture needs. Rows that it lends are confirmed ones out of its cache; the receiver keeps them
without moving its cursor, so the centre sends all of them again: a wrong row of a neighbour lives no longer than the
outage. The law book is never taken from a neighbour; the receiver makes its rows by its own.

*The relay is nothing that can be lost.* What it knows is in the copies of all; another station that is made the
relay begins with its own copies, everybody joins it with theirs, and places already given stay. The relay's own
station takes part like any other, over a link to itself.

*An act is known by its id.* Each recorded fact of a case names its act: a copy is dropped when the confirmed case
holds its act's effect. A refusal leaves no fact; so once the centre is back a station asks it what became of the
copies it still holds (`Inquire`), and stations tell each other (`Ended`). A copy whose maker never comes back stays,
marked, until a person drops it, or until his station is declared lost: then whoever holds copies hands them in, each
proved by the key of his session there, and the centre judges them as his (`inquiring`, docs/decisions.md).

*Going up in order.* When the centre is back, an own act that comes after a colleague's on the same case in the
office's order waits for that one to be settled, at most `desk.HOLD_S`: a contact must not arrive before the signature
it rests on. After that it goes up and is judged as it is.

A station is of the office of whoever is signed in: copies of another go with the person, and what it keeps or serves of
an office ends at once.

*Who may.* Only stations of one street: each link proves at both ends that it holds a key the centre gave to that
street's people, and is unreadable to everybody else (transport.sealed). There are two keys, one of them for those
entitled to callers; over a link proved by the other, callers are taken out of acts and rows before they leave.

*Never two without saying so.* There is no election: a person or the settings choose the relay. Whoever meets two
tells both, they tell everybody, and every station takes part at the one that has served longest; the keeper of the
other is asked to stop. As the later relay's own station takes part at the earlier one, too, nothing is split for
longer than it takes to look around.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

import msgspec

from dispatcher import wire
from dispatcher.models.ids import CommandId, LedgerId, Revision
from dispatcher.sync import words
from dispatcher.sync.clock import CentreTime
from dispatcher.sync.office_ports import OfficeLink
from dispatcher.sync.ports import LinkLost
from dispatcher.wire import CaseRow, Changes, Fault, Goodbye, Ping, encode, in_frames
from dispatcher.wire.office import (
    End,
    Ended,
    Fate,
    Here,
    Join,
    Look,
    OfficeAct,
    Serving,
    Share,
    Spread,
    act_without_caller,
    decode_to_relay,
    row_without_caller,
)

HERE_EVERY_S: Final = 2.0
SILENT_S: Final = 10.0
"""A station not heard for so long has gone, and so has a relay."""
RIVAL_FOR_S: Final = 10.0
"""A relay nobody has met for so long is not spoken of any more."""
MOST_ACTS: Final = 10_000
"""The pool takes no more than this: an office makes some hundreds a day."""
MOST_WAITING: Final = 2_000
"""A station with so many frames unsent is let go; it joins again."""
MOST_ENDED: Final = 50_000

_P = TypeVar("_P")


class Relay:
    """Serves one office: `serve` is one station's conversation.

    `pool` is what is pending as far as this station knows, in its order; `lend` pages through its confirmed rows after
    a revision of the ledger that `ledger` names.
    """

    def __init__(
        self,
        serving: Serving,
        ledger: Callable[[], LedgerId],
        pool: Iterable[OfficeAct],
        lend: Callable[[Revision], Iterator[tuple[CaseRow, ...]]],
        time: CentreTime,
    ) -> None:
        self.serving = serving
        self._ledger = ledger
        self._lend = lend
        self._time = time
        self._loop = asyncio.get_running_loop()
        self._pool = {entry.act.id: entry for entry in pool}
        self._last = max((entry.place for entry in self._pool.values()), default=0)
        self._number(entry for entry in tuple(self._pool.values()) if not entry.place)
        self._members: dict[_Member, str] = {}
        self._ended: dict[CommandId, End] = {}
        self._rivals: dict[str, tuple[Serving, float]] = {}
        self.is_dissolved = False

    @property
    def rivals(self) -> tuple[Serving, ...]:
        """Other relays that have been met lately."""
        now_s = self._loop.time()
        return tuple(rival for rival, at_s in self._rivals.values() if now_s - at_s < RIVAL_FOR_S)

    def met(self, others: Iterable[Serving]) -> None:
        """Take note of other relays; everybody is told at once of one that is news."""
        before = self.rivals
        for other in others:
            if other.station != self.serving.station:
                self._rivals[other.station] = other, self._loop.time()
        if self.rivals != before:
            self._tell_here()

    def confirmed(self, rows: Sequence[CaseRow]) -> None:
        """Lend everybody rows that the centre has just given this station."""
        if rows and self._members:
            self._tell(tuple(rows), _changes, row_without_caller)

    async def beat(self) -> None:
        """Give everybody a sign of life, until cancelled."""
        while True:
            await asyncio.sleep(HERE_EVERY_S)
            self._tell_here()

    async def serve(self, proven: OfficeLink) -> None:
        """Talk with one station until it goes."""
        member = _Member(proven)
        writing = asyncio.create_task(member.write(), name="to a station of the office")
        try:
            await self._hear(member)
        except (LinkLost, TimeoutError):
            pass
        except wire.BadMessage as bad:
            with contextlib.suppress(LinkLost):
                await proven.link.send(encode(Goodbye(fault=bad.fault, detail=bad.detail)))
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            await proven.link.close()
            if self._members.pop(member, None) is not None:
                self._tell_here()

    def dissolve(self) -> None:
        """Hear and tell nothing more, at once: this station is of this office no longer. `close` is still to come."""
        self.is_dissolved = True
        self._members.clear()

    async def close(self) -> None:
        """Tell everybody that this station serves no more."""
        for member in tuple(self._members):
            with contextlib.suppress(LinkLost):
                await member.proven.link.send(encode(Goodbye(fault=Fault.STOPPING)))
            await member.proven.link.close()

    # ---- one station

    async def _hear(self, member: "_Member") -> None:
        while True:
            async with asyncio.timeout(SILENT_S):
                frame = await member.proven.link.receive()
            self._check_office()
            message = decode_to_relay(frame)
            if not isinstance(message, Look | Join) and member not in self._members:
                raise wire.BadMessage(Fault.HELLO_FIRST, "join first")
            match message:
                case Look():
                    self.met(message.seen)
                    member.say(encode(self._here()))
                case Join():
                    await self._join(member, message)
                case Share():
                    self._take(message.acts, member)
                case Ended():
                    self._end(message.ends, self._members[member])
                case Ping():
                    pass

    async def _join(self, member: "_Member", join: Join) -> None:
        if join.protocol != wire.PROTOCOL:
            older = join.protocol < wire.PROTOCOL
            raise wire.BadMessage(Fault.OLDER_PROTOCOL if older else Fault.NEWER_PROTOCOL, f"{join.protocol}")
        self._members[member] = join.station
        if join.ledger == self._ledger():
            for page in self._lend(join.cursor):
                self._check_office()
                fit = page if member.proven.with_caller else tuple(map(row_without_caller, page))
                for frame in in_frames(_changes, fit):
                    async with asyncio.timeout(SILENT_S):
                        await member.proven.link.send(frame)  # not queued: a long loan must not lie in memory
        everything = tuple(sorted(self._pool.values(), key=lambda entry: entry.place))
        fit = everything if member.proven.with_caller else tuple(map(act_without_caller, everything))
        for frame in in_frames(_spread, fit):
            member.say(frame)
        self._tell_here()

    def _check_office(self) -> None:
        if self.is_dissolved:
            raise LinkLost(words.CLOSED)

    # ---- the pool

    def _take(self, entries: Sequence[OfficeAct], member: "_Member") -> None:
        station = self._members[member]
        fresh: list[OfficeAct] = []
        ended: list[End] = []
        for entry in entries:
            if entry.act.by != entry.maker.person:
                raise wire.BadMessage(Fault.BAD_FIELD, "an act is its maker's")
            known = self._pool.get(entry.act.id)
            if entry.act.id in self._ended:
                ended.append(self._ended[entry.act.id])
            elif known is None:
                fresh.append(msgspec.structs.replace(entry, place=0))
            elif station == entry.station and known != msgspec.structs.replace(entry, place=known.place):
                # A copy may lack what its holder was not entitled to; the maker's own does not.
                fresh.append(msgspec.structs.replace(entry, place=known.place))
        placed = self._number(fresh[: max(0, MOST_ACTS - len(self._pool))])
        if placed:
            self._tell(placed, _spread, act_without_caller)
        if ended:
            member.say(encode(Ended(ends=tuple(ended))))

    def _number(self, entries: Iterable[OfficeAct]) -> tuple[OfficeAct, ...]:
        placed: list[OfficeAct] = []
        for entry in entries:
            if not entry.place:
                self._last += 1
                entry = msgspec.structs.replace(entry, place=self._last)
            self._pool[entry.act.id] = entry
            placed.append(entry)
        return tuple(placed)

    def _end(self, ends: Sequence[End], station: str) -> None:
        """Forget acts; an acceptance only by the word of this station's own rows, which are what others are lent.

        An acceptance is told to nobody: a copy stays until the confirmed case is there with its effect.
        """
        told: list[End] = []
        for end in ends:
            if end.fate is Fate.ACCEPTED:
                if station == self.serving.station:
                    self._pool.pop(end.act, None)
            elif end.act not in self._ended:
                self._pool.pop(end.act, None)
                self._ended[end.act] = end
                told.append(end)
        while len(self._ended) > MOST_ENDED:
            del self._ended[next(iter(self._ended))]
        if told:
            frame = encode(Ended(ends=tuple(told)))
            for member in self._members:
                member.say(frame)

    # ---- everybody

    def _here(self) -> Here:
        return Here(
            relay=self.serving,
            now=self._time.now(),
            members=tuple(sorted(set(self._members.values()))),
            rivals=self.rivals,
        )

    def _tell_here(self) -> None:
        frame = encode(self._here())
        for member in self._members:
            member.say(frame)

    def _tell(
        self, parts: tuple[_P, ...], make: Callable[[tuple[_P, ...]], wire.Message], bare: Callable[[_P], _P]
    ) -> None:
        frames: dict[bool, list[bytes]] = {}
        for member in self._members:
            entitled = member.proven.with_caller
            if entitled not in frames:
                frames[entitled] = in_frames(make, parts if entitled else tuple(map(bare, parts)))
            for frame in frames[entitled]:
                member.say(frame)


class _Member:
    """A station that takes part, with what is to be written to it."""

    def __init__(self, proven: OfficeLink) -> None:
        self.proven = proven
        self._frames: asyncio.Queue[bytes] = asyncio.Queue()

    def say(self, frame: bytes) -> None:
        """Queue a frame; never waits."""
        self._frames.put_nowait(frame)

    async def write(self) -> None:
        """Write what is queued until the link ends or the station takes nothing more."""
        try:
            while self._frames.qsize() < MOST_WAITING:
                await self.proven.link.send(await self._frames.get())
        except LinkLost:
            pass
        await self.proven.link.close()


def _changes(rows: tuple[CaseRow, ...]) -> Changes:
    return Changes(first=rows[0].row.revision, last=rows[-1].row.revision, rows=rows)


def _spread(acts: tuple[OfficeAct, ...]) -> Spread:
    return Spread(acts=acts)
