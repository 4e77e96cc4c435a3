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
