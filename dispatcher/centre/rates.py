"""`dispatcher rates`: the table of a period printed, published, verified, written as JSON.

Reads the centre's database directly; a running centre is not disturbed. Gives the exit status of the command.
"""

import datetime as dt
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from dispatcher.assets import BadAsset, load_law
from dispatcher.centre.serving import failed
from dispatcher.centre.verifying import Cause, Moved, Verification, verify
from dispatcher.models.ids import UnitId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import law_at
from dispatcher.models.organisation import Unit
from dispatcher.models.periods import BadPeriod, period_at
from dispatcher.models.ranking import Kind, Row, Table
from dispatcher.models.rates import THOUSAND, Rate, RateBand, why
from dispatcher.models.workcalendar import BEIJING
from dispatcher.server.rates_door import table_of
from dispatcher.settings import RatesSettings
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.ports import Clock, Trouble

_KINDS = {Kind.STREET: "街道乡镇 | streets", Kind.DEPARTMENT: "部门 | departments", Kind.DISTRICT: "区 | districts"}
_BANDS = {
    RateBand.TOO_LOW: "偏低 | too low",
    RateBand.HEALTHY: "正常 | healthy",
    RateBand.TOO_HIGH: "偏高 | too high",
}
_LISTS = {
    "advanced": "先进 | advanced",
    "improved": "进步 | improved",
    "rectify": "整改 | rectify",
    "govern": "治理 | govern",
}


class Asked(NamedTuple):
    """What is wanted: the table of a period, "" for the present one, and at most one of the others.

    `publish` keeps the table; `why` names a unit, by code or name, whose composite is explained instead; `verify` names
    something published that is checked instead.
    """

    period: str = ""
    publish: bool = False
    verify: str = ""
    why: str = ""
    json_to: Path | None = None


def run_rates(settings: RatesSettings, clock: Clock, asked: Asked) -> int:
    """Print what is asked for, and write it as JSON where that is wanted.

    Gives 0 when all is well, 1 when the world or the check failed, 2 for a wrong argument.
    """
    if not _is_there(settings.database):
        return failed(f"--database {settings.database}: 没有这个账本 | there is no ledger there")
    try:
        ledger = Ledger.open(settings.database, keys=settings.keys)
    except Trouble as trouble:
        return failed(trouble)
    try:
        return _run(ledger, settings, clock.now(), asked)
    except BadPeriod as error:
        return failed(error, 2)
    except (Trouble, BadAsset, OSError) as error:
        return failed(error)
    finally:
        ledger.close()


def _run(ledger: Ledger, settings: RatesSettings, now: dt.datetime, asked: Asked) -> int:
    units = ledger.units()
    law = _law(ledger, now, units)
    if not ledger.tallies_are_whole():
        sys.stderr.write("dispatcher rates: 重新统计全部案件… | counting every case anew …\n")
        ledger.recount_tallies(law)
    names = names_of(units)
    if asked.verify:
        return _verify(ledger, law, names, asked)
    name = asked.period or period_at(now, law.policy.period).name
    table = table_of(ledger, law, name, Kind(settings.kind))
    if asked.publish and now < table.period.ends_at:
        return failed(f"{name}: 周期未结束，不能发布 | is not over yet and cannot be published", 2)
    if asked.why:
        row = next((row for row in table.rows if asked.why in (row.unit, names.get(row.unit))), None)
        if row is None:
            return failed(f"--why {asked.why}: 表中没有这个单位 | no such unit in the table", 2)
        _say(why_lines(table, row, names))
    else:
        _say(table_lines(table, names))
    _write(asked.json_to, table)
    if asked.publish:
        _say([f"已发布 | published: {ledger.gazette.publish(table, now)}"])
    return 0


def _verify(ledger: Ledger, law: Law, names: Mapping[UnitId, str], asked: Asked) -> int:
    publication = ledger.gazette.find(asked.verify)
    if publication is None:
        known = ", ".join(ledger.gazette.names()[:10]) or "–"
        return failed(f"--verify {asked.verify}: 没有发布过 | was never published; 已有 | there are: {known}", 2)
    found = verify(ledger, publication, law)
    _say(verification_lines(found, names))
    _write(asked.json_to, found)
    return 0 if found.holds else 1


def _law(ledger: Ledger, now: dt.datetime, units: Sequence[Unit]) -> Law:
    book = ledger.law_book()
    return load_law(units=units) if book is None else law_at(book, now, units)


