"""A real centre on a free port and outside clients of it, for the tests of the server.

`Client` is a strict console: it fails at a gap, a duplicate, a row outside a batch's revisions or a beat that goes
back, whatever the test looks for.
"""

import asyncio
import contextlib
import datetime as dt
import itertools
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import msgspec
from argon2 import PasswordHasher
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from dispatcher.assets import load_law, load_organisation
from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId, LedgerId, PersonId, Revision, UnitId
from dispatcher.models.lawbook import book_of
from dispatcher.models.order import Caller
from dispatcher.models.organisation import Role
from dispatcher.models.queue import QueueRow
from dispatcher.models.verdicts import Verdict
from dispatcher.server.identity import new_account
from dispatcher.server.inforce import InForce
from dispatcher.server.main import Running, serve
from dispatcher.server.opening import Seed
from dispatcher.server.socket import Patience
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.ports import Clock
from dispatcher.wire import (
    MAX_FRAME_BYTES,
    PROTOCOL,
    Beat,
    Changes,
    Goodbye,
    Hello,
    Judged,
    LawChanged,
    Loads,
    Lost,
    Obstacle,
    Office,
    OfficeStation,
    Pong,
    Submit,
    Undelivered,
    Upward,
    Welcome,
    Wipe,
    encode,
)

