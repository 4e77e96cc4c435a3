"""Runs the benchmarks, prints their tables and writes docs/performance.md from what they found.

`python -m benchmarks [--only NAME] [--quick] [--ground DIR]`. The page is written by a full run alone: nothing stands
there that this command did not just measure.
"""

import argparse
import contextlib
import datetime as dt
import importlib.metadata
import multiprocessing
import os
import platform
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import qVersion

from benchmarks import (
    Result,
    city,
    clocks,
    commit_to_paint,
    delivery,
    fan_out,
    first_sync,
    idle,
    judge,
    outage_act,
    outbox,
    queue_model,
    rates,
    start,
    table,
)
from benchmarks.processes import ROOT, Ground, ground_at, screen

PAGE: Final = ROOT / "docs" / "performance.md"
PACKAGES: Final = ("msgspec", "sqlalchemy", "sqlcipher3", "websockets", "uvicorn", "psycopg")


class Found(NamedTuple):
    """What one benchmark found, and how long it took."""

    name: str
    about: str
    results: list[Result]
    took_s: float


def queue_model_alone(_ground: Ground, quick: bool) -> list[Result]:
    """Run the queue model's benchmark in a process of its own: its rows shall burden nobody after it."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(queue_model.run, *([20_000] if quick else [])).result()


def outage_act_alone(ground: Ground, quick: bool) -> list[Result]:
    """Run the act in an outage in a process of its own: it has a window, and this one must not."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(outage_act.run, ground, quick).result()


BENCHMARKS: Final[Mapping[str, tuple[str | None, Callable[[Ground, bool], list[Result]]]]] = {
    "queue_model": (queue_model.__doc__, queue_model_alone),
    "first_sync": (first_sync.__doc__, first_sync.run),
    "start": (start.__doc__, start.run),
    "idle": (idle.__doc__, idle.run),
    "commit_to_paint": (commit_to_paint.__doc__, commit_to_paint.run),
    "outage_act": (outage_act.__doc__, outage_act_alone),
    "delivery": (delivery.__doc__, delivery.run),
    "outbox": (outbox.__doc__, outbox.run),
    "fan_out": (fan_out.__doc__, fan_out.run),
    "city": (city.__doc__, city.run),
    "judge": (judge.__doc__, judge.run),
    "clocks": (clocks.__doc__, clocks.run),
    "rates": (rates.__doc__, rates.run),
}


def main() -> int:
    """Run what is asked for; gives 1 when a bound was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=BENCHMARKS, help="run this one; may be given several times")
    parser.add_argument("--quick", action="store_true", help="small sizes: to see that it works; writes no page")
    parser.add_argument("--ground", type=Path, metavar="DIR", help="keep prepared ledgers and homes here, or use them")
    parsed = parser.parse_args()
    chosen = [name for name in BENCHMARKS if not parsed.only or name in parsed.only]
    found: list[Found] = []
    load = os.getloadavg() if hasattr(os, "getloadavg") else None
    with ground_at(parsed.ground) as ground, screen():
        for name in chosen:
            about, run = BENCHMARKS[name]
            begun_s = time.monotonic()
            print(f"\n{name} ...", flush=True)
            results = run(ground, parsed.quick)
            print(table(results), flush=True)
            found.append(Found(name, (about or "").strip(), results, time.monotonic() - begun_s))
    if not parsed.only and not parsed.quick:
        PAGE.write_text(page(found, load), "utf-8")
        print(f"\n{PAGE.relative_to(ROOT)} is written.")
    return int(any(not result.ok for one in found for result in one.results))


def page(found: Iterable[Found], load: tuple[float, float, float] | None) -> str:
    """Write the page of one full run."""
    found = list(found)
    lines = [
        "# Performance",
        "",
        "Written by `make performance`; every figure below comes from that one run. Ratios are taken between two",
        "things measured in it, so that they mean the same on another machine; bounds are the project's own.",
        "",
        *machine(load),
        "",
        "## Bounds",
        "",
        "| what | measured | bound | | command |",
        "|---|---:|---|---|---|",
    ]
    for one in found:
        lines += [_bound_line(one.name, result) for result in one.results if result.bound]
    missed = [result for one in found for result in one.results if not result.ok]
    lines += ["", "## What falls short", ""]
    lines += [f"- {result.name}: {_measured(result)}, should be {result.bound}." for result in missed] or ["Nothing."]
    for one in found:
        about, _, more = one.about.partition("\n\n")
        lines += ["", f"## {one.name}", "", about, *(["", more] if more else []), ""]
        lines += ["| what | measured | bound | |", "|---|---:|---|---|"]
        lines += [f"| {r.name} | {_measured(r)} | {r.bound} | {_mark(r)} |" for r in one.results]
        lines += ["", f"`python -m benchmarks.{one.name}`, {one.took_s:.0f} s."]
    return "\n".join(lines) + "\n"


def machine(load: tuple[float, float, float] | None) -> list[str]:
    """Say on what the run took place."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    facts = {
        "when": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "revision": _revision(),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": _memory(),
        "system": platform.platform(),
        "load before the run": "unknown" if load is None else f"{load[0]:.2f}",
        "Python": platform.python_version(),
        "Qt": f"{qVersion()} (PySide6 {importlib.metadata.version('PySide6-Essentials')})",
        "SQLite": sqlite3.sqlite_version,
        "packages": versions,
    }
    return ["| machine | |", "|---|---|", *(f"| {name} | {fact} |" for name, fact in facts.items())]


def _bound_line(name: str, result: Result) -> str:
    return f"| {result.name} | {_measured(result)} | {result.bound} | {_mark(result)} | `python -m benchmarks.{name}` |"


def _measured(result: Result) -> str:
    value = f"{result.value:,.0f}" if abs(result.value) >= 1000 else f"{result.value:.3g}"
    ratio = "" if result.ratio is None else f"**{result.ratio:.3g}×** ("
    return f"{ratio}{value} {result.unit}{')' if ratio else ''}"


def _mark(result: Result) -> str:
    return "" if not result.bound else "ok" if result.ok else "**missed**"


def _revision() -> str:
    try:
        shown = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return shown.stdout.strip()


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    if not hasattr(os, "sysconf"):
        return "unknown"
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


if __name__ == "__main__":
    sys.exit(main())
