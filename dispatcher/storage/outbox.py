"""The receipts of this station's acts and its drafts, in the attached file `outbox`; receipts are kept for ever.

Functions over an open connection; transactions are the caller's.
"""

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from dispatcher.models.commands import Act
from dispatcher.models.ids import CommandId, Revision
from dispatcher.models.verdicts import Accepted, Refused, Settled, Verdict
from dispatcher.storage.instants import from_us, to_us
from dispatcher.sync.ports import ActState, Draft, Receipt, Trouble, state_after

_COLUMNS: Final = "seq, state, act, made_us, sent_us, judged_us, verdict, note"
_LEDGER: Final = "ledger = (SELECT ledger FROM main.standing)"
_PARTED: Final = "substr({of}, 1, instr({of} || '+', '+') - 1)"
_KIN: Final = (
    f"(ledger = '' OR {_PARTED.format(of='ledger')} = (SELECT {_PARTED.format(of='ledger')} FROM main.standing))"
)
"""What a ledger of the cache's lineage (models.lineage) judged, or was judged before that was noted."""
_EACH_OF_THE_LAST: Final = 32
UNSETTLED: Final = "state IN ('queued', 'sent', 'parked', 'expired', 'doubted')"
"""The condition of what still needs the centre or a person."""

_encode = msgspec.json.Encoder().encode
_decode_act = msgspec.json.Decoder(Act).decode
_decode_verdict = msgspec.json.Decoder(Verdict).decode
_decode_draft = msgspec.json.Decoder(Draft).decode


def add(connection: sqlite3.Connection, act: Act) -> None:
    """Add an act as queued; nothing happens when its id is known."""
    connection.execute(
        "INSERT INTO outbox.receipts (act_id, case_id, state, act, made_us) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (act_id) DO NOTHING",
        (act.id, act.command.case, ActState.QUEUED.value, _encode(act), to_us(act.made_at)),
    )


def find(connection: sqlite3.Connection, act_id: str) -> Receipt | None:
    """Give the receipt of an act."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM outbox.receipts WHERE act_id = ?", (act_id,)).fetchone()
    return None if row is None else _receipt(row)


def unsettled(connection: sqlite3.Connection) -> tuple[Receipt, ...]:
    """List what still needs the centre or a person, in the order it was made."""
    found = connection.execute(f"SELECT {_COLUMNS} FROM outbox.receipts WHERE {UNSETTLED} ORDER BY seq")
    return tuple(_receipt(row) for row in found)


def newest(connection: sqlite3.Connection, limit: int) -> tuple[Receipt, ...]:
    """List the newest receipts, newest first."""
    found = connection.execute(f"SELECT {_COLUMNS} FROM outbox.receipts ORDER BY seq DESC LIMIT ?", (limit,))
    return tuple(_receipt(row) for row in found)


def update(connection: sqlite3.Connection, receipts: Iterable[Receipt]) -> None:
    """Write the states the engine has decided."""
    connection.executemany(
        "UPDATE outbox.receipts SET state = ?, sent_us = ?, judged_us = ?, verdict = ?, note = ?,"
        f" {_LEDGER} WHERE act_id = ?",
        [
            (
                receipt.state.value,
                to_us(receipt.sent_at),
                to_us(receipt.judged_at),
                None if receipt.verdict is None else _encode(receipt.verdict),
                receipt.note,
                receipt.act.id,
            )
            for receipt in receipts
        ],
    )


def settle(connection: sqlite3.Connection, settles: Iterable[Settled], now: dt.datetime) -> None:
    """Write verdicts: an acceptance has happened whatever was thought before; a refusal counts for what was waiting."""
    for settled in settles:
        verdict = settled.verdict
        match verdict:
            case Accepted():
                connection.execute(
                    f"UPDATE outbox.receipts SET state = ?, judged_us = ?, verdict = ?, {_LEDGER} WHERE act_id = ?",
                    (state_after(verdict).value, to_us(verdict.judged_at), _encode(verdict), settled.act),
                )
            case Refused():
                connection.execute(
                    f"UPDATE outbox.receipts SET state = ?, judged_us = ?, verdict = ?, {_LEDGER}"
                    " WHERE act_id = ? AND state IN ('queued', 'sent')",
                    (state_after(verdict).value, to_us(now), _encode(verdict), settled.act),
                )


def doubt(connection: sqlite3.Connection, head: Revision) -> tuple[Receipt, ...]:
    """Mark what a ledger of this lineage accepted above `head` as doubted."""
    accepted = connection.execute(
        f"SELECT {_COLUMNS} FROM outbox.receipts WHERE state = 'accepted' AND {_KIN}"
        " AND json_extract(CAST(verdict AS TEXT), '$.revision') > ? ORDER BY seq",
        (head,),
    )
    doubted = tuple(msgspec.structs.replace(_receipt(row), state=ActState.DOUBTED) for row in accepted)
    connection.executemany(
        "UPDATE outbox.receipts SET state = ? WHERE seq = ?",
        [(ActState.DOUBTED.value, receipt.seq) for receipt in doubted],
    )
    return doubted


def accepted(connection: sqlite3.Connection) -> tuple[tuple[Revision, CommandId], ...]:
    """Name acts that a ledger of this lineage accepted: the 32 made last, then each twice as far back as the last."""
    statement = (
        "SELECT json_extract(CAST(verdict AS TEXT), '$.revision'), act_id FROM outbox.receipts"
        f" WHERE state = 'accepted' AND {_KIN} ORDER BY seq DESC LIMIT ? OFFSET ?"
    )
    found = connection.execute(statement, (_EACH_OF_THE_LAST, 0)).fetchall()
    back = 2 * _EACH_OF_THE_LAST
    while len(found) >= _EACH_OF_THE_LAST and (further := connection.execute(statement, (1, back)).fetchall()):
        found += further
        back *= 2
    return tuple((Revision(revision), CommandId(act)) for revision, act in found)


def drafts(connection: sqlite3.Connection) -> tuple[Draft, ...]:
    """List the drafts, the newest first; one of a form nobody knows any more is left out."""
    found: list[Draft] = []
    for (draft,) in connection.execute("SELECT draft FROM outbox.drafts ORDER BY saved_us DESC"):
        with contextlib.suppress(msgspec.DecodeError):
            found.append(_decode_draft(draft))
    return tuple(found)


def keep_draft(connection: sqlite3.Connection, draft: Draft) -> None:
    """Keep a draft in place of the one of the same form on the same case."""
    connection.execute(
        "REPLACE INTO outbox.drafts (case_id, form, saved_us, draft) VALUES (?, ?, ?, ?)",
        (draft.case, draft.form, to_us(draft.saved_at), _encode(draft)),
    )


def drop_draft(connection: sqlite3.Connection, case: str, form: str) -> None:
    """Forget a draft."""
    connection.execute("DELETE FROM outbox.drafts WHERE case_id = ? AND form = ?", (case, form))


def _receipt(row: tuple[Any, ...]) -> Receipt:
    seq, state, act, made_us, sent_us, judged_us, verdict, note = row
    try:
        return Receipt(
            seq=seq,
            act=_decode_act(act),
            state=ActState(state),
            made_at=from_us(int(made_us)),
            sent_at=None if sent_us is None else from_us(int(sent_us)),
            judged_at=None if judged_us is None else from_us(int(judged_us)),
            verdict=None if verdict is None else _decode_verdict(verdict),
            note=note,
        )
    except (msgspec.DecodeError, ValueError) as error:
        raise Trouble(f"发件记录 {seq} 无法读取。 | Receipt {seq} of the outbox cannot be read. ({error})") from error
