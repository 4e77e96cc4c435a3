"""The proof of a ledger: its chain computed again, and what it keeps ready held against its journal.

Promises: reads one consistent state and changes nothing; names every entry that was altered, removed, added or moved,
the first one first; needs no keys for the chain, and with them compares whole records. What it cannot tell by itself,
a chain made anew as a whole, it tells by an anchor. Functions over an open connection (docs/evidence.md).
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from dispatcher.models.events import Recorded
from dispatcher.models.ids import CommandId, Instant, Revision
from dispatcher.models.queue import epoch_ms
from dispatcher.models.verdicts import Accepted, Verdict
from dispatcher.storage import evidence
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.evidence import ENTRY, LAW_REFUSAL, VERDICT, Judged, Row
from dispatcher.storage.faults import AT_A_TIME, NAMED_AT_MOST, Fault, Finding
from dispatcher.storage.proving_cases import check_cases
from dispatcher.storage.vault import Vault

_decode_events = msgspec.json.Decoder(tuple[Recorded, ...]).decode
_decode_verdict = msgspec.json.Decoder(Verdict).decode


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """A link as it was at an instant: kept elsewhere, it pins everything up to itself."""

    ledger: str
    place: int
    revision: Revision
    hash: str
    at: Instant
    form: str = evidence.FORM


class NewestProof(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of the newest links alone: how many were computed again, up to which place."""

    links: int
    place: int
    findings: tuple[Finding, ...]


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one ledger; `cases` were compared with the journal, with what is personal if `with_keys`."""

    ledger: str
    head: Revision
    links: int
    hash: str
    cases: int
    with_keys: bool
    anchors: int
    findings: tuple[Finding, ...]
    more: int = 0

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.findings


def prove(connection: sa.Connection, vault: Vault | None, anchors: Iterable[Anchor] = ()) -> Proof:
    """Check everything; without a vault what is sealed is left closed. About 0.2 ms an entry and a case."""
    ledger = connection.execute(sa.select(schema.meta.c.ledger)).scalar_one()
    found: list[Finding] = []
    pinned = list(anchors)
    links, last, revision = _check_chain(connection, ledger, pinned, found)
    _check_head(connection, links, last, revision, found)
    cases = check_cases(connection, vault, found)
    head = evidence.read_head(connection)
    return Proof(
        ledger=ledger,
        head=head.revision,
        links=links,
        hash=last.hex(),
        cases=cases,
        with_keys=vault is not None,
        anchors=len(pinned),
        findings=tuple(found[:NAMED_AT_MOST]),
        more=max(0, len(found) - NAMED_AT_MOST),
    )


def prove_newest(connection: sa.Connection, most: int) -> NewestProof:
    """Check the newest links, `most` of them at most, and the head; nothing before, and no cases. 0.05 ms a link."""
    ledger = connection.execute(sa.select(schema.meta.c.ledger)).scalar_one()
    after = max(0, evidence.read_head(connection).place - most)
    found: list[Finding] = []
    links, last, revision = _check_links(connection, _standing_after(connection, ledger, after), {}, found)
    _check_head(connection, links, last, revision, found)
    return NewestProof(links=max(0, links - after), place=links, findings=tuple(found[:NAMED_AT_MOST]))


def is_anchored(connection: sa.Connection, pin: Anchor) -> bool:
    """Tell whether the link that an anchor pins stands where and as it was; what is before it is not looked at."""
    ledger = connection.execute(sa.select(schema.meta.c.ledger)).scalar_one()
    at_place = sa.select(schema.chain.c.hash).where(schema.chain.c.place == pin.place)
    there = connection.execute(at_place).scalar() if pin.place else evidence.genesis(ledger)
    return pin.ledger == ledger and there is not None and bytes(there).hex() == pin.hash


def anchor(connection: sa.Connection, at: Instant) -> Anchor:
    """Give the anchor of the newest link."""
    head = evidence.read_head(connection)
    ledger = connection.execute(sa.select(schema.meta.c.ledger)).scalar_one()
    return Anchor(ledger=ledger, place=head.place, revision=head.revision, hash=head.hash.hex(), at=at)


# The chain


class _Link(NamedTuple):
    place: int
    act: CommandId
    hash: bytes
    judged: Judged


class _Stand(NamedTuple):
    """Where the chain stands at some place: the hash of the link there, and the revision it has come to."""

    place: int
    hash: bytes
    revision: int


def _standing_after(connection: sa.Connection, ledger: str, place: int) -> _Stand:
    """Give where the chain stands after a place; a link that is missing there shows in the next one."""
    if not place:
        return _Stand(0, evidence.genesis(ledger), 0)
    chain, journal = schema.chain, schema.journal
    last = connection.execute(sa.select(chain.c.hash).where(chain.c.place == place)).scalar()
    entries = sa.select(journal.c.revision).join_from(chain, journal, journal.c.act == chain.c.act)
    newest = entries.where(chain.c.place <= place).order_by(chain.c.place.desc()).limit(1)
    return _Stand(place, bytes(last or b""), connection.execute(newest).scalar() or 0)


def _links(connection: sa.Connection, after: int = 0) -> Iterator[_Link]:
    chain, verdicts, journal, refusals = schema.chain, schema.verdicts, schema.journal, schema.law_refusals
    columns = [
        *(verdicts.c[name].label(f"v_{name}") for name in VERDICT),
        *(journal.c[name].label(f"j_{name}") for name in ENTRY),
        *(refusals.c[name].label(f"l_{name}") for name in LAW_REFUSAL),
    ]
    statement = (
        sa.select(chain, *columns)
        .outerjoin_from(chain, verdicts, verdicts.c.act == chain.c.act)
        .outerjoin(journal, journal.c.act == chain.c.act)
        .outerjoin(refusals, refusals.c.act == chain.c.act)
        .order_by(chain.c.place)
    )
    if after:  # from the beginning everything is read, at places where nothing may be, too
        statement = statement.where(chain.c.place > after)
    for row in connection.execute(statement, execution_options={"yield_per": AT_A_TIME}).mappings():
        judged = Judged(
            CommandId(row["act"]), _part(row, "v_", VERDICT), _part(row, "j_", ENTRY), _part(row, "l_", LAW_REFUSAL)
        )
        yield _Link(row["place"], judged.act, row["hash"], judged)


def _part(row: Any, prefix: str, names: tuple[str, ...]) -> Row | None:  # noqa: ANN401
    return None if row[f"{prefix}act"] is None else {name: row[f"{prefix}{name}"] for name in names}


def _check_chain(connection: sa.Connection, ledger: str, anchors: list[Anchor], found: list[Finding]) -> _Stand:
    """Compute every link again; gives where the chain stands at its end."""
    pins = {pin.place: pin for pin in anchors if pin.ledger == ledger}
    found += [
        Finding(fault=Fault.ANCHOR, place=pin.place, differs=f"ledger {pin.ledger}")
        for pin in anchors
        if pin.ledger != ledger
    ]
    end = _check_links(connection, _standing_after(connection, ledger, 0), pins, found)
    found += [
        Finding(
            fault=Fault.MISSING, place=pin.place, revision=pin.revision, differs=f"anchored at {pin.at.isoformat()}"
        )
        for pin in pins.values()
        if pin.place or pin.hash != evidence.genesis(ledger).hex()
    ]
    found += _unchained(connection)
    return end


def _check_links(connection: sa.Connection, begin: _Stand, pins: dict[int, Anchor], found: list[Finding]) -> _Stand:
    """Compute the links after a place again, and take out of `pins` those that were met."""
    place, last, revision = begin
    for each in _links(connection, place):
        if each.place != place + 1:
            found += _gap(place + 1, each)
        judged, entry = each.judged, each.judged.entry
        at = revision + 1 if entry is None else int(entry["revision"])
        if evidence.link(last, each.place, judged) != each.hash and each.place == place + 1:
            found.append(_what_differs(each, revision))
        elif entry is not None and at != revision + 1:
            found.append(_of(each, Fault.MOVED, f"revision {at} follows {revision}"))
        if entry is not None:
            revision = max(revision, at)
        place, last = each.place, each.hash
        pin = pins.pop(place, None)
        if pin is not None and (pin.hash != last.hex() or pin.revision != revision):
            found.append(
                _of(each, Fault.ANCHOR, f"hash {last.hex()[:16]}…, anchored {pin.at.isoformat()} {pin.hash[:16]}…")
            )
    return _Stand(place, last, revision)


def _gap(expected: int, link: _Link) -> list[Finding]:
    differs = f"links {expected} to {link.place - 1}" if link.place > expected else f"link {link.place} again"
    return [Finding(fault=Fault.MISSING, place=expected, differs=differs)]


def _what_differs(link: _Link, revision: int) -> Finding:
    """Say as far as can be told what is wrong with a link whose hash is another one."""
    act, verdict, entry, law_refusal = link.judged
    if verdict is None and entry is None and law_refusal is None:
        return Finding(fault=Fault.MISSING, place=link.place, act=act, differs="verdict, entry")
    if verdict is not None and entry is None and (verdict["revision"] is not None):
        return Finding(
            fault=Fault.MISSING, place=link.place, revision=verdict["revision"], act=act, case=verdict["case_id"],
            differs="entry",
        )  # fmt: skip
    if verdict is None and entry is not None and not act.startswith(evidence.WITHOUT_VERDICT):
        return _of(link, Fault.MISSING, "verdict")
    return _of(link, Fault.ALTERED, ", ".join(_contradictions(verdict, entry, revision)))


def _contradictions(verdict: Row | None, entry: Row | None, revision: int) -> list[str]:
    """Name the columns that contradict others; which others are right cannot be told from a hash."""
    if verdict is None or entry is None:
        return ["entry" if entry is not None else "verdict" if verdict is not None else "refusal"]
    names: list[str] = []
    if entry["revision"] != revision + 1:
        names.append("journal.revision")
    names += [f"verdicts.{name}" for name in ("case_id", "revision") if verdict[name] != entry[name]]
    try:
        judged: Verdict | None = _decode_verdict(verdict["verdict"])
    except msgspec.DecodeError:
        judged = None
    if not isinstance(judged, Accepted) or judged.revision != entry["revision"]:
        names.append("verdicts.verdict")
    elif epoch_ms(judged.judged_at) != entry["entered_ms"]:
        names.append("journal.entered_ms or verdicts.verdict")
    try:
        facts = _decode_events(entry["events"])
    except msgspec.DecodeError:
        return [*names, "journal.events"]
    if facts:
        first = facts[0]
        stamps = {"act": first.act, "person": first.by, "at_ms": epoch_ms(first.at)}
        names += [f"journal.{name}" for name, value in stamps.items() if entry[name] != value]
    try:
        kind = msgspec.json.decode(entry["command"], type=dict[str, msgspec.Raw]).get("command")
    except msgspec.DecodeError:
        return [*names, "journal.command"]
    if kind is None or msgspec.json.decode(kind) != entry["kind"]:
        names.append("journal.kind or journal.command")
    return names or ["journal.command, events, sealed or committed_ms, or verdicts.person or unit"]


def _of(link: _Link, fault: Fault, differs: str) -> Finding:
    row = link.judged.entry or link.judged.verdict or {}
    return Finding(
        fault=fault,
        place=link.place,
        revision=row.get("revision") or 0,
        act=link.act,
        case=row.get("case_id", ""),
        differs=differs,
    )


def _unchained(connection: sa.Connection) -> list[Finding]:
    """Find what stands in the tables under no link, or under several."""
    found: list[Finding] = []
    chain = schema.chain
    for table in (schema.journal, schema.verdicts, schema.law_refusals):
        columns = [table.c.act, *(table.c[name] for name in ("revision", "case_id") if name in table.c)]
        stray = sa.select(*columns).where(table.c.act.not_in(sa.select(chain.c.act)))
        found += [
            Finding(
                fault=Fault.INSERTED,
                revision=row.get("revision") or 0,
                act=row["act"],
                case=row.get("case_id", ""),
                differs=table.name,
            )
            for row in connection.execute(stray.order_by(table.c.act).limit(NAMED_AT_MOST)).mappings()
        ]
    twice = sa.select(chain.c.act, sa.func.max(chain.c.place)).group_by(chain.c.act).having(sa.func.count() > 1)
    found += [
        Finding(fault=Fault.INSERTED, place=place, act=act, differs="chain: the act is linked more than once")
        for act, place in connection.execute(twice.limit(NAMED_AT_MOST))
    ]
    return found


def _check_head(connection: sa.Connection, links: int, last: bytes, revision: int, found: list[Finding]) -> None:
    head = evidence.read_head(connection)
    told = {"place": (head.place, links), "hash": (head.hash.hex(), last.hex()), "revision": (head.revision, revision)}
    differs = [f"{name}: head {has}, chain {should}" for name, (has, should) in told.items() if has != should]
    if differs:
        fault = Fault.MISSING if head.place > links else Fault.HEAD
        found.append(Finding(fault=fault, place=links + 1, revision=revision + 1, differs="; ".join(differs)))
