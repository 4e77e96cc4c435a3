"""A centre that speaks the wire, consoles over it, and a world of both in driven time.

The centre judges by the real rules; its faults are switches. A story is a coroutine that takes a world.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from dispatcher import wire
from dispatcher.models.case import Case
from dispatcher.models.commands import Act, AnyCommand, ReceiveOrder
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, LedgerId, PersonId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawBook, law_at
from dispatcher.models.order import Caller
from dispatcher.models.organisation import Actor, Scope, scope_of
from dispatcher.models.queue import summarise
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Accepted, Refused, Settled, Verdict
from dispatcher.server.offices import keys_of
from dispatcher.sync.engine import Engine
from dispatcher.sync.office_ports import OfficeLink, OfficePlan
from dispatcher.sync.ports import Link, LinkLost, LinkRefused, LinkState, Trouble
from dispatcher.transport.memory import MemoryDialer, pair
from dispatcher.transport.sealed import answer, greet
from tests import builders
from tests.fakes import DrivenLoop, FakeClock, MemoryStore, Recorder, until


class _Session:
    def __init__(self, link: Link, actor: Actor, cursor: int) -> None:
        self.link = link
        self.actor = actor
        self.scope = scope_of(actor)
        self.cursor = cursor
        self.settles: list[Settled] = []
        self.held: list[wire.Downward] = []
        self.office = False


class FakeCentre:
    """A centre on the same loop: judges each act id once, feeds by revision, beats every two seconds.

    Faults: `down` refuses every dial, `mute` keeps links but says nothing until it is over, `cut_after_judging` ends
    the link of an act after it is judged and before anybody hears, `skip` leaves that many revisions out of a live
    feed, `stop_after_pages` lets the next feed hang after so many pages, which `stopped` tells.
    """

    def __init__(self, clock: FakeClock, *actors: Actor) -> None:
        self.clock = clock
        self.ledger = LedgerId("ledger-1")
        self.restored: tuple[Revision, ...] = ()
        self.people = {f"token-{actor.person}": actor for actor in (*actors, builders.HOTLINE)}
        self.book = builders.book()
        self.cases: dict[CaseId, Case] = {}
        self.callers: dict[CaseId, Caller] = {}
        self.verdicts: dict[CommandId, Verdict] = {}
        self.journal: list[tuple[CommandId, CaseId]] = []
        self.submitted: list[CommandId] = []
        self.most_at_once = 0
        self.dials = 0
        self.hellos: list[wire.Hello] = []
        self.pings = 0
        self.page = 50
        self.down = False
        self.mute = False
        self.refusing: wire.Fault | None = None
        self.cut_after_judging = False
        self.cut_before_judging = False
        self.skip = 0
        self.stop_after_pages: int | None = None
        self.stopped = False
        self.ahead_s = 0.0
        self.tells_offices = True
        self.stations: dict[str, wire.OfficeStation] = {}
        self.inquired: list[CommandId] = []
        self._sessions: list[_Session] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = 0

    @property
    def head(self) -> int:
        return len(self.journal)

    @property
    def law(self) -> Law:
        return law_at(self.book, self.now(), builders.units())

    def now(self) -> dt.datetime:
        return builders.NOON + dt.timedelta(seconds=self.clock.monotonic() + self.ahead_s)

    def accept(self, link: Link) -> None:
        self.dials += 1
        if self.down:
            raise LinkLost("the centre is down")
        task = asyncio.get_running_loop().create_task(self._serve(link))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def cut(self) -> None:
        """End every link."""
        for session in self._sessions:
            await session.link.close()

    async def stop_a_process(self) -> None:
        """Part from every console as a process of the centre does that stops while others go on."""
        for session in self._sessions:
            with contextlib.suppress(LinkLost):  # it has gone before
                await session.link.send(wire.encode(wire.Goodbye(fault=wire.Fault.STOPPING, detail="stopping")))
            await session.link.close()

    def restart(self, ledger: str | None = None, keep: int | None = None) -> None:
        """Come back as another ledger, empty, or as this one set back to its first `keep` revisions."""
        if ledger is not None:
            self.ledger = LedgerId(ledger)
        assert keep in (None, 0), "a fake can only be set back to nothing"
        if keep is not None and ledger is not None:
            self.restored = (*self.restored, Revision(keep))
        self.cases.clear()
        self.verdicts.clear()
        self.journal.clear()

    async def change_law(self, book: LawBook) -> None:
        """Let another law book hold, and tell everybody."""
        self.book = book
        for session in tuple(self._sessions):
            await self._say(session, wire.LawChanged(book=book))

    async def tell_loads(self, units: dict[UnitId, int]) -> None:
        """Tell the departments' loads."""
        for session in tuple(self._sessions):
            await self._say(session, wire.Loads(units=units, at=self.now()))

    async def receive(self, *cases: str, **changes: object) -> None:
        """Let the hotline dispatch orders."""
        for case in cases:
            await self.make(builders.receive(case, **({"dispatched_at": self.now()} | changes)), builders.HOTLINE)

    async def make(self, command: AnyCommand, by: Actor) -> Verdict:
        """Let somebody else act."""
        self._numbers += 1
        made = builders.act(command, by, self.now(), f"other-{self._numbers}")
        verdict, _ = self._judge(made, by)
        await self._feed_all()
        return verdict

    def _judge(self, act: Act, actor: Actor) -> tuple[Verdict, bool]:
        known = self.verdicts.get(act.id)
        if known is not None:
            return known, True
        case_id = act.command.case
        found = judge(act, self.cases.get(case_id), actor, self.law, self.now())
        if isinstance(found, Refused):
            self.verdicts[act.id] = found
            return found, False
        revision = Revision(self.head + 1)
        case = self.cases.get(case_id)
        for recorded in found:
            case = evolve(case, recorded, revision)
        assert case is not None
        self.cases[case_id] = case
        if isinstance(act.command, ReceiveOrder) and act.command.caller is not None:
            self.callers[case_id] = act.command.caller
        self.journal.append((act.id, case_id))
        verdict = Accepted(revision=revision, judged_at=self.now())
        self.verdicts[act.id] = verdict
        return verdict, False

    async def _serve(self, link: Link) -> None:
        session: _Session | None = None
        beating: asyncio.Task[None] | None = None
        try:
            hello = wire.decode_upward(await link.receive())
            assert isinstance(hello, wire.Hello)
            self.hellos.append(hello)
            if self.refusing is not None or hello.token not in self.people:
                fault = self.refusing or wire.Fault.NOT_SIGNED_IN
                await link.send(wire.encode(wire.Goodbye(fault=fault)))
                return
            same = hello.ledger == self.ledger
            session = _Session(link, self.people[hello.token], hello.cursor if same else 0)
            await self._welcome(session)
            self._sessions.append(session)
            if hello.office is not None and self.tells_offices:
                session.office = True
                self.stations[hello.office.station] = hello.office
                for each in self._sessions:
                    if each.office:
                        await self._say(each, self._office(each))
            beating = asyncio.get_running_loop().create_task(self._beat(session))
            await self._feed(session)
            while True:
                await self._hear(session, wire.decode_upward(await link.receive()))
        except LinkLost:
            pass
        finally:
            if session in self._sessions:
                self._sessions.remove(session)
            if beating is not None:
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)
            await link.close()

    async def _welcome(self, session: _Session) -> None:
        await self._say(
            session,
            wire.Welcome(
                protocol=wire.PROTOCOL,
                now=self.now(),
                ledger=self.ledger,
                head=Revision(self.head),
                actor=session.actor,
                book=self.book,
                units=builders.units(),
                restored=self.restored,
            ),
        )

    def _office(self, session: _Session) -> wire.Office:
        keys = keys_of(b"the secret of all offices", session.scope, self.now())
        return wire.Office(unit=session.scope.unit, keys=keys, stations=tuple(self.stations.values()))

    async def _hear(self, session: _Session, message: wire.Upward) -> None:
        match message:
            case wire.Ping():
                self.pings += 1
                await self._say(session, wire.Pong(sent_ms=message.sent_ms, now=self.now()))
            case wire.Submit():
                if self.cut_before_judging:
                    self.cut_before_judging = False
                    raise LinkLost("cut")
                await self._submitted(session, message.acts)
            case wire.Inquire():
                self.inquired += message.acts
                known = (act for act in message.acts if act in self.verdicts)
                settles = tuple(Settled(act=act, verdict=self.verdicts[act]) for act in known)
                if settles:
                    await self._say(session, wire.Judged(settles=settles))
            case wire.Hello():
                raise AssertionError("greeted twice")

    async def _submitted(self, session: _Session, acts: tuple[Act, ...]) -> None:
        alone: list[Settled] = []
        self.most_at_once = max(self.most_at_once, len(acts))
        for act in acts:
            self.submitted.append(act.id)
            verdict, repeat = self._judge(act, session.actor)
            settled = Settled(act=act.id, verdict=verdict)
            if repeat or isinstance(verdict, Refused):
                alone.append(settled)
            else:
                session.settles.append(settled)
        if self.cut_after_judging:
            self.cut_after_judging = False
            raise LinkLost("cut")
        if alone:
            await self._say(session, wire.Judged(settles=tuple(alone)))
        await self._feed_all()

    async def _feed_all(self) -> None:
        for session in tuple(self._sessions):
            try:
                await self._feed(session)
            except LinkLost:
                continue

    async def _feed(self, session: _Session) -> None:
        pages = 0
        while session.cursor < self.head:
            if pages == self.stop_after_pages:
                self.stop_after_pages, self.stopped = None, True
                await session.link.receive()  # hangs: nothing but pings come, until the link ends
            pages += 1
            fresh: dict[CaseId, int] = {}
            for revision, (_, case) in enumerate(self.journal, 1):
                if revision > session.cursor:
                    fresh[case] = revision
            ordered = sorted((revision, case) for case, revision in fresh.items())
            page = ordered[: self.page]
            more = len(ordered) > len(page)
            last = page[-1][0] if more else self.head
            rows = tuple(self._row(self.cases[case], session.scope) for _, case in page if self._sees(session, case))
            gone = tuple(case for _, case in page if not self._sees(session, case))
            first, session.cursor = session.cursor + 1 + self.skip, last
            self.skip = 0
            settles = () if more else tuple(session.settles)
            session.settles = session.settles if more else []
            await self._say(
                session,
                wire.Changes(
                    first=Revision(first),
                    last=Revision(last),
                    rows=rows,
                    gone=gone,
                    settles=settles,
                    committed_at=self.now(),
                    catching_up=more,
                ),
            )

    def _sees(self, session: _Session, case: CaseId) -> bool:
        found = self.cases[case]
        if session.scope.as_summoned:
            return any(whistle.of(session.scope.unit) for whistle in found.whistles)
        return session.scope.everything or found.holder == session.scope.unit

    def _row(self, case: Case, scope: Scope) -> wire.CaseRow:
        caller = self.callers.get(case.id)
        row = wire.CaseRow(
            summarise(case, self.law),
            msgspec.Raw(msgspec.json.encode(case)),
            msgspec.Raw(msgspec.json.encode(caller)) if caller else wire.NO_CALLER,
        )
        return wire.as_seen_by(scope, row)

    async def _beat(self, session: _Session) -> None:
        while True:
            await asyncio.sleep(2)
            try:
                if session.cursor == self.head:
                    await self._say(session, wire.Beat(now=self.now(), head=Revision(self.head)))
            except LinkLost:
                return

    async def _say(self, session: _Session, message: wire.Downward) -> None:
        if not isinstance(message, wire.Beat | wire.Pong):
            session.held.append(message)
        if self.mute:
            return
        held, session.held = session.held, []
        for late in held:  # a link that lives loses nothing: what was held back comes first
            await session.link.send(wire.encode(late))
        if isinstance(message, wire.Beat | wire.Pong):
            await session.link.send(wire.encode(message))


