"""The law book in the ledger: one row that is the book, and its changes in the journal among the acts on cases.

Functions over an open connection; transactions are the caller's. A change takes its revision from the same head as
everything else, so that one order holds of what was judged and of the law it was judged by.
"""

import datetime as dt
from typing import Final

import msgspec
import sqlalchemy as sa

from dispatcher.models.ids import CommandId, Revision
from dispatcher.models.lawbook import LawAct, LawBook, LawReason, LawRefused, ReplaceCalendar, judge_law
from dispatcher.models.organisation import Actor
from dispatcher.models.queue import epoch_ms
from dispatcher.models.verdicts import Accepted
from dispatcher.storage import evidence, standing, tallies
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.fitness import LONGEST_ID, LONGEST_KEY, is_storable
from dispatcher.storage.writing import NO_CASE, put, write_entry

_ONE: Final = 1
_SAME: Final = schema.law.c.one == schema.head.c.one
_encode = msgspec.json.Encoder().encode
_decode_book = msgspec.json.Decoder(LawBook).decode
_decode_refused = msgspec.json.Decoder(LawRefused).decode


def book(connection: sa.Connection) -> LawBook | None:
    """Read the book, None where there is none yet."""
    text = connection.execute(sa.select(schema.law.c.book)).scalar()
    return None if text is None else _decode_book(text)


def book_and_revision(connection: sa.Connection) -> tuple[LawBook, Revision]:
    """Read the book and the revision of its newest change."""
    both = sa.select(schema.law.c.book, schema.head.c.law).join_from(schema.law, schema.head, _SAME)
    text, revision = connection.execute(both).one()
    return _decode_book(text), Revision(revision)


def put_first(connection: sa.Connection, first: LawBook) -> None:
    """Write the first book unless there is one."""
    standing.lock(connection)
    if book(connection) is None:
        _put(connection, first)


def change(
    connection: sa.Connection, act: LawAct, actor: Actor, now: dt.datetime, committed_at: dt.datetime
) -> LawBook | LawRefused:
    """Judge one change and write what follows: book, journal, verdict and head, or the refusal."""
    if not act.id or len(act.id) > LONGEST_ID or not is_storable(act.id):
        return LawRefused(reason=LawReason.BAD_FIELD, field="id", detail=ascii(act.id[:LONGEST_ID])[1:-1])
    head = evidence.read_head(connection, lock=True)
    present = book(connection)
    if present is None:
        raise LookupError("a ledger without a first law book")
    known = _answer_before(connection, act.id)
    if known is not None:
        return known if isinstance(known, LawRefused) else present
    try:
        found = judge_law(act, present, actor, now)
    except (ArithmeticError, TypeError, ValueError) as error:
        # A day at the end of the calendar: nobody can reckon with it.
        found = LawRefused(reason=LawReason.BAD_FIELD, field="", detail=str(error)[:LONGEST_KEY])
    if isinstance(found, LawRefused):
        refusal = {
            "act": act.id,
            "person": actor.person,
            "command": _encode(act.command).decode(),
            "refused": _encode(found).decode(),
            "entered_ms": epoch_ms(now),
        }
        put(connection, schema.law_refusals, [refusal])
        evidence.write_head(
            connection, evidence.extend(connection, head, [evidence.Judged(act.id, law_refusal=refusal)])
        )
        return found
    if isinstance(act.command, ReplaceCalendar):
        tallies.forget(connection)  # what ended past the old calendar may have been in time by the new one
    revision = Revision(head.revision + 1)
    entry = write_entry(
        connection,
        revision,
        act.id,
        act.command,
        actor.person,
        min(act.made_at, now),
        committed_at,
        entered_at=now,
    )
    verdict = {
        "act": act.id,
        "case_id": NO_CASE,
        "verdict": _encode(Accepted(revision=revision, judged_at=now)).decode(),
        "revision": revision,
        "person": actor.person,
        "unit": actor.unit,
        "sealed": None,
    }
    put(connection, schema.verdicts, [verdict])
    _put(connection, found)
    head = evidence.extend(connection, head, [evidence.Judged(act.id, verdict, entry)])
    evidence.write_head(connection, head._replace(revision=revision), law=revision)
    return found


def _answer_before(connection: sa.Connection, act: CommandId) -> "LawRefused | bool | None":
    """Give the refusal or the acceptance (True) this act had before; an id some act on a case had is refused."""
    refused = connection.execute(
        sa.select(schema.law_refusals.c.refused).where(schema.law_refusals.c.act == act)
    ).scalar()
    if refused is not None:
        return _decode_refused(refused)
    verdicts = schema.verdicts
    known = connection.execute(sa.select(verdicts.c.case_id).where(verdicts.c.act == act)).scalar()
    if known is None:
        return None
    return True if known == NO_CASE else LawRefused(reason=LawReason.ALREADY_SO, field="id", detail=act)


def _put(connection: sa.Connection, found: LawBook) -> None:
    put(connection, schema.law, [{"one": _ONE, "book": _encode(found).decode()}], key=("one",))
