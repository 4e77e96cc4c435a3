"""The feed: one conversation with one console, from its Hello to its end.

Promises: Hello first and a valid token, then Welcome, then everything in the person's scope since the console's
cursor by pages, then live batches, without a gap or a duplicate where one becomes the other. Acts are judged in the
order they came. Whatever is wrong ends this conversation alone, by a named Goodbye. Knows no SQL and no framing.
"""

import asyncio
import contextlib
import functools
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple, assert_never

import msgspec

from dispatcher.models.commands import Act
from dispatcher.models.ids import LedgerId, Revision
from dispatcher.models.lawbook import LawBook
from dispatcher.models.lineage import are_kin
from dispatcher.models.organisation import Actor, Right, Scope, may, scope_of
from dispatcher.models.verdicts import Settled
from dispatcher.server.credentials import token_hash
from dispatcher.server.desk import Desk, Job, Stream
from dispatcher.server.hub import Console, Hub, batches
from dispatcher.server.identity import Identity
from dispatcher.server.loads import DepartmentLoads
from dispatcher.server.offices import Offices
from dispatcher.server.snapshots import OFFERED_FROM
from dispatcher.server.socket import Closed, Socket, framed
from dispatcher.server.sound import has_nul
from dispatcher.server.submitted import flaw_of, not_for_the_feed, with_hints_masked
from dispatcher.storage.ledger import Ledger, Outcome, Page
from dispatcher.storage.stations import Station
from dispatcher.sync.ports import Clock, Trouble
from dispatcher.wire import (
    PROTOCOL,
    SNAPSHOT_FORMAT,
    BadMessage,
    Beat,
    Begin,
    Deliver,
    Downward,
    Fault,
    Hello,
    Inquire,
    LawChanged,
    Ping,
    Pong,
    Submit,
    Welcome,
    Wipe,
    Wiped,
    decode_upward,
    encode,
)

PAGE_ROWS = 2000
WINDOW = 256
"""Acts of one console that may wait for their verdicts; with more it is not read on."""
HELLO_WITHIN_S = 10.0
WIPE_WITHIN_S = 30.0
LONGEST_STATION = 120
ACCEPTED_AT_MOST = 100
ENDED = "the session has ended; sign in again"
WITHDRAWN = "this station has been withdrawn"


class Guest:
    """Who opened a conversation, and which order to wipe it has been told."""

    def __init__(self, hello: Hello) -> None:
        self.hello = hello
        self.token_hash = token_hash(hello.token)
        self.wipe_order = ""


