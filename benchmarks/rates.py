"""Three rates, ranks and four lists of a period for 343 streets and 37 departments over 1,000,000 cases.

From the counts that the centre's ledger keeps beside its cases, and beside it plain SQL over the journal of the same
ledger in the same run; both must give the same figures. The ledger's journal and counts are written directly, without
being judged (commands and case rows are left out, nothing here reads them); for a sample of the cases the counts are
checked against what each case, replayed from the journal, contributes by the rules.
"""

import contextlib
import datetime as dt
import random
import sqlite3
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from benchmarks import Result
from benchmarks.cases import sqlite_url
from benchmarks.processes import Ground, alone
from dispatcher.assets import load_law, load_organisation
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.law import Law
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.periods import half_day, named, previous
from dispatcher.models.ranking import Kind, Table, ranked_among
from dispatcher.models.rates import COUNTERS, NOTHING, Tally
from dispatcher.models.tallies import Where, contributions
from dispatcher.server.rates_door import tables_of
from dispatcher.storage.ledger import Ledger

CASES: Final = 1_000_000
SAMPLED: Final = 500
RUNS: Final = 5
WITHIN_S: Final = 1.0
PERIOD: Final = "2026-11"
LISTS: Final = ("advanced", "improved", "rectify", "govern")
STREETS: Final = 343
DEPARTMENTS: Final = 37
SEED: Final = 1
AT_A_TIME: Final = 50_000
_MINUTE: Final = dt.timedelta(minutes=1)
_DAY: Final = 24 * 60
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

JOURNAL: Final = "INSERT INTO journal VALUES (?, ?, ?, ?, '{}', ?, ?, ?, ?, ?, NULL)"
PLAIN: Final = """
WITH orders AS (
  SELECT case_id, json_extract(events, '$[0].event.holder') AS unit, at_ms FROM journal WHERE kind = 'receive_order'
), calls AS (
  SELECT case_id, at_ms, json_extract(events, '$[0].event') AS said,
         row_number() OVER (PARTITION BY case_id ORDER BY at_ms DESC, revision DESC) AS place
  FROM journal WHERE kind = 'record_call_back'
), appraised AS (
  SELECT unit, CASE WHEN calls.at_ms >= :start THEN 1 ELSE 0 END AS now, count(*) AS v,
         sum(json_extract(said, '$.contacted') IS NOT NULL) AS c,
         sum(json_extract(said, '$.solved') = 'yes') AS r,
         sum(json_extract(said, '$.satisfied') = 'satisfied') AS m,
         sum(json_extract(said, '$.satisfied') = 'basically') AS b
  FROM calls JOIN orders USING (case_id)
  WHERE place = 1 AND calls.at_ms >= :before AND calls.at_ms < :end GROUP BY unit, now
), scores AS (
  SELECT *, 100.0 * (0.1 * c + 0.5 * r + 0.4 * (m + 0.9 * b)) / v AS composite FROM appraised WHERE v >= 30
), received AS (
  SELECT unit, count(*) AS orders FROM orders WHERE at_ms >= :start AND at_ms < :end GROUP BY unit
), figures AS (
  SELECT received.unit, orders, x.v, x.c, x.r, x.m, x.b, x.composite, x.composite - y.composite AS gain,
         substr(received.unit, 1, 1) BETWEEN '0' AND '9' AS is_street
  FROM received LEFT JOIN scores x ON x.unit = received.unit AND x.now = 1
                LEFT JOIN scores y ON y.unit = received.unit AND y.now = 0
)
SELECT unit, v, c, r, m, b,
       rank() OVER (PARTITION BY is_street ORDER BY composite DESC NULLS LAST) AS advanced,
       rank() OVER (PARTITION BY is_street ORDER BY gain DESC NULLS LAST) AS improved,
       rank() OVER (PARTITION BY is_street ORDER BY composite ASC NULLS LAST) AS rectify,
       rank() OVER (PARTITION BY is_street ORDER BY orders DESC) AS govern,
       gain
FROM figures
"""


class Made(NamedTuple):
    """One case as it was made up: its journal's rows, and what it counts for."""

    case: CaseId
    rows: list[tuple[object, ...]]
    tallies: dict[Where, Tally]


