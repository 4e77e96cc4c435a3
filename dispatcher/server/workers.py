"""Several processes of one centre on one port, under a parent that does nothing but watch them.

Promises: "listening on …" is said once, when all listen; a worker that dies is started again, one that keeps dying ever
more slowly; on SIGTERM or SIGINT all stop as one process does, and the status is 0; when the parent dies, however, the
workers stop by themselves. Each worker has a listening socket of its own (SO_REUSEPORT): the system spreads new
connections over those that live.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Final, NamedTuple

STOP_WITHIN_S: Final = 20.0
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
LIVED_WELL_S: Final = 10.0
"""A worker that lived so long is started again at once when it dies."""

log = logging.getLogger(__name__)


class Place(NamedTuple):
    """What a worker is given: its number from 0, its socket, and a file that ends when the parent does."""

    number: int
    listener: socket.socket
    life: int


Work = Callable[[Place, Callable[[], None]], int]
"""One worker's life: its place, and whom to tell that it listens; gives its status."""


def can_share() -> bool:
    """Tell whether several processes can listen on one port here."""
    return hasattr(socket, "SO_REUSEPORT") and hasattr(os, "fork")


def run_workers(
    count: int, bind: Callable[[], socket.socket], work: Work, listening: Callable[[socket.socket], None]
) -> int:
    """Run `count` workers until the process is told to stop; gives 0, or 1 when they cannot begin.

    `bind` makes a socket that shares its port and does not listen; `listening` is called with it once all workers do.
    The process must have no other thread: workers are forked from it.
    """
    lives, life = multiprocessing.Pipe(duplex=False)
    # What is held does not listen: it keeps the port and takes no connection.
    with bind() as held, lives, life, _Signals() as signals:
        workers = [_Worker(number, work, held, lives, life) for number in range(count)]
        for worker in workers:
            worker.start()
        told = False
        try:
            while not signals.stopped:
                now_s = time.monotonic()
                due_s = [worker.begins_s for worker in workers if worker.process is None]
                timeout_s = max(0.0, min(due_s) - now_s) if due_s else None
                wait([signals.reader, *(part for worker in workers for part in worker.watched())], timeout_s)
                for worker in workers:
                    worker.look()
                if not told and any(worker.process is None for worker in workers):
                    return 1  # it has said why
                if not told and all(worker.listens for worker in workers):
                    told = True
                    listening(held)
                for worker in workers:
                    if worker.process is None and worker.begins_s <= time.monotonic() and not signals.stopped:
                        worker.start()
        finally:
            _stop(workers)
    return 0


class _Worker:
    """One of the processes: living, or waiting for its next life, which `begins_s` (monotonic)."""

    def __init__(self, number: int, work: Work, held: socket.socket, lives: Connection, life: Connection) -> None:
        self._number = number
        self._name = f"worker {number + 1}"
        self._work = work
        self._held = held
        self._lives = lives
        self._life = life
        self._pause_s = FIRST_PAUSE_S
        self._started_s = 0.0
        self._said: Connection | None = None
        self.process: ForkProcess | None = None
        self.begins_s = 0.0
        self.listens = False

    def start(self) -> None:
        """Begin a life."""
        context = multiprocessing.get_context("fork")
        self._said, says = context.Pipe(duplex=False)
        self._started_s = time.monotonic()
        self.process = context.Process(target=self._begin, args=(says,), name=self._name)
        self.process.start()
        says.close()

    def watched(self) -> list[int | Connection]:
        """Give what becomes readable when there is something to look at."""
        found: list[int | Connection] = []
        if self.process is not None:
            found.append(self.process.sentinel)
        if self._said is not None:
            found.append(self._said)
        return found

    def look(self) -> None:
        """Take in what the process has said, and whether it has died."""
        if self._said is not None and self._said.poll():
            with contextlib.suppress(EOFError):
                self.listens = self._said.recv_bytes() == b"listening"
            self._said.close()
            self._said = None
        if self.process is None or self.process.exitcode is None:
            return
        lived_s = time.monotonic() - self._started_s
        self._pause_s = FIRST_PAUSE_S if lived_s >= LIVED_WELL_S else min(LONGEST_PAUSE_S, 2 * self._pause_s)
        pause_s = 0.0 if lived_s >= LIVED_WELL_S else self._pause_s
        log.error("%s ended with %s; it is started again in %g s", self._name, self.process.exitcode, pause_s)
        self.begins_s = time.monotonic() + pause_s
        self._forget()

    def ask_to_stop(self) -> None:
        """Have the process stop as one centre stops."""
        if self.process is not None:
            self.process.terminate()

    def stopped(self, within_s: float) -> None:
        """Wait until it has stopped; one that does not is killed."""
        if self.process is None:
            return
        self.process.join(within_s)
        if self.process.exitcode is None:
            log.error("%s did not stop within %g s and is killed", self._name, within_s)
            self.process.kill()
            self.process.join()
        self._forget()

    def _forget(self) -> None:
        if self._said is not None:
            self._said.close()
            self._said = None
        if self.process is not None:
            self.process.close()
            self.process = None

    def _begin(self, says: Connection) -> None:
        """In the new process."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        self._life.close()  # the parent alone holds it: it ends with the parent
        listener = _sharing(self._held)
        self._held.close()
        place = Place(self._number, listener, self._lives.fileno())
        sys.exit(self._work(place, lambda: says.send_bytes(b"listening")))


class _Signals:
    """SIGTERM and SIGINT as something that can be waited for."""

    def __init__(self) -> None:
        self.stopped = False
        self.reader, self._writer = multiprocessing.Pipe(duplex=False)

    def __enter__(self) -> "_Signals":
        self._before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self.reader.close()
        self._writer.close()

    def _stop(self, _signal: int, _frame: object) -> None:
        self.stopped = True
        self._writer.send_bytes(b"stop")


def _stop(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.ask_to_stop()
    until_s = time.monotonic() + STOP_WITHIN_S
    for worker in workers:
        worker.stopped(max(0.0, until_s - time.monotonic()))


def _sharing(held: socket.socket) -> socket.socket:
    """Make another socket on the address of one that shares its port."""
    other = socket.socket(held.family, held.type, held.proto)
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    other.bind(held.getsockname())
    return other
