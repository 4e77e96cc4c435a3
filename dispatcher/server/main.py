"""The centre as a process: builds the parts, listens, and stops without losing anything accepted.

Promises: one line "listening on http(s)://HOST:PORT" once it does; on SIGTERM or SIGINT consoles are told, what is
queued is committed, and the process ends with 0. Several may share one PostgreSQL ledger; on SQLite a second one is
refused in words.
"""

import asyncio
import contextlib
import datetime as dt
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Generator, Iterable
from pathlib import Path
from typing import NamedTuple

import uvicorn

from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawBook, book_of, law_at
from dispatcher.models.organisation import Actor, Unit, scope_of
from dispatcher.server.certificate import check, watch_end
from dispatcher.server.chore import Chore
from dispatcher.server.desk import Desk
from dispatcher.server.directory import Directory
from dispatcher.server.doors import Doors
from dispatcher.server.duty import Duty
from dispatcher.server.feed import Feed
from dispatcher.server.hub import Hub
from dispatcher.server.identity import Identity
from dispatcher.server.inforce import InForce
from dispatcher.server.intake import Intake
from dispatcher.server.lawgiving import LawGiver
from dispatcher.server.loads import DepartmentLoads
from dispatcher.server.offices import Offices
from dispatcher.server.retention import Retention
from dispatcher.server.session_watch import SessionWatch
from dispatcher.server.sign_in_doors import SignInDoors
from dispatcher.server.socket import Patience, socket_class
from dispatcher.server.succession import Succession, Tellings
from dispatcher.server.timers import Timers
from dispatcher.server.webhooks import Courier
from dispatcher.server.workers import run_workers
from dispatcher.storage.ledger import Account, Ledger
from dispatcher.storage.news import News
from dispatcher.storage.standing import Standing
from dispatcher.sync.ports import Clock, Trouble
from dispatcher.wire import PROTOCOL, Welcome

BACKLOG = 2048
STOP_WITHIN_S = 10


class Seed(NamedTuple):
    """What an empty ledger begins with: its directory, and accounts where the caller has some."""

    units: tuple[Unit, ...] = ()
    accounts: tuple[Account, ...] = ()


class Tls(NamedTuple):
    """The files of a certificate (with its chain) and its private key, both PEM."""

    certificate: Path
    key: Path


NO_SEED = Seed()
PATIENCE = Patience()


class Running:
    """A centre that listens: where, and how to stop it."""

    def __init__(self, url: str, server: uvicorn.Server, desk: Desk, hub: Hub, duty: Duty) -> None:
        self.url = url
        self.desk = desk
        self.hub = hub
        self.duty = duty
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
    listener: socket.socket | None = None,
    seed: Seed = NO_SEED,
    patience: Patience = PATIENCE,
    keys: Path | None = None,
    keep_days: int = 0,
    tls: Tls | None = None,
    started: Callable[[Running], None] = lambda running: None,
) -> None:
    """Run a centre until it is stopped; `started` hears when it listens. Raises Trouble when it cannot begin.

    It listens on `listener`, where one is brought, else on `host` and `port`. `keys` is the directory of the centre's
    keys; personal data is erased `keep_days` after a case ended, 0 for never.

    Of `law`, policy and calendar are what a ledger without a law book begins with; any other goes by its own book.
    """
    ends = None if tls is None else check(tls.certificate, tls.key)
    listener = listener or listen(host, port)
    try:
        ledger = await asyncio.to_thread(open_ledger, database, clock, seed, keys)
        try:
            ledger.post.enter()
            found = await asyncio.to_thread(_read, ledger, law, clock.now())
        except BaseException:
            ledger.close()
            raise
    except BaseException:
        listener.close()
        raise
    now = clock.now()
    directory = Directory(found.units)
    hub = Hub(found.standing.head, clock, patience.beat_s)
    loads = DepartmentLoads(found.owed)

    def committed(news: News) -> None:
        hub.committed(news)
        loads.committed(news)
        timers.committed(news)

    def skipped(revision: Revision) -> None:
        hub.skip_to(revision)
        recount.ask()
        timers.wake()

    async def seat() -> None:
        directory.seat(await desk.read(lambda ledger: ledger.units()))
        await desk.write(lambda ledger: desk.in_force.seat(directory.units, clock.now()))
        feed.move_on("the directory of units has changed")

    in_force = InForce(found.book, found.standing.law, directory.units, now)
    desk = Desk(ledger, in_force, clock, lambda news: succession.here(news))
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
                units=directory.units,
                restored=ledger.restored,
                scope=scope_of(actor),
            )

        feed = Feed(desk, hub, identity, clock, ledger.id, welcome, loads, Offices(desk, clock))
        timers = Timers(desk, clock)
        retention = Retention(desk, clock, keep_days)
        recount = Chore("counting the loads", lambda: loads.count_anew(lambda: desk.read(Ledger.open_whistle_loads)))
        watch = SessionWatch(desk, feed, clock)
        dismissals = Chore("looking at the sessions", watch.look)
        seating = Chore("reading the directory", seat)
        giver = LawGiver(desk, hub, feed, clock, found.book, now, timers.wake, lambda upto: succession.reached(upto))
        tell = Tellings(committed, giver.heard, skipped, dismissals.ask, seating.ask, giver.rows_noted)
        succession = Succession(ledger, found.standing, tell)
        works = [timers.run, giver.make_rows_anew, Courier(desk, clock).run]
        if keep_days:
            works.append(retention.run)
        duty = Duty(ledger.post, works)
        intake = Intake(desk, clock, directory)
        sign_in = SignInDoors(identity, watch, desk.metrics)
        application = Doors(desk, hub, identity, intake, feed, giver, retention, sign_in, clock, duty).application()
        server = _Server(
            uvicorn.Config(
                application,
                http="h11",
                ws=socket_class(feed.talk, patience),
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=STOP_WITHIN_S,
                ssl_certfile=tls and tls.certificate,
                ssl_keyfile=tls and tls.key,
            ),
            lambda: started(Running(_url_of(listener, host, tls), server, desk, hub, duty)),
        )
        feed.tell_law(found.book)
        giver.rows_noted(found.standing)
        succession.begin()
        beside = [
            asyncio.create_task(hub.beat(), name="beats of the hub"),
            asyncio.create_task(loads.tell_changes(feed.tell_loads, patience.loads_s), name="loads of departments"),
            asyncio.create_task(watch.run(), name="watch over sessions"),
            asyncio.create_task(watch_end(ends, clock), name="watch over the certificate's end"),
            asyncio.create_task(giver.keep(), name="dates of the law"),
            asyncio.create_task(duty.run(), name="what one centre does by itself"),
            *(asyncio.create_task(chore.run()) for chore in (recount, dismissals, seating)),
        ]
        try:
            await server.serve(sockets=[listener])
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await duty.close()
            await succession.close()
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
    workers: int = 1,
    tls: Tls | None = None,
) -> int:
    """Run a centre until SIGTERM or SIGINT; prints where it listens; gives the exit status.

    With more than one worker, which a SQLite ledger does not allow, they run in processes of their own.
    """

    def serving(listener: socket.socket, started: Callable[[Running], None]) -> Coroutine[None, None, None]:
        return serve(
            database,
            law,
            clock,
            host=host,
            listener=listener,
            seed=seed,
            keys=keys,
            keep_days=keep_days,
            tls=tls,
            started=started,
        )

    def work(listener: socket.socket, listening: Callable[[], None], life: int) -> int:
        return _run_one(lambda started: serving(listener, started), lambda _: listening(), life)

    allow_many_connections()
    try:
        if workers > 1:
            return run_workers(
                workers, lambda: share(host, port), work, lambda held: _say_where(_url_of(held, host, tls))
            )
        listener = listen(host, port)
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    return _run_one(lambda started: serving(listener, started), lambda centre: _say_where(centre.url))


