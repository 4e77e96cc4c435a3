"""First sync of 100,000 cases, from dial to ONLINE, beside the limit: `executemany` of the same rows.

The centre is `dispatcher server` over SQLite, the station the real engine and its encrypted cache over a real
WebSocket, each in a process of its own: once by a snapshot taken over whole, once row by row. The limit writes the same
columns, bodies and callers with the same indexes into a plain SQLite file, in one transaction, right after each sync.
Ratios are medians of the rounds' ratios. The search index has to be complete within three times what the bound gives
the sync, so that a sync faster than it has to be makes no index late. The centre makes its snapshot for the first round
and keeps it for the others; what the first round took is shown apart.

PouchDB against an express-pouchdb server beside it, each a process of its own, replicates as many documents of the same
bodies as it can be given time for; measured where node and npm are there.
"""

import statistics
from typing import Final

from benchmarks import Result, pouchdb
from benchmarks.processes import Ground, alone, centre, sync
from benchmarks.told import Synced

CASES: Final = 100_000
ROUNDS: Final = 3
LEAST_BY_SNAPSHOT: Final = 1.0
LEAST_BY_ROWS: Final = 0.6
INDEXED_WITHIN: Final = 3.0
MOST_MEMORY: Final = 150_000_000
LEAST_OVER_POUCHDB: Final = 10.0


def run(ground: Ground, quick: bool = False) -> list[Result]:
    """Sync new homes both ways and say how near to the limit that is."""
    cases, rounds = (5_000, 1) if quick else (CASES, ROUNDS)
    home = ground.directory / f"home-{cases}"
    with centre(ground, ground.ledger(cases)) as url:
        cold = sync(ground, url, home)
        taken = [sync(ground, url, home) for _ in range(rounds)]
        fed = [sync(ground, url, ground.directory / "home-by-rows", "rows") for _ in range(rounds)]
    peak = max(one.peak_bytes for one in (cold, *taken, *fed))
    bound = f"< {MOST_MEMORY / 1e6:.0f} MB"
    found = [
        *_of("by a snapshot", taken, LEAST_BY_SNAPSHOT),
        Result("… when the centre has to make it first", cold.sync_s, "s", cold.limit_s / cold.sync_s),
        Result("… its first 50 rows told then", cold.first_s, "s"),
        *_of("row by row", fed, LEAST_BY_ROWS),
        Result("peak memory of the station", peak / 1e6, "MB", None, bound, peak < MOST_MEMORY),
    ]
    return [*found, *_beside_pouchdb(ground, quick, taken, fed)]


def _of(way: str, synced: list[Synced], least: float) -> list[Result]:
    ratio = statistics.median(one.limit_s / one.sync_s for one in synced)
    sync_s = statistics.median(one.sync_s for one in synced)
    within = statistics.median(one.indexed_s / (one.limit_s / least) for one in synced)
    rows = synced[0].rows
    return [
        Result(f"first sync of {rows:,} cases {way}", sync_s, "s", ratio, f"≥ {least}×", ratio >= least),
        Result("… its limit, executemany into a plain file", statistics.median(one.limit_s for one in synced), "s"),
        Result("… rows a second", rows / sync_s, "rows/s"),
        Result("… the processor's time of the station", statistics.median(one.cpu_s for one in synced), "s"),
        Result("… the first 50 rows told", statistics.median(one.first_s for one in synced), "s"),
        Result(
            "… until every case can be searched",
            statistics.median(one.indexed_s for one in synced),
            "s",
            within,
            f"≤ {INDEXED_WITHIN:g}× the sync's bound",
            within <= INDEXED_WITHIN,
        ),
    ]


def _beside_pouchdb(ground: Ground, quick: bool, taken: list[Synced], fed: list[Synced]) -> list[Result]:
    replicated = pouchdb.replicated(ground, 200 if quick else 5_000)
    if replicated is None:
        return [Result("PouchDB: not measured, node or npm or its packages are missing", 0, "docs/s")]
    pouch = replicated.docs / replicated.replicate_s
    found = [Result(f"PouchDB, {replicated.docs:,} documents of the same bodies", pouch, "docs/s", 1.0)]
    for way, synced in (("by a snapshot", taken), ("row by row", fed)):
        ratio = statistics.median(one.rows / one.sync_s for one in synced) / pouch
        found.append(
            Result(
                f"… ours {way}",
                pouch * ratio,
                "rows/s",
                ratio,
                f"≥ {LEAST_OVER_POUCHDB:g}×",
                ratio >= LEAST_OVER_POUCHDB,
            )
        )
    return found


if __name__ == "__main__":
    alone(run)
