"""What a bench prints of many cases: how many stand where, departments' loads, the rates of a period."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec

from dispatcher.models.case import Case
from dispatcher.models.deadlines import clocks
from dispatcher.models.ids import Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.periods import BadPeriod, Stretch, named, previous
from dispatcher.models.ranking import Kind, Row, basis_of, ranked_among, tabulate
from dispatcher.models.rates import Tally, total
from dispatcher.models.scoring import load
from dispatcher.models.tallies import contributions
from dispatcher.scenario.fitting import Spot
from dispatcher.scenario.form import Scenario, Show, Wish
from dispatcher.scenario.shown import Line, light_word, plain

_RATES = ("response", "resolution", "satisfaction", "composite")
_PARTS = ("rows", "tallies", "figures", "apart", "lists")


def all_line(cases: Iterable[Case], law: Law, now: dt.datetime, wish: Wish) -> Line:
    """Count all cases by state, and their clocks by light."""
    states: Counter[str] = Counter()
    lights: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        states[case.state.value] += 1
        for clock in clocks(case, law):
            if clock.is_running and (not wish.kinds or clock.kind.value in wish.kinds):
                lights[clock.kind.value][light_word(clock, now)] += 1
    line: Line = {"states": dict(states), "lights": {kind: dict(found) for kind, found in lights.items()}}
    return {part: said for part, said in line.items() if not wish.only or part in wish.only}


def load_line(cases: Iterable[Case], wish: Wish) -> Line:
    """Say how many summonses of open whistles each department still owes."""
    found = load(cases)
    return {"load": {unit: found.get(unit, 0) for unit in wish.units or sorted(found)}}


def rates_line(cases: Iterable[Case], law: Law, scenario: Scenario, head: Revision, show: Show) -> Line:
    """Say the table of a period ("2026-03") or a bulletin ("2026-03-03"), computed as the centre publishes it."""
    wish = show.wish
    spot = Spot(scenario.file, f"step {show.step}")
    for part in wish.only:
        if part not in _PARTS:
            raise spot.unknown("only", _PARTS, part)
    try:
        stretch = named(wish.period, law.policy.period)
    except BadPeriod:
        raise spot.bad("period", wish.period, "write a month '2026-03' or a day '2026-03-03'") from None
    if wish.among not in list(Kind):
        raise spot.unknown("among", list(Kind), wish.among)
    kind = Kind(wish.among)
    before = previous(stretch, law.policy.period)
    units = ranked_among(scenario.units, kind)
    known = list(cases)
    table = tabulate(
        kind,
        stretch,
        before,
        basis_of(law.policy, law.calendar.version, head),
        units,
        _counted(known, law, stretch),
        _counted(known, law, before),
    )
    rows = [row for row in table.rows if not wish.units or row.unit in wish.units]
    line: Line = {"period": wish.period, "among": kind.value}
    for part in wish.only or ("rows",):
        match part:
            case "rows":
                line[part] = [_row(row) for row in rows]
            case "tallies":
                line[part] = {row.unit: plain(row.tally) for row in rows}
            case "figures":
                line[part] = {row.unit: _others(row) for row in rows}
            case "apart":
                line[part] = list(table.apart)
            case _:
                line[part] = plain(table.lists)
    return line


def _counted(cases: Iterable[Case], law: Law, stretch: Stretch) -> dict[UnitId, Tally]:
    found: defaultdict[UnitId, list[Tally]] = defaultdict(list)
    for case in cases:
        for (unit, half_day), tally in contributions(case, law).items():
            if stretch.first <= half_day < stretch.end:
                found[unit].append(tally)
    return {unit: total(tallies) for unit, tallies in found.items()}


def _row(row: Row) -> Line:
    line: Line = {"unit": row.unit, "rank": row.rank}
    return line | {key: _tenths(getattr(row.figures, key)) for key in _RATES}


def _others(row: Row) -> Line:
    """Say the figures beside the rates; what there is nothing to count of is left out."""
    line: Line = {"summons_rank": row.summons_rank} if row.summons_rank is not None else {}
    for key in msgspec.structs.asdict(row.figures):
        value = getattr(row.figures, key)
        if key in _RATES or value is None:
            continue
        line[key] = value if isinstance(value, str) or key == "no_shows" else _tenths(value)
    return line


def _tenths(value: int | None) -> str | None:
    if value is None:
        return None
    return f"{'-' if value < 0 else ''}{abs(value) // 10}.{abs(value) % 10}"
