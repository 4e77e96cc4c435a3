"""A city's day of 17,000 orders compressed into minutes, on PostgreSQL, with one worker and with two.

Orders are posted one by one over 16 connections and signed by the consoles of 40 streets as they come, so that every
order is two acts. An answer is timed from the act's leaving to its verdict, made durable (fsync on). Afterwards every
order and every signature stands in the journal once. What each part uses of the processor meanwhile names the
bottleneck; the load itself and PostgreSQL run on the same machine. `--seconds 600` is the ten minutes, the default one.
"""

import argparse
import datetime as dt
import sys
import time
from collections import Counter
from typing import Final

from benchmarks import Result, table
from benchmarks.cases import admit
from benchmarks.citizens import person_of, streets
from benchmarks.processes import Ground, children, cpu_s, ground_at, hear, percentile, running, served
from benchmarks.told import Served
from dispatcher.assets import load_organisation
from dispatcher.models.commands import ReceiveOrder, SignFor
from dispatcher.models.ids import Revision
from dispatcher.models.organisation import Role
from dispatcher.server.credentials import token_hash
from dispatcher.storage.ledger import Account, Ledger
from tests.helpers import postgres

ORDERS: Final = 17_000
SECONDS: Final = 60.0
STREETS: Final = 40
PAGE: Final = 5_000


def run(ground: Ground, quick: bool = False, seconds: float = SECONDS) -> list[Result]:
    """Live a day with one worker, then with two."""
    orders, seconds, crowd = (200, 5.0, 8) if quick else (ORDERS, seconds, STREETS)
    results: list[Result] = []
    with postgres.killable(fsync=True) as server:
        for workers in (1, 2):
            with postgres.fresh_database(server.url) as database:
                _admit(database, crowd)
                with served(ground, database, workers) as (url, pid):
                    centre = children(pid) if workers > 1 else [pid]
                    day, shares = _day(ground, url, crowd, orders, seconds, centre, server.pid)
                wrong = _not_once(database, orders)
            name = f"{orders:,} orders in {seconds:g} s, {workers} worker{'s' if workers > 1 else ''}"
            lost = wrong + day.failed
            results += [
                Result(f"{name}: lost, doubled or refused", lost, f"of {2 * orders}", None, "0", not lost),
                Result("… an order's answer, p95", percentile(day.order_ms, 0.95), "ms"),
                Result("… an order's answer, p99", percentile(day.order_ms, 0.99), "ms"),
                Result("… a street's act's answer, p95", percentile(day.act_ms, 0.95), "ms"),
                Result("… a street's act's answer, p99", percentile(day.act_ms, 0.99), "ms"),
                Result("… until all were signed", day.took_s, "s"),
                *(Result(f"… processor: {part}", 100 * share, "% of a core") for part, share in shares.items()),
            ]
    return results


def _day(
    ground: Ground, url: str, crowd: int, orders: int, seconds: float, centre: list[int], server: int
) -> tuple[Served, dict[str, float]]:
    program = ["-m", "benchmarks.citizens", url, str(crowd), str(orders), str(seconds)]
    before, begun_s = _used_s(centre, server), time.monotonic()
    with running(ground, program) as citizens:
        day = hear(citizens, Served, seconds * 10 + 300)
        length_s = time.monotonic() - begun_s
        load_s = cpu_s(citizens.pid)
        after = _used_s(centre, server)
    shares = {part: (after[part] - used_s) / length_s for part, used_s in before.items()}
    return day, {**shares, "the load itself": load_s / length_s}


def _used_s(centre: list[int], database: int) -> dict[str, float]:
    """Give what each part has used of the processor so far."""
    used = {f"worker {number}": cpu_s(pid) for number, pid in enumerate(centre, 1)}
    return {**used, "PostgreSQL": cpu_s(database, reaped=True) + sum(cpu_s(pid) for pid in children(database))}


def _admit(database: str, crowd: int) -> None:
    ledger, now = Ledger.open(database), dt.datetime.now(dt.UTC)
    try:
        admit(ledger, load_organisation(), now)
        for street in streets(crowd):
            person = person_of(street)
            ledger.accounts.seed(
                Account(person=person, name=street.name, unit=street.id, roles=frozenset({Role.DISPATCHER}))
            )
            ledger.sessions.put(token_hash(person), person, now, now + dt.timedelta(days=1))
    finally:
        ledger.close()


def _not_once(database: str, orders: int) -> int:
    """Count what does not stand in the journal exactly once, and revisions left out."""
    ledger = Ledger.open(database)
    try:
        found: Counter[tuple[type, str]] = Counter()
        after = Revision(0)
        entries = 0
        while page := ledger.journal(after, PAGE):
            found.update((type(entry.command), entry.case) for entry in page)
            entries += len(page)
            after = page[-1].revision
    finally:
        ledger.close()
    once = Counter(kind for (kind, _), times in found.items() if times == 1)
    return abs(orders - once[ReceiveOrder]) + abs(orders - once[SignFor]) + (after - entries)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: to see that it works, not to be quoted")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="into how many seconds the day is compressed")
    parsed = parser.parse_args()
    with ground_at(None) as ground_:
        print(table(run(ground_, parsed.quick, parsed.seconds)))
