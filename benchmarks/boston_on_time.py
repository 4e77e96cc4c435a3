"""Whether the program's clocks agree with a real city's: Boston's closed requests against its own ON-TIME column.

    python -m benchmarks.boston_on_time boston311_2015.csv.gz

Every row goes the way an import goes: reader, profile, judge, record, its clocks, and what it adds to the rates
(handled in time, or overdue). Printed: `agree A of B` over the closed requests that have a target, and each
disagreement with its reason. The exit status is 1 when clocks and rates disagree with each other.
"""

import argparse
import collections
import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dispatcher.assets import load_law, load_organisation
from dispatcher.importer.mapping import Mapped, Mapping, Rejected
from dispatcher.importer.profiles import detected
from dispatcher.importer.readers import Row, read_rows
from dispatcher.models import rules
from dispatcher.models.case import Case
from dispatcher.models.commands import Act, ReceiveOrder
from dispatcher.models.deadlines import ClockKind, clocks
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.tallies import contributions
from dispatcher.models.verdicts import Refused

STREET = UnitId("110105016")
COLUMN = "OnTime_Status"
HOTLINE = Actor(person=PersonId("hotline"), name="", unit=UnitId("110000"), roles=frozenset({Role.HOTLINE}))
SAYS = {"ONTIME": True, "OVERDUE": False}


class Compared(NamedTuple):
    """One closed request with a target: what the file says, what the clocks and what the rates say."""

    line: int
    number: str
    file: str
    clock: bool
    rates: bool
    due: dt.datetime
    closed: dt.datetime


def compared(path: Path, now: dt.datetime) -> Iterator[Compared | Rejected | Refused]:
    """Take every row in and compare those that are closed and had a target."""
    units = load_organisation()
    law = load_law(units=units)
    mapping: Mapping | None = None
    for row in read_rows(path):
        if not isinstance(row, Row):
            yield Rejected(line=0, field="", value=str(row), remedy="the reader does not take it")
            continue
        if mapping is None:
            mapping = Mapping(detected(list(row.cells)), units, STREET, now)
        mapped = mapping.map(row)
        if isinstance(mapped, Rejected):
            yield mapped
            continue
        case = _taken_in(mapped, law, now)
        if isinstance(case, Refused):
            yield case
        elif case.closed_at is not None and case.order.feedback_due_at is not None:
            feedback = next(clock for clock in clocks(case, law) if clock.kind is ClockKind.FEEDBACK)
            assert feedback.met_at is not None
            tallies = contributions(case, law).values()
            yield Compared(
                row.line,
                case.order.number,
                str(row.cells.get(COLUMN) or ""),
                feedback.met_at <= feedback.due,
                sum(tally.handled_in_time for tally in tallies) == 1 and not any(tally.overdue for tally in tallies),
                feedback.due,
                feedback.met_at,
            )


def _taken_in(mapped: Mapped, law: Law, now: dt.datetime) -> Case | Refused:
    command = ReceiveOrder(
        case=CaseId(f"boston-{mapped.order.number}"),
        order=mapped.order,
        holder=mapped.holder,
        closed_at=mapped.closed_at,
        result=mapped.result,
    )
    act = Act(id=CommandId(f"act-{mapped.order.number}"), command=command, by=HOTLINE.person, made_at=now)
    found = rules.judge(act, None, HOTLINE, law, now)
    if isinstance(found, Refused):
        return found
    case: Case | None = None
    for recorded in found:
        case = evolve(case, recorded, Revision(1))
    assert case is not None
    return case


def main(argv: list[str] | None = None) -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description="Compare clocks and rates with Boston's ON-TIME column.")
    parser.add_argument("file", type=Path)
    path: Path = parser.parse_args(argv).file
    agree = total = 0
    reasons: collections.Counter[str] = collections.Counter()
    broken = 0
    for found in compared(path, dt.datetime.now(dt.UTC)):
        if not isinstance(found, Compared):
            print(f"not taken in: {found}")
            broken += 1
            continue
        total += 1
        if found.clock is not found.rates:
            print(f"line {found.line}, {found.number}: the clock says {found.clock}, the rates {found.rates}")
            broken += 1
        if found.clock is SAYS.get(found.file):
            agree += 1
            continue
        mine = "on time" if found.clock else "overdue"
        if found.file in SAYS:
            reason = f"the file says {found.file}, its own times say {mine}"
        else:
            reason = f"the file leaves {COLUMN} empty; by its own times it is {mine}"
        reasons[reason] += 1
        print(f"line {found.line}, {found.number}: closed {found.closed:%F %T}Z, target {found.due:%F %T}Z: {reason}")
    print(f"agree {agree} of {total}")
    for reason, count in reasons.most_common():
        print(f"  {count} x {reason}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
