"""Holds the program to the oracle over generated lives: `python -m tests.oracle --cases 100000 --seed 1 --jobs 2`.

Prints what was compared and every sort of difference with the seeds that repeat it; exit status 1 on any difference.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.oracle.compare import LIVES_OF_A_WORLD, Report, run_world


def run(cases: int, seed: int, jobs: int) -> Report:
    """Compare so many lives, each world in one process."""
    sizes = [LIVES_OF_A_WORLD] * (cases // LIVES_OF_A_WORLD)
    if cases % LIVES_OF_A_WORLD:
        sizes.append(cases % LIVES_OF_A_WORLD)
    report = Report()
    if jobs == 1:
        for number, lives in enumerate(sizes):
            report.add(run_world(seed, number, lives))
        return report
    with ProcessPoolExecutor(jobs) as pool:
        for found in pool.map(run_world, [seed] * len(sizes), range(len(sizes)), sizes):
            report.add(found)
    return report


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description="Compare the rules with an oracle written apart from them.")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    began = time.monotonic()
    report = run(asked.cases, asked.seed, asked.jobs)
    print(f"{asked.cases} cases, seed {asked.seed}, {time.monotonic() - began:.0f} s")
    for name, counts in (
        ("compared", report.counts),
        ("accepted", report.accepted),
        ("refused", report.refused),
        ("states", report.states),
    ):
        print(f"{name}: {sum(counts.values())}")
        print("  " + ", ".join(f"{what} {count}" for what, count in counts.most_common()))
    print(f"differences: {sum(report.by_sort.values())}")
    for sort, count in report.by_sort.most_common():
        print(f"  {count} x {sort}")
    for difference in report.differences[:20]:
        print(difference)
    return 1 if report.by_sort else 0


if __name__ == "__main__":
    sys.exit(main())
