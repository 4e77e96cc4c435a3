"""The centre as a process: builds the parts, listens, and stops without losing anything accepted.

Promises: one line "listening on http://HOST:PORT" once it does; on SIGTERM or SIGINT consoles are told, what is
queued is committed, and the process ends with 0. Several may share one PostgreSQL ledger; on SQLite a second one is
refused in words.
"""

import asyncio
import contextlib
import signal
import socket
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import uvicorn

from dispatcher.models.ids import Revision
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor, scope_of
from dispatcher.server import openapi
from dispatcher.server.board import Board, Slot
from dispatcher.server.certificate import check, watch_end
from dispatcher.server.chore import Chore
from dispatcher.server.deliveries import Deliveries
from dispatcher.server.desk import Desk
from dispatcher.server.directory import Directory
from dispatcher.server.doors import Doors
from dispatcher.server.duty import Duty
from dispatcher.server.feed import Feed
from dispatcher.server.figures import Figures
from dispatcher.server.hands import Hands
from dispatcher.server.hub import Hub
from dispatcher.server.identity import Identity
from dispatcher.server.inforce import InForce
from dispatcher.server.intake import Intake
from dispatcher.server.journal_doors import JournalDoors
from dispatcher.server.lawgiving import LawGiver
from dispatcher.server.listening import END_WITHIN_S, Listening, Tls, allow_many_connections, listen, share, url_of
from dispatcher.server.loads import DepartmentLoads
from dispatcher.server.offices import Offices
from dispatcher.server.opening import NO_SEED, Found, Seed, find, open_ledger
from dispatcher.server.retention import Retention
from dispatcher.server.session_watch import SessionWatch
from dispatcher.server.sign_in_doors import SignInDoors
from dispatcher.server.snapshots import Snapshots
from dispatcher.server.socket import Patience, socket_class
from dispatcher.server.succession import Succession, Tellings
from dispatcher.server.timers import Timers
from dispatcher.server.webhooks import Courier
from dispatcher.server.workers import Place, run_workers
from dispatcher.storage.ledger import Ledger
from dispatcher.storage.news import News
from dispatcher.sync.ports import Clock, Trouble
from dispatcher.wire import PROTOCOL, Welcome

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


