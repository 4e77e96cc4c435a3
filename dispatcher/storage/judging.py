"""One batch of acts judged into one transaction of the ledger: set-wise reads, judgement in memory, set-wise writes.

Promises: acts are judged in their order, later ones see what earlier ones did; an act that cannot be judged at all
(values nobody can compute with, an id that is none) is refused alone. Knows nothing of connections: the ledger hands
it one inside an open transaction that holds the head's lock.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from dispatcher.models import rules
from dispatcher.models.case import Case
from dispatcher.models.commands import Act, AnyCommand, BlowWhistle, ReceiveOrder
from dispatcher.models.events import Recorded
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor
from dispatcher.models.queue import NEVER_MS, epoch_ms, summarise
from dispatcher.models.verdicts import Accepted, Reason, Refused, Verdict
from dispatcher.storage import ledger_schema as schema
from dispatcher.wire import NO_CALLER, CaseRow

LONGEST_ID: Final = 80
LONGEST_KEY: Final = 200
IN_ONE_SELECT: Final = 500

log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_case_decoder = msgspec.json.Decoder(Case)
_verdict_decoder = msgspec.json.Decoder(Verdict)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one act. `row` (with caller, whoever may see it) is there when this act changed the case.

    `repeat` says the verdict was given before; `summoned` are all units ever summoned to the case.
    """

    act: CommandId
    verdict: Verdict
    repeat: bool = False
    row: CaseRow | None = None
    holder: UnitId = UnitId("")
    summoned: tuple[UnitId, ...] = ()
    committed_at: dt.datetime | None = None


class _Known(NamedTuple):
    case: Case
    caller: bytes | None


class _Written(NamedTuple):
    act: Act
    case: Case
    command: str
    events: str
    first: Recorded


class _Judged(NamedTuple):
    verdict: Verdict
    repeat: bool = False
    written: _Written | None = None


