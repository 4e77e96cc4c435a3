"""The centre as a program: builds the parts, listens, and stops without losing anything accepted.

Promises: one line "listening on http://HOST:PORT" once it does; on SIGTERM or SIGINT consoles are told, what is
queued is committed, and the process ends with 0. One centre per ledger: it believes to be the only writer.
"""

import asyncio
import contextlib
import datetime as dt
import signal
import socket
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterable, Sequence
from typing import NamedTuple

import uvicorn

from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawBook, book_of, law_at
from dispatcher.models.organisation import Actor, Unit
from dispatcher.server import openapi
from dispatcher.server.desk import Desk, Hands
from dispatcher.server.doors import Doors
from dispatcher.server.feed import Feed
from dispatcher.server.hub import Hub
from dispatcher.server.identity import Identity
from dispatcher.server.intake import Intake
from dispatcher.server.lawgiving import LawGiver
from dispatcher.server.loads import DepartmentLoads
from dispatcher.server.socket import Patience, socket_class
from dispatcher.server.timers import Timers
from dispatcher.server.webhooks import Courier
from dispatcher.storage.ledger import Account, Ledger, Outcome
from dispatcher.sync.ports import Clock, Trouble
from dispatcher.wire import PROTOCOL, Welcome

BACKLOG = 2048
STOP_WITHIN_S = 10


class Seed(NamedTuple):
    """What an empty ledger begins with: its directory, and accounts where the caller has some."""

    units: tuple[Unit, ...] = ()
    accounts: tuple[Account, ...] = ()


NO_SEED = Seed()
PATIENCE = Patience()


class Running:
    """A centre that listens: where, and how to stop it."""

    def __init__(self, url: str, server: uvicorn.Server, desk: Desk, hub: Hub, giver: LawGiver) -> None:
        self.url = url
        self.desk = desk
        self.hub = hub
        self.giver = giver
        self._server = server

    def stop(self) -> None:
        """Ask it to stop; from any thread or signal handler, harmless when repeated."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    """uvicorn that tells when it listens and sets no signal handlers: whoever runs the centre decides when it stops."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class Centre:
    """The centre without its port, made on a running loop over an open ledger, which is closed with it."""

    def __init__(
        self, ledger: Ledger, found: "Found", clock: Clock, patience: Patience, hands: Hands | None = None
    ) -> None:
        self._patience = patience
        now = clock.now()
        self.hub = Hub(found.head, clock, patience.beat_s)
        self._loads = DepartmentLoads(found.owed)
        self.desk = Desk(ledger, law_at(found.book, now, found.units), clock, self._committed, hands)
        self.identity = Identity(self.desk, clock)

        def welcome(actor: Actor, head: Revision) -> Welcome:
            return Welcome(
                protocol=PROTOCOL,
                now=clock.now(),
                ledger=ledger.id,
                head=head,
                actor=actor,
                book=self.giver.book,
                units=found.units,
            )

        self.feed = Feed(self.desk, self.hub, self.identity, clock, ledger.id, welcome, self._loads)
        self.giver = LawGiver(
            self.desk, self.hub, self.feed, clock, found.units, found.book, now, lambda: self._timers.wake()
        )
        self._timers = Timers(self.desk, clock, self.giver)
        self.intake = Intake(self.desk, clock, {unit.id: unit for unit in found.units})

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncGenerator[None]:
        """Do what the centre does by itself; at the end nothing of it runs and what is queued is committed."""
        self.giver.begin()
        beside = [
            asyncio.create_task(self.hub.beat(), name="beats of the hub"),
            asyncio.create_task(
                self._loads.tell_changes(self.feed.tell_loads, self._patience.loads_s), name="loads of departments"
            ),
            asyncio.create_task(self._timers.run(), name="what the centre does by itself"),
        ]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self.giver.close()
            self.hub.close()
            await self.desk.close()

    def _committed(self, outcomes: Sequence[Outcome]) -> None:
        self.hub.committed(outcomes)
        self._loads.committed(outcomes)
        self._timers.committed(outcomes)


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[None, None, None], name: str) -> AsyncGenerator[None]:
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def serve(
    database: str,
    law: Law,
    clock: Clock,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    seed: Seed = NO_SEED,
    patience: Patience = PATIENCE,
    started: Callable[[Running], None] = lambda running: None,
) -> None:
    """Run a centre until it is stopped; `started` hears when it listens. Raises Trouble when it cannot begin.

    Of `law`, policy and calendar are what a ledger without a law book begins with; any other goes by its own book.
    """
    listener = listen(host, port)
    try:
        ledger = await asyncio.to_thread(open_ledger, database, clock, seed)
        try:
            found = await asyncio.to_thread(find, ledger, law, clock.now())
        except BaseException:
            ledger.close()
            raise
        centre = Centre(ledger, found, clock, patience)
        async with centre.at_work(), _beside(Courier(centre.desk, clock).run(), "webhooks"):
            doors = Doors(centre.desk, centre.hub, centre.identity, centre.intake, centre.feed, centre.giver, clock)
            server = _Server(
                uvicorn.Config(
                    doors.application(openapi.document),
                    http="h11",
                    ws=socket_class(centre.feed.talk, patience),
                    lifespan="off",
                    log_config=None,
                    access_log=False,
                    timeout_graceful_shutdown=STOP_WITHIN_S,
                ),
                lambda: started(Running(_url_of(listener, host), server, centre.desk, centre.hub, centre.giver)),
            )
            await server.serve(sockets=[listener])
    finally:
        listener.close()