TIMEOUT_S = 20.0
STREET, OTHER_STREET = UnitId("110101001"), UnitId("110101002")
COMMUNITY = UnitId("110101001001")
WATER = UnitId("D-WATER")
CITY = UnitId("110000")
QUICK = Patience(beat_s=0.2, loads_s=0.05)
PASSWORD = "correct horse"
LAW = load_law()
IN_FORCE = InForce(book_of(LAW.policy, LAW.calendar), Revision(0), (), dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
_hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PEOPLE = {
    "hotline": (CITY, Role.HOTLINE),
    "auditor": (CITY, Role.AUDITOR),
    "admin": (CITY, Role.ADMINISTRATOR),
    "wang": (STREET, Role.DISPATCHER),
    "zhao": (STREET, Role.DISPATCHER),
    "qian": (STREET, Role.SHIFT_LEADER),
    "wall": (STREET, Role.WALL),
    "gao": (STREET, Role.SUPERVISOR),
    "sun": (OTHER_STREET, Role.DISPATCHER),
    "li": (WATER, Role.LIAISON),
    "ding": (UnitId("110101"), Role.DISTRICT),
    "sheng": (COMMUNITY, Role.COMMUNITY_WORKER),
}
SEED = Seed(
    load_organisation(),
    tuple(
        new_account(PersonId(person), person.title(), unit, [role], PASSWORD, _hasher)
        for person, (unit, role) in PEOPLE.items()
    ),
)
_numbers = itertools.count(1)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def order(number: str | None = None, **more: Any) -> dict[str, Any]:
    """Make an order as the hotline posts it."""
    return {
        "number": number or f"WT{next(_numbers):06d}",
        "source": "12345",
        "title": "小区门口井盖破损",
        "text": "井盖破损，夜间有人绊倒",
        "dispatched_at": (now() - dt.timedelta(seconds=5)).isoformat(),
        "holder": STREET,
        "caller": {"name": "欧阳植树", "phone": "13912345678"},
        **more,
    }


def act(command: c.AnyCommand, by: str, **more: Any) -> c.Act:
    return c.Act(
        **{"id": CommandId(str(uuid.uuid4())), "command": command, "by": PersonId(by), "made_at": now()} | more
    )


class SeenRow(msgspec.Struct, frozen=True, array_like=True):
    """A case as an outsider reads it, who knows the fields but not our classes."""

    row: QueueRow
    body: msgspec.Raw
    caller: Caller | None = None


class SeenChanges(Changes, frozen=True, tag="changes"):
    rows: tuple[SeenRow, ...] = ()  # type: ignore[assignment]


_decode = msgspec.json.Decoder(
    Welcome | SeenChanges | Judged | Beat | Pong | LawChanged | Loads | Office | Lost | Undelivered | Wipe | Goodbye
).decode


class Client:
    """A console on the wire, as strict as the protocol's words."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.welcome: Welcome | None = None
        self.cursor = Revision(0)
        self.rows: dict[CaseId, SeenRow] = {}
        self.verdicts: dict[CommandId, Verdict] = {}
        self.judged_alone: set[CommandId] = set()
        self.batches: list[SeenChanges] = []
        self.beats = 0
        self.pongs: list[Pong] = []
        self.laws: list[LawChanged] = []
        self.loads: list[Loads] = []
        self.offices: list[Office] = []
        self.wipes: list[Wipe] = []
        self.lost: set[str] = set()
        self.undelivered: dict[CommandId, Obstacle] = {}
        self.goodbye: Goodbye | None = None
        self.close_code: int | None = None

    async def say(self, *messages: Upward) -> None:
        for message in messages:
            await self.socket.send(encode(message))

    async def submit(self, *acts: c.Act) -> None:
        await self.say(Submit(acts=acts))

    async def until(self, seen: Callable[["Client"], object]) -> None:
        """Take messages until something is true."""
        async with asyncio.timeout(TIMEOUT_S):
            while not seen(self):
                self.take(await self.socket.recv())

    async def settled(self, *acts: c.Act) -> list[Verdict]:
        await self.until(lambda client: all(a.id in client.verdicts for a in acts))
        return [self.verdicts[a.id] for a in acts]

    async def until_complete(self, head: Revision) -> None:
        await self.until(lambda client: client.cursor >= head)

    def take(self, frame: bytes | str) -> None:
        message = _decode(frame)
        match message:
            case Welcome():
                self.welcome = message
            case SeenChanges():
                assert message.first == self.cursor + 1, f"a gap or an overlap: {message.first} after {self.cursor}"
                assert message.last >= message.first
                revisions = [row.row.revision for row in message.rows]
                assert revisions == sorted(revisions)
                assert all(message.first <= revision <= message.last for revision in revisions), revisions
                assert len({row.row.id for row in message.rows}) == len(message.rows)
                self.batches.append(message)
                assert not {row.row.id for row in message.rows} & set(message.gone), "a row of what is gone"
                self.rows.update({row.row.id: row for row in message.rows})
                for case in message.gone:
                    self.rows.pop(case, None)
                self.cursor = message.last
                for settled in message.settles:
                    assert settled.act not in self.verdicts, "settled twice on one connection"
                    self.verdicts[settled.act] = settled.verdict
            case Judged():
                for settled in message.settles:
                    self.verdicts[settled.act] = settled.verdict
                    self.judged_alone.add(settled.act)
            case Beat():
                assert message.head >= self.cursor
                self.cursor = message.head
                self.beats += 1
            case Pong():
                self.pongs.append(message)
            case LawChanged():
                self.laws.append(message)
            case Loads():
                self.loads.append(message)
            case Office():
                self.offices.append(message)
            case Wipe():
                self.wipes.append(message)
            case Lost():
                self.lost |= set(message.sessions)
            case Undelivered():
                self.undelivered |= {each.act: each.why for each in message.acts}
            case Goodbye():
                self.goodbye = message
            case _:
                raise AssertionError(message)

    async def parting(self) -> Goodbye:
        """Take what comes until the connection ends, and give the reason."""
        async with asyncio.timeout(TIMEOUT_S):
            try:
                while True:
                    self.take(await self.socket.recv())
            except ConnectionClosed as closed:
                self.close_code, said = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (None, "")
        assert self.goodbye is not None, f"closed without a word: {self.close_code} {said}"
        return self.goodbye


class Centre:
    """A running centre and ways to reach it."""

    def __init__(self, running: Running, http: httpx.AsyncClient) -> None:
        self.running = running
        self.http = http
        self.tokens: dict[str, str] = {}

    @property
    def feed(self) -> str:
        return self.running.url.replace("http", "ws", 1) + "/feed"

    @property
    def port(self) -> int:
        return int(self.running.url.rsplit(":", 1)[1])

    async def token(self, person: str) -> str:
        if person not in self.tokens:
            answer = await self.http.post("/sign-in", json={"person": person, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            self.tokens[person] = answer.json()["token"]
        return self.tokens[person]

    async def bearer(self, person: str) -> dict[str, str]:
        return {"authorization": f"Bearer {await self.token(person)}"}

    async def post(self, *orders: dict[str, Any], by: str = "hotline") -> list[dict[str, Any]]:
        """Post orders as lines and give the answers."""
        body = b"\n".join(msgspec.json.encode(o) for o in orders)
        headers = await self.bearer(by) | {"content-type": "application/x-ndjson"}
        answer = await self.http.post("/intake/orders", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return [msgspec.json.decode(line) for line in answer.content.splitlines()]

    async def accepted(self, *orders: dict[str, Any]) -> list[CaseId]:
        answers = await self.post(*orders)
        assert [a["status"] for a in answers] == ["accepted"] * len(orders), answers
        return [CaseId(a["case"]) for a in answers]

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Client]:
        """Open a connection and say nothing."""
        async with connect(
            self.feed, max_size=MAX_FRAME_BYTES, max_queue=10_000, compression=None, ping_interval=None
        ) as socket:
            yield Client(socket)

    @contextlib.asynccontextmanager
    async def console(
        self,
        person: str,
        ledger: str = "",
        cursor: int = 0,
        wait: bool = True,
        office: OfficeStation | None = None,
        station: str = "T1",
    ) -> AsyncIterator[Client]:
        """Open a console that has been welcomed and is complete."""
        token = await self.token(person)
        async with self.open() as client:
            await client.say(
                Hello(
                    protocol=PROTOCOL,
                    token=token,
                    station=station,
                    ledger=LedgerId(ledger),
                    cursor=Revision(cursor),
                    office=office,
                )
            )
            await client.until(lambda c: c.welcome)
            assert client.welcome is not None
            known = client.welcome.ledger == ledger and cursor <= client.welcome.head
            client.cursor = Revision(cursor) if known else Revision(0)
            if wait:
                await client.until(lambda c: c.beats)
            yield client


@contextlib.asynccontextmanager
async def running_centre(
    database: str, patience: Patience = QUICK, clock: Clock | None = None
) -> AsyncIterator[Centre]:
    """Run a centre on a free port, in a task of this loop; by the machine's clock unless it is given another."""
    listening: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        serve(database, LAW, clock or SystemClock(), seed=SEED, patience=patience, started=listening.set_result)
    )
    async with asyncio.timeout(TIMEOUT_S):
        await asyncio.wait((serving, listening), return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    running = await listening
    try:
        async with httpx.AsyncClient(base_url=running.url, trust_env=False, timeout=TIMEOUT_S) as http:
            yield Centre(running, http)
    finally:
        running.stop()
        async with asyncio.timeout(TIMEOUT_S):
            await serving