class MemoryOffice:
    """An office's network on the same loop, sealed as the real one; `frames` is what anybody on it can read.

    `cut` a station's cable, and nothing passes between it and the others until it is mended.
    """

    def __init__(self) -> None:
        self.doors: dict[str, _Door] = {}
        self.frames: list[bytes] = []
        self._cut: set[str] = set()
        self._links: list[tuple[str, str, Link]] = []

    def at(self, address: str) -> "_Socket":
        """Give the network as one station has it."""
        return _Socket(self, address)

    def link(self, near: str, far: str) -> tuple[Link, Link]:
        """Lay a link between two stations, or raise LinkLost."""
        if near != far and (near in self._cut or far in self._cut):
            raise LinkLost("the cable is cut")
        if far not in self.doors:
            raise LinkLost(f"nobody listens at {far}")
        one, other = pair()
        self._links.append((near, far, one))
        return one, _Tapped(other, self.frames)

    async def cut(self, address: str) -> None:
        self._cut.add(address)
        for near, far, link in self._links:
            if near != far and address in (near, far):
                await link.close()

    def mend(self, address: str) -> None:
        self._cut.discard(address)


class _Socket:
    def __init__(self, office: MemoryOffice, address: str) -> None:
        self._office = office
        self._address = address

    def own_host(self) -> str:
        return ""

    async def dial(self, address: str, keys: Sequence[wire.OfficeKey]) -> OfficeLink:
        near, far = self._office.link(self._address, address)
        self._office.doors[address].take(far)
        return await greet(near, keys)

    async def open(
        self,
        address: str,
        keys: Callable[[], Sequence[wire.OfficeKey]],
        serve: Callable[[OfficeLink], Awaitable[None]],
    ) -> "_Door":
        if address in self._office.doors:
            raise Trouble(f"{address} is taken")
        self._office.doors[address] = _Door(self._office, address, keys, serve)
        return self._office.doors[address]