class Feed:
    """Talks with consoles; `talk` is the conversation of one socket."""

    def __init__(
        self,
        desk: Desk,
        hub: Hub,
        identity: Identity,
        clock: Clock,
        ledger: LedgerId,
        welcome: Callable[[Actor, Revision], Welcome],
        loads: DepartmentLoads,
        rows_will_change: Callable[[], None],
        offices: Offices,
    ) -> None:
        self._desk = desk
        self._hub = hub
        self._identity = identity
        self._clock = clock
        self._ledger = ledger
        self._welcome = welcome
        self._loads = loads
        self._rows_will_change = rows_will_change
        self._offices = offices
        self._talking: dict[Console, Guest] = {}
        self._law: LawChanged | None = None
        self._old_rows = False
        self._ended = 0

    @property
    def talking(self) -> int:
        """How many consoles are signed in on a connection."""
        return len(self._talking)

    def tokens(self) -> set[str]:
        """Give the hashes of the tokens in use."""
        return {guest.token_hash for guest in self._talking.values()}

    def stations(self) -> set[str]:
        """Give the stations in contact."""
        return {guest.hello.station for guest in self._talking.values()}

    def sessions_ended(self, tokens: Collection[str]) -> None:
        """End the conversations that began with tokens of these hashes."""
        self._ended += 1
        for console, guest in list(self._talking.items()):
            if guest.token_hash in tokens and not guest.wipe_order:
                console.socket.goodbye(Fault.NOT_SIGNED_IN, ENDED)

    def wipe(self, station: Station) -> None:
        """Tell a station to wipe itself; one too old to know how is told to go."""
        for console, guest in list(self._talking.items()):
            if guest.hello.station == station.station and guest.wipe_order != station.wipe_order:
                guest.wipe_order = station.wipe_order
                self._hub.leave(console)  # whatever becomes of it, it is sent nothing more
                if guest.hello.wipeable:
                    console.write(Wipe(order=station.wipe_order, reason=station.wipe_reason))
                    part = functools.partial(console.socket.goodbye, Fault.NOT_SIGNED_IN, WITHDRAWN)
                    asyncio.get_running_loop().call_later(WIPE_WITHIN_S, part)
                else:
                    console.socket.goodbye(Fault.NOT_SIGNED_IN, WITHDRAWN)

    def move_on(self, why: str) -> None:
        """Have every console come again, for a welcome of its own."""
        for console in self._talking:
            console.socket.goodbye(Fault.STOPPING, why)

    def tell_law(self, book: LawBook) -> None:
        """Tell everybody the law; until `rows_are_anew` the ledger's pages may hold rows of the law before."""
        self._law = LawChanged(book=book)
        self._old_rows = True
        self._rows_will_change()
        self._tell(self._law, self._talking)

    def rows_are_anew(self) -> None:
        """Take it that all rows of the ledger are of the law told last."""
        if self._old_rows:
            self._old_rows = False
            self._rows_will_change()

    def tell_loads(self) -> None:
        """Tell the departments' loads to everybody with a role of a street."""
        self._tell(self._loads.as_of(self._clock.now()), [c for c in self._talking if _sees_loads(c)])

    def _tell(self, message: Downward, consoles: Iterable[Console]) -> None:
        frame = framed(encode(message))
        for console in consoles:
            console.socket.write(frame)

    async def talk(self, socket: Socket) -> None:
        """Serve one console until it goes or must go."""
        try:
            ended = self._ended
            console, guest = await self._greet(socket)
            self._talking[console] = guest
            try:
                # It may have been this one's session, before it was among those talking.
                if ended != self._ended and await self._identity.who(guest.hello.token) is None:
                    console.socket.goodbye(Fault.NOT_SIGNED_IN, ENDED)
                if guest.hello.office is not None:
                    await self._offices.enter(console, guest.hello.office, guest.token_hash)
                await self._serve(console, guest)
            finally:
                del self._talking[console]
                self._offices.leave(console)
                self._hub.leave(console)
        except BadMessage as bad:
            socket.goodbye(bad.fault, bad.detail)
        except Trouble as trouble:
            socket.goodbye(Fault.STOPPING, str(trouble))
        except Closed:
            pass

    async def _greet(self, socket: Socket) -> tuple[Console, Guest]:
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                hello = decode_upward(await socket.receive())
        except TimeoutError:
            raise BadMessage(Fault.HELLO_FIRST, f"nothing was said for {HELLO_WITHIN_S:g} s") from None
        if not isinstance(hello, Hello):
            raise BadMessage(Fault.HELLO_FIRST, "the first message must be hello")
        if hello.protocol != PROTOCOL:
            fault = Fault.NEWER_PROTOCOL if hello.protocol > PROTOCOL else Fault.OLDER_PROTOCOL
            raise BadMessage(fault, f"protocol {hello.protocol}; this centre speaks {PROTOCOL}")
        if len(hello.station) > LONGEST_STATION or has_nul(encode(hello)):
            raise BadMessage(Fault.BAD_FIELD, f"station: at most {LONGEST_STATION} characters, and no NUL")
        if len(hello.accepted) > ACCEPTED_AT_MOST:
            raise BadMessage(Fault.BAD_FIELD, f"accepted: at most {ACCEPTED_AT_MOST} acts")
        actor, station = await self._identity.greet(hello.token, hello.station)
        if station is not None and station.is_to_wipe:
            await self._have_wiped(socket, hello, station)
        if actor is None:
            raise BadMessage(Fault.NOT_SIGNED_IN, "the token is unknown or has run out; sign in again")
        scope = scope_of(actor)
        start = await self._desk.read(functools.partial(_start, hello=hello, scope=scope, ours=self._ledger))
        console = Console(socket, actor, scope, start.after)
        offered = SNAPSHOT_FORMAT if hello.snapshot and start.is_far else 0
        if not offered:
            console.begun.set()
        welcome = self._welcome(actor, start.head)
        welcome = msgspec.structs.replace(welcome, after=start.after, rows=start.rows, snapshot=offered)
        console.write(msgspec.structs.replace(welcome, common=start.common))
        if self._old_rows and self._law is not None:
            console.write(self._law)
        if _sees_loads(console):
            console.write(self._loads.as_of(self._clock.now()))
        await self._identity.met(hello.station, actor.person, socket.address, hello.token)
        return console, Guest(hello)

    async def _have_wiped(self, socket: Socket, hello: Hello, station: Station) -> None:
        """Have a lost station wipe itself in the place of a welcome; ends the conversation."""
        if hello.wipeable:
            socket.write(framed(encode(Wipe(order=station.wipe_order, reason=station.wipe_reason))))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WIPE_WITHIN_S):
                    answer = decode_upward(await socket.receive())
                    if isinstance(answer, Wiped):
                        await self._identity.wiped(hello.station, answer.order, answer.unsent, hello.token)
        raise BadMessage(Fault.NOT_SIGNED_IN, WITHDRAWN)

    async def _serve(self, console: Console, guest: Guest) -> None:
        feeding = asyncio.create_task(self._keep_fed(console), name=f"feeding {console.actor.person}")
        listening = asyncio.create_task(self._listen(console, guest), name=f"listening to {console.actor.person}")
        try:
            done, _ = await asyncio.wait((feeding, listening), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (feeding, listening):
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(feeding, listening, return_exceptions=True)

    async def _keep_fed(self, console: Console) -> None:
        await console.begun.wait()
        while True:
            await self._catch_up(console)
            await console.behind.wait()

    async def _catch_up(self, console: Console) -> None:
        """Write pages until the console has all that live consoles have, and make it one of them at that moment.

        While it takes a page, the next one is read.
        """
        law, old_rows = self._law, False
        reading = asyncio.create_task(self._read(console, console.sent))
        try:
            while True:
                page, was_old = await reading
                if page.more:
                    reading = asyncio.create_task(self._read(console, page.last))
                await console.socket.writable()
                old_rows |= was_old or law is not self._law
                # From here to `join` nothing is awaited: the hub cannot move on in between.
                complete = not page.more and self._hub.admits(page.last)
                if page.rows or page.gone:
                    first = Revision(console.sent + 1)
                    for changes in batches(
                        first, page.last, page.rows, page.committed_at, gone=page.gone, more=not complete
                    ):
                        console.write_changes(changes)
                elif complete:
                    console.sent = page.last
                if complete:
                    if old_rows and self._law is not None:
                        console.write(self._law)  # what it was given may be of the law before: it makes its rows anew
                    console.write(Beat(now=self._clock.now(), head=console.sent))
                    self._hub.join(console)
                    return
                if not page.more:
                    reading = asyncio.create_task(self._read(console, console.sent))
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, console: Console, after: Revision) -> tuple[Page, bool]:
        """Give a page, and whether it may hold rows of the law before, unless another law is told meanwhile."""
        was_old = self._old_rows  # they may be made anew by when the page is here, which is of before
        page = await self._desk.read(functools.partial(_page, scope=console.scope, after=after))
        return page, was_old

    async def _listen(self, console: Console, guest: Guest) -> None:
        stream = Stream()
        waiting = _Window(WINDOW)
        while True:
            await waiting.room()
            message = decode_upward(await console.socket.receive())
            match message:
                case Ping():
                    console.write(Pong(sent_ms=message.sent_ms, now=self._clock.now()))
                case Submit():
                    for act in message.acts:
                        self._submit(act, console, stream, waiting)
                case Begin():
                    await self._begin(console, message.after)
                case Inquire():
                    await self._offices.answer(console, message)
                case Deliver():
                    await self._offices.deliveries.take(console, message.acts)
                case Wiped():
                    await self._identity.wiped(guest.hello.station, message.order, message.unsent, guest.hello.token)
                    raise BadMessage(Fault.NOT_SIGNED_IN, WITHDRAWN)
                case Hello():
                    raise BadMessage(Fault.BAD_FIELD, "hello is said once")
                case _:
                    assert_never(message)

    async def _begin(self, console: Console, after: Revision) -> None:
        if console.begun.is_set():
            raise BadMessage(Fault.BAD_FIELD, "begin is said once, and only where a snapshot was offered")
        head = await self._desk.read(lambda ledger: ledger.head())
        if not 0 <= after <= head:
            raise BadMessage(Fault.BAD_FIELD, f"after {after} is no revision of this ledger, which is at {head}")
        console.sent = after
        console.begun.set()

    def _submit(self, act: Act, console: Console, stream: Stream, waiting: "_Window") -> None:
        flaw = flaw_of(act)
        if flaw:
            raise BadMessage(Fault.BAD_FIELD, flaw)
        refused = not_for_the_feed(act, console.actor)
        if refused is not None:
            self._hub.owe(console, Settled(act=act.id, verdict=refused))
            return

        def judged(outcome: Outcome) -> None:
            waiting.less()
            self._hub.owe(console, Settled(act=act.id, verdict=outcome.verdict))

        def failed(trouble: Trouble) -> None:
            waiting.less()
            console.socket.goodbye(Fault.STOPPING, str(trouble))

        waiting.more()
        self._desk.enqueue(Job(with_hints_masked(act), console.actor, stream, judged, failed))