def names_of(units: Sequence[Unit]) -> dict[UnitId, str]:
    """Give the name each unit is shown by: streets of two districts may share one, and get the district's too."""
    known = {unit.id: unit for unit in units}
    shared = Counter(unit.name for unit in units)
    names: dict[UnitId, str] = {}
    for unit in units:
        above = known.get(unit.parent) if unit.parent is not None else None
        names[unit.id] = f"{above.name}{unit.name}" if above is not None and shared[unit.name] > 1 else unit.name
    return names


def table_lines(table: Table, names: Mapping[UnitId, str]) -> list[str]:
    """Write a table for reading: ranks, units apart, the four lists, the whistle rate."""

    def name(unit: UnitId) -> str:
        return names.get(unit, unit)

    weights, period = table.basis.weights, table.period
    lines = [
        f"{period.name}  {_instant(period.starts_at)} – {_instant(period.ends_at)}  {_KINDS[table.kind]}",
        f"政策 | policy {table.basis.policy}  权重 | weights {weights.version}  版本 | revision {table.basis.head}",
        "",
    ]
    ranked = [row for row in table.rows if row.rank is not None]
    lines += _columns(ranked, _RANKED, name)
    if table.apart:
        apart = [row for row in table.rows if row.unit in set(table.apart)]
        lines += [
            "",
            f"评价不足 {weights.least_appraised} 件，另列 | apart: fewer than {weights.least_appraised} appraised",
        ]
        lines += _columns(apart, _RANKED, name)
    summoned = sorted(
        (row for row in table.rows if row.tally.summoned),
        key=lambda row: (row.summons_rank or len(names) + 1, row.unit),
    )
    if summoned:
        lines += ["", "应哨 | summonses"]
        lines += _columns(summoned, _SUMMONED, name)
    lines.append("")
    for key, title in _LISTS.items():
        listed: tuple[UnitId, ...] = getattr(table.lists, key)
        lines.append(f"{title}: {'、'.join(map(name, listed)) or '–'}")
    whole = table.whole.figures
    lines.append(
        f"吹哨率 | whistles per 100 cases: {_tenths(whole.whistles)}"
        + (f" ({_BANDS[whole.whistle_band]})" if whole.whistle_band else "")
    )
    lines.append(
        f"合计 | all: 受理 | received {table.whole.tally.received}, 评价 | appraised {table.whole.tally.valid}, "
        f"未联系上 | unreachable {table.whole.tally.unreachable}, 剔除 | excluded {table.whole.tally.excluded}, "
        f"综合 | composite {_tenths(whole.composite)}"
    )
    return lines


def why_lines(table: Table, row: Row, names: Mapping[UnitId, str]) -> list[str]:
    """Write how a unit's composite comes about, step by step, and what keeps it out of the ranks."""
    weights = table.basis.weights
    name = f"{table.period.name} {names.get(row.unit, row.unit)}"
    lines = [f"{name}: 综合 | composite {_tenths(row.figures.composite)}, 名次 | rank {row.rank or '–'}"]
    for step in why(row.tally, weights):
        title = f"  {_STEPS[step.rate]}:"
        if not step.parts:
            lines.append(f"{title} {step.value} = {_tenths(step.shown)}  ({weights.version})")
            continue
        counted = " + ".join(
            f"{part.count} {part.counter}" + ("" if part.factor == THOUSAND else f" × {_share(part.factor)}")
            for part in step.parts
        )
        lines.append(
            f"{title} ({counted}) / {step.over} valid = {step.value} = {_tenths(step.shown)} %"
            f"  × {_share(step.weight)} → {step.points}"
        )
    if row.tally.valid == 0:
        lines.append("  没有有效回访，不计分 | no valid call-back, no figure")
    elif row.rank is None:
        lines.append(f"  评价不足 {weights.least_appraised} 件，不排名 | fewer than that appraised, not ranked")
    return lines


def _share(thousandths: int) -> str:
    return f"{thousandths / THOUSAND:g}"


_STEPS = {
    Rate.RESPONSE: "响应率 | response",
    Rate.RESOLUTION: "解决率 | resolution",
    Rate.SATISFACTION: "满意率 | satisfaction",
    Rate.COMPOSITE: "综合 | composite",
}


def verification_lines(found: Verification, names: Mapping[UnitId, str]) -> list[str]:
    """Write what a check found."""
    lines = [
        f"{found.name} (版本 | revision {found.head})",
        f"逐位重算 | computed again to the digit: {_yes(found.to_the_digit)}",
        f"按日志重计 | counted again from the journal: {_yes(not found.astray)}",
    ]
    if not found.same_calendar:
        lines.append("日历已更新，时限按新日历 | the calendar has changed since; limits are counted by the new one")
    lines += [f"  {_moved(each, names)}" for each in found.astray]
    lines.append(f"此后变动 | moved since: {len(found.since)}")
    lines += [f"  {_moved(each, names)}" for each in found.since]
    if found.causes:
        lines.append("原因 | because of")
    lines += [line for cause in found.causes for line in _cause(cause, names)]
    return lines