class _Tapped:
    """A link whose frames are written down, as somebody on the office's network could."""

    def __init__(self, link: Link, frames: list[bytes]) -> None:
        self._link = link
        self._frames = frames

    async def send(self, frame: bytes) -> None:
        self._frames.append(frame)
        await self._link.send(frame)

    async def receive(self) -> bytes:
        frame = await self._link.receive()
        self._frames.append(frame)
        return frame

    async def close(self) -> None:
        await self._link.close()


class _Door:
    def __init__(
        self,
        network: MemoryOffice,
        address: str,
        keys: Callable[[], Sequence[wire.OfficeKey]],
        serve: Callable[[OfficeLink], Awaitable[None]],
    ) -> None:
        self._network = network
        self._address = address
        self._keys = keys
        self._serve = serve
        self._talks: set[asyncio.Task[None]] = set()

    def take(self, link: Link) -> None:
        async def talk() -> None:
            with contextlib.suppress(LinkLost, LinkRefused):
                await self._serve(await answer(link, self._keys()))

        task = asyncio.get_running_loop().create_task(talk())
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)

    async def close(self) -> None:
        self._network.doors.pop(self._address, None)
        talks = tuple(self._talks)
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


class Console:
    """One station: an engine over its store, with a recorder for a screen."""

    def __init__(
        self, world: "World", person: PersonId, store: MemoryStore | None, plan: OfficePlan | None = None
    ) -> None:
        self.store = store or MemoryStore()
        self.clock = world.clock
        self.seen = Recorder()
        self.engine = Engine(
            open_store=self._open,
            dialer=MemoryDialer(world.centre.accept),
            listener=self.seen,
            clock=world.station_clock,
            token=f"token-{person}",
            station="desk-1",
            chance=lambda: 0.5,
            network=world.office.at(plan.address) if plan is not None else None,
            plan=plan or OfficePlan(),
        )
        self._task: asyncio.Task[None] | None = None

    def _open(self) -> MemoryStore:
        if self.store.failing is not None:
            raise self.store.failing
        return self.store.reopened()

    def start(self) -> "Console":
        self._task = asyncio.get_running_loop().create_task(self.engine.run())
        return self

    async def online(self) -> "Console":
        await until(lambda: self.seen.statuses and self.seen.status.state is LinkState.ONLINE)
        return self

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            if not self._task.cancelled() and self._task.exception() is not None:
                raise self._task.exception() or RuntimeError
            self._task = None