class Centre:
    """The centre without its port, made on a running loop over an open ledger, which is closed with it.

    `works` are done besides the centre's own by the one centre that is on duty.
    """

    def __init__(
        self,
        ledger: Ledger,
        found: Found,
        clock: Clock,
        patience: Patience,
        hands: Hands | None = None,
        works: Callable[[Desk], Sequence[Callable[[], Coroutine[Any, Any, None]]]] = lambda desk: (),
    ) -> None:
        self._patience = patience
        self._clock = clock
        self._found = found
        now = clock.now()
        self._directory = Directory(found.units)
        self.hub = Hub(found.standing.head, clock, patience.beat_s)
        self._loads = DepartmentLoads(found.owed)
        in_force = InForce(found.book, found.standing.law, self._directory.units, now)
        self.desk = Desk(ledger, in_force, clock, lambda news: self._succession.here(news), hands)
        self.identity = Identity(self.desk, clock)

        def welcome(actor: Actor, head: Revision) -> Welcome:
            return Welcome(
                protocol=PROTOCOL,
                now=clock.now(),
                ledger=ledger.id,
                head=head,
                actor=actor,
                book=self.giver.book,
                units=self._directory.units,
                restored=ledger.restored,
                scope=scope_of(actor),
            )

        offices = Offices(self.desk, clock, Deliveries(self.desk, self.hub))
        self.snapshots = Snapshots(ledger, clock)
        self.feed = Feed(
            self.desk,
            self.hub,
            self.identity,
            clock,
            ledger.id,
            welcome,
            self._loads,
            self.snapshots.forget,
            offices,
        )
        self._timers = Timers(self.desk, clock)
        self._recount = Chore("counting the loads", self._count_loads)
        self.watch = SessionWatch(self.desk, self.feed, clock)
        dismissals = Chore("looking at the sessions", self.watch.look)
        seating = Chore("reading the directory", self._seat)
        self._chores = (self._recount, dismissals, seating)
        self.giver = LawGiver(
            self.desk,
            self.hub,
            self.feed,
            clock,
            found.book,
            now,
            self._timers.wake,
            lambda upto: self._succession.reached(upto),
        )
        tell = Tellings(
            self._committed, self.giver.heard, self._skipped, dismissals.ask, seating.ask, self.giver.rows_noted
        )
        self._succession = Succession(ledger, found.standing, tell, self.desk.hands)
        own = (self._timers.run, self.giver.make_rows_anew)
        self.duty = Duty(ledger.post, (*own, *works(self.desk)), self.desk.hands)
        self.intake = Intake(self.desk, clock, self._directory)

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncGenerator[None]:
        """Do what the centre does by itself; at the end nothing of it runs and what is queued is committed."""
        self.feed.tell_law(self._found.book)
        self.giver.rows_noted(self._found.standing)
        self._succession.begin()
        beside = [
            asyncio.create_task(self.hub.beat(), name="beats of the hub"),
            asyncio.create_task(
                self._loads.tell_changes(self.feed.tell_loads, self._patience.loads_s), name="loads of departments"
            ),
            asyncio.create_task(self.watch.run(), name="watch over sessions"),
            asyncio.create_task(self.giver.keep(), name="dates of the law"),
            asyncio.create_task(self.duty.run(), name="what one centre does by itself"),
            *(asyncio.create_task(chore.run()) for chore in self._chores),
        ]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._succession.close()
            self.hub.close()
            await self.snapshots.close()
            await self.desk.close()

    def _committed(self, news: News) -> None:
        self.hub.committed(news)
        self._loads.committed(news)
        self._timers.committed(news)

    def _skipped(self, revision: Revision) -> None:
        self.hub.skip_to(revision)
        self._recount.ask()
        self._timers.wake()

    async def _count_loads(self) -> None:
        await self._loads.count_anew(lambda: self.desk.read(Ledger.open_whistle_loads))

    async def _seat(self) -> None:
        self._directory.seat(await self.desk.read(lambda ledger: ledger.units()))
        await self.desk.write(lambda ledger: self.desk.in_force.seat(self._directory.units, self._clock.now()))
        self.feed.move_on("the directory of units has changed")


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
    slot: Slot | None = None,
    started: Callable[[Running], None] = lambda running: None,
) -> None:
    """Run a centre until it is stopped; `started` hears when it listens. Raises Trouble when it cannot begin.

    It listens on `listener`, where one is brought, else on `host` and `port`. `keys` is the directory of the centre's
    keys; personal data is erased `keep_days` after a case ended, 0 for never. `slot` is this process's place on the
    board of a centre's workers.

    Of `law`, policy and calendar are what a ledger without a law book begins with; any other goes by its own book.
    """
    ends = None if tls is None else check(tls.certificate, tls.key)
    listener = listener or listen(host, port)
    try:
        ledger = await asyncio.to_thread(open_ledger, database, clock, seed, keys)
        try:
            ledger.post.enter()
            found = await asyncio.to_thread(find, ledger, law, clock.now())
        except BaseException:
            ledger.close()
            raise

        def works(desk: Desk) -> list[Callable[[], Coroutine[Any, Any, None]]]:
            return [Courier(desk, clock).run, *([Retention(desk, clock, keep_days).run] if keep_days else [])]

        centre = Centre(ledger, found, clock, patience, works=works)
        async with centre.at_work(), asyncio.TaskGroup() as beside:
            figures = Figures(centre.desk, centre.hub, centre.feed, clock, slot)
            without_end = [
                beside.create_task(watch_end(ends, clock), name="watch over the certificate's end"),
                beside.create_task(figures.run(), name="figures for the other workers"),
            ]
            doors = Doors(
                centre.desk,
                centre.hub,
                centre.identity,
                centre.intake,
                centre.feed,
                centre.giver,
                centre.snapshots,
                Retention(centre.desk, clock, keep_days),
                SignInDoors(centre.identity, centre.watch, centre.desk.metrics),
                JournalDoors(centre.desk, centre.identity, clock),
                clock,
                centre.duty,
                figures,
            )
            server = Listening(
                uvicorn.Config(
                    doors.application(openapi.document),
                    http="httptools",
                    ws=socket_class(centre.feed.talk, patience),
                    lifespan="off",
                    log_config=None,
                    access_log=False,
                    timeout_graceful_shutdown=END_WITHIN_S,
                    ssl_certfile=tls and tls.certificate,
                    ssl_keyfile=tls and tls.key,
                ),
                lambda: started(Running(url_of(listener, host, tls), server, centre.desk, centre.hub, centre.duty)),
            )
            await server.serve(sockets=[listener])
            for task in without_end:
                task.cancel()
    finally:
        listener.close()


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

    def serving(
        listener: socket.socket, started: Callable[[Running], None], slot: Slot | None = None
    ) -> Coroutine[None, None, None]:
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
            slot=slot,
            started=started,
        )

    board = Board(workers) if workers > 1 else None

    def work(place: Place, listening: Callable[[], None]) -> int:
        slot = board and board.slot(place.number)
        return _run_one(lambda started: serving(place.listener, started, slot), lambda _: listening(), place.life)

    allow_many_connections()
    try:
        if workers > 1:
            return run_workers(
                workers, lambda: share(host, port), work, lambda held: _say_where(url_of(held, host, tls))
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