def run(
    database: str, law: Law, clock: Clock, *, host: str = "127.0.0.1", port: int = 8345, seed: Seed = NO_SEED
) -> int:
    """Run a centre in this process until SIGTERM or SIGINT; prints where it listens; gives the exit status."""
    running: list[Running] = []
    stopped = threading.Event()

    def stop(_signal: int, _frame: object) -> None:
        stopped.set()
        for centre in running:
            centre.stop()

    def started(centre: Running) -> None:
        running.append(centre)
        if stopped.is_set():
            centre.stop()
        sys.stdout.write(f"listening on {centre.url}\n")
        sys.stdout.flush()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        asyncio.run(serve(database, law, clock, host=host, port=port, seed=seed, started=started))
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


class Found(NamedTuple):
    """What the ledger says at the start."""

    head: Revision
    units: tuple[Unit, ...]
    book: LawBook
    owed: dict[CaseId, tuple[UnitId, ...]]


def find(ledger: Ledger, law: Law, now: dt.datetime) -> Found:
    """Read what a centre begins with; gives a ledger its first law book and counts what an older program did not."""
    book = ledger.law_book()
    if book is None:
        book = book_of(law.policy, law.calendar)
        ledger.put_first_book(book)
    units = ledger.units()
    if not ledger.tallies_are_whole():
        ledger.recount_tallies(law_at(book, now, units))
    return Found(ledger.head(), units, book, ledger.open_whistle_loads())


def open_ledger(database: str, clock: Clock, seed: Seed) -> Ledger:
    """Open the ledger and, where it has no directory yet, put the seed in; raises Trouble."""
    ledger = Ledger.open(database, clock.now)
    try:
        if not ledger.units():
            ledger.put_units(seed.units)
            _put_accounts(ledger, seed.accounts)
    except BaseException:
        ledger.close()
        raise
    return ledger


def _put_accounts(ledger: Ledger, accounts: Iterable[Account]) -> None:
    for account in accounts:
        if ledger.person(account.person) is None:
            ledger.put_account(account)


def listen(host: str, port: int) -> socket.socket:
    """Open the port, any free one for 0; raises Trouble."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's delay off only where it is: 40 ms a message otherwise.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there it would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise Trouble(
            f"{host}:{port}: 无法监听；换一个端口，或停掉占用它的程序。"
            f" | Cannot listen there; take another port or stop the program that has it. ({error})"
        ) from error
    listener.setblocking(False)
    return listener


def _url_of(listener: socket.socket, host: str) -> str:
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"
