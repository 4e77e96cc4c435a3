"""What must hold in every run: after each step, at each word on the wire and each commit, and at the end.

Each check has a name; a run that is shrunk must go on breaking the same one.
"""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from dispatcher import wire
from dispatcher.models.case import Case
from dispatcher.models.commands import Act, BlowWhistle
from dispatcher.models.ids import CaseId, CommandId
from dispatcher.models.organisation import Scope, in_scope, scope_of
from dispatcher.models.queue import Pending, epoch_ms, from_epoch_ms, summarise
from dispatcher.models.redaction import case_for, row_for
from dispatcher.models.verdicts import Accepted, Changed, Reason, Refused, Verdict
from dispatcher.settings import keys_path
from dispatcher.storage.evidence import WITHOUT_VERDICT
from dispatcher.storage.keyring import Keyring
from dispatcher.storage.officekeeping import bare
from dispatcher.storage.vault import Vault
from dispatcher.storage.writing import summoned_units
from dispatcher.sync.ports import UNSETTLED, ActAnswer, ActState, Receipt
from dispatcher.wire import NO_CALLER, CaseRow, Changes
from tests.simulation.together import Kept, kept_too_long, office_agrees, undecided

if TYPE_CHECKING:
    from tests.simulation.network import Wire
    from tests.simulation.station import Station
    from tests.simulation.world import World

_decode_case = msgspec.json.Decoder(Case).decode
_decode_verdict = msgspec.json.Decoder(Verdict).decode
_SUBMIT = b'{"type":"submit"'
_HELLO = b'{"type":"hello"'


class _Settled(msgspec.Struct):
    act: str
    verdict: Verdict


class _Telling(msgspec.Struct):
    settles: list[_Settled] = []


_decode_telling = msgspec.json.Decoder(_Telling).decode


class InLedger(msgspec.Struct, frozen=True):
    """A case as the ledger has it."""

    revision: int
    case: Case
    summoned: tuple[str, ...]

    def in_scope(self, scope: Scope) -> bool:
        return in_scope(scope, self.case.holder, self.case.community, self.summoned)  # pyright: ignore[reportArgumentType]


class Broken(Exception):
    """A check failed: its name, and what was found."""

    def __init__(self, name: str, found: str) -> None:
        super().__init__(f"{name}: {found}")
        self.name = name


