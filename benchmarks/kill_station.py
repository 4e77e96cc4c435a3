"""A station without a window that works until its input ends: the real engine and cache, and somebody who acts.

Run as `python -m benchmarks.kill_station HOME URL TOKEN SEED`. Each act that was taken is written down as one line of
HOME/made before anything else happens: what stands there must be found in the journal, however often it is killed. At
a line on its input it acts no more and says "quiet" once nothing is under way; when its input has ended it waits until
it has all that there was by then, and ends.
"""

import asyncio
import contextlib
import datetime as dt
import random
import sys
from pathlib import Path
from typing import Final

from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId
from dispatcher.models.law import Law
from dispatcher.storage.cache import Cache
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.ports import (
    UNSETTLED,
    ActAnswer,
    ActState,
    CaseView,
    LinkState,
    LinkStatus,
    Listener,
    Receipt,
    Remembered,
)
from dispatcher.transport.websocket import WebSocketDialer
from tests.simulation.people import wish

MADE: Final = "made"
PAUSE_S: Final = 0.05


class Worker(Listener):
    """Hears from the engine, and wishes for something whenever it is shown a case."""

    def __init__(self, home: Path, seed: str) -> None:
        self._made = (home / MADE).open("ab", buffering=0)
        self._rng = random.Random(seed)
        self._session: Remembered | None = None
        self._shown: CaseView | None = None
        self._cases: set[CaseId] = set()
        self._outbox: tuple[Receipt, ...] = ()
        self.online = False
        self.as_of: dt.datetime | None = None
        self.engine: Engine | None = None

    def act(self) -> None:
        """Look at some case and do something about it."""
        if self.engine is None or not self._cases:
            return
        self.engine.watch(self._rng.choice(sorted(self._cases)))
        if self._shown is not None and self._session is not None:
            self.engine.submit(wish(self._shown.case, self._session.actor, self._rng))

    @property
    def is_quiet(self) -> bool:
        """Tell whether nothing is under way that nothing holds back."""
        blocked: set[CaseId] = set()
        for receipt in self._outbox:
            case = receipt.act.command.case
            if receipt.state is ActState.PARKED:
                blocked.add(case)
            elif receipt.state in UNSETTLED and case not in blocked:
                return False
        return self.online

    # ---- sync.ports.Listener

    def session_changed(self, remembered: Remembered, law: Law) -> None:
        """Know who one is."""
        self._session = remembered

    def rows_changed(self, changes: ChangeSet) -> None:
        """Know which cases there are."""
        if changes.reset:
            self._cases.clear()
        self._cases.update(row.id for row in changes.rows if row.is_open)
        self._cases.difference_update(changes.gone)

    def link_changed(self, status: LinkStatus) -> None:
        """Know whether one is online."""
        self.online, self.as_of = status.state is LinkState.ONLINE, status.as_of

    def case_changed(self, view: CaseView | None, case: CaseId, why: str = "") -> None:
        """See a case."""
        self._shown = view

    def outbox_changed(self, receipts: tuple[Receipt, ...]) -> None:
        """Know what waits."""
        self._outbox = receipts

    def act_answered(self, answer: ActAnswer) -> None:
        """Write down what was taken."""
        if answer.refused is None and not answer.trouble:
            self._made.write(f"{answer.act}\n".encode())

    def station_wiped(self, reason: str) -> None:
        """Say it to whoever reads the log."""
        sys.stderr.write(f"{reason}\n")

    def trouble(self, text: str) -> None:
        """Say it to whoever reads the log."""
        sys.stderr.write(f"{text}\n")


async def work(home: Path, url: str, token: str, seed: str) -> None:
    """Work until the input ends, then come to rest."""
    worker = Worker(home, seed)
    engine = worker.engine = Engine(
        open_store=lambda: Cache.open(home / "cache"),
        dialer=WebSocketDialer(url.replace("http", "ws", 1) + "/feed"),
        listener=worker,
        clock=SystemClock(),
        token=token,
        station=home.name,
    )
    living = asyncio.create_task(engine.run())
    told = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    while not told.done() and not living.done():
        worker.act()
        await asyncio.wait((told,), timeout=PAUSE_S)
    engine.reconnect()
    while not worker.is_quiet and not living.done():
        await asyncio.wait((living,), timeout=PAUSE_S)
    sys.stdout.write("quiet\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    ended_at = engine.now()
    while (worker.as_of is None or worker.as_of <= ended_at) and not living.done():
        await asyncio.wait((living,), timeout=PAUSE_S)
    living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), *sys.argv[2:]))
