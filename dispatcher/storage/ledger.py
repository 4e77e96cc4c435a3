"""The centre's ledger: the one authority on what has happened, and in which order.

Promises: each act is judged exactly once, whole batches commit together or not at all, and revisions are in the order
of the commits even with several processes on one PostgreSQL. Every refusal is remembered like an acceptance, so
the same act gets the same answer for ever; only an act whose id cannot be kept is not. Raises `Trouble` when the world
fails. Knows nothing of sockets, sessions' secrets or clocks: whoever calls brings the instant.
"""

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import sqlalchemy as sa

from dispatcher.models.accounts import AnyAccountCommand, PutUnits
from dispatcher.models.case import Case
from dispatcher.models.commands import Act, AnyCommand
from dispatcher.models.events import Recorded
from dispatcher.models.ids import CaseId, CommandId, LedgerId, PersonId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import AnyLawCommand, LawAct, LawBook, LawRefused
from dispatcher.models.lineage import name_after
from dispatcher.models.order import Caller
from dispatcher.models.organisation import Actor, Scope, Unit
from dispatcher.models.periods import Stretch
from dispatcher.models.queue import ROWS_FORM, epoch_ms, from_epoch_ms
from dispatcher.models.rates import Tally
from dispatcher.models.roster import Roster
from dispatcher.models.verdicts import Reason, Refused, Verdict
from dispatcher.settings import keys_path
from dispatcher.storage import (
    adopting,
    evidence,
    lawkeeping,
    loads,
    paging,
    searching,
    snapshotting,
    standing,
    tallies,
    timekeeping,
)
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.accounts import Account, Accounts, enter
from dispatcher.storage.auditing import Audit
from dispatcher.storage.centre import check_room, make_engine, migrate, sorted_errors
from dispatcher.storage.custody import Custody
from dispatcher.storage.evidence import Head
from dispatcher.storage.following import Follower
from dispatcher.storage.gazette import Gazette
from dispatcher.storage.judging import Batch, Outcome
from dispatcher.storage.keyring import Keyring
from dispatcher.storage.officekeeping import OfficeBook
from dispatcher.storage.paging import Page
from dispatcher.storage.post import Post
from dispatcher.storage.precautions import Precaution, Taken, last_taken
from dispatcher.storage.sessions import Sessions
from dispatcher.storage.standing import Standing
from dispatcher.storage.stations import Stations
from dispatcher.storage.timekeeping import Due
from dispatcher.storage.vault import Vault
from dispatcher.storage.webhooks import Webhooks
from dispatcher.storage.writing import put, take

_cases = schema.cases
_PROBE = "probe"
_decode_caller = msgspec.json.Decoder(Caller).decode
_decode_command = msgspec.json.Decoder(AnyCommand | AnyLawCommand | AnyAccountCommand).decode
_decode_events = msgspec.json.Decoder(tuple[Recorded, ...]).decode
_decode_verdict = msgspec.json.Decoder(Verdict).decode
_decode_unit = msgspec.json.Decoder(Unit).decode
_decode_roster = msgspec.json.Decoder(Roster).decode


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted act as the journal keeps it, without anything personal.

    A change of the law book, and what is done to accounts, has no case and no events.
    """

    revision: Revision
    act: CommandId
    case: CaseId
    command: AnyCommand | AnyLawCommand | AnyAccountCommand
    events: tuple[Recorded, ...]
    by: PersonId
    at: dt.datetime
    entered_at: dt.datetime
    committed_at: dt.datetime


class LedgerCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Figures for reports: cases by holder, and accepted acts by the command's tag."""

    cases: int
    open: int
    refused: int
    by_holder: dict[UnitId, int]
    acts: dict[str, int]


class LawMoved(Exception):
    """The law was changed by another process since it was read; nothing was written."""


