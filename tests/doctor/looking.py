"""What the doctor's tests share: findings by name, a clock that is set by hand, and what lies in a directory."""

import datetime as dt
import shlex
from collections.abc import Iterable
from pathlib import Path

from dispatcher.cli import parse
from dispatcher.doctor.findings import ASKING, Finding, Mark
from dispatcher.sync.clock import SystemClock


class SetClock(SystemClock):
    """The machine's clocks, the wall clock `ahead` of what it should show."""

    def __init__(self, ahead: dt.timedelta = dt.timedelta()) -> None:
        self._ahead = ahead

    def now(self) -> dt.datetime:
        return super().now() + self._ahead


def marks(findings: Iterable[Finding]) -> dict[str, Mark]:
    """Give the gravest mark by the check's name; every finding that asks for something must name a command."""
    order = list(Mark)
    found: dict[str, Mark] = {}
    for finding in findings:
        assert bool(finding.remedy) == (finding.mark in ASKING), finding
        assert " | " in finding.words, finding
        if finding.remedy.startswith("dispatcher "):
            parse(shlex.split(finding.remedy)[1:])  # it can be typed
        found[finding.check] = max(found.get(finding.check, Mark.WELL), finding.mark, key=order.index)
    return found


def asking(findings: Iterable[Finding]) -> dict[str, Mark]:
    """Give what asks for something to be done, by the check's name."""
    return {check: mark for check, mark in marks(findings).items() if mark in ASKING}


def lying(directory: Path) -> dict[str, tuple[bytes, int]]:
    """Give all that lies in a directory: bytes and the instant of the last change by name."""
    files = [path for path in directory.rglob("*") if path.is_file()]
    return {str(path.relative_to(directory)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