def _cause(cause: Cause, names: Mapping[UnitId, str]) -> Iterable[str]:
    late = " 补录 | late" if cause.late else ""
    yield (
        f"  #{cause.revision} {cause.kind} {cause.number} {cause.by} "
        f"{_instant(cause.at)}, 录入 | entered {_instant(cause.entered_at)}{late}"
    )
    for each in cause.moved:
        yield f"    {_moved(each, names)}"


def _moved(each: Moved, names: Mapping[UnitId, str]) -> str:
    return f"{each.period} {names.get(each.unit, each.unit)} {each.counter}: {each.published} → {each.found}"


_Column = tuple[str, str, Callable[[Row], str]]
_RANKED: tuple[_Column, ...] = (
    ("名次", "rank", lambda row: "–" if row.rank is None else str(row.rank)),
    ("综合", "comp.", lambda row: _tenths(row.figures.composite)),
    ("响应率", "resp.", lambda row: _tenths(row.figures.response)),
    ("解决率", "resol.", lambda row: _tenths(row.figures.resolution)),
    ("满意率", "satisf.", lambda row: _tenths(row.figures.satisfaction)),
    ("环比", "gain", lambda row: _tenths(row.figures.gain, signed=True)),
    ("评价", "valid", lambda row: str(row.tally.valid)),
    ("受理", "recv.", lambda row: str(row.tally.received)),
    ("办结", "handled", lambda row: str(row.tally.handled)),
    ("超时", "overdue", lambda row: str(row.tally.overdue)),
    ("签收及时", "signed", lambda row: _tenths(row.figures.signed_in_time)),
    ("联系及时", "contact", lambda row: _tenths(row.figures.contacted_in_time)),
    ("办理及时", "in time", lambda row: _tenths(row.figures.handled_in_time)),
    ("重办率", "redo", lambda row: _tenths(row.figures.redo)),
    ("退单率", "returns", lambda row: _tenths(row.figures.returns)),
    ("吹哨率", "whistle", lambda row: _tenths(row.figures.whistles)),
)
_SUMMONED: tuple[_Column, ...] = (
    ("名次", "rank", lambda row: "–" if row.summons_rank is None else str(row.summons_rank)),
    ("得分", "score", lambda row: _tenths(row.figures.score)),
    ("应哨", "summoned", lambda row: str(row.tally.summoned)),
    ("签收及时", "signed", lambda row: _tenths(row.figures.summons_signed_in_time)),
    ("报到及时", "reported", lambda row: _tenths(row.figures.reported_in_time)),
    ("办结及时", "done", lambda row: _tenths(row.figures.done_in_time)),
    ("未到", "no-shows", lambda row: str(row.tally.no_shows)),
)


def _columns(rows: Iterable[Row], columns: Sequence[_Column], name: Callable[[UnitId], str]) -> list[str]:
    """Set rows in columns: figures to the right, the unit's name last; full-width characters are two wide."""
    (first, *others) = columns
    cells = [[first[0], *(each[0] for each in others)], [first[1], *(each[1] for each in others)]]
    units = ["单位", "unit"]
    for row in rows:
        cells.append([value(row) for _, _, value in columns])
        units.append(name(row.unit))
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join((*(_right(cell, size) for cell, size in zip(line, widths, strict=True)), unit))
        for line, unit in zip(cells, units, strict=True)
    ]


def width(text: str) -> int:
    """Count the columns of a terminal that a text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _right(text: str, size: int) -> str:
    return " " * (size - width(text)) + text


def _tenths(value: int | None, *, signed: bool = False) -> str:
    if value is None:
        return "–"
    mark = "-" if value < 0 else "+" if signed and value > 0 else ""
    return f"{mark}{abs(value) // 10}.{abs(value) % 10}"


def _instant(at: dt.datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def _yes(well: bool) -> str:
    return "一致 | the same" if well else "不一致 | NOT the same"


def _write(path: Path | None, value: msgspec.Struct) -> None:
    if path is not None:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(value)) + b"\n")


def _say(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _is_there(database: str) -> bool:
    return urlsplit(database).scheme != "sqlite" or Path(database.removeprefix("sqlite:///")).is_file()