class World:
    """A centre and its consoles in driven time. `play` runs a story to its end and fails on any error inside."""

    def __init__(self, *actors: Actor) -> None:
        self.clock = FakeClock()
        self.station_clock = self.clock
        self.centre = FakeCentre(self.clock, *(actors or (builders.DISPATCHER,)))
        self.office = MemoryOffice()
        self._consoles: list[Console] = []

    def console(
        self, actor: Actor = builders.DISPATCHER, store: MemoryStore | None = None, plan: OfficePlan | None = None
    ) -> Console:
        """Start a console; with a plan it works with its office."""
        console = Console(self, actor.person, store, plan).start()
        self._consoles.append(console)
        return console

    def play(self, story: Callable[["World"], Awaitable[None]]) -> None:
        async def whole() -> None:
            try:
                await story(self)
            finally:
                for console in self._consoles:
                    await console.stop()

        with asyncio.Runner(loop_factory=lambda: DrivenLoop(self.clock)) as runner:
            runner.run(whole())


def played(story: Callable[[World], Awaitable[None]]) -> Callable[[], None]:
    """Make a test of a story: it gets a world of its own, with everybody of the builders' street in it."""

    def test() -> None:
        World(
            builders.DISPATCHER,
            builders.LEADER,
            builders.SUPERVISOR,
            builders.STRANGER,
            builders.LIAISON,
        ).play(story)

    test.__doc__ = story.__doc__
    return test


async def outage(world: World) -> None:
    """Cut every link and let the consoles notice."""
    world.centre.down = True
    await world.centre.cut()
    await asyncio.sleep(0.01)


def has_state(console: Console, *states: LinkState) -> bool:
    return bool(console.seen.statuses) and console.seen.status.state in states
