"""Measurements that print a table of ratios taken in one run; none of them is a timed test.

`python -m benchmarks.NAME` prints one; each module has `run() -> list[Result]` for those who collect.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One line: a value with its unit, its ratio to the baseline of the same run, and the bound it should keep."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    bound: str = ""
    ok: bool = True


def table(results: Iterable[Result]) -> str:
    """Write results as a table in Markdown."""
    lines = ["| what | value | ratio | bound | |", "|---|---:|---:|---|---|"]
    for result in results:
        ratio = "" if result.ratio is None else f"{result.ratio:.3g}×"
        mark = "" if not result.bound else "ok" if result.ok else "MISSED"
        lines.append(f"| {result.name} | {result.value:,.3g} {result.unit} | {ratio} | {result.bound} | {mark} |")
    return "\n".join(lines)


def summary(what: str, results: Iterable[Result], took_s: float) -> str:
    """Say in one line, fit to be quoted, what was run and whether every bound was kept."""
    bounds = [result for result in results if result.bound]
    missed = [result.name for result in bounds if not result.ok]
    kept = f"all {len(bounds)} bounds kept" if not missed else f"MISSED: {', '.join(missed)}"
    return f"{what}: {kept}, {took_s:,.0f} s"
