"""The receipts of this station's acts, in the attached file `outbox`: kept for ever, the unsettled ones found quickly.

Functions over an open connection; transactions are the caller's.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from dispatcher.models.commands import Act
from dispatcher.models.verdicts import Accepted, Refused, Settled, Verdict
from dispatcher.storage.instants import from_us, to_us
from dispatcher.sync.ports import ActState, Receipt, Trouble, state_after

_COLUMNS: Final = "seq, state, act, made_us, sent_us, judged_us, verdict, note"
_UNSETTLED: Final = "state IN ('queued', 'sent', 'parked', 'expired')"

_encode = msgspec.json.Encoder().encode
_decode_act = msgspec.json.Decoder(Act).decode
_decode_verdict = msgspec.json.Decoder(Verdict).decode


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
    found = connection.execute(f"SELECT {_COLUMNS} FROM outbox.receipts WHERE {_UNSETTLED} ORDER BY seq")
    return tuple(_receipt(row) for row in found)


def recall(connection: sqlite3.Connection, after: int) -> tuple[Receipt, ...]:
    """Put acts accepted after a revision back to sent; gives them in the order they were made."""
    where = "state = 'accepted' AND json_extract(CAST(verdict AS TEXT), '$.revision') > ?"
    found = connection.execute(f"SELECT act_id FROM outbox.receipts WHERE {where} ORDER BY seq", (after,)).fetchall()
    connection.execute(
        f"UPDATE outbox.receipts SET state = 'sent', judged_us = NULL, verdict = NULL WHERE {where}", (after,)
    )
    return tuple(receipt for (act,) in found if (receipt := find(connection, act)) is not None)


def newest(connection: sqlite3.Connection, limit: int) -> tuple[Receipt, ...]:
    """List the newest receipts, newest first."""
    found = connection.execute(f"SELECT {_COLUMNS} FROM outbox.receipts ORDER BY seq DESC LIMIT ?", (limit,))
    return tuple(_receipt(row) for row in found)


def update(connection: sqlite3.Connection, receipts: Iterable[Receipt]) -> None:
    """Write the states the engine has decided."""
    connection.executemany(
        "UPDATE outbox.receipts SET state = ?, sent_us = ?, judged_us = ?, verdict = ?, note = ? WHERE act_id = ?",
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
                    "UPDATE outbox.receipts SET state = ?, judged_us = ?, verdict = ? WHERE act_id = ?",
                    (state_after(verdict).value, to_us(verdict.judged_at), _encode(verdict), settled.act),
                )
            case Refused():
                connection.execute(
                    "UPDATE outbox.receipts SET state = ?, judged_us = ?, verdict = ?"
                    " WHERE act_id = ? AND state IN ('queued', 'sent')",
                    (state_after(verdict).value, to_us(now), _encode(verdict), settled.act),
                )


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
