"""A station without a window that empties its outbox: with a full window, and one act after the other.

Run as `python -m benchmarks.pusher HOME URL TOKEN COUNT SINGLY` at a centre with enough unsigned cases; prints
a `Pushed`.
"""

import sys
import threading
import time
from pathlib import Path

from benchmarks.cases import CONSOLE_PERSON
from benchmarks.ears import station
from benchmarks.station import Watch
from benchmarks.told import Pushed, tell
from dispatcher.models.changes import ChangeSet
from dispatcher.models.commands import Act, SignFor
from dispatcher.models.ids import CaseId
from dispatcher.storage.cache import Cache
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.outbox import new_command_id
from dispatcher.sync.ports import ActState, Receipt

WITHIN_S = 600.0


class Settled(Watch):
    """Hears from the engine which cases there are and what has become of acts."""

    def __init__(self) -> None:
        super().__init__()
        self.cases: list[CaseId] = []
        self.accepted = 0
        self.settled = threading.Condition()

    def rows_changed(self, changes: ChangeSet) -> None:
        """Keep the cases that arrive before the first act."""
        super().rows_changed(changes)
        if not self.accepted:
            self.cases += [row.id for row in changes.rows]

    def act_settled(self, receipt: Receipt) -> None:
        """Count what was accepted."""
        with self.settled:
            self.accepted += receipt.state is ActState.ACCEPTED
            self.settled.notify_all()

    def until(self, accepted: int) -> None:
        """Wait until so many acts are accepted."""
        with self.settled:
            if not self.settled.wait_for(lambda: self.accepted >= accepted, WITHIN_S):
                raise SystemExit(f"{self.accepted} of {accepted} acts were accepted: {self.troubles}")


def push(home: Path, url: str, token: str, count: int, singly: int) -> Pushed:
    """Sign cases one by one over a link, then as many as were signed while there was none."""
    watch = Settled()
    thread = station(home, url, token, watch)
    thread.start()
    if not watch.online.wait(WITHIN_S):
        raise SystemExit(f"never online: {watch.troubles}")
    cases = list(dict.fromkeys(watch.cases))
    if len(cases) < count + singly:
        raise SystemExit(f"{len(cases)} cases are not enough")
    begun_s = time.perf_counter()
    for number, case in enumerate(cases[:singly], 1):
        thread.submit(SignFor(case=case))
        watch.until(number)
    singly_s = time.perf_counter() - begun_s
    thread.stop()
    clock, cache = SystemClock(), Cache.open(home)
    for case in cases[singly : singly + count]:
        cache.enqueue(Act(id=new_command_id(), command=SignFor(case=case), by=CONSOLE_PERSON, made_at=clock.now()))
    cache.close()
    after = Settled()
    after.accepted = 1  # what it was told before is of no interest
    thread = station(home, url, token, after)
    thread.start()
    if not after.online.wait(WITHIN_S):
        raise SystemExit(f"never online: {after.troubles}")
    after.until(1 + count)
    took_s = time.perf_counter() - after.online_s
    thread.stop()
    return Pushed(count, took_s, singly, singly_s, [*watch.troubles, *after.troubles])


if __name__ == "__main__":
    home_, url_, token_, count_, singly_ = sys.argv[1:]
    tell(push(Path(home_), url_, token_, int(count_), int(singly_)))
