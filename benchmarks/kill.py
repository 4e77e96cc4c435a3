"""Real processes killed at random: centres, stations and the database, through a proxy that cuts, delays and truncates.

`python -m benchmarks.kill --kills 200` does it on SQLite with one centre, then with two centres on one PostgreSQL whose
server is killed as well. Afterwards every act that a station took is looked for: each is in the journal exactly once,
or refused or waiting with a receipt that says so; receipts, verdicts and caches agree with the journal, and its
revisions have no hole. Nothing is mocked: SIGKILL comes at whatever instant it comes.
"""

import argparse
import asyncio
import contextlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx

from benchmarks import Result, summary, table
from benchmarks.kill_station import MADE
from benchmarks.proxy import Proxy
from dispatcher.models.ids import PersonId, Revision
from dispatcher.models.organisation import scope_of
from dispatcher.storage.cache import Cache
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.ports import ActState
from tests.helpers import postgres
from tests.server.centre import PASSWORD, order

ROOT: Final = Path(__file__).parents[1]
PEOPLE: Final = ("wang", "qian", "zhao", "sun")
START_WITHIN_S: Final = 60.0
QUIET_WITHIN_S: Final = 180.0
ORDERS: Final = 12


class Killed:
    """One program that is killed and started again."""

    def __init__(self, name: str, program: list[str], log: Path) -> None:
        self.name = name
        self._program = program
        self._log = log
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it over what it has left behind."""
        if self.process is not None:
            self.end()
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self._program],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    @property
    def has_ended(self) -> bool:
        """Tell whether it does not run."""
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """Kill it at once."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.end()

    def end(self) -> None:
        """Wait until it has ended, and let its pipes go."""
        if self.process is not None:
            self.process.wait(QUIET_WITHIN_S)
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):  # what was not read any more
                        pipe.close()

    def tell(self, word: str) -> None:
        """Say a line to it, or end its input for none."""
        assert self.process is not None
        assert self.process.stdin is not None
        if word:
            self.process.stdin.write(f"{word}\n")
            self.process.stdin.flush()
        else:
            self.process.stdin.close()

    def hear(self) -> str:
        """Wait for the next line it says."""
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