def run(ground: Ground, quick: bool = False) -> list[Result]:
    """Make the ledger, ask it for the table of both kinds, and ask SQL for the same."""
    cases = CASES // 100 if quick else CASES
    path = ground.directory / f"rates-{cases}.db"
    units = directory()
    law = load_law(units=units)
    if not path.exists():
        make(path, cases, units)
    ledger = Ledger.open(sqlite_url(path))
    try:
        check(ledger, law, cases, units)
        took_s: list[float] = []
        tables: tuple[Table, ...] = ()
        for _ in range(RUNS):
            begun_s = time.perf_counter()
            tables = tables_of(ledger, law, PERIOD, (Kind.STREET, Kind.DEPARTMENT))
            took_s.append(time.perf_counter() - begun_s)
    finally:
        ledger.close()
    plain_s = compare(path, law, tables)
    counted_s = statistics.median(took_s)
    over = f"{STREETS} streets and {DEPARTMENTS} departments, {cases:,} cases"
    return [
        Result(
            f"three rates, ranks, four lists: {over}",
            counted_s,
            "s",
            counted_s / plain_s,
            f"≤ {WITHIN_S:g} s",
            max(took_s) <= WITHIN_S,
        ),
        Result("the same, plain SQL over the journal", plain_s, "s", 1.0),
    ]


def directory() -> tuple[Unit, ...]:
    """Give the shipped organisation, with as many departments more as the comparison wants."""
    known = load_organisation()
    missing = DEPARTMENTS - len(ranked_among(known, Kind.DEPARTMENT))
    more = (
        Unit(id=UnitId(f"D-MORE{number}"), name=f"部门{number}", kind=UnitKind.DEPARTMENT) for number in range(missing)
    )
    units = (*known, *more)
    assert len(ranked_among(units, Kind.STREET)) == STREETS
    return units


