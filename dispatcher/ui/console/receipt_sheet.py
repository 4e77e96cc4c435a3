"""Receipts as a list of plain rows: for the page, for filtering and searching, and for CSV, JSON and PDF.

A row says what was done to which case, when it was made, sent and judged, the verdict and how far the time could be
trusted. It never holds a caller: of an order taken in at the desk it says its number alone.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable
from typing import NamedTuple

from dispatcher.bridge import ActState, Receipt
from dispatcher.models import commands as c
from dispatcher.models.ids import UnitId
from dispatcher.models.merging import wanted
from dispatcher.models.verdicts import Accepted, Refused
from dispatcher.models.workcalendar import BEIJING
from dispatcher.ui import strings
from dispatcher.ui.console import act_words
from dispatcher.ui.language import translate


class Line(NamedTuple):
    """One receipt in words; instants are of Beijing, to the second, empty where there is none."""

    act: str
    number: str
    what: str
    typed: str
    made_at: str
    offline: bool
    trust_ms: int | None
    sent_at: str
    judged_at: str
    state: ActState
    verdict: str
    revision: int | None
    replaces: str
    note: str


_TYPED = ("text", "note", "reason", "answer", "words", "demand", "public_reason")
"""Fields that hold what a person typed, besides a value that is set."""


def line_of(receipt: Receipt, row_of: act_words.RowOf, unit_name: act_words.UnitName) -> Line:
    """Write one receipt."""
    act = receipt.act
    row = row_of(act.command.case)
    verdict, revision = "", None
    match receipt.verdict:
        case Accepted():
            revision = receipt.verdict.revision
        case Refused():
            verdict = strings.refusal(receipt.verdict, unit_name)
        case None:
            pass
    number = row.number if row else ""
    if isinstance(act.command, c.ReceiveOrder):
        number = number or act.command.order.number
    return Line(
        act=act.id,
        number=number,
        what=act_words.what(act.command),
        typed=_typed(act.command, unit_name),
        made_at=_at(receipt.made_at),
        offline=act.offline,
        trust_ms=act.clock_error_ms,
        sent_at=_at(receipt.sent_at),
        judged_at=_at(receipt.judged_at),
        state=receipt.state,
        verdict=verdict,
        revision=revision,
        replaces=act.replaces,
        note=receipt.note,
    )


def trust_text(line: Line) -> str:
    """Say how far the time of an act could be trusted."""
    if line.trust_ms is None:
        return translate("Receipts", "未对过时")
    return translate("Receipts", "±{n} 秒").format(n=f"{line.trust_ms / 1000:.1f}")


def outcome(line: Line) -> str:
    """Say what came of an act: its revision, why it was refused, or why it was given up."""
    if line.state is ActState.DISCARDED and line.note:
        return line.note
    if line.revision is not None:
        return translate("Receipts", "第 {revision} 号修订").format(revision=line.revision)
    return line.verdict or line.note


def matches(line: Line, words: str, states: frozenset[ActState]) -> bool:
    """Tell whether a line is in one of the states (none: any) and holds every word that is looked for."""
    if states and line.state not in states:
        return False
    text = " ".join((line.number, line.what, line.typed, line.verdict, line.note, line.act)).casefold()
    return all(word in text for word in words.casefold().split())


HEADS = (
    "act", "number", "what", "typed", "made_at", "offline", "clock_error_ms", "sent_at", "judged_at", "state",
    "verdict", "revision", "replaces", "note",
)  # fmt: skip


def to_csv(lines: Iterable[Line]) -> bytes:
    """Write lines as CSV with the mark of UTF-8 that spreadsheets look for; no cell is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADS)
    for line in lines:
        writer.writerow([_cell(value) for value in _plain(line).values()])
    return text.getvalue().encode("utf-8-sig")


def to_json(lines: Iterable[Line]) -> bytes:
    """Write lines as a JSON array of objects."""
    return json.dumps([_plain(line) for line in lines], ensure_ascii=False, indent=1).encode() + b"\n"


def _plain(line: Line) -> dict[str, object]:
    return dict(zip(HEADS, (*line[:9], line.state.value, *line[10:]), strict=True))


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return f"'{value}"
    return value


def _typed(command: c.AnyCommand, unit_name: act_words.UnitName) -> str:
    match command:
        case c.ReceiveOrder():
            return ""
        case c.Transfer():
            said = unit_name(UnitId(command.to))
        case c.ChangeUrgency():
            said = strings.word(command.urgency)
        case _:
            said = wanted(command) or ""
    more = (str(getattr(command, name, "")) for name in _TYPED)
    return " · ".join(dict.fromkeys(" ".join(each.split()) for each in (said, *more) if each and each.strip()))


def _at(instant: dt.datetime | None) -> str:
    return "" if instant is None else instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