class Scene:
    """Centres and stations over one ledger, and somebody who brings orders."""

    def __init__(self, directory: Path, database: str, centres: int, seed: int) -> None:
        self.directory = directory
        self.database = database
        self.rng = random.Random(seed)
        self.ports = [_free_port() for _ in range(centres)]
        self.proxy = Proxy(self.ports, seed)
        self.centres = [
            Killed(f"centre {port}", ["-m", "tests.server.standalone", database, str(port)], directory / "centre.log")
            for port in self.ports
        ]
        self.stations: list[Killed] = []
        self.kills: Counter[str] = Counter()
        self._hotline = ""
        self.orders: list[dict[str, object]] = []

    async def begin(self) -> None:
        """Start everybody."""
        for centre, port in zip(self.centres, self.ports, strict=True):
            centre.start()
            await self._up(centre, port)
        url = f"http://127.0.0.1:{await self.proxy.start()}"
        async with self._http() as http:
            tokens = {person: await _token(http, person) for person in (*PEOPLE, "hotline")}
            for _ in range(ORDERS):
                await self.bring(http, tokens["hotline"])
        self._hotline = tokens["hotline"]
        for number, person in enumerate(PEOPLE):
            home = self.directory / person
            home.mkdir()
            program = ["-m", "benchmarks.kill_station", str(home), url, tokens[person], f"{number}"]
            self.stations.append(Killed(f"station {person}", program, self.directory / "station.log"))
            self.stations[-1].start()

    async def kill(self, kills: int, database: postgres.Server | None) -> None:
        """Kill one after another, and go on bringing orders."""
        victims = [*self.centres, *self.stations, *([database] if database else [])]
        async with self._http() as http:
            for _ in range(kills):
                await asyncio.sleep(self.rng.expovariate(1 / 0.6))
                victim = self.rng.choice(victims)
                self.kills[victim.name.partition(" ")[0]] += 1
                await asyncio.to_thread(victim.kill)
                await asyncio.sleep(self.rng.choice((0.0, 0.2, 1.0)))
                await asyncio.to_thread(victim.start)
                for centre in self.centres:  # one that could not begin without its database begins again
                    if centre.has_ended:
                        centre.start()
                if self.rng.random() < 0.3:
                    with contextlib.suppress(httpx.HTTPError):
                        await self.bring(http, self._hotline)

    async def bring(self, http: httpx.AsyncClient, token: str) -> None:
        """Post an order; one that was not answered is posted again at the end."""
        fresh = order(holder=self.rng.choice(("110101001", "110101001", "110101002")))
        self.orders.append(fresh)
        await self._post(http, token, fresh)

    async def end(self) -> None:
        """Let everything come to rest and everybody go home."""
        self.proxy.be_gentle()
        for centre, port in zip(self.centres, self.ports, strict=True):
            await self._up(centre, port)
        async with self._http() as http:
            for posted in self.orders:
                await self._post(http, self._hotline, posted)
        for station in self.stations:
            if station.has_ended:
                station.start()
            station.tell("rest")
        async with asyncio.timeout(QUIET_WITHIN_S):
            for station in self.stations:
                word = await asyncio.to_thread(station.hear)
                if word != "quiet":
                    raise RuntimeError(f"{station.name} ended instead of coming to rest")
        for station in self.stations:
            station.tell("")
        for station in self.stations:
            await asyncio.to_thread(station.end)
        for centre in self.centres:
            assert centre.process is not None
            centre.process.terminate()
            await asyncio.to_thread(centre.end)
        await self.proxy.stop()

    def leave(self) -> None:
        """Leave nobody behind."""
        for one in (*self.stations, *self.centres):
            if not one.has_ended:
                one.kill()

    async def _up(self, centre: Killed, port: int) -> None:
        """Wait until a centre can judge; one that could not begin without its database begins again."""
        deadline_s = time.monotonic() + START_WITHIN_S
        async with httpx.AsyncClient(trust_env=False) as http:
            while time.monotonic() < deadline_s:
                if centre.has_ended:
                    centre.start()
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.get(f"http://127.0.0.1:{port}/ready")).status_code == 200:
                        return
                await asyncio.sleep(0.1)
        words = (self.directory / "centre.log").read_text("utf-8", "replace")[-3000:]
        raise RuntimeError(f"no centre on port {port} within {START_WITHIN_S:g} s:\n{words}")

    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.ports[0]}", trust_env=False, timeout=30)

    async def _post(self, http: httpx.AsyncClient, token: str, posted: dict[str, object]) -> None:
        answer = await http.post("/intake/orders", json=posted, headers={"authorization": f"Bearer {token}"})
        if answer.status_code not in (200, 201, 503):
            raise RuntimeError(f"an order was refused: {answer.text}")


