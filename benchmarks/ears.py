"""A station without a window that notes when what arrives is durable in its cache.

Run as `python -m benchmarks.ears HOME URL TOKEN COUNT`: prints a `Waiting` once it is online and a `Durable` when so
many cases have arrived since.
"""

import datetime as dt
import sys
import threading
from pathlib import Path

from benchmarks.station import Watch
from benchmarks.told import Durable, Waiting, tell
from dispatcher.storage.cache import Cache
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.ports import Arrival
from dispatcher.sync.thread import EngineThread
from dispatcher.transport.websocket import WebSocketDialer

WITHIN_S = 600.0


class Ears(Watch):
    """Hears from the engine how long each case took."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.took_ms: list[float] = []
        self.heard = threading.Event()
        self._count = count

    def arrived(self, arrival: Arrival) -> None:
        """Note what has just become durable; what was there before the first ONLINE is of no interest."""
        if not self.online.is_set():
            return
        took_ms = (dt.datetime.now(dt.UTC) - arrival.committed_at).total_seconds() * 1000
        self.took_ms += [took_ms] * len(arrival.cases)
        if len(self.took_ms) >= self._count:
            self.heard.set()


def station(home: Path, url: str, token: str, watch: Watch) -> EngineThread:
    """Make a station that hears through `watch`."""
    engine = Engine(
        open_store=lambda: Cache.open(home),
        dialer=WebSocketDialer(url.replace("http", "ws", 1) + "/feed"),
        listener=watch,
        clock=SystemClock(),
        token=token,
        station="benchmark",
    )
    return EngineThread(engine, watch)


if __name__ == "__main__":
    home_, url_, token_, count_ = sys.argv[1:]
    ears = Ears(int(count_))
    thread = station(Path(home_), url_, token_, ears)
    thread.start()
    if not ears.online.wait(WITHIN_S):
        raise SystemExit(f"never online: {ears.troubles}")
    tell(Waiting(ears.rows))
    ears.heard.wait(WITHIN_S)
    thread.stop()
    tell(Durable(ears.took_ms))
