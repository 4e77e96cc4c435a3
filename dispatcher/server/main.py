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
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import uvicorn

from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawBook, book_of, law_at
from dispatcher.models.organisation import Actor, Unit
from dispatcher.server.desk import Desk
from dispatcher.server.doors import Doors
from dispatcher.server.feed import Feed
from dispatcher.server.hub import Hub
from dispatcher.server.identity import Identity
from dispatcher.server.intake import Intake
from dispatcher.server.lawgiving import LawGiver
from dispatcher.server.loads import DepartmentLoads
from dispatcher.server.retention import Retention
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


async def serve(
    database: str,
    law: Law,
    clock: Clock,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    seed: Seed = NO_SEED,
    patience: Patience = PATIENCE,
    keys: Path | None = None,
    keep_days: int = 0,
    started: Callable[[Running], None] = lambda running: None,
) -> None:
    """Run a centre until it is stopped; `started` hears when it listens. Raises Trouble when it cannot begin.

    `keys` is the directory of the centre's keys; personal data is erased `keep_days` after a case ended, 0 for never.

    Of `law`, policy and calendar are what a ledger without a law book begins with; any other goes by its own book.
    """
    listener = listen(host, port)
    try:
        ledger = await asyncio.to_thread(open_ledger, database, clock, seed, keys)
        try:
            found = await asyncio.to_thread(_read, ledger, law, clock.now())
        except BaseException:
            ledger.close()
            raise
    except BaseException:
        listener.close()
        raise
    now = clock.now()
    hub = Hub(found.head, clock, patience.beat_s)
    loads = DepartmentLoads(found.owed)

    def committed(outcomes: Sequence[Outcome]) -> None:
        hub.committed(outcomes)
        loads.committed(outcomes)
        timers.committed(outcomes)

    desk = Desk(ledger, law_at(found.book, now, found.units), clock, committed)
    try:
        identity = Identity(desk, clock)

        def welcome(actor: Actor, head: Revision) -> Welcome:
            return Welcome(
                protocol=PROTOCOL,
                now=clock.now(),
                ledger=ledger.id,
                head=head,
                actor=actor,
                book=giver.book,
                units=found.units,
                restored=ledger.restored,
            )

        feed = Feed(desk, hub, identity, clock, ledger.id, welcome, loads)
        giver = LawGiver(desk, hub, feed, clock, found.units, found.book, now, lambda: timers.wake())
        timers = Timers(desk, clock, giver)
        retention = Retention(desk, clock, keep_days)
        intake = Intake(desk, clock, {unit.id: unit for unit in found.units})
        application = Doors(desk, hub, identity, intake, feed, giver, retention, clock).application()
        server = _Server(
            uvicorn.Config(
                application,
                http="h11",
                ws=socket_class(feed.talk, patience),
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=STOP_WITHIN_S,
            ),
            lambda: started(Running(_url_of(listener, host), server, desk, hub, giver)),
        )
        giver.begin()
        beside = [
            asyncio.create_task(hub.beat(), name="beats of the hub"),
            asyncio.create_task(loads.tell_changes(feed.tell_loads, patience.loads_s), name="loads of departments"),
            asyncio.create_task(timers.run(), name="what the centre does by itself"),
            asyncio.create_task(Courier(desk, clock).run(), name="webhooks"),
            asyncio.create_task(retention.run(), name="retention of personal data"),
        ]
        try:
            await server.serve(sockets=[listener])
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await giver.close()
            hub.close()
    finally:
        listener.close()
        await desk.close()


def run(
    database: str,
    law: Law,
    clock: Clock,
    *,
    host: str = "127.0.0.1",
    port: int = 8345,
    seed: Seed = NO_SEED,
    keys: Path | None = None,
    keep_days: int = 0,
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
        centre = serve(
            database, law, clock, host=host, port=port, seed=seed, keys=keys, keep_days=keep_days, started=started
        )
        asyncio.run(centre)
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


class _Found(NamedTuple):
    """What the ledger says at the start."""

    head: Revision
    units: tuple[Unit, ...]
    book: LawBook
    owed: dict[CaseId, tuple[UnitId, ...]]


def _read(ledger: Ledger, law: Law, now: dt.datetime) -> _Found:
    book = ledger.law_book()
    if book is None:
        book = book_of(law.policy, law.calendar)
        ledger.put_first_book(book)
    units = ledger.units()
    if not ledger.tallies_are_whole():
        ledger.recount_tallies(law_at(book, now, units))
    return _Found(ledger.head(), units, book, ledger.open_whistle_loads())


def open_ledger(database: str, clock: Clock, seed: Seed, keys: Path | None = None) -> Ledger:
    """Open the ledger and, where it has no directory yet, put the seed in; raises Trouble."""
    ledger = Ledger.open(database, clock.now, keys)
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
