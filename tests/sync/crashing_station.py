"""A station in a process of its own, to be killed: `-m tests.sync.crashing_station HOME URL TOKEN WAY [PAUSE_S]`.

Says a line of JSON for each change of the link: state, rows received, rows expected. With a pause it waits so long
after each part or batch it has written, so that a kill meets it between any two.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from dispatcher.storage.cache import Cache
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.ports import LinkStatus
from dispatcher.transport.snapshots import HttpSnapshots
from dispatcher.transport.websocket import WebSocketDialer
from tests.fakes import Recorder


class Telling(Recorder):
    def __init__(self, pause_s: float) -> None:
        super().__init__()
        self._pause_s = pause_s

    def link_changed(self, status: LinkStatus) -> None:
        super().link_changed(status)
        sys.stdout.write(json.dumps([status.state, status.received, status.expected]) + "\n")
        sys.stdout.flush()
        if status.received:
            time.sleep(self._pause_s)


def main() -> None:
    home, url, token, way, *pause_s = sys.argv[1:]
    engine = Engine(
        open_store=lambda: Cache.open(Path(home)),
        dialer=WebSocketDialer(url.replace("http", "ws", 1) + "/feed"),
        listener=Telling(float(pause_s[0]) if pause_s else 0.0),
        clock=SystemClock(),
        token=token,
        station="desk-1",
        snapshots=HttpSnapshots(url) if way == "snapshot" else None,
    )
    asyncio.run(engine.run())


if __name__ == "__main__":
    main()
