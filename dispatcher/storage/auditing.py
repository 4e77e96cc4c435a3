"""The journal as an auditor reads it: who did what when, what was refused, who signed in; and that it was read.

Promises: a reading can be made an entry of the journal itself before a line is given; a line holds no text that
anybody wrote but why a caller was revealed, something was erased, an account closed or a station wiped, with telephone
numbers in it masked. A page looks at a bounded stretch of the chain, whatever is asked for. Raises `Trouble`.
"""

import datetime as dt
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dispatcher.models.accounts import AllowAccount, AnyAccountCommand, OrderWipe, PutUnits, ReadJournal
from dispatcher.models.commands import AnyCommand, ErasePersonalData, RevealCaller
from dispatcher.models.events import Deliverer
from dispatcher.models.ids import CaseId, CommandId, Instant, PersonId, Revision, UnitId
from dispatcher.models.lawbook import AnyLawCommand, LawRefused
from dispatcher.models.order import masked_phone
from dispatcher.models.queue import epoch_ms, from_epoch_ms
from dispatcher.models.verdicts import Refused, Verdict
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.accounts import enter

LOOKED_AT: Final = 20_000
"""Links that one page looks at."""
LINES_AT_MOST: Final = 500
_NUMBER: Final = re.compile(r"\d(?:[ -]?\d){6,}")
_GIVES_REASON: Final = (RevealCaller, ErasePersonalData, AllowAccount, OrderWipe)
_TARGET: Final = ("person", "station", "unit", "case", "since", "until")
_chain, _verdicts, _journal = schema.chain, schema.verdicts, schema.journal
_laws, _cases, _sign_ins = schema.law_refusals, schema.cases, schema.sign_ins
_decode_command = msgspec.json.Decoder(AnyCommand | AnyLawCommand | AnyAccountCommand).decode
_decode_verdict = msgspec.json.Decoder(Verdict).decode
_decode_law_refused = msgspec.json.Decoder(LawRefused).decode
_Opened = Callable[[], AbstractContextManager[sa.Connection]]


class JournalLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One link of the chain in words: what was wished, by whom, and what became of it.

    `at` is when it counts, `judged_at` when the centre decided; of a refusal only that the entry before it was judged
    at `judged_at` is known. `about` is whom or what an act on accounts, stations or the journal was about;
    `delivered_by` who handed an act in whose maker's station is lost.
    """

    place: int
    act: CommandId
    kind: str
    person: PersonId
    unit: UnitId = UnitId("")
    case: CaseId = CaseId("")
    number: str = ""
    revision: Revision | None = None
    at: Instant | None = None
    judged_at: Instant | None = None
    refused: str = ""
    reason: str = ""
    about: str = ""
    delivered_by: PersonId = PersonId("")


class _Stamp(msgspec.Struct):
    """Of a fact, only who delivered its act."""

    delivered_by: Deliverer | None = None


class JournalPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines in the order of the chain; `next` is what to ask for `after` next, None at the end."""

    lines: tuple[JournalLine, ...]
    next: int | None


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody signed in, from this address."""

    at: Instant
    person: PersonId
    address: str


class Audit:
    """The readings of one ledger; those of `write` hold the head's lock."""

    def __init__(self, read: _Opened, write: _Opened) -> None:
        self._read = read
        self._write = write

    def note(self, asked: ReadJournal, by: PersonId, now: dt.datetime) -> None:
        """Journal that somebody is about to read; to be done before anything is given."""
        with self._write() as connection:
            enter(connection, asked, by, now)

    def page(self, asked: ReadJournal, after: int) -> JournalPage:
        """Read on after a place of the chain."""
        with self._read() as connection:
            newest = connection.execute(sa.select(schema.head.c.place)).scalar_one()
            upto = min(after + LOOKED_AT, newest)
            statement = _LINES.where(_chain.c.place > after, _chain.c.place <= upto, *_conditions(asked))
            rows = connection.execute(statement.limit(LINES_AT_MOST)).all()
        lines = tuple(map(_line, rows))
        last = lines[-1].place if len(lines) == LINES_AT_MOST else upto
        return JournalPage(lines=lines, next=None if last >= newest else last)

    def sign_ins(self, asked: ReadJournal) -> tuple[SignedIn, ...]:
        """List the newest sign-ins of a time and person, at most LINES_AT_MOST."""
        table = _sign_ins
        statement = sa.select(table).order_by(table.c.at_ms.desc(), table.c.session).limit(LINES_AT_MOST)
        if asked.person:
            statement = statement.where(table.c.person == asked.person)
        if asked.since is not None:
            statement = statement.where(table.c.at_ms >= epoch_ms(asked.since))
        if asked.until is not None:
            statement = statement.where(table.c.at_ms < epoch_ms(asked.until))
        with self._read() as connection:
            return tuple(
                SignedIn(at=from_epoch_ms(row.at_ms), person=PersonId(row.person), address=row.address)
                for row in connection.execute(statement)
            )


