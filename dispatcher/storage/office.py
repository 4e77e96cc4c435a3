"""What a station keeps of its office, in the attached file `outbox`: it outlives a cache that is filled again.

Functions over an open connection; transactions are the caller's.
"""

import sqlite3
from collections.abc import Iterable
from typing import Final

import msgspec

from dispatcher.models.ids import CommandId
from dispatcher.sync.office_ports import OfficeMemory
from dispatcher.sync.ports import Trouble
from dispatcher.wire.office import OfficeAct

_encode: Final = msgspec.json.Encoder().encode
_decode_memory: Final = msgspec.json.Decoder(OfficeMemory).decode
_decode_act: Final = msgspec.json.Decoder(OfficeAct).decode


def memory(connection: sqlite3.Connection) -> OfficeMemory | None:
    """Read what is kept of the office, None before the first and where it is of a form nobody knows."""
    row = connection.execute("SELECT memory FROM outbox.office").fetchone()
    try:
        return None if row is None else _decode_memory(row[0])
    except msgspec.DecodeError:
        return None  # the centre tells it again


def keep_memory(connection: sqlite3.Connection, kept: OfficeMemory) -> None:
    """Replace it."""
    connection.execute("REPLACE INTO outbox.office VALUES (1, ?)", (_encode(kept),))


def acts(connection: sqlite3.Connection) -> tuple[OfficeAct, ...]:
    """List the office's pending acts in their order."""
    found = connection.execute("SELECT act_id, entry FROM outbox.office_acts ORDER BY place, act_id").fetchall()
    try:
        return tuple(_decode_act(entry) for _, entry in found)
    except msgspec.DecodeError as error:
        raise Trouble(f"同事的操作记录无法读取。 | A colleague's act cannot be read. ({error})") from error


def keep_acts(connection: sqlite3.Connection, kept: Iterable[OfficeAct], dropped: Iterable[CommandId]) -> None:
    """Add or replace acts, and drop others."""
    connection.executemany(
        "REPLACE INTO outbox.office_acts VALUES (?, ?, ?)",
        [(entry.act.id, entry.place, _encode(entry)) for entry in kept],
    )
    connection.executemany("DELETE FROM outbox.office_acts WHERE act_id = ?", [(act,) for act in dropped])
