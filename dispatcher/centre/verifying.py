"""Checks of a published table: computed again to the digit, counted again from the journal, and what has moved since.

Everything is counted from the journal alone; what the ledger keeps ready is only asked for the figures of today.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from dispatcher.models.case import Case
from dispatcher.models.ids import PersonId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.periods import Stretch
from dispatcher.models.ranking import Row, Table, recompute
from dispatcher.models.rates import COUNTERS, NOTHING, Tally
from dispatcher.models.tallies import contributions
from dispatcher.storage.gazette import After, Publication
from dispatcher.storage.ledger import Ledger

Totals = dict[UnitId, Tally]


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """One count of one unit that is not what was published; `period` is the table's, or the one before."""

    period: str
    unit: UnitId
    counter: str
    published: int
    found: int


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One act after the table's revision that moved its figures, by how much.

    It counts at `at` and was entered at `entered_at`; `late` says that it was uploaded late or caught up.
    """

    revision: Revision
    kind: str
    number: str
    by: PersonId
    at: dt.datetime
    entered_at: dt.datetime
    late: bool
    moved: tuple[Moved, ...]


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a published table: `astray` must be empty, `since` may well not be.

    `same_calendar` is false when clocks are counted by a newer calendar than when it was published.
    """

    name: str
    head: Revision
    to_the_digit: bool
    same_calendar: bool
    astray: tuple[Moved, ...]
    since: tuple[Moved, ...]
    causes: tuple[Cause, ...]

    @property
    def holds(self) -> bool:
        """Tell whether the table was right when it was published."""
        return self.to_the_digit and not self.astray


class _Counts(NamedTuple):
    now: Totals
    before: Totals


def verify(ledger: Ledger, publication: Publication, law: Law) -> Verification:
    """Check a published table against its ledger; takes about 0.15 ms a case. Raises Trouble."""
    table = publication.table
    counted = _Counts({}, {})
    for case in ledger.gazette.cases_at(table.basis.head):
        _add(counted, case, table, law)
    _, (now, before) = ledger.tallied(table.period, table.before)
    return Verification(
        name=publication.name,
        head=table.basis.head,
        to_the_digit=recompute(table) == table,
        same_calendar=table.basis.calendar == law.calendar.version,
        astray=_differences(table, counted),
        since=_differences(table, _Counts(now, before)),
        causes=tuple(_causes(ledger, table, law)),
    )


def _add(counts: _Counts, case: Case, table: Table, law: Law) -> None:
    for (unit, half_day), tally in contributions(case, law).items():
        for stretch, totals in ((table.period, counts.now), (table.before, counts.before)):
            if half_day in stretch:
                totals[unit] = totals.get(unit, NOTHING) + tally


def _differences(table: Table, found: _Counts) -> tuple[Moved, ...]:
    moved: list[Moved] = []
    for row in table.rows:
        moved += _moved(table.period, row.unit, row.tally, found.now.get(row.unit, NOTHING))
        moved += _moved(table.before, row.unit, row.before, found.before.get(row.unit, NOTHING))
    return tuple(moved)


def _moved(stretch: Stretch, unit: UnitId, published: Tally, found: Tally) -> Iterable[Moved]:
    if published == found:
        return
    for counter in COUNTERS:
        was, has = getattr(published, counter), getattr(found, counter)
        if was != has:
            yield Moved(period=stretch.name, unit=unit, counter=counter, published=was, found=has)


def _causes(ledger: Ledger, table: Table, law: Law) -> Iterable[Cause]:
    """Tell which acts after the table's revision moved it, in the order of the journal."""
    found: list[Cause] = []
    units = {row.unit: row for row in table.rows}
    for case in ledger.gazette.touched_since(table.basis.head):
        last = _Counts({}, {})
        for step in ledger.gazette.steps_of(case):
            counts = _Counts({}, {})
            _add(counts, step.case, table, law)
            if step.revision > table.basis.head and counts != last:
                moved = tuple(_between(table, units, last, counts))
                if moved:
                    found.append(_cause(step, moved))
            last = counts
    return sorted(found, key=lambda cause: cause.revision)


def _between(table: Table, units: Mapping[UnitId, Row], was: _Counts, has: _Counts) -> Iterable[Moved]:
    for stretch, old, new in ((table.period, was.now, has.now), (table.before, was.before, has.before)):
        for unit in sorted((old.keys() | new.keys()) & units.keys()):
            yield from _moved(stretch, unit, old.get(unit, NOTHING), new.get(unit, NOTHING))


def _cause(step: After, moved: tuple[Moved, ...]) -> Cause:
    made = [recorded for recorded in step.case.history if recorded.act == step.act]
    return Cause(
        revision=step.revision,
        kind=step.kind,
        number=step.case.order.number,
        by=step.by,
        at=step.at,
        entered_at=step.entered_at,
        late=any(recorded.late or recorded.caught_up for recorded in made),
        moved=moved,
    )