class Checks:
    """The invariants of one world, and what they have to remember."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.head = 0
        self.cases: dict[CaseId, InLedger] = {}
        self.journal: dict[str, int] = {}
        self.verdicts: dict[str, Verdict] = {}
        self._vaults: dict[str, Vault] = {}
        self._judged = 0
        self._told: dict[str, Verdict] = {}
        self._told_bare: dict[str, Verdict] = {}
        self.made: dict[str, tuple[Station, Act]] = {}
        self.given_up: set[CommandId] = set()
        self.lost: dict[str, int] = {}
        """When stations were declared lost, in milliseconds of the epoch."""
        self.copies: dict[str, Kept] = {}
        self._tokens: dict[Wire, str] = {}
        self._settled: dict[str, Verdict] = {}

    # ---- as things happen

    def answered(self, station: "Station", answer: ActAnswer) -> None:
        """A person was told what became of a wish: what is not refused must be on the disk."""
        if answer.refused is None and not answer.trouble:
            receipt = station.disk.receipt(answer.act)
            if receipt is None:
                raise self.broken("answered before it was durable", f"{station.name}: {answer.act}")

    def said_up(self, station: "Station", link: "Wire", frame: bytes) -> None:
        """A station says something."""
        if frame.startswith(_HELLO):
            hello = wire.decode_upward(frame)
            assert isinstance(hello, wire.Hello)
            self._tokens[link] = hello.token
        if not frame.startswith(_SUBMIT):
            return
        submit = wire.decode_upward(frame)
        assert isinstance(submit, wire.Submit)
        for act in submit.acts:
            receipt = station.disk.receipt(act.id)
            if receipt is None or receipt.state is ActState.QUEUED:
                raise self.broken("sent before it was durably marked as sent", f"{station.name}: {act.id}")
            if f"token-{act.by}@{station.name}" != self._tokens[link]:
                raise self.broken("sent as somebody else", f"{station.name}: {act.id} of {act.by}")
            # What may have left before is asked about again, however late: its fate is the centre's to tell.
            if act.valid_until is not None and receipt.sent_at is not None and receipt.sent_at > act.valid_until:
                raise self.broken("a stale whistle was sent", f"{station.name}: {act.id} until {act.valid_until}")

    def said_down(self, station: "Station", link: "Wire", frame: bytes) -> None:
        """The centre says something."""
        if b'"settles":[{' not in frame:
            return
        for settled in _decode_telling(frame).settles:
            # One that has only a copy of an act may be told the bare verdict; its own station is told it whole.
            whole = [settled.verdict] if station.disk.receipt(settled.act) is not None else []
            for told, verdict in ((self._told_bare, bare(settled.verdict)), *((self._told, each) for each in whole)):
                before = told.setdefault(settled.act, verdict)
                if before != verdict:
                    raise self.broken("two verdicts for one act", f"{settled.act}: {before}, then {verdict}")
            found = settled.verdict
            if isinstance(found, Refused) and found.reason is Reason.NOT_YOUR_ROLE and found.field == "by":
                raise self.broken("judged as somebody else's", settled.act)

    def applied(self, station: "Station", changes: Changes) -> None:
        """A station has made a batch durable."""
        actor = station.disk.signed_in()
        if actor is None:
            raise self.broken("rows before a welcome", station.name)
        scope = scope_of(actor)
        for row in changes.rows:
            self._fits(station, scope, row)

    def borrowed(self, station: "Station", rows: Sequence[CaseRow]) -> None:
        """A station has kept rows that another one lent it."""
        actor = station.disk.signed_in()
        if actor is None:
            raise self.broken("rows before a welcome", station.name)
        for row in rows:
            self._fits(station, scope_of(actor), row)

    def holds(self, row: CaseRow, act: CommandId) -> bool:
        """Tell whether an act has had its effect on a case as it stands in a row."""
        return act.encode() in bytes(row.body) and any(each.act == act for each in _decode_case(row.body).history)

    def _fits(self, station: "Station", scope: Scope, row: CaseRow) -> None:
        case = _decode_case(row.body)
        if not in_scope(scope, case.holder, case.community, summoned_units(case)):
            raise self.broken("a row out of scope", f"{station.name}: {case.id} held by {case.holder} in {scope}")
        if row.caller != NO_CALLER and not scope.tells_caller(case.order.confidential):
            raise self.broken("a caller where none may be", f"{station.name}: {case.id}")
        if case != case_for(scope, case):
            raise self.broken("a field out of scope", f"{station.name}: {case.id}")

    # ---- after each step

    def after_step(self) -> None:
        """Look at the ledger and at every disk."""
        self.read_ledger()
        for station in self._world.stations:
            self._nothing_lost(station)
        for station in self._world.living:
            self._cache_agrees(station)
            office_agrees(self._world, station)

    def read_ledger(self) -> None:
        """Take in what the ledger has committed since."""
        raw = self._world.centre.database.raw
        judged = raw.execute(
            "SELECT verdicts.rowid, act, verdict, sealed, case_id, envelope FROM verdicts"
            " LEFT JOIN cases ON cases.id = case_id WHERE verdicts.rowid > ? ORDER BY verdicts.rowid",
            (self._judged,),
        )
        for rowid, act, text, sealed, case, envelope in judged:
            self._judged = rowid
            verdict = _decode_verdict(text)
            if sealed is not None and envelope is not None and isinstance(verdict, Refused):
                opened = self._vault().open_act(case, act, self._vault().open(case, envelope).key, sealed)
                verdict = msgspec.structs.replace(verdict, changed=msgspec.json.decode(opened, type=Changed))
            self.verdicts[act] = verdict
        entries = raw.execute(
            "SELECT revision, act, entered_ms, events, person FROM journal WHERE revision > ? ORDER BY revision",
            (self.head,),
        ).fetchall()
        if not entries:
            return
        self.lost = dict(raw.execute("SELECT station, wipe_ordered_ms FROM stations WHERE wipe_order != ''"))
        for revision, act, entered_ms, events, person in entries:
            if revision != self.head + 1:
                raise self.broken("a hole in the journal", f"{revision} after {self.head}")
            self.head = revision
            if act in self.journal:
                raise self.broken("an act counts twice", act)
            self.journal[act] = revision
            verdict = self.verdicts.get(act)
            if verdict is not None and (not isinstance(verdict, Accepted) or verdict.revision != revision):
                raise self.broken("journal and verdict disagree", f"{act}: {verdict} at {revision}")
            if verdict is None and not act.startswith(("law:", WITHOUT_VERDICT)):
                raise self.broken("journaled without a verdict", act)
            made = self.made.get(act)
            if made is not None:
                self._fresh_enough(made[1], from_epoch_ms(entered_ms))
                if person != made[1].by:
                    raise self.broken("journaled as somebody else's", f"{act} of {made[1].by} as {person}'s")
                if '"delivered_by"' in events:
                    self._world.counts["delivered by colleagues"] += 1
                    self._rightly_delivered(*made)
        first = entries[0][0]
        changed = "SELECT id, revision, body, envelope FROM cases WHERE revision >= ?"
        for id_, revision, body, envelope in raw.execute(changed, (first,)):
            key = None if envelope is None else self._vault().open(id_, envelope).key
            case = _decode_case(body if key is None else self._vault().open_record(id_, key, body))
            self.cases[CaseId(id_)] = InLedger(revision, case, tuple(summoned_units(case)))

    def _vault(self) -> Vault:
        """The ledger's vault, by the keys that every centre of this machine has."""
        (ledger,) = self._world.centre.database.raw.execute("SELECT ledger FROM meta").fetchone()
        if ledger not in self._vaults:
            self._vaults[ledger] = Vault(Keyring(keys_path()), ledger)
        return self._vaults[ledger]

    def _fresh_enough(self, act: Act, judged_at: dt.datetime) -> None:
        until = act.valid_until
        if (
            isinstance(act.command, BlowWhistle)
            and until is not None
            and judged_at > until + dt.timedelta(milliseconds=1)
        ):
            raise self.broken("a stale whistle went off", f"{act.id}: {judged_at} after {until}")

    def _rightly_delivered(self, maker: "Station", act: Act) -> None:
        ordered_ms = self.lost.get(maker.name)
        if ordered_ms is None:
            raise self.broken("an act was delivered whose station is not lost", f"{act.id} of {maker.name}")
        if epoch_ms(act.made_at) > ordered_ms:
            raise self.broken("an act was delivered that was made after the order", f"{act.id} of {maker.name}")

    def can_be_lost(self, station: "Station") -> bool:
        """Tell whether the centre knows a station and has not heard yet that it is lost."""
        known = self._world.centre.database.raw.execute(
            "SELECT wipe_order FROM stations WHERE station = ?", (station.name,)
        )
        return known.fetchone() == ("",)

    def _nothing_lost(self, station: "Station") -> None:
        disk = station.disk
        if station.name in self.lost:
            self.note_made(station)
            return  # whatever it says from now on contradicts nobody
        self.note_made(station)
        for receipt in disk.all_receipts():
            act = receipt.act
            settled = self._settled.get(act.id)
            if settled is not None:
                if receipt.verdict != settled:
                    raise self.broken("a receipt changed its verdict", f"{act.id}: {settled} to {receipt.verdict}")
            elif receipt.verdict is not None:
                self._settled[act.id] = receipt.verdict
                self._truly(receipt)
        lost = disk.enqueued - {receipt.act.id for receipt in disk.all_receipts()}
        if lost:
            raise self.broken("an act is lost", f"{station.name}: {sorted(lost)}")

    def note_made(self, station: "Station") -> None:
        """Remember what a station has made, whatever becomes of its disk."""
        for receipt in station.disk.all_receipts():
            if receipt.act.id not in self.made:
                self.made[receipt.act.id] = station, receipt.act

    def _truly(self, receipt: Receipt) -> None:
        """A verdict on a receipt is what the ledger remembers."""
        known, verdict = self.verdicts.get(receipt.act.id), receipt.verdict
        never_left = receipt.sent_at is None and receipt.state is ActState.EXPIRED
        if known != verdict and not (never_left and known is None):
            raise self.broken("receipt and ledger disagree", f"{receipt.act.id}: {verdict}, ledger {known}")

    def _cache_agrees(self, station: "Station") -> None:
        standing, actor = station.disk.peek(), station.disk.signed_in()
        rows = station.disk.rows_by_case()
        if not standing.ledger:
            if rows:
                raise self.broken("rows of no ledger", station.name)
            return
        if actor is None:
            return
        cursor, scope = standing.cursor, station.disk.scope() or scope_of(actor)
        if cursor > self.head:
            raise self.broken("a cursor ahead of the ledger", f"{station.name}: {cursor} > {self.head}")
        for id_, there in self.cases.items():
            here = rows.get(id_)
            # What stands from before a filling is ahead of it until it has come again or is swept away.
            lent = here is not None and station.disk.borrowed.get(id_) == here.row.revision
            if here is not None and here.row.revision > cursor and not standing.is_filling and not lent:
                raise self.broken("a row ahead of the cursor", f"{station.name}: {id_}")
            if there.revision > cursor:
                continue
            if there.in_scope(scope):
                if here is None or here.row.revision != there.revision:
                    has = here.row.revision if here else None
                    raise self.broken(
                        "a cursor ahead of its rows",
                        f"{station.name}: cursor {cursor}, {id_} has {has}, ledger {there.revision}",
                    )
            elif here is not None:
                raise self.broken("a row that left the scope is kept", f"{station.name}: {id_}")

    # ---- at the end

    def settled(self) -> bool:
        """Tell whether every station has come to rest."""
        return all(self._at_rest(station) for station in self._world.living)

    def _at_rest(self, station: "Station") -> bool:
        if not station.is_online or station.disk.peek().cursor != self.head:
            return False
        if self.waiting(station) or kept_too_long(self._world, station):
            return False
        return not undecided(self._world, station)

    def waiting(self, station: "Station") -> set[str]:
        """Name the makers of what is first on its case and not settled, with nothing parked before it."""
        blocked: set[CaseId] = set()
        makers: set[str] = set()
        for receipt in sorted(station.disk.all_receipts(), key=lambda r: r.seq):
            case = receipt.act.command.case
            if receipt.state is ActState.PARKED:
                blocked.add(case)
            elif receipt.state in UNSETTLED and case not in blocked:
                makers.add(receipt.act.by)
                blocked.add(case)
        return makers

    def at_the_end(self) -> None:
        """Everything is quiet: all agree."""
        self.after_step()
        law = self._world.centre.law()
        for station in self._world.stations:
            self._in_order(station)
        for station in self._world.living:
            actor = station.disk.signed_in()
            assert actor is not None
            scope = scope_of(actor)
            expected = {id_: there for id_, there in self.cases.items() if there.in_scope(scope)}
            rows = station.disk.rows_by_case()
            if set(rows) != set(expected):
                raise self.broken("caches do not converge", f"{station.name}: {set(rows) ^ set(expected)}")
            for id_, there in expected.items():
                row = row_for(scope, summarise(there.case, law))
                if _decode_case(rows[id_].body) != case_for(scope, there.case) or rows[id_].row != row:
                    raise self.broken("caches do not converge", f"{station.name}: {id_}")
                shown = station.seen.rows.get(id_)
                if shown is None or (shown.pending is Pending.NONE and shown != row):
                    raise self.broken("the screen shows something else", f"{station.name}: {id_}")
                if (rows[id_].caller != NO_CALLER) != self._has_caller(there, scope):
                    raise self.broken("a caller is missing", f"{station.name}: {id_}")
            if set(station.seen.rows) != set(expected):
                raise self.broken("the screen shows something else", station.name)
            self._receipts_agree(station)

    def _has_caller(self, there: InLedger, scope: Scope) -> bool:
        return scope.tells_caller(there.case.order.confidential)

    def _receipts_agree(self, station: "Station") -> None:
        self._made_by_a_person(station)
        for receipt in sorted(station.disk.all_receipts(), key=lambda r: r.seq):
            act, went_off = receipt.act, receipt.act.id in self.journal
            where = f"{station.name}: {act.id} {receipt.state}"
            match receipt.state:
                case ActState.ACCEPTED:
                    if not went_off:
                        raise self.broken("told it happened, and it did not", where)
                case ActState.SENT:
                    if act.by == station.person:
                        raise self.broken("asked and never answered", where)
                case ActState.DISCARDED if act.id not in self.given_up and not receipt.note:
                    raise self.broken("given up by nobody", where)
                case _:
                    if went_off:
                        raise self.broken("told it did not happen, and it did", where)

    def _in_order(self, station: "Station") -> None:
        """Acts of one station on one case count in the order they were made, whoever has handed them in."""
        newest: dict[CaseId, int] = {}
        for receipt in sorted(station.disk.all_receipts(), key=lambda r: r.seq):
            revision, case = self.journal.get(receipt.act.id), receipt.act.command.case
            if revision is None:
                continue
            if revision < newest.get(case, 0):
                raise self.broken("the order of a case is broken", f"{station.name}: {receipt.act.id}")
            newest[case] = revision

    def _made_by_a_person(self, station: "Station") -> None:
        """Whatever a station's program has made again stands for one act that a person made, and for no other's."""
        of = {receipt.note: receipt.act.id for receipt in station.disk.all_receipts() if receipt.note}
        for receipt in station.disk.all_receipts():
            first = receipt.act.id
            while not first.startswith(f"{station.name}:") and first in of:
                first = of[first]
            if receipt.state is not ActState.DISCARDED and not first.startswith(f"{station.name}:"):
                raise self.broken("an act nobody made", f"{station.name}: {receipt.act.id} {receipt.state}")

    def broken(self, name: str, found: str) -> Broken:
        """End the run by a check of that name; what is given is to be raised."""
        broken = Broken(name, found)
        self._world.failed(name, found, broken)
        return broken