def _run_one(
    serving: Callable[[Callable[[Running], None]], Coroutine[None, None, None]],
    listening: Callable[[Running], None],
    life: int | None = None,
) -> int:
    """Run one centre in this process until SIGTERM or SIGINT, or until the file `life` ends."""
    running: list[Running] = []
    stopped = threading.Event()

    def stop() -> None:
        stopped.set()
        for centre in running:
            centre.stop()

    def started(centre: Running) -> None:
        running.append(centre)
        if life is not None:
            asyncio.get_running_loop().add_reader(life, stop)
        if stopped.is_set():
            centre.stop()
        listening(centre)

    def signalled(_signal: int, _frame: object) -> None:
        stop()

    before = {number: signal.signal(number, signalled) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        asyncio.run(serving(started))
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _say_where(url: str) -> None:
    sys.stdout.write(f"listening on {url}\n")
    sys.stdout.flush()


class _Found(NamedTuple):
    """What the ledger says at the start."""

    standing: Standing
    units: tuple[Unit, ...]
    book: LawBook
    owed: dict[CaseId, tuple[UnitId, ...]]


def _read(ledger: Ledger, law: Law, now: dt.datetime) -> _Found:
    ledger.put_first_book(book_of(law.policy, law.calendar))
    standing, units = ledger.standing(), ledger.units()
    book = ledger.law_book()
    if book is None:
        raise LookupError("a ledger without a first law book")
    if not ledger.tallies_are_whole():
        ledger.recount_tallies(law_at(book, now, units))
    return _Found(standing, units, book, ledger.open_whistle_loads())


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
        if ledger.accounts.get(account.person) is None:
            ledger.accounts.seed(account)


def listen(host: str, port: int) -> socket.socket:
    """Open the port, any free one for 0; raises Trouble."""
    return _bound(host, port, shared=False)


def share(host: str, port: int) -> socket.socket:
    """Keep a port, any free one for 0, that others of this program may listen on; raises Trouble."""
    with listen(host, port) as probe:  # alone for a moment: else two centres could share a port unknowingly
        port = probe.getsockname()[1]
    return _bound(host, port, shared=True)


def _bound(host: str, port: int, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's delay off only where it is: 40 ms a message otherwise.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there it would let two programs share the port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind((host, port))
        if not shared:
            bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise Trouble(
            f"{host}:{port}: 无法监听；换一个端口，或停掉占用它的程序。"
            f" | Cannot listen there; take another port or stop the program that has it. ({error})"
        ) from error
    bound.setblocking(False)
    return bound


def allow_many_connections() -> None:
    """Let this process have as many files open as the system allows it; each console takes one."""
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # what the system does not allow stays as it is
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _url_of(listener: socket.socket, host: str, tls: Tls | None) -> str:
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"{'http' if tls is None else 'https'}://{shown}:{port}"