class Ledger:
    """One open ledger. Writing is for one thread at a time; another thread may read at once.

    `untold` is the revision before those of a commit of this process that nobody has been told of yet; whoever tells
    of commits sets it to None then. `id` names the ledger for consoles, another one after each time it was set back to
    a backup; `restored` are the revisions up to which it came back then, oldest first.
    """

    def __init__(
        self,
        engine: sa.Engine,
        vault: Vault,
        ledger: LedgerId,
        restored: tuple[Revision, ...],
        clock: Callable[[], dt.datetime] | None,
    ) -> None:
        self._engine = engine
        self._writing = engine.execution_options(writing=True)
        self._vault = vault
        self._clock = clock
        self._on_duty = False
        self.id = ledger
        self.restored = restored
        self.gazette = Gazette(self._read, self._write)
        self.offices = OfficeBook(self._read, self._write_alone, vault)
        self.accounts = Accounts(self._read, self._write_alone, vault)
        self.sessions = Sessions(self._read, self._write, vault)
        self.stations = Stations(self._read, self._write)
        self.webhooks = Webhooks(self._read, self._write_alone, vault)
        self.audit = Audit(self._read, self._write_alone)
        self.custody = Custody(self._read, self._write_alone, vault)
        self.post = Post(engine)
        self.untold: Revision | None = None

    @classmethod
    def open(cls, url: str, clock: Callable[[], dt.datetime] | None = None, keys: Path | None = None) -> "Ledger":
        """Open sqlite:///path or postgresql://…, making or migrating it; raises Trouble, or StoreNewer.

        `clock` gives the instant written as the time of a commit; without it that is the `now` of the judgement.
        `keys` is the directory of the centre's keys, the user's own without it; a new ledger gets its key there.
        """
        engine = make_engine(url)
        keyring = Keyring(keys or keys_path())
        try:
            migrate(engine)
            with sorted_errors(engine):
                with engine.connect() as connection:
                    name = connection.execute(sa.select(schema.meta.c.ledger)).scalar_one()
                    chained = bool(evidence.read_head(connection).hash)
                    restored = _restored(connection)
                vault = Vault(keyring, name)
                if not chained:
                    with engine.execution_options(writing=True).begin() as connection:
                        adopting.furnish(connection, vault, keyring, name)
                with engine.connect() as connection:
                    adopting.unlock(connection, vault, keyring)
                    plain = adopting.stands_in_plain(connection)
                if plain:
                    with engine.execution_options(writing=True).begin() as connection:
                        adopting.seal_plain(connection, vault)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, vault, name_after(name, len(restored)), restored, clock)

    def close(self) -> None:
        """Close all connections; harmless when repeated."""
        self.post.leave()
        self._engine.dispose()

    def probe(self) -> None:
        """Raise the Trouble that keeps anything from being written, if there is one."""
        check_room(self._engine)
        with self._write() as connection:  # SQLite leaves alone what would stay as it is, so a row comes and goes
            put(connection, schema.sign_in_failures, [{"about": _PROBE, "times": 0, "last_ms": 0}], key=("about",))
            take(connection, schema.sign_in_failures, [{"about": _PROBE}])

    # Judging

    def head(self) -> Revision:
        """Give the newest revision."""
        return self.standing().head

    def judge(
        self, acts: Sequence[tuple[Act, Actor]], law: Law, now: dt.datetime, law_of: Revision | None = None
    ) -> list[Outcome]:
        """Judge a batch in its order and commit it as a whole; answers in the same order. Raises Trouble.

        When several acts of the batch change one case, all their outcomes carry its newest row. With `law_of`, the
        revision of the newest change of the law in `law`, it raises LawMoved when there is a newer one.
        """
        if not acts:
            return []
        with self._write() as connection:
            batch = Batch(connection, self._vault, acts, law, now)
            _expect(batch.before, law_of)
            self.untold = batch.before.revision
            return batch.judge(self._clock or (lambda: now))

    # The law

    def law_book(self) -> LawBook | None:
        """Give the law book as it stands, None before the first."""
        with self._read() as connection:
            return lawkeeping.book(connection)

    def law_in_force(self) -> tuple[LawBook, Revision]:
        """Give the law book and the revision of its newest change; needs a first book."""
        with self._read() as connection:
            return lawkeeping.book_and_revision(connection)

    def put_first_book(self, book: LawBook) -> None:
        """Keep the book a ledger begins with; nothing happens when there is one already."""
        with self._write() as connection:
            lawkeeping.put_first(connection, book)

    def change_law(self, act: LawAct, actor: Actor, now: dt.datetime) -> LawBook | LawRefused:
        """Judge a change of the law book and journal it under a revision of its own; needs a first book.

        The same act again changes nothing: it is refused as before, or answered with the book as it stands.
        """
        with self._write() as connection:
            return lawkeeping.change(connection, act, actor, now, (self._clock or (lambda: now))())

    def resummarise(self, law: Law, after: CaseId, batch: int, law_of: Revision | None = None) -> CaseId | None:
        """Make the rows and timers of up to `batch` open cases anew under a law, without new revisions.

        Begins after the case `after` ("" for the first) and gives the case to go on after, None at the end. Raises
        LawMoved as `judge` does.
        """
        with self._write() as connection:
            self._lock(connection, law_of)
            return timekeeping.resummarise(connection, self._vault, law, after, batch)

    def note_rows_anew(self, law_of: Revision, as_of: dt.datetime) -> None:
        """Keep that all open rows are made by the law of a revision as of an instant, in this program's form."""
        with self._write() as connection:
            standing.move(connection, rows_law=law_of, rows_as_of_ms=epoch_ms(as_of), rows_form=ROWS_FORM)

    # Other centres on the same ledger

    def standing(self) -> Standing:
        """Give how far the ledger has come."""
        with self._read() as connection:
            return standing.read(connection)

    def follower(self) -> Follower:
        """Give what waits for the commits of others and reads them."""
        return Follower(self._engine, self._vault)

    @contextlib.contextmanager
    def on_duty(self) -> Generator[None]:
        """Let everything written meanwhile be written only while this centre is on duty; OffDuty is raised instead."""
        self._on_duty = True
        try:
            yield
        finally:
            self._on_duty = False

    def precautions(self) -> dict[Precaution, Taken]:
        """Give the last backup, anchor and proof of a backup, as far as there is one."""
        with self._read() as connection:
            return last_taken(connection)

    # Time

    def next_timer(self) -> dt.datetime | None:
        """Give the earliest instant at which the centre must look at some case, None when there is none."""
        with self._read() as connection:
            return timekeeping.next_timer(connection)

    def timers_due(self, now: dt.datetime, limit: int) -> list[Due]:
        """List the cases the centre must look at by now, the earliest first."""
        with self._read() as connection:
            return timekeeping.timers_due(connection, self._vault, now, limit)

    def settle_timers(
        self, now: dt.datetime, limit: int, settle: Callable[[list[Due]], Mapping[CaseId, dt.datetime | None]]
    ) -> None:
        """Say of cases whose instant has come when the centre must look at them again; nobody commits in between."""
        with self._write() as connection:
            standing.lock(connection)
            # Whoever changes a case holds this lock, so that what is read beside it stands until it is let go.
            timekeeping.set_timers(connection, settle(self.timers_due(now, limit)))

    def roster(self) -> Roster:
        """Give the duty roster, an empty one before the first."""
        with self._read() as connection:
            sealed = connection.execute(sa.select(schema.roster.c.sealed)).scalar()
        return Roster() if sealed is None else _decode_roster(self._vault.open_sheet(adopting.ROSTER, sealed))

    def put_roster(self, roster: Roster) -> None:
        """Replace the duty roster."""
        with self._write() as connection:
            self._lock(connection)
            sealed = self._vault.seal_sheet(adopting.ROSTER, msgspec.json.encode(roster))
            put(connection, schema.roster, [{"one": 1, "sealed": sealed}], key=("one",))

    # Reading

    def changes(self, scope: Scope, after: Revision, limit: int) -> Page:
        """Give the cases of a scope that changed after a revision, in their newest state, and those that left it.

        Callers are in only where the scope has them, and those of confidential orders only for a scope of everything.
        """
        with self._read() as connection:
            return paging.page(connection, self._vault, scope, after, limit)

    def size(self, scope: Scope, after: Revision) -> int:
        """Count the rows a scope is sent after a revision."""
        with self._read() as connection:
            return paging.size(connection, scope, after)

    def lost_after(self, made: Collection[tuple[Revision, CommandId]]) -> Revision | None:
        """Give the newest of some acts' revisions that is made by the same act here, None where all of them are."""
        journal = schema.journal
        statement = sa.select(journal.c.revision, journal.c.act).where(journal.c.act.in_([act for _, act in made]))
        with self._read() as connection:
            here = {(Revision(revision), CommandId(act)) for revision, act in connection.execute(statement)}
        kept = [revision for revision, act in made if (revision, act) in here]
        return None if len(kept) == len(made) else max(kept, default=Revision(0))

    def snapshot(self, scope: Scope, at: dt.datetime) -> Iterator[bytes]:
        """Make the parts (wire.snapshots) of all a scope is sent, of one revision, as they are asked for.

        For a thread of its own: the state is held still until the last part, and nobody waits for it.
        """
        with self._read() as connection:
            tallies.hold_still(connection)
            yield from snapshotting.parts(connection, self._vault, self.id, standing.read(connection).head, scope, at)

    def case(self, case: CaseId) -> Case | None:
        """Give one case, None when there is none."""
        with self._read() as connection:
            return searching.case(connection, self._vault, case)

    def open_cases(self) -> Iterator[Case]:
        """Give every open case, read as they are asked for."""
        with self._read() as connection:
            yield from searching.open_cases(connection, self._vault)

    def meant_by(self, words: str, limit: int) -> list[Case]:
        """Give the case of an id, else those whose order's number ends so, the newest first."""
        with self._read() as connection:
            return searching.meant_by(connection, self._vault, words, limit)

    def open_whistle_loads(self) -> dict[CaseId, tuple[UnitId, ...]]:
        """Name, of each case with something owed, the unit of every summons of an open whistle that is still owed."""
        with self._read() as connection:
            return loads.all_owed(connection, self._vault)

    def caller(self, case: CaseId) -> Caller | None:
        """Give a case's caller in plain; who may see it is the server's to decide."""
        with self._read() as connection:
            envelope = connection.execute(sa.select(_cases.c.envelope).where(_cases.c.id == case)).scalar()
        caller = None if envelope is None else self._vault.caller(case, envelope)
        return None if caller is None else _decode_caller(caller)

    def journal(self, after: Revision, limit: int) -> list[JournalEntry]:
        """List accepted acts after a revision, in their order."""
        table = schema.journal
        statement = sa.select(table).where(table.c.revision > after).order_by(table.c.revision).limit(limit)
        with self._read() as connection:
            return [
                JournalEntry(
                    revision=Revision(row.revision),
                    act=CommandId(row.act),
                    case=CaseId(row.case_id),
                    command=_decode_command(row.command),
                    events=_decode_events(row.events),
                    by=PersonId(row.person),
                    at=from_epoch_ms(row.at_ms),
                    entered_at=from_epoch_ms(row.entered_ms),
                    committed_at=from_epoch_ms(row.committed_ms),
                )
                for row in connection.execute(statement)
            ]

    def counts(self) -> LedgerCounts:
        """Count cases and acts."""
        journal, verdicts = schema.journal, schema.verdicts
        count = sa.func.count()
        with self._read() as connection:
            holders = connection.execute(sa.select(_cases.c.holder, count).group_by(_cases.c.holder)).all()
            kinds = connection.execute(sa.select(journal.c.kind, count).group_by(journal.c.kind)).all()
            is_open = sa.select(count).select_from(_cases).where(_cases.c.is_open)
            refused = sa.select(count).select_from(verdicts).where(verdicts.c.revision.is_(None))
            return LedgerCounts(
                cases=sum(number for _, number in holders),
                open=connection.execute(is_open).scalar_one(),
                refused=connection.execute(refused).scalar_one(),
                by_holder={UnitId(holder): number for holder, number in holders},
                acts={str(kind): number for kind, number in kinds},
            )

    # Figures

    def tallies(self, first: int, end: int) -> dict[UnitId, Tally]:
        """Sum what is counted of every unit from the half-day `first` to before `end`."""
        with self._read() as connection:
            return tallies.read(connection, first, end)

    def tallied(self, *stretches: Stretch) -> tuple[Revision, list[dict[UnitId, Tally]]]:
        """Sum what is counted of every unit in each stretch, all as of the one revision that is given with it."""
        with self._read() as connection:
            tallies.hold_still(connection)
            head = standing.read(connection).head
            return head, [tallies.read(connection, each.first, each.end) for each in stretches]

    def tallies_are_whole(self) -> bool:
        """Tell whether every case is counted; a ledger of an older program has to be recounted first."""
        with self._read() as connection:
            return tallies.is_whole(connection)

    def recount_tallies(self, law: Law) -> None:
        """Count every case again from its record, in place of what was counted act by act; nobody can write meanwhile.

        Takes about 0.1 ms a case.
        """
        with self._write() as connection:
            standing.lock(connection)
            tallies.recount(connection, self._vault, law)

    def refused_of(self, unit: UnitId) -> int:
        """Count the refusals of a unit's own people, as far as it was kept whose they were."""
        verdicts = schema.verdicts
        own = (verdicts.c.unit == unit) & verdicts.c.revision.is_(None)
        with self._read() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(verdicts).where(own)).scalar_one()

    def refusals(self) -> dict[Reason, int]:
        """Count all refusals ever given, by their reason."""
        verdicts = schema.verdicts
        refused = sa.select(verdicts.c.verdict).where(verdicts.c.revision.is_(None))
        counted: Counter[Reason] = Counter()
        with self._read() as connection:
            for text in connection.execute(refused).scalars():
                verdict = _decode_verdict(text)
                if isinstance(verdict, Refused):
                    counted[verdict.reason] += 1
        return dict(counted)

    # Organisation

    def units(self) -> tuple[Unit, ...]:
        """List the units in the order they were put."""
        statement = sa.select(schema.units.c.unit).order_by(schema.units.c.place, schema.units.c.id)
        with self._read() as connection:
            return tuple(_decode_unit(text) for text in connection.execute(statement).scalars())

    def put_units(self, units: Iterable[Unit], by: PersonId | None = None, now: dt.datetime | None = None) -> None:
        """Add units or replace those of the same id; what somebody (`by`, at `now`) changes by that is journaled."""
        rows = [
            {"id": unit.id, "place": place, "unit": msgspec.json.encode(unit).decode()}
            for place, unit in enumerate(units)
        ]
        if not rows:
            return
        with self._write() as connection:
            if by is not None and now is not None:
                kept = connection.execute(sa.select(schema.units.c.id, schema.units.c.unit))
                known = {row.id: row.unit for row in kept}
                other = tuple(UnitId(str(row["id"])) for row in rows if known.get(str(row["id"])) != row["unit"])
                enter(connection, PutUnits(units=other), by, now)
            put(connection, schema.units, rows, key=("id",))
            standing.note_directory_changed(connection)

    @contextlib.contextmanager
    def _read(self) -> Generator[sa.Connection]:
        with sorted_errors(self._engine), self._engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def _write_alone(self) -> Generator[sa.Connection]:
        with self._write() as connection:
            self._lock(connection)
            yield connection

    @contextlib.contextmanager
    def _write(self) -> Generator[sa.Connection]:
        with sorted_errors(self._engine), self._writing.begin() as connection:
            if self._on_duty:
                self.post.check(connection)
            yield connection

    def _lock(self, connection: sa.Connection, law_of: Revision | None = None) -> None:
        """Become the only writer until the transaction ends; raises LawMoved as `judge` does."""
        head = evidence.read_head(connection, lock=True)
        _expect(head, law_of)
        self._vault.version = head.key_version


def _expect(head: Head, law_of: Revision | None) -> None:
    """Raise LawMoved where the newest change of the law is not that of a revision."""
    if law_of is not None and head.law != law_of:
        raise LawMoved


def _restored(connection: sa.Connection) -> tuple[Revision, ...]:
    heads = connection.execute(sa.select(schema.restores.c.head).order_by(schema.restores.c.number)).scalars()
    return tuple(map(Revision, heads))


__all__ = ["Account", "JournalEntry", "Ledger", "LedgerCounts", "Outcome", "Page"]
