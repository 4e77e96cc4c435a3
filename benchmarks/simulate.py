"""Simulated worlds by the thousand: stations, centre, network and crashes by a seed, checked after every step.

`python -m benchmarks.simulate --runs 10000 --seed 1` plays that many seeds from the first one on and ends with 1 when a
check broke: it prints the seed, shrinks it to fewer steps, and prints the command that plays those again
(`--replay SEED --keep 3,7,12`). What is simulated and what is checked stands in docs/reliability.md.
"""

import argparse
import gc
import multiprocessing
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from tests.simulation.plan import Kind, plan
from tests.simulation.shrink import shrunk
from tests.simulation.world import Failure, Run, run

CHUNK: Final = 20
_HASH_SEED: Final = "0"


def main() -> int:
    """Play what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulate", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="how many seeds")
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--replay", type=int, metavar="SEED", help="play one seed and print what happened")
    parser.add_argument("--keep", metavar="STEPS", help="with --replay: only these steps, by number")
    parser.add_argument("--no-shrink", action="store_true", help="say that a seed failed and no more")
    asked = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != _HASH_SEED:  # the order of sets is part of a run
        again = [sys.executable, "-m", "benchmarks.simulate", *sys.argv[1:]]
        return subprocess.call(again, env=os.environ | {"PYTHONHASHSEED": _HASH_SEED})
    if asked.replay is not None:
        keep = None if asked.keep is None else [int(step) for step in asked.keep.split(",") if step]
        return replay(asked.replay, keep)
    return play(range(asked.seed, asked.seed + asked.runs), asked.processes, shrink=not asked.no_shrink)


def replay(seed: int, keep: list[int] | None) -> int:
    """Play one seed and print its story."""
    played = run(seed, keep)
    print("\n".join(played.story))
    if played.failure is None:
        print(f"seed {seed}: every check held")
        return 0
    print(f"\nseed {seed} breaks: {_said(played.failure)}")
    return 1


def play(seeds: range, processes: int, *, shrink: bool) -> int:
    """Play seeds until one fails, and print how much happened."""
    begun_s = time.monotonic()
    counts: Counter[str] = Counter()
    failed: Run | None = None
    done = 0
    for played in _played(seeds, processes):
        done += 1
        counts.update(played.counts)
        if played.failure is not None:
            failed = played
            break
    took_s = time.monotonic() - begun_s
    print(figures(done, counts, took_s))
    broken = "every check held" if failed is None else "a check BROKE"
    print(f"\n{done:,} simulated worlds, seeds {seeds[0]} to {seeds[-1]}: {broken}, {took_s:,.0f} s")
    if failed is None:
        return 0
    assert failed.failure is not None
    seed, failure = failed.seed, failed.failure
    print(f"\nseed {seed} breaks: {_said(failure)}", flush=True)
    if shrink:
        kept = shrunk(seed, failure.name)
        print(f"{len(kept)} of {len(plan(seed))} steps are enough:")
        print(f"  python -m benchmarks.simulate --replay {seed} --keep {','.join(map(str, kept))}")
    return 1


def _played(seeds: range, processes: int) -> Iterator[Run]:
    if processes == 1:
        _prepare()
        yield from map(run, seeds)
        return
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    with multiprocessing.get_context("spawn").Pool(processes, _prepare) as pool:
        for runs in pool.imap_unordered(_chunk, chunks):
            yield from runs


def _prepare() -> None:
    gc.freeze()


def _chunk(seeds: Iterable[int]) -> list[Run]:
    runs: list[Run] = []
    for seed in seeds:
        played = run(seed)
        runs.append(played if played.failure else played._replace(story=[]))
        if played.failure:
            break
    return runs


def figures(runs: int, counts: Counter[str], took_s: float) -> str:
    """Write how much happened as a table."""
    faults = sum(counts[kind] for kind in Kind if kind not in _PEOPLE)
    lines = {
        "runs": runs,
        "of them with an office without its centre": counts["offices"],
        "steps": sum(counts[kind] for kind in Kind),
        "of them faults": faults,
        "crashes planned, of stations": sum(counts[kind] for kind in Kind if kind.startswith("crash")),
        "crashes planned, of the centre": sum(counts[kind] for kind in Kind if kind.startswith("centre_crash")),
        "acts made at stations": counts["acts"],
        "refused by the centre": counts["refused"],
        "gone stale and never sent": counts["acts expired"],
        "stations destroyed for good": counts["destroyed"],
        "stations declared lost, some that were not": counts["declared lost"],
        "acts of such handed in by colleagues": counts["delivered by colleagues"],
        "times an office stood together": counts["stood together"],
        "of them with two relays": counts["two relays"],
        "revisions in the journals": counts["judged"],
        "simulated hours": round(counts["simulated_s"] / 3600, 1),
        "callbacks, any of which may be the last": counts["callbacks"],
        "seconds": round(took_s, 1),
    }
    return "\n".join(["| simulation | |", "|---|---:|", *(f"| {name} | {value:,} |" for name, value in lines.items())])


_PEOPLE: Final = frozenset(
    {
        Kind.ACT,
        Kind.BURST,
        Kind.ORDER,
        Kind.HOTLINE,
        Kind.DECIDE,
        Kind.WAIT,
        Kind.TOGETHER,
        Kind.SERVE,
        Kind.DROP,
        Kind.OUTAGE_ENDS,
    }
)


def _said(failure: Failure) -> str:
    return f"{failure.name} ({failure.found})"


if __name__ == "__main__":
    sys.exit(main())