def _sees_loads(console: Console) -> bool:
    return may(console.actor, Right.HEAR_LOADS)


class _Start(NamedTuple):
    """Where a console begins: `rows` come after `after`; `is_far` when they are better fetched as a snapshot.

    `common` is up to where the ledger is what the console took it for, None where it is so altogether.
    """

    head: Revision
    common: Revision | None
    after: Revision
    rows: int
    is_far: bool


def _start(ledger: Ledger, hello: Hello, scope: Scope, ours: LedgerId) -> _Start:
    """Say where a console begins: after its cursor, where that is this ledger's as it stands today."""
    head = ledger.head()
    common = ledger.lost_after(hello.accepted) if hello.accepted and are_kin(hello.ledger, ours) else None
    known = common is None and hello.ledger == ours and 0 <= hello.cursor <= head
    if known and hello.newest_act:
        known = ledger.lost_after(((hello.newest, hello.newest_act),)) is None
    after = hello.cursor if known else Revision(0)
    rows = ledger.size(scope, after)
    is_far = rows >= OFFERED_FROM and (after == 0 or 2 * rows >= ledger.size(scope, Revision(0)))
    return _Start(head, common, after, rows, is_far)


def _page(ledger: Ledger, scope: Scope, after: Revision) -> Page:
    return ledger.changes(scope, after, PAGE_ROWS)


class _Window:
    """Counts acts that wait for a verdict; `room` waits until there are fewer than `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._free = asyncio.Event()
        self._free.set()

    def more(self) -> None:
        self._count += 1
        if self._count >= self._most:
            self._free.clear()

    def less(self) -> None:
        self._count -= 1
        if self._count < self._most:
            self._free.set()

    async def room(self) -> None:
        await self._free.wait()
