"""A station without a window in a process of its own: the real engine, cache and sockets, driven over JSON lines.

`python -m tests.journeys.desk HOME CENTRE TOKEN ORIGIN_EPOCH_S ORIGIN FACTOR ADDRESS SERVES`.
"""

import asyncio
import datetime as dt
import sys
from pathlib import Path

import msgspec

from dispatcher.models.commands import AnyCommand
from dispatcher.models.ids import CommandId
from dispatcher.storage.cache import Cache
from dispatcher.sync.clock import SpeedClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.office_ports import OfficePlan, OfficeStatus
from dispatcher.transport.office import WebSocketOffice
from dispatcher.transport.websocket import WebSocketDialer
from tests.fakes import Recorder


class Ask(msgspec.Struct):
    """One request; only the fields its `do` needs are filled."""

    do: str
    on: bool = False
    act: str = ""
    command: AnyCommand | None = None


def answer(ask: Ask, engine: Engine, seen: Recorder) -> object:
    """Do one thing and give what is to be told."""
    match ask.do:
        case "status":
            status = seen.statuses[-1]
            office = status.office or OfficeStatus()
            return {
                "link": status.state,
                "relay": office.relay.keeper if office.relay else "",
                "serving": office.serving is not None,
                "can_serve": office.can_serve,
                "colleagues": office.colleagues,
                "rivals": [[rival.keeper, rival.by_hand] for rival in office.rivals],
                "acts": [entry.act.id for entry in office.acts],
                "trouble": office.trouble,
                "waiting": [receipt.act.id for receipt in seen.outbox],
            }
        case "rows":
            return {row.id: [row.state, row.pending, row.revision] for row in seen.rows.values()}
        case "submit":
            assert ask.command is not None
            act = engine.submit(ask.command)
            refused = seen.answer(act).refused
            return {"act": act, "refused": refused.reason if refused else ""}
        case "serve":
            engine.serve_office(ask.on)
        case "drop":
            engine.drop_colleague_act(CommandId(ask.act))
        case "reconnect":
            engine.reconnect()
    return None


async def live() -> None:
    """Run the engine until the pipe ends."""
    home, centre, token, epoch_s, origin, factor, address, serves = sys.argv[1:]
    seen = Recorder()
    dialer = WebSocketDialer(centre.replace("http", "ws", 1) + "/feed")
    engine = Engine(
        open_store=lambda: Cache.open(Path(home)),
        dialer=dialer,
        listener=seen,
        clock=SpeedClock(float(epoch_s), dt.datetime.fromisoformat(origin), float(factor)),
        token=token,
        station=Path(home).name,
        network=WebSocketOffice(lambda: dialer.own_host),
        plan=OfficePlan(address=address, serves=serves == "yes"),
    )
    living = asyncio.create_task(engine.run())
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        told = answer(msgspec.json.decode(line, type=Ask), engine, seen)
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
        sys.stdout.flush()
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(live())
