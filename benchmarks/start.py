"""From the start of the process to a painted queue, 100,000 cases in the cache, beside an empty PySide6 window.

Both are whole processes, timed from before they are started to the return of their first paint event; no centre
listens. Pairs take turns; the ratio is the median of the pairs' ratios. Modules are compiled beforehand, as they are
once a program has been started before.
"""

import statistics
import time
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import Result
from benchmarks.processes import NOBODY_THERE, ROOT, Ground, alone, ask, watched
from benchmarks.told import Started

CASES: Final = 100_000
PAIRS: Final = 7
MOST: Final = 4.0
WITHIN_S: Final = 120.0
EMPTY_WINDOW: Final = ROOT / "benchmarks" / "empty_window.py"


class _Pair(NamedTuple):
    empty_s: float
    painted_s: float
    loaded_s: float


def run(ground: Ground, quick: bool = False) -> list[Result]:
    """Start both by turns and say how many empty windows a console costs."""
    cases, pairs = (2_000, 1) if quick else (CASES, PAIRS)
    data = ground.data(ground.home(cases), NOBODY_THERE)
    _pair(ground, data, cases)  # compiles, and warms the file cache
    found = [_pair(ground, data, cases) for _ in range(pairs)]
    ratio = statistics.median(pair.painted_s / pair.empty_s for pair in found)
    return [
        Result(
            f"start to a painted queue, {cases:,} cases in the cache",
            statistics.median(pair.painted_s for pair in found),
            "s",
            ratio,
            f"≤ {MOST:g}×",
            ratio <= MOST,
        ),
        Result("… an empty PySide6 window", statistics.median(pair.empty_s for pair in found), "s"),
        Result("… until all cases are listed", statistics.median(pair.loaded_s for pair in found), "s"),
    ]


def _pair(ground: Ground, data: Path, cases: int) -> _Pair:
    begun_s = time.monotonic()
    empty_s = ask(ground, [str(EMPTY_WINDOW)], float, WITHIN_S) - begun_s
    begun_s = time.monotonic()
    started = ask(ground, watched("start", cases, NOBODY_THERE, data), Started, WITHIN_S)
    return _Pair(empty_s, started.painted_s - begun_s, started.loaded_s - begun_s)


if __name__ == "__main__":
    alone(run)
