"""One batch of acts judged into one transaction of the ledger: set-wise reads, judgement in memory, set-wise writes.

Promises: acts are judged in their order, later ones see what earlier ones did; an act and all that follows from it on
other cases happen together or not at all; an act that cannot be judged at all (values nobody can compute with, an id
that is none) is refused alone. Knows nothing of connections: the ledger hands it one inside an open transaction that
holds the head's lock.
"""

import datetime as dt
import functools
import logging
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from dispatcher.models import privacy, rules
from dispatcher.models.case import Case
from dispatcher.models.commands import (
    Act,
    AnyCommand,
    ErasePersonalData,
    GiveNumber,
    MergeCase,
    ReceiveOrder,
    SplitCase,
)
from dispatcher.models.consequences import check_target, follow_ups
from dispatcher.models.events import Recorded
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, Revision, UnitId
from dispatcher.models.ladder import next_timer
from dispatcher.models.law import Law
from dispatcher.models.order import Order
from dispatcher.models.organisation import CENTRE, Actor
from dispatcher.models.queue import NEVER_MS, epoch_ms, summarise
from dispatcher.models.verdicts import Accepted, Reason, Refused, Verdict
from dispatcher.models.verdicts import Changed as Collision
from dispatcher.storage import evidence, prepared, records, tallies, writing
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.evidence import Head
from dispatcher.storage.fitness import LONGEST_ID, LONGEST_KEY, fits, unfit
from dispatcher.storage.vault import BadSeal, Opened, Vault
from dispatcher.storage.writing import Changed, Judgement, Written
from dispatcher.wire import NO_CALLER, CaseRow

IN_ONE_SELECT: Final = 500