class Batch:
    """The acts of one transaction on their way from wishes to rows."""

    def __init__(self, connection: sa.Connection, head: Revision, law: Law, now: dt.datetime) -> None:
        self._connection = connection
        self._law = law
        self._now = now
        self._verdicts: dict[CommandId, Verdict] = {}
        self._cases: dict[CaseId, _Known] = {}
        self._numbers: set[tuple[str, str]] = set()
        self._fresh: dict[CommandId, tuple[CaseId, Verdict, Actor]] = {}
        self._written: list[_Written] = []
        self._rows: dict[CaseId, CaseRow] = {}
        self.head = head

    def judge(self, acts: Sequence[tuple[Act, Actor]], committed_at: Callable[[], dt.datetime]) -> list[Outcome]:
        """Judge all acts and write what follows; the transaction is the caller's to commit."""
        self._load([act for act, _ in acts])
        judged = [self._one(act, actor) for act, actor in acts]
        at = committed_at()
        self._write(at)
        return [self._outcome(act, found, at) for (act, _), found in zip(acts, judged, strict=True)]

    def _load(self, acts: Sequence[Act]) -> None:
        acts = [act for act in acts if _unfit(act) is None]
        ids = list({act.id for act in acts})
        for rows in self._select(schema.verdicts, schema.verdicts.c.act, ids, "act", "verdict"):
            self._verdicts.update((CommandId(act), _verdict_decoder.decode(verdict)) for act, verdict in rows)
        unknown = [act for act in acts if act.id not in self._verdicts]
        cases = list({act.command.case for act in unknown})
        for rows in self._select(schema.cases, schema.cases.c.id, cases, "id", "body", "caller"):
            for id_, body, caller in rows:
                self._cases[CaseId(id_)] = _Known(_case_decoder.decode(body), caller)
        numbers = list({act.command.order.number for act in unknown if isinstance(act.command, ReceiveOrder)})
        for rows in self._select(schema.cases, schema.cases.c.number, numbers, "number", "source"):
            self._numbers.update((number, source) for number, source in rows)

    def _select(
        self, table: sa.Table, key: sa.Column[str], values: Sequence[str], *columns: str
    ) -> Iterable[Sequence[Any]]:
        if self._connection.dialect.name == "postgresql":
            among = key == sa.any_(sa.bindparam("keys", type_=postgresql.ARRAY(sa.Text)))
        else:
            among = key.in_(sa.bindparam("keys", expanding=True))
        statement = sa.select(*(table.c[name] for name in columns)).where(among)
        for start in range(0, len(values), IN_ONE_SELECT):
            yield self._connection.execute(statement, {"keys": values[start : start + IN_ONE_SELECT]}).all()

    def _one(self, act: Act, actor: Actor) -> _Judged:
        known = self._verdicts.get(act.id)
        if known is not None:
            return _Judged(known, repeat=True)
        unfit = _unfit(act)
        if unfit is not None:
            return _Judged(unfit)  # there is nothing to remember it by
        found = self._decide(act, actor)
        if isinstance(found, Refused):
            judged = _Judged(found)
        else:
            self.head = found.case.revision
            self._written.append(found)
            judged = _Judged(Accepted(revision=found.case.revision, judged_at=self._now), written=found)
        self._verdicts[act.id] = judged.verdict
        self._fresh[act.id] = act.command.case, judged.verdict, actor
        return judged

    def _decide(self, act: Act, actor: Actor) -> _Written | Refused:
        command = act.command
        known = self._cases.get(command.case)
        if isinstance(command, ReceiveOrder):
            order = command.order
            if known is None and (order.number, order.source) in self._numbers:
                return Refused(reason=Reason.ALREADY_THERE, field="order.number", detail=order.number)
        try:
            events = rules.judge(act, known.case if known else None, actor, self._law, self._now)
            if isinstance(events, Refused):
                return events
            case = known.case if known else None
            revision = Revision(self.head + 1)
            for recorded in events:
                case = evolve(case, recorded, revision)
            assert case is not None, "an act without events"
            row = summarise(case, self._law)
            body = _encode(case)
            written = _Written(
                act, case, _encode(_without_caller(command)).decode(), _encode(events).decode(), events[0]
            )
        except (ArithmeticError, TypeError, ValueError) as error:
            # An instant without a zone or at the end of the calendar: one such act must not stop all others.
            log.warning("act %s cannot be judged: %r", act.id, error)
            return Refused(reason=Reason.BAD_FIELD, field="", detail=str(error)[:LONGEST_KEY])
        caller = known.caller if known else None
        if isinstance(command, ReceiveOrder):
            self._numbers.add((command.order.number, command.order.source))
            caller = _encode(command.caller) if command.caller is not None else None
        self._cases[case.id] = _Known(case, caller)
        self._rows[case.id] = CaseRow(row, msgspec.Raw(body), msgspec.Raw(caller) if caller is not None else NO_CALLER)
        return written

    def _write(self, at: dt.datetime) -> None:
        connection, now_ms, at_ms = self._connection, epoch_ms(self._now), epoch_ms(at)
        if self._fresh:
            put(
                connection,
                schema.verdicts,
                [
                    {
                        "act": act,
                        "case_id": case,
                        "verdict": _encode(verdict).decode(),
                        "revision": verdict.revision if isinstance(verdict, Accepted) else None,
                        "person": actor.person,
                        "unit": actor.unit,
                    }
                    for act, (case, verdict, actor) in self._fresh.items()
                ],
            )
        if not self._written:
            return
        put(
            connection,
            schema.journal,
            [
                {
                    "revision": written.case.revision,
                    "act": written.act.id,
                    "case_id": written.case.id,
                    "kind": type(written.act.command).__struct_config__.tag,
                    "command": written.command,
                    "events": written.events,
                    "person": written.first.by,
                    "at_ms": epoch_ms(written.first.at),
                    "entered_ms": now_ms,
                    "committed_ms": at_ms,
                }
                for written in self._written
            ],
        )
        put(
            connection,
            schema.cases,
            [_case_columns(row, self._cases[id_], at_ms) for id_, row in self._rows.items()],
            key=("id",),
        )
        summoned = [
            {"unit": unit, "case_id": id_, "revision": row.row.revision}
            for id_, row in self._rows.items()
            for unit in summoned_units(self._cases[id_].case)
        ]
        if summoned:
            put(connection, schema.case_units, summoned, key=("unit", "case_id"))
        connection.execute(sa.update(schema.head).values(revision=self.head))

    def _outcome(self, act: Act, judged: _Judged, at: dt.datetime) -> Outcome:
        if judged.written is None:
            return Outcome(act=act.id, verdict=judged.verdict, repeat=judged.repeat)
        case = self._cases[judged.written.case.id].case
        return Outcome(
            act=act.id,
            verdict=judged.verdict,
            row=self._rows[case.id],
            holder=case.holder,
            summoned=summoned_units(case),
            committed_at=at,
        )


