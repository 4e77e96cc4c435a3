"""How fast the centre is by itself: acts judged and committed by the ledger, rows taken in by the intake.

For information, no bound. The ledger is asked directly, in batches as large as the desk's and one by one, over SQLite
and over PostgreSQL; the intake is asked over HTTP with 500 orders a request, the centre being a process of its own.
"""

import asyncio
import contextlib
import datetime as dt
import itertools
import time
from collections.abc import Generator, Sequence
from typing import Final

import psycopg

from benchmarks import Result
from benchmarks.cases import HOTLINE_TOKEN, Judgeable, admit, batches, orders, sqlite_url, worked
from benchmarks.commit_to_paint import posted
from benchmarks.processes import Ground, alone, centre
from dispatcher.assets import load_law, load_organisation
from dispatcher.models.law import Law
from dispatcher.server.desk import BATCH
from dispatcher.storage.ledger import Ledger
from dispatcher.transport.doors import Intake
from tests.helpers import postgres

ACTS: Final = 10_000
SINGLY: Final = 500
ROWS: Final = 10_000
ROWS_A_REQUEST: Final = 500


def run(ground: Ground, quick: bool = False) -> list[Result]:
    """Judge and take in, and say how many a second."""
    acts, singly, rows = (500, 50, 500) if quick else (ACTS, SINGLY, ROWS)
    units = load_organisation()
    made = worked(acts, load_law(units=units), units, dt.datetime.now(dt.UTC))
    todo = list(itertools.islice(itertools.chain.from_iterable(made), acts + singly))
    results: list[Result] = []
    for name, context in (("SQLite", _sqlite(ground)), ("PostgreSQL", _postgres())):
        with context as (url, note):
            many, one = _acts_per_s(url, todo, singly)
        results += [
            Result(f"ledger on {name}{note}, batches of {BATCH}", many, "acts/s"),
            Result(f"ledger on {name}{note}, one by one", one, "acts/s"),
        ]
    return [*results, Result(f"intake, {ROWS_A_REQUEST} orders a request, SQLite", _rows_per_s(ground, rows), "rows/s")]


def _acts_per_s(url: str, todo: Sequence[Judgeable], singly: int) -> tuple[float, float]:
    units = load_organisation()
    law = load_law(units=units)
    ledger = Ledger.open(url)
    try:
        now = dt.datetime.now(dt.UTC)
        admit(ledger, units, now)
        many_s = _took_s(ledger, law, list(batches(iter(todo[:-singly]), BATCH)))
        one_s = _took_s(ledger, law, [[one] for one in todo[-singly:]])
    finally:
        ledger.close()
    return (len(todo) - singly) / many_s, singly / one_s


def _took_s(ledger: Ledger, law: Law, work: list[list[Judgeable]]) -> float:
    now = dt.datetime.now(dt.UTC)
    begun_s = time.perf_counter()
    for batch in work:
        ledger.judge(batch, law, now)
    return time.perf_counter() - begun_s


def _rows_per_s(ground: Ground, rows: int) -> float:
    now = dt.datetime.now(dt.UTC)
    lines = [posted(one, now) for one in orders(rows, load_organisation(), now, seed=2, source="benchmark")]

    async def post(url: str) -> float:
        async with Intake(url, HOTLINE_TOKEN) as intake:
            begun_s = time.perf_counter()
            for start in range(0, len(lines), ROWS_A_REQUEST):
                answers = await intake.send(lines[start : start + ROWS_A_REQUEST])
                if not all(b'"accepted"' in answer for answer in answers):
                    raise RuntimeError("an order was not accepted")
            return rows / (time.perf_counter() - begun_s)

    with centre(ground, ground.fresh_ledger(0)) as url:
        return asyncio.run(post(url))


@contextlib.contextmanager
def _sqlite(ground: Ground) -> Generator[tuple[str, str]]:
    path = ground.directory / "judged.db"
    for part in ground.directory.glob(f"{path.name}*"):
        part.unlink()
    yield sqlite_url(path), ""


@contextlib.contextmanager
def _postgres() -> Generator[tuple[str, str]]:
    with postgres.running() as server, postgres.fresh_database(server) as url:
        with psycopg.connect(url) as connection:
            fsync = connection.execute("SHOW fsync").fetchone()
        yield url, "" if fsync == ("on",) else " without fsync"


if __name__ == "__main__":
    alone(run)