def make(path: Path, cases: int, units: tuple[Unit, ...]) -> None:
    """Write a ledger with so many cases of two periods: their journal and their counts."""
    fresh = path.with_suffix(".new")
    for part in path.parent.glob(f"{fresh.name}*"):
        part.unlink()
    ledger = Ledger.open(sqlite_url(fresh))
    ledger.put_units(units)
    ledger.close()
    counts: dict[Where, Tally] = {}
    with contextlib.closing(sqlite3.connect(fresh)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        rows: list[tuple[object, ...]] = []
        for made in city(cases, units):
            rows += made.rows
            for where, tally in made.tallies.items():
                counts[where] = counts.get(where, NOTHING) + tally
            if len(rows) > AT_A_TIME:
                connection.executemany(JOURNAL, rows)
                rows.clear()
        connection.executemany(JOURNAL, rows)
        kept = [(half, unit, *msgspec.structs.astuple(tally)) for (unit, half), tally in counts.items()]
        connection.executemany(f"INSERT INTO unit_tallies VALUES ({', '.join('?' * (2 + len(COUNTERS)))})", kept)
        connection.execute("UPDATE head SET revision = (SELECT max(revision) FROM journal)")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    fresh.rename(path)


def city(cases: int, units: tuple[Unit, ...]) -> Iterator[Made]:
    """Make up cases: received, called back by the hotline (some after a redo), most of them closed."""
    chance = random.Random(SEED)
    streets, departments = ranked_among(units, Kind.STREET), ranked_among(units, Kind.DEPARTMENT)
    quality = {unit: chance.uniform(0.75, 0.99) for unit in (*streets, *departments)}
    rule = load_law(units=units).policy.period
    period = named(PERIOD, rule)
    begin = previous(period, rule).starts_at.astimezone(dt.UTC)
    minutes = (period.ends_at - begin) // _MINUTE
    revision = 1
    for number in range(cases):
        unit = chance.choice(streets if chance.random() < 0.85 else departments)
        made = _made(chance, CaseId(f"c{number:07}"), unit, quality[unit], revision, begin, chance.randrange(minutes))
        revision += len(made.rows)
        yield made


def _made(
    chance: random.Random, case: CaseId, unit: UnitId, quality: float, revision: int, begin: dt.datetime, minute: int
) -> Made:
    rows: list[tuple[object, ...]] = []
    counts: dict[int, dict[str, int]] = {}

    def add(kind: str, minute: int, *events: str) -> int:
        at = begin + minute * _MINUTE
        iso, ms, act = at.isoformat(), (at - _EPOCH) // dt.timedelta(milliseconds=1), f"a{revision + len(rows):08}"
        told = f'"at":"{iso}","entered_at":"{iso}","by":"hotline","by_name":"","unit":"110000","act":"{act}"'
        facts = ",".join(f'{{"event":{event},{told}}}' for event in events)
        rows.append((revision + len(rows), act, case, kind, f"[{facts}]", "hotline", ms, ms, ms))
        return half_day(at)

    def count(half: int, **more: int) -> None:
        there = counts.setdefault(half, {})
        for name, figure in more.items():
            there[name] = there.get(name, 0) + figure

    dispatched = (begin + minute * _MINUTE).isoformat()
    order = f'{{"number":"{case}","source":"12345","title":"井盖缺失","dispatched_at":"{dispatched}"}}'
    received = f'"case":"{case}","order":{order},"holder":"{unit}","policy":"city"'
    count(add("receive_order", minute, f'{{"event":"order_received",{received}}}'), received=1)
    called = minute
    if chance.random() < 0.9:
        called += chance.randrange(_DAY, 5 * _DAY)
        if chance.random() < 0.08:
            redo = add("record_call_back", called, _said("no", "not", contacted=True), '{"event":"redo_ordered"}')
            count(redo, redos=1)
            called += chance.randrange(_DAY, 3 * _DAY)
        solved = "yes" if chance.random() < quality else "partly"
        satisfied = chance.choices(("satisfied", "basically", "not", "refused_to_say"), (80, 12, 6, 2))[0]
        contacted = chance.random() < 0.98
        count(
            add("record_call_back", called, _said(solved, satisfied, contacted=contacted)),
            valid=1,
            contacted=contacted,
            solved=solved == "yes",
            satisfied=satisfied == "satisfied",
            basically=satisfied == "basically",
        )
    if chance.random() < 0.9:
        closed = called + chance.randrange(1, 2 * _DAY)
        in_time = closed - minute <= 7 * _DAY
        count(add("close_case", closed, '{"event":"case_closed"}'), handled=1)
        count(half_day(begin + closed * _MINUTE), handled_in_time=in_time, overdue=not in_time)
    return Made(case, rows, {(unit, half): Tally(**there) for half, there in counts.items()})


def _said(solved: str, satisfied: str, *, contacted: bool) -> str:
    asked = '"contacted":true,' if contacted else ""
    event = '"event":"call_back_recorded","by_hotline":true,"reached":true'
    return f'{{{event},{asked}"solved":"{solved}","satisfied":"{satisfied}"}}'


def check(ledger: Ledger, law: Law, cases: int, units: tuple[Unit, ...]) -> None:
    """Replay a sample of the cases from the journal: what they contribute by the rules is what was counted."""
    every = max(1, cases // SAMPLED)
    for number, made in enumerate(city(cases, units)):
        if number % every == 0:
            case = ledger.gazette.steps_of(made.case)[-1].case
            found = contributions(case, law)
            if found != {where: tally for where, tally in made.tallies.items() if tally != NOTHING}:
                raise RuntimeError(f"{made.case} counts {found}, was counted as {made.tallies}")


def compare(path: Path, law: Law, tables: tuple[Table, ...]) -> float:
    """Ask plain SQL for the same, hold the figures against the tables, and give how long it took in seconds."""
    period, before = tables[0].period, tables[0].before
    values = {
        name: (at - _EPOCH) // dt.timedelta(milliseconds=1)
        for name, at in (("before", before.starts_at), ("start", period.starts_at), ("end", period.ends_at))
    }
    with contextlib.closing(sqlite3.connect(path)) as connection:
        begun_s = time.perf_counter()
        found = connection.execute(PLAIN, values).fetchall()
        took_s = time.perf_counter() - begun_s
    plain = {unit: tuple(counts) for unit, *counts, _, _, _, _, _ in found if counts[0] is not None}
    counted = {
        row.unit: (row.tally.valid, row.tally.contacted, row.tally.solved, row.tally.satisfied, row.tally.basically)
        for table in tables
        for row in table.rows
        if row.rank is not None
    }
    if plain != counted:
        raise RuntimeError("the journal and the counts differ")
    places = {unit: dict(zip(LISTS, ranks, strict=True)) for unit, _, _, _, _, _, *ranks, _ in found}
    gains = {unit: gain or 0.0 for unit, *_, gain in found}
    for table in tables:
        for name in LISTS:
            listed: tuple[UnitId, ...] = getattr(table.lists, name)
            by_journal = {
                row.unit
                for row in table.rows
                if row.unit in places and places[row.unit][name] <= law.policy.weights.listed
                if (row.rank is not None or name == "govern") and (name != "improved" or gains[row.unit] > 0)
            }
            if set(listed) != by_journal:
                raise RuntimeError(f"{name}: {sorted(listed)} by the counts, {sorted(by_journal)} by the journal")
    return took_s


if __name__ == "__main__":
    alone(run)