log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_case_decoder = msgspec.json.Decoder(Case)
_verdict_decoder = msgspec.json.Decoder(Verdict)
_decode_collision = msgspec.json.Decoder(Collision).decode


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one act. `row` (with caller, whoever may see it) is there when this act changed the case.

    `repeat` says the verdict was given before; `summoned` are all units ever summoned to the case; `lost_by` are the
    units that had the case before this act and do not any more: its holder, its community. `timer_ms` is when the
    centre must look at the case again. `followed_by` are the outcomes of what the centre carried over to other cases,
    of the revisions after this one.
    """

    act: CommandId
    verdict: Verdict
    repeat: bool = False
    row: CaseRow | None = None
    holder: UnitId = UnitId("")
    community: UnitId = UnitId("")
    summoned: tuple[UnitId, ...] = ()
    lost_by: tuple[UnitId, ...] = ()
    timer_ms: int = NEVER_MS
    committed_at: dt.datetime | None = None
    followed_by: "tuple[Outcome, ...]" = ()


class _Known(NamedTuple):
    case: Case
    envelope: bytes | None
    tally: bytes | None


_Asked = tuple[Callable[..., None], tuple[sa.Executable, Mapping[str, object]]]
"""A statement with its values, and who takes each row that it finds."""


class _Judged(NamedTuple):
    verdict: Verdict
    repeat: bool = False
    written: "tuple[Written, ...]" = ()


class _Attempt:
    """What one act and its consequences would change: taken over as a whole, or forgotten."""

    def __init__(self, head: Revision) -> None:
        self.head = head
        self.cases: dict[CaseId, _Known] = {}
        self.changed: dict[CaseId, Changed] = {}
        self.numbers: set[tuple[str, str]] = set()
        self.written: list[Written] = []


class Batch:
    """The acts of one transaction on their way from wishes to rows.

    Made, it is the only writer until the transaction ends and has read what the acts will ask for, all in one go;
    `before` is where the ledger stands.
    """

    def __init__(
        self, connection: sa.Connection, vault: Vault, acts: Sequence[tuple[Act, Actor]], law: Law, now: dt.datetime
    ) -> None:
        self._connection = connection
        self._vault = vault
        self._acts = acts
        self._law = law
        self._now = now
        self._verdicts: dict[CommandId, Verdict] = {}
        self._asked: set[CommandId] = set()
        self._asked_numbers: set[str] = set()
        self._cases: dict[CaseId, _Known | None] = {}
        self._numbers: set[tuple[str, str]] = set()
        self._fresh: list[Judgement] = []
        self._written: list[Written] = []
        self._changed: dict[CaseId, Changed] = {}
        self._tallies: dict[CaseId, bytes | None] = {}
        self._opened: dict[bytes, Opened] = {}
        self.before = self._begin([act for act, _ in acts if unfit(act) is None])
        self.head = self.before.revision

    def judge(self, committed_at: Callable[[], dt.datetime]) -> list[Outcome]:
        """Judge all acts and write what follows; PostgreSQL has committed then, SQLite's commit is the caller's."""
        judged = [self._one(act, actor) for act, actor in self._acts]
        at = committed_at()
        with prepared.without_waiting(self._connection):
            self._write(at)
            prepared.commit(self._connection)
        return [self._outcome(act, found, at) for (act, _), found in zip(self._acts, judged, strict=True)]

    # Reading

    def _begin(self, acts: Sequence[Act]) -> Head:
        asked = self._asking(
            verdicts={id_ for act in acts for id_ in (act.id, *_following_ids(act))},
            cases={case for act in acts for case in _cases_of(act.command)},
            numbers={number for act in acts for number in _numbers_of(act.command)},
        )
        # Each statement after the lock's sees what the writer before has left, for it begins once the lock is here.
        lock = (evidence.LOCKED, dict[str, object]())
        (locked,), *found = prepared.fetch_all(self._connection, [lock, *(statement for _, statement in asked)])
        head = evidence.head_of(locked)
        self._vault.version = head.key_version
        self._take(asked, found)
        parents = {known.case.parent for known in self._cases.values() if known and known.case.parent}
        self._load_all(cases=parents - self._cases.keys())
        return head

    def _load_all(
        self,
        verdicts: Collection[CommandId] = (),
        cases: Collection[CaseId] = (),
        numbers: Collection[str] = (),
    ) -> None:
        """Read what stands under ids and numbers; that nothing does is known from then on, too."""
        asked = self._asking(verdicts, cases, numbers)
        if asked:
            self._take(asked, prepared.fetch_all(self._connection, [statement for _, statement in asked]))

    def _asking(
        self, verdicts: Collection[CommandId], cases: Collection[CaseId], numbers: Collection[str]
    ) -> "list[_Asked]":
        """Say how to read what stands under ids and numbers, and who takes what is found."""
        numbers = [number for number in numbers if number not in self._asked_numbers]
        self._asked.update(verdicts)
        self._asked_numbers.update(numbers)
        self._cases.update(dict.fromkeys(cases))
        dialect = self._connection.dialect.name
        return [
            (take, (_among(dialect, key, columns), {"keys": _encode(keys).decode() if dialect == "sqlite" else keys}))
            for take, key, columns, wanted in (
                (self._take_verdict, schema.verdicts.c.act, ("act", "verdict", "case_id", "sealed"), verdicts),
                (self._take_case, schema.cases.c.id, ("id", "body", "envelope", "tally"), cases),
                (self._take_number, schema.cases.c.number, ("number", "source"), numbers),
            )
            for keys in _in_parts(list(wanted))
        ]

    def _take(self, asked: "Sequence[_Asked]", found: Sequence[Sequence[tuple[Any, ...]]]) -> None:
        for (take, _), rows in zip(asked, found, strict=True):
            for row in rows:
                take(*row)

    def _take_verdict(self, act: str, verdict: str, case: str, sealed: bytes | None) -> None:
        given: Verdict = _verdict_decoder.decode(verdict)
        if sealed is not None:
            given = self._with_collision(CommandId(act), CaseId(case), given, sealed)
        self._verdicts[CommandId(act)] = given

    def _take_case(self, id_: str, kept: bytes, envelope: bytes | None, tally: bytes | None) -> None:
        case = CaseId(id_)
        body = records.body_of(self._connection, self._vault, case, self._open(case, envelope), kept)
        self._cases[case] = _Known(_case_decoder.decode(body), envelope, tally)
        self._tallies[case] = tally

    def _take_number(self, number: str, source: str) -> None:
        self._numbers.add((number, source))

    def _with_collision(self, act: CommandId, case: CaseId, verdict: Verdict, sealed: bytes) -> Verdict:
        """Put back into a refusal what of it is sealed, unless that has been erased."""
        cases = schema.cases
        envelope = self._connection.execute(sa.select(cases.c.envelope).where(cases.c.id == case)).scalar()
        opened = self._open(case, envelope)
        if opened is None or not isinstance(verdict, Refused):
            return verdict
        try:
            changed = _decode_collision(self._vault.open_act(case, act, opened.key, sealed))
        except BadSeal as error:
            log.error("act %s: %s", act, error)  # noqa: TRY400  (words, not a traceback)
            return verdict
        return msgspec.structs.replace(verdict, changed=changed)

    def _find(self, case: CaseId, attempt: _Attempt) -> _Known | None:
        """Give a case as the acts before have left it; one that no act of the batch names is read now."""
        if case in attempt.cases:
            return attempt.cases[case]
        if case not in self._cases and fits(case, LONGEST_ID):
            self._load_all(cases=[case])
        return self._cases.get(case)

    # Judging

    def _one(self, act: Act, actor: Actor) -> _Judged:
        known = self._verdicts.get(act.id)
        if known is not None:
            return _Judged(known, repeat=True)
        flaw = unfit(act)
        if flaw is not None:
            return _Judged(flaw)  # there is nothing to remember it by
        attempt = _Attempt(self.head)
        refused = self._attempt(act, actor, attempt)
        if refused is not None:
            judged = _Judged(refused)
            self._note(act, actor, refused)
        else:
            self._take_over(attempt)
            judged = _Judged(self._verdicts[act.id], written=tuple(attempt.written))
        return judged

    def _attempt(self, act: Act, actor: Actor, attempt: _Attempt) -> Refused | None:
        """Judge an act, then all that follows from it, each in its turn; the first refusal refuses it all."""
        waiting = deque([(act, actor)])
        consequences = 0
        while waiting:
            each, by = waiting.popleft()
            before = self._find(each.command.case, attempt)
            found = self._decide(each, by, before, attempt)
            if isinstance(found, Refused):
                return found
            written, recorded = found
            commands = follow_ups(each.command, before.case if before else None, written.case, recorded)
            self._load_all(numbers=[number for command in commands for number in _numbers_of(command)])
            for command in commands:
                consequences += 1
                following = Act(
                    id=CommandId(f"{act.id}:{consequences}"), command=command, by=CENTRE.person, made_at=recorded[0].at
                )
                refused = self._unfit_to_follow(following, attempt)
                if refused is not None:
                    return refused
                waiting.append((following, CENTRE))
        return None

    def _unfit_to_follow(self, act: Act, attempt: _Attempt) -> Refused | None:
        """Refuse a consequence whose id somebody has used."""
        if act.id not in self._asked:
            self._load_all(verdicts=[act.id])
        if act.id in self._verdicts:
            return Refused(reason=Reason.ALREADY_THERE, field="id", detail=act.id)
        return unfit(act, long_id=True)

    def _decide(
        self, act: Act, actor: Actor, known: _Known | None, attempt: _Attempt
    ) -> tuple[Written, tuple[Recorded, ...]] | Refused:
        command = act.command
        before = known.case if known else None
        if isinstance(command, ReceiveOrder) and known is None and self._is_taken(command.order, attempt):
            return Refused(reason=Reason.ALREADY_THERE, field="order.number", detail=command.order.number)
        try:
            events = rules.judge(act, before, actor, self._law, self._now)
            if isinstance(events, Refused):
                return events
            refused = self._check_target(command, before, actor, attempt)
            if refused is not None:
                return refused
            case = before
            revision = Revision(attempt.head + 1)
            for recorded in events:
                case = evolve(case, recorded, revision)
            assert case is not None, "an act without events"
            if isinstance(command, GiveNumber):
                self._load_all(numbers=[command.number])
                if self._is_taken(case.order, attempt):
                    return Refused(reason=Reason.ALREADY_THERE, field="number", detail=command.number)
            row = summarise(case, self._law)
            timer_ms = timer_of(case, self._law)
            tally = tallies.counted(before, known.tally if known else None, case, self._law)
            body = _encode(case)
            held = () if before is None else writing.holding_units(before)
            lost_by = tuple(unit for unit in held if unit not in writing.holding_units(case))
            kept, facts = privacy.blank(_without_caller(command)), privacy.blank_facts(events)
            kept_command, kept_facts = _encode(kept).decode(), _encode(facts).decode()
        except (ArithmeticError, TypeError, ValueError) as error:
            # An instant without a zone or at the end of the calendar: one such act must not stop all others.
            log.warning("act %s cannot be judged: %r", act.id, error)
            return Refused(reason=Reason.BAD_FIELD, field="", detail=str(error)[:LONGEST_KEY])
        personal = privacy.taken_from(command, *[each.event for each in events])
        envelope = known.envelope if known else None
        if isinstance(command, ReceiveOrder):
            envelope = self._new_envelope(case.id, self._caller(command, attempt))
        elif isinstance(command, ErasePersonalData):
            envelope = None
        elif (any(personal) and self._open(case.id, envelope) is None) or (
            envelope is None and not privacy.is_erased(case)
        ):
            envelope = self._new_envelope(case.id, None)
        opened = self._open(case.id, envelope)
        sealed = None
        if opened is not None and any(personal):
            sealed = self._vault.seal_act(case.id, act.id, opened.key, _encode(personal))
        written = Written(act, actor, case, lost_by, kept_command, kept_facts, events[0], sealed)
        attempt.numbers.add((case.order.number, case.order.source))
        attempt.cases[case.id] = _Known(case, envelope, tally)
        shown = NO_CALLER if opened is None or opened.caller is None else msgspec.Raw(opened.caller)
        kept_body = records.as_kept(self._vault, case.id, opened, body)
        made = CaseRow(row, msgspec.Raw(body), shown)
        attempt.changed[case.id] = Changed(case, envelope, kept_body, made, timer_ms, tally)
        attempt.written.append(written)
        attempt.head = revision
        return written, events

    def _is_taken(self, order: Order, attempt: _Attempt) -> bool:
        number = order.number, order.source
        return number in self._numbers or number in attempt.numbers

    def _check_target(self, command: AnyCommand, case: Case | None, actor: Actor, attempt: _Attempt) -> Refused | None:
        if not isinstance(command, MergeCase) or case is None:
            return None
        target = self._find(command.into, attempt)
        return check_target(command, target.case if target else None, case, actor)

    def _caller(self, command: ReceiveOrder, attempt: _Attempt) -> bytes | None:
        """Give the caller that came with an order; of a part split off, the caller of the whole."""
        if command.caller is not None:
            return _encode(command.caller)
        parent = self._find(command.parent, attempt) if command.parent else None
        opened = self._open(command.parent, parent.envelope) if parent else None
        return opened.caller if opened else None

    def _new_envelope(self, case: CaseId, caller: bytes | None) -> bytes:
        envelope, self._opened[envelope] = self._vault.new_envelope(case, caller)
        return envelope

    def _open(self, case: CaseId, envelope: bytes | None) -> Opened | None:
        """Open an envelope; None where there is none, or none that can be opened: the work goes on without it."""
        if envelope is None:
            return None
        if envelope not in self._opened:
            found = records.open_envelope(self._vault, case, envelope)
            if found is None:
                return None
            self._opened[envelope] = found
        return self._opened[envelope]

    def _take_over(self, attempt: _Attempt) -> None:
        self.head = attempt.head
        self._cases.update(attempt.cases)
        self._numbers |= attempt.numbers
        self._changed.update(attempt.changed)
        self._written += attempt.written
        for written in attempt.written:
            self._note(written.act, written.actor, Accepted(revision=written.case.revision, judged_at=self._now))

    def _note(self, act: Act, actor: Actor, verdict: Verdict) -> None:
        self._verdicts[act.id] = verdict
        sealed = None
        if isinstance(verdict, Refused) and verdict.changed is not None:
            known = self._cases.get(act.command.case)
            opened = self._open(act.command.case, known.envelope) if known else None
            if opened is not None:
                sealed = self._vault.seal_act(act.command.case, act.id, opened.key, _encode(verdict.changed))
            verdict = msgspec.structs.replace(verdict, changed=None)
        self._fresh.append(Judgement(act, actor, verdict, sealed))

    # Writing

    def _write(self, at: dt.datetime) -> None:
        if not self._fresh:
            return
        verdicts = writing.write_verdicts(self._connection, self._fresh)
        entries = writing.write_journal(self._connection, self._written, self._now, at)
        entry_of = {entry["act"]: entry for entry in entries}
        judged = [
            evidence.Judged(judgement.act.id, verdict, entry_of.get(judgement.act.id))
            for judgement, verdict in zip(self._fresh, verdicts, strict=True)
        ]
        head = evidence.extend(self._connection, self.before, judged)
        if self._written:
            writing.write_cases(self._connection, self._changed.values(), at)
            writing.write_losses(self._connection, self._written)
            tallies.move(
                self._connection, ((self._tallies.get(id_), each.tally) for id_, each in self._changed.items())
            )
        evidence.write_head(self._connection, head._replace(revision=self.head))

    def _outcome(self, act: Act, judged: _Judged, at: dt.datetime) -> Outcome:
        if not judged.written:
            return Outcome(act=act.id, verdict=judged.verdict, repeat=judged.repeat)
        first, *others = [self._outcome_of(written, at) for written in judged.written]
        return msgspec.structs.replace(first, followed_by=tuple(others))

    def _outcome_of(self, written: Written, at: dt.datetime) -> Outcome:
        changed = self._changed[written.case.id]
        case = changed.case
        return Outcome(
            act=written.act.id,
            verdict=self._verdicts[written.act.id],
            row=changed.row,
            holder=case.holder,
            community=case.community,
            summoned=writing.summoned_units(case),
            lost_by=written.lost_by,
            timer_ms=changed.timer_ms,
            committed_at=at,
        )


@functools.cache
def _among(dialect: str, key: sa.Column[str], columns: tuple[str, ...]) -> sa.Select[Any]:
    """Make the statement, once, that reads columns of the rows whose key is among some."""
    if dialect == "postgresql":
        among = key == sa.any_(sa.bindparam("keys", type_=postgresql.ARRAY(sa.Text)))
    else:
        among = key.in_(sa.select(sa.func.json_each(sa.bindparam("keys")).table_valued("value").c.value))
    return sa.select(*(key.table.c[name] for name in columns)).where(among)


def _in_parts(keys: list[str]) -> list[list[str]]:
    return [keys[start : start + IN_ONE_SELECT] for start in range(0, len(keys), IN_ONE_SELECT)]


def _following_ids(act: Act) -> tuple[CommandId, ...]:
    """Give the ids that acts would have which follow from this one: a child's each, or those on target and parent."""
    count = len(act.command.parts) if isinstance(act.command, SplitCase) else 2
    return tuple(CommandId(f"{act.id}:{number}") for number in range(1, count + 1))


def _cases_of(command: AnyCommand) -> tuple[CaseId, ...]:
    match command:
        case SplitCase():
            others = tuple(part.case for part in command.parts)
        case MergeCase(into=other) | ReceiveOrder(parent=other):
            others = (other,)
        case _:
            others = ()
    return command.case, *(case for case in others if case and fits(case, LONGEST_ID))


def _numbers_of(command: AnyCommand) -> tuple[str, ...]:
    match command:
        case ReceiveOrder():
            numbers: tuple[str, ...] = (command.order.number,)
        case GiveNumber():
            numbers = (command.number,)
        case _:
            numbers = ()
    return tuple(number for number in numbers if fits(number, LONGEST_KEY))


def _without_caller(command: AnyCommand) -> AnyCommand:
    """Leave the citizen's name and phone out of what the journal keeps."""
    if isinstance(command, ReceiveOrder) and command.caller is not None:
        return msgspec.structs.replace(command, caller=None)
    return command


def timer_of(case: Case, law: Law) -> int:
    """Give when the centre must look at a case by itself, in the form of the column."""
    timer = next_timer(case, law)
    return NEVER_MS if timer is None else epoch_ms(timer)