_decode_stamps = msgspec.json.Decoder(tuple[_Stamp, ...]).decode
_before = _chain.alias("before")
_entry_before = _journal.alias("entry_before")
_JUDGED_MS: Final[sa.ColumnElement[int]] = sa.func.coalesce(
    _journal.c.entered_ms,
    _laws.c.entered_ms,
    sa.select(_entry_before.c.entered_ms)
    .join_from(_before, _entry_before, _entry_before.c.act == _before.c.act)
    .where(_before.c.place < _chain.c.place)
    .order_by(_before.c.place.desc())
    .limit(1)
    .correlate(_chain)
    .scalar_subquery(),
)
"""A verdict that refuses has no instant of its own; it was given after the entry before it."""
_PERSON: Final[sa.ColumnElement[Any]] = sa.func.coalesce(_verdicts.c.person, _journal.c.person, _laws.c.person)
_CASE: Final[sa.ColumnElement[Any]] = sa.func.coalesce(_journal.c.case_id, _verdicts.c.case_id)
_LINES: Final = (
    sa.select(
        _chain.c.place,
        _chain.c.act,
        _PERSON.label("person"),
        _CASE.label("case_id"),
        _verdicts.c.unit,
        _verdicts.c.verdict,
        _journal.c.revision,
        _journal.c.kind,
        sa.func.coalesce(_journal.c.command, _laws.c.command).label("command"),
        _journal.c.events,
        _journal.c.at_ms,
        _JUDGED_MS.label("judged_ms"),
        _laws.c.refused,
        _cases.c.number,
    )
    .outerjoin_from(_chain, _verdicts, _verdicts.c.act == _chain.c.act)
    .outerjoin(_journal, _journal.c.act == _chain.c.act)
    .outerjoin(_laws, _laws.c.act == _chain.c.act)
    .outerjoin(_cases, _cases.c.id == _CASE)
    .order_by(_chain.c.place)
)


def _conditions(asked: ReadJournal) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if asked.case:
        found.append(sa.or_(_CASE.in_([asked.case]), _cases.c.number == asked.case))
    if asked.person:
        found.append(_PERSON.in_([asked.person]))
    if asked.since is not None:
        found.append(epoch_ms(asked.since) <= _JUDGED_MS)
    if asked.until is not None:
        found.append(epoch_ms(asked.until) > _JUDGED_MS)
    return found


def _line(row: "sa.Row[*tuple[Any, ...]]") -> JournalLine:
    command = None if row.command is None else _decode_command(row.command)
    verdict = None if row.verdict is None else _decode_verdict(row.verdict)
    refused = ""
    if isinstance(verdict, Refused):
        refused = verdict.reason.value
    elif row.refused is not None:
        refused = _decode_law_refused(row.refused).reason.value
    return JournalLine(
        place=row.place,
        act=CommandId(row.act),
        kind="" if command is None else _kind(command),
        person=PersonId(row.person or ""),
        unit=UnitId(row.unit or ""),
        case=CaseId(row.case_id or ""),
        number=row.number or "",
        revision=None if row.revision is None else Revision(row.revision),
        at=None if row.at_ms is None else from_epoch_ms(row.at_ms),
        judged_at=None if row.judged_ms is None else from_epoch_ms(row.judged_ms),
        refused=refused,
        reason=_masked(command.reason) if isinstance(command, _GIVES_REASON) else "",
        about=_about(command) if isinstance(command, AnyAccountCommand) else "",
        delivered_by=_deliverer(row.events or "[]"),
    )


def _deliverer(events: str) -> PersonId:
    by = next((stamp.delivered_by for stamp in _decode_stamps(events) if stamp.delivered_by is not None), None)
    return PersonId("") if by is None else by.by


def _kind(command: msgspec.Struct) -> str:
    return str(type(command).__struct_config__.tag)


def _about(command: AnyAccountCommand) -> str:
    """Say of an act on accounts whom it was about, in the words of its fields."""
    if isinstance(command, PutUnits):
        return "units " + " ".join(command.units)
    said = ((name, getattr(command, name, None)) for name in _TARGET)
    return ", ".join(f"{name} {value}" for name, value in said if value)


def _masked(text: str) -> str:
    """Give a text with every telephone number in it masked."""
    return _NUMBER.sub(lambda found: masked_phone(re.sub(r"\D", "", found[0])), text)
