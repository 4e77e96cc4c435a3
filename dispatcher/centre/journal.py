"""`dispatcher admin journal`: who did what when, as CSV, for whoever has to check it."""

import argparse
import csv
import datetime as dt
import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dispatcher.centre.accounts import by_whom
from dispatcher.centre.admin import Tasks, opened
from dispatcher.centre.serving import failed
from dispatcher.models.accounts import ReadJournal
from dispatcher.models.ids import PersonId
from dispatcher.models.workcalendar import BEIJING
from dispatcher.settings import AdminSettings
from dispatcher.sync.ports import Trouble

if TYPE_CHECKING:
    from dispatcher.storage.ledger import Ledger

_COLUMNS = (
    "place", "judged_at", "at", "person", "unit", "kind", "case", "number", "revision", "refused", "reason", "about",
    "delivered_by", "act",
)  # fmt: skip


def add_tasks(tasks: Tasks) -> None:
    """Say what can be done and by which flags."""
    journal = tasks.add_parser("journal", help="who did what when, as CSV; that it was read is journaled")
    journal.add_argument("--case", default="", metavar="CASE", help="only of a case: its id or its whole number")
    journal.add_argument("--by", default="", metavar="PERSON", help="only what somebody did")
    journal.add_argument("--since", default="", metavar="TIME", help="from then on: 2026-11-28 or 2026-11-28T08:00")
    journal.add_argument("--until", default="", metavar="TIME", help="before then; times are Beijing's")
    journal.add_argument("--sign-ins", action="store_true", help="who signed in, instead of acts")
    journal.add_argument("--to", type=Path, metavar="FILE", help="a new file, not standard output")
    journal.set_defaults(do=_journal)


def _journal(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Write the lines asked for; gives 0, or 2 for a time that is none."""
    times: dict[str, dt.datetime | None] = {}
    for name in ("since", "until"):
        said: str = getattr(parsed, name)
        try:
            times[name] = _instant(said) if said else None
        except ValueError:
            return failed(f"--{name} {said}: 请写 | write: 2026-11-28, 2026-11-28T08:00", 2)
    asked = ReadJournal(case=parsed.case, person=PersonId(parsed.by), sign_ins=parsed.sign_ins, **times)
    with opened(settings) as ledger:
        ledger.audit.note(asked, by_whom(), dt.datetime.now(dt.UTC))
        text = _sign_ins(ledger, asked) if parsed.sign_ins else _lines(ledger, asked)
    file: Path | None = parsed.to
    if file is None:
        sys.stdout.write(text)
        return 0
    try:
        with file.open("x", encoding="utf-8-sig", newline="") as out:  # a table calculation asks for the mark
            out.write(text)
    except OSError as error:
        raise Trouble(f"{file}: 无法写入。 | It cannot be written. ({error})") from error
    return 0


def _lines(ledger: "Ledger", asked: ReadJournal) -> str:
    rows: list[list[object]] = []
    after: int | None = 0
    while after is not None:
        page = ledger.audit.page(asked, after)
        rows += [[_cell(getattr(line, name)) for name in _COLUMNS] for line in page.lines]
        after = page.next
    return _table(_COLUMNS, rows)


def _sign_ins(ledger: "Ledger", asked: ReadJournal) -> str:
    found = ledger.audit.sign_ins(asked)
    return _table(("at", "person", "address"), [[_cell(each.at), each.person, each.address] for each in found])


def _table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def _cell(value: object) -> object:
    """Give a value as a cell: instants in Beijing's time, and no text that a table calculation would run."""
    if isinstance(value, dt.datetime):
        return value.astimezone(BEIJING).isoformat(" ", "milliseconds")
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value


def _instant(said: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(said)
    return found if found.tzinfo else found.replace(tzinfo=BEIJING)
