"""What a console costs that nobody touches: 100,000 open countdowns, its window in sight at 1920x1080.

The share of one core that the process itself uses over 30 s once everything is loaded and 10 s have passed, with
the centre there and without it.
"""

from pathlib import Path
from typing import Final

from benchmarks import Result
from benchmarks.processes import NOBODY_THERE, Ground, alone, ask, centre, watched
from benchmarks.told import Idled

CASES: Final = 100_000
LENGTH_S: Final = 30
MOST_PERCENT: Final = 3.0


def run(ground: Ground, quick: bool = False) -> list[Result]:
    """Let a console stand still, and say what that cost."""
    cases, length_s = (2_000, 5) if quick else (CASES, LENGTH_S)
    home = ground.home(cases)
    with centre(ground, ground.ledger(cases)) as url:
        online = _idle(ground, ground.data(home, url), url, length_s)
    if not online.online:
        raise RuntimeError("the console was not online")
    offline = _idle(ground, ground.data(home, NOBODY_THERE), NOBODY_THERE, length_s)
    return [
        _result(f"idle console, {online.rows:,} open countdowns, online", online),
        _result(f"idle console, {offline.rows:,} open countdowns, no centre", offline),
    ]


def _idle(ground: Ground, data: Path, url: str, length_s: int) -> Idled:
    return ask(ground, watched("idle", length_s, url, data), Idled, length_s + 180)


def _result(name: str, found: Idled) -> Result:
    percent = found.cpu_s / found.wall_s * 100
    return Result(name, percent, "% of a core", None, f"< {MOST_PERCENT:g} %", percent < MOST_PERCENT)


if __name__ == "__main__":
    alone(run)
