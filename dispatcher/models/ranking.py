"""The table of a period: units ranked by their composite, four lists, and those too seldom appraised apart.

A `Table` is what is published. It holds the counts it was computed from, so `recompute` gives it again to the digit.
Source: DOMAIN section 7.
"""

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import msgspec

from dispatcher.models.ids import Revision, UnitId
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.periods import Stretch
from dispatcher.models.policy import Policy, Weights
from dispatcher.models.rates import NOTHING, Figures, Rates, Tally, figures_of, gain_of, is_ranked, rates_of, total


class Kind(enum.StrEnum):
    """Who is ranked among themselves: streets, departments (enterprises with them), districts."""

    STREET = "street"
    DEPARTMENT = "department"
    DISTRICT = "district"


_KIND_OF = {
    UnitKind.STREET: Kind.STREET,
    UnitKind.DEPARTMENT: Kind.DEPARTMENT,
    UnitKind.ENTERPRISE: Kind.DEPARTMENT,
    UnitKind.DISTRICT: Kind.DISTRICT,
}


def ranked_among(units: Iterable[Unit], kind: Kind) -> tuple[UnitId, ...]:
    """List the units of a directory that are ranked among themselves."""
    return tuple(unit.id for unit in units if _KIND_OF.get(unit.kind) is kind)


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One unit: its counts in the period and in the one before, what they come to, and its place.

    `rank` is by the composite of its own cases; `summons_rank`, for departments, by the mean score of its summonses.
    """

    unit: UnitId
    tally: Tally = NOTHING
    before: Tally = NOTHING
    figures: Figures
    rank: int | None = None
    summons_rank: int | None = None


class Lists(msgspec.Struct, frozen=True, kw_only=True):
    """The four lists, each in its own order: best composites, largest gains, lowest composites, most orders."""

    advanced: tuple[UnitId, ...]
    improved: tuple[UnitId, ...]
    rectify: tuple[UnitId, ...]
    govern: tuple[UnitId, ...]


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a table rests on besides the counts: the policy's and calendar's versions, and the last act counted."""

    policy: str
    calendar: str
    weights: Weights
    whistle_band: tuple[int, int]
    head: Revision


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """What is published of one kind of units for one period.

    `rows` holds every unit: ranked ones by rank, then those listed `apart` by composite, then those never appraised.
    `whole` is all of them together.
    """

    period: Stretch
    before: Stretch
    kind: Kind
    basis: Basis
    rows: tuple[Row, ...]
    lists: Lists
    apart: tuple[UnitId, ...]
    whole: Row


def basis_of(policy: Policy, calendar: str, head: Revision) -> Basis:
    """Give what a table made now under a policy rests on."""
    return Basis(
        policy=policy.version,
        calendar=calendar,
        weights=policy.weights,
        whistle_band=policy.whistle_band,
        head=head,
    )


def tabulate(
    kind: Kind,
    period: Stretch,
    before: Stretch,
    basis: Basis,
    units: Iterable[UnitId],
    counted: Mapping[UnitId, Tally],
    counted_before: Mapping[UnitId, Tally],
) -> Table:
    """Make the table of a period for `units` from their counts in it and in the period before."""
    tallies = {unit: (counted.get(unit, NOTHING), counted_before.get(unit, NOTHING)) for unit in units}
    weights = basis.weights
    rates = {unit: rates_of(tally, weights) for unit, (tally, _) in tallies.items()}
    ranked = [unit for unit, (tally, _) in tallies.items() if is_ranked(tally, weights)]
    ranks = places(ranked, lambda unit: _order(rates[unit], tallies[unit][0]))
    summoned = [unit for unit, (tally, _) in tallies.items() if tally.scored] if kind is Kind.DEPARTMENT else []
    summons_ranks = places(summoned, lambda unit: _summons_order(tallies[unit][0]))
    rows = [
        Row(
            unit=unit,
            tally=tally,
            before=former,
            figures=figures_of(tally, former, weights, basis.whistle_band),
            rank=ranks.get(unit),
            summons_rank=summons_ranks.get(unit),
        )
        for unit, (tally, former) in tallies.items()
    ]
    last = len(rows) + 1
    rows.sort(key=lambda row: (row.rank or last, *_order(rates[row.unit], row.tally), row.unit))
    whole, whole_before = total(row.tally for row in rows), total(row.before for row in rows)
    return Table(
        period=period,
        before=before,
        kind=kind,
        basis=basis,
        rows=tuple(rows),
        lists=_lists(rows, weights),
        apart=tuple(row.unit for row in rows if row.rank is None and row.tally.valid),
        whole=Row(
            unit=UnitId(""),
            tally=whole,
            before=whole_before,
            figures=figures_of(whole, whole_before, weights, basis.whistle_band),
        ),
    )


def recompute(table: Table) -> Table:
    """Compute a table again from the counts it holds; equal to it unless it was tampered with."""
    return tabulate(
        table.kind,
        table.period,
        table.before,
        table.basis,
        [row.unit for row in table.rows],
        {row.unit: row.tally for row in table.rows},
        {row.unit: row.before for row in table.rows},
    )


def places(units: Iterable[UnitId], order: Callable[[UnitId], Any]) -> dict[UnitId, int]:
    """Rank units by a key, least first; equal keys share a place and the next one is skipped (1, 2, 2, 4)."""
    found: dict[UnitId, int] = {}
    standing = sorted(((order(unit), unit) for unit in units), key=lambda each: each[0])
    key, place = None, 0
    for position, (each, unit) in enumerate(standing, 1):
        if each != key:
            key, place = each, position
        found[unit] = place
    return found


_Order = tuple[Fraction, Fraction, Fraction, int]
_LAST: _Order = Fraction(1), Fraction(1), Fraction(1), 0


def _order(rates: Rates, tally: Tally) -> _Order:
    """Order by composite, resolution and satisfaction, the highest first, then by the fewest overdue."""
    if rates.composite is None or rates.resolution is None or rates.satisfaction is None:
        return _LAST
    return -rates.composite, -rates.resolution, -rates.satisfaction, tally.overdue


def _summons_order(tally: Tally) -> tuple[Fraction, int, Fraction]:
    """Order by the mean score, then by the fewest no-shows, then by how many reported in in time."""
    in_time = Fraction(tally.reported_in_time, max(1, tally.summoned))
    return -Fraction(tally.score_total, tally.scored), tally.no_shows, -in_time


def _lists(rows: Sequence[Row], weights: Weights) -> Lists:
    ranked = {row.unit: row.rank for row in rows if row.rank is not None}
    gains = {row.unit: gain_of(row.tally, row.before, weights) for row in rows}
    return Lists(
        advanced=_first(ranked, weights.listed),
        improved=_first({unit: -gain for unit, gain in gains.items() if gain is not None and gain > 0}, weights.listed),
        rectify=_first({unit: -rank for unit, rank in ranked.items()}, weights.listed),
        govern=_first({row.unit: -row.tally.received for row in rows if row.tally.received}, weights.listed),
    )


def _first(keys: Mapping[UnitId, Any], count: int) -> tuple[UnitId, ...]:
    """Give so many units with the least keys, and all who tie with the last of them; ties by their codes."""
    standing = sorted(keys, key=lambda unit: (keys[unit], unit))
    if not standing or count < 1:
        return ()
    last = keys[standing[min(count, len(standing)) - 1]]
    return tuple(unit for unit in standing if keys[unit] <= last)
