"""First sync of 100,000 cases, from dial to ONLINE, beside the limit: `executemany` of the same rows.

The centre is `dispatcher server` over SQLite, the station the real engine and its encrypted cache over a real
WebSocket, each in a process of its own. The limit writes the same columns, bodies and callers with the same indexes
into a plain SQLite file, in one transaction, right after each sync. The ratio is the median of the rounds' ratios.
"""

import statistics
from typing import Final

from benchmarks import Result
from benchmarks.processes import Ground, alone, centre, sync

CASES: Final = 100_000
ROUNDS: Final = 3
LEAST: Final = 0.4


def run(ground: Ground, quick: bool = False) -> list[Result]:
    """Sync new homes and say how near to the limit that is."""
    cases, rounds = (2_000, 1) if quick else (CASES, ROUNDS)
    home = ground.directory / f"home-{cases}"
    with centre(ground, ground.ledger(cases)) as url:
        synced = [sync(ground, url, home) for _ in range(rounds)]
    ratio = statistics.median(one.limit_s / one.sync_s for one in synced)
    sync_s = statistics.median(one.sync_s for one in synced)
    limit_s = statistics.median(one.limit_s for one in synced)
    rows, megabytes = synced[0].rows, synced[0].frame_bytes / 1e6
    return [
        Result(f"first sync of {rows:,} cases", sync_s, "s", ratio, f"≥ {LEAST}×", ratio >= LEAST),
        Result("… its limit, executemany into a plain file", limit_s, "s"),
        Result("… rows a second", rows / sync_s, "rows/s"),
        Result("… received in frames", megabytes, "MB"),
    ]


if __name__ == "__main__":
    alone(run)