def findings(scene: Scene) -> list[Result]:
    """Compare what the stations hold with the ledger."""
    ledger = Ledger.open(scene.database)
    try:
        journal = ledger.journal(Revision(0), 10_000_000)
        entries = Counter(str(entry.act) for entry in journal)
        revision_of = {str(entry.act): entry.revision for entry in journal}
        twice = sum(count - 1 for count in entries.values())
        holes = len(journal) - ledger.head()
        numbers = Counter(order_of.order.number for order_of in ledger.open_cases())
        missing_orders = sum(1 for posted in scene.orders if posted["number"] not in numbers)
        made = lost = disagree = differ = 0
        states: Counter[ActState] = Counter()
        for person in PEOPLE:
            cache = Cache.open(scene.directory / person / "cache")
            try:
                receipts = {str(receipt.act.id): receipt for receipt in cache.receipts(10_000_000)}
                written = (scene.directory / person / MADE).read_text("utf-8").split()
                made += len(written)
                lost += sum(1 for act in written if act not in receipts)
                for act, receipt in receipts.items():
                    states[receipt.state] += 1
                    went_off = act in entries
                    agrees = went_off == (receipt.state is ActState.ACCEPTED)
                    verdict = receipt.verdict
                    if went_off and verdict is not None:
                        agrees = agrees and getattr(verdict, "revision", None) == revision_of[act]
                    disagree += not agrees
                account = ledger.accounts.get(PersonId(person))
                assert account is not None
                page = ledger.changes(scope_of(account.actor), Revision(0), 1_000_000)
                here = {row.id: row.revision for rows in cache.rows(0) for row in rows}
                there = {row.row.id: row.row.revision for row in page.rows}
                differ += here != there
            finally:
                cache.close()
    finally:
        ledger.close()
    verify = [sys.executable, "-m", "dispatcher", "admin", "--database", scene.database, "verify"]
    proof = subprocess.run(verify, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode
    told = ", ".join(f"{state} {count:,}" for state, count in states.most_common())
    return [
        Result(f"kills ({', '.join(f'{who} {n}' for who, n in sorted(scene.kills.items()))})", scene.kills.total(), ""),
        Result("connections through the proxy, and cut inside one", scene.proxy.connections, f"({scene.proxy.cuts})"),
        Result(f"acts taken by stations ({told})", made, ""),
        Result("revisions in the journal", len(journal), ""),
        Result("acts without a receipt", lost, "", None, "0", lost == 0),
        Result("acts in the journal twice", twice, "", None, "0", twice == 0),
        Result("receipts that do not agree with it", disagree, "", None, "0", disagree == 0),
        Result("revisions missing from it", holes, "", None, "0", holes == 0),
        Result("orders lost or double", missing_orders, "", None, "0", missing_orders == 0 and _each_once(numbers)),
        Result("caches that do not agree with it", differ, "", None, "0", differ == 0),
        Result("proofs of the chain that failed", proof, "", None, "0", proof == 0),
    ]


def _each_once(numbers: Counter[str]) -> bool:
    return max(numbers.values(), default=1) == 1


async def _token(http: httpx.AsyncClient, person: str) -> str:
    answer = await http.post("/sign-in", json={"person": person, "password": PASSWORD})
    return answer.json()["token"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def scene_on(kind: str, seed: int) -> Iterator[tuple[Scene, postgres.Server | None]]:
    """Give a scene on SQLite with one centre, or on PostgreSQL with two."""
    with tempfile.TemporaryDirectory(prefix="kill-") as directory:
        if kind == "sqlite":
            scene, server = Scene(Path(directory), f"sqlite:///{directory}/centre.db", 1, seed), None
            try:
                yield scene, server
            finally:
                scene.leave()
            return
        with postgres.killable() as server, postgres.fresh_database(server.url) as url:
            scene = Scene(Path(directory), url, 2, seed)
            try:
                yield scene, server
            finally:
                scene.leave()
                server.start()


def run(kind: str, kills: int, seed: int) -> list[Result]:
    """Kill so many on one kind of database, and say what was found."""

    async def story(scene: Scene, server: postgres.Server | None) -> None:
        await scene.begin()
        await scene.kill(kills, server)
        await scene.end()

    with scene_on(kind, seed) as (scene, server):
        asyncio.run(story(scene, server))
        return findings(scene)


def main() -> int:
    """Run it and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="on each kind of database")
    parser.add_argument("--on", choices=("sqlite", "postgres"), action="append", help="only this one")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    ok = True
    for kind in asked.on or ("sqlite", "postgres"):
        begun_s = time.monotonic()
        results = run(kind, asked.kills, asked.seed)
        what = f"{asked.kills:,} kills on {kind}, seed {asked.seed}"
        print(f"\n{table(results)}\n\n{summary(what, results, time.monotonic() - begun_s)}", flush=True)
        ok = ok and all(result.ok for result in results)
    return int(not ok)


if __name__ == "__main__":
    sys.exit(main())