def summoned_units(case: Case) -> tuple[UnitId, ...]:
    """Give every unit ever summoned to a case, each once."""
    return tuple({summons.unit: None for whistle in case.whistles for summons in whistle.summons})


def _case_columns(row: CaseRow, known: _Known, committed_ms: int) -> dict[str, object]:
    order, summary = known.case.order, row.row
    return {
        "id": summary.id,
        "revision": summary.revision,
        "committed_ms": committed_ms,
        "source": order.source,
        "number": order.number,
        "holder": summary.holder,
        "state": summary.state.value,
        "is_open": known.case.is_open,
        "confidential": order.confidential,
        "received_ms": summary.received_ms,
        "due_ms": summary.due_ms,
        "closed_ms": summary.closed_ms,
        "row": _encode(summary),
        "body": bytes(row.body),
        "caller": known.caller,
        "community": order.place.community_code,
        "timer_ms": NEVER_MS,
    }


def _unfit(act: Act) -> Refused | None:
    """Refuse an act whose ids and keys no database column can hold."""
    command = act.command
    named = [("id", act.id, LONGEST_ID), ("case", command.case, LONGEST_ID)]
    match command:
        case ReceiveOrder():
            named += [
                ("order.number", command.order.number, LONGEST_KEY),
                ("order.source", command.order.source, LONGEST_KEY),
                ("holder", command.holder, LONGEST_ID),
            ]
        case BlowWhistle():
            named += [
                ("lead", command.lead, LONGEST_ID),
                *(("assisting", unit, LONGEST_ID) for unit in command.assisting),
            ]
        case _:
            pass
    for field, value, longest in named:
        if len(value) > longest or not is_storable(value) or (not value and field in _NEEDED):
            return Refused(reason=Reason.BAD_FIELD, field=field, detail=ascii(value[:LONGEST_ID])[1:-1])
    return None


_NEEDED = frozenset({"id", "case"})


def is_storable(text: str) -> bool:
    """Tell whether any database column can hold a text: valid Unicode without NUL."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _without_caller(command: AnyCommand) -> AnyCommand:
    """Leave the citizen's name and phone out of what the journal keeps."""
    if isinstance(command, ReceiveOrder) and command.caller is not None:
        return msgspec.structs.replace(command, caller=None)
    return command


def put(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, object]], key: Sequence[str] = ()
) -> None:
    """Insert rows of all columns in one go; with a `key`, rows of the same key are replaced."""
    columns = table.columns.keys()
    if connection.dialect.name == "postgresql":
        # One statement with an array for each column: a statement for each row costs a city its rush hour.
        arrays = [sa.bindparam(c.name, type_=postgresql.ARRAY(c.type)) for c in table.c]
        values = sa.func.unnest(*arrays).table_valued(*columns).render_derived()
        insert = postgresql.insert(table).from_select(columns, sa.select(*(values.c[name] for name in columns)))
        parameters: Any = {name: [row[name] for row in rows] for name in columns}
    else:
        insert = sqlite.insert(table)
        parameters = rows
    if key:
        changed = {name: insert.excluded[name] for name in columns if name not in key}
        connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_=changed), parameters)
    else:
        connection.execute(insert, parameters)
