"""Backups of a ledger: one file of one form for both databases, taken while the centre works, checked when it is read.

A backup is one consistent state of every table. It holds no keys: what is sealed stays sealed. It is restored into an
empty database of either kind, as a whole or not at all; that it was set back is part of the restored ledger, so that
consoles can tell. The form: a Zstandard stream of frames, each the length of a MessagePack value in four bytes and the
value: a `Preface`, then `Rows`, then an `Ending` (docs/operations.md).
"""

import contextlib
import datetime as dt
import hashlib
import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
import sqlalchemy as sa
import zstandard

from dispatcher.models.ids import Instant, Revision
from dispatcher.models.queue import epoch_ms
from dispatcher.storage import evidence
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.adopting import drop_plain
from dispatcher.storage.centre import keep_to_owner, make_engine, snapshot, sorted_errors
from dispatcher.storage.migrations import is_known, upgrade
from dispatcher.storage.writing import put
from dispatcher.sync.ports import StoreDamaged, StoreNewer, Trouble

FORM: Final = "dispatcher backup 1"
ROWS_AT_A_TIME: Final = 1000
LEVEL: Final = 3
_LENGTH_BYTES: Final = 4
_LONGEST_FRAME: Final = 1 << 30


class Preface(msgspec.Struct, frozen=True, kw_only=True, tag="preface"):
    """What a backup is of, and where the ledger stood; `key_versions` are the keys its seals need."""

    form: str
    schema: str
    ledger: str
    head: Revision
    place: int
    hash: bytes
    key_versions: tuple[int, ...]
    taken_at: Instant


class Rows(msgspec.Struct, frozen=True, kw_only=True, tag="rows"):
    """Some rows of a table."""

    table: str
    columns: tuple[str, ...]
    rows: list[list[Any]]


class Ending(msgspec.Struct, frozen=True, kw_only=True, tag="ending"):
    """How many rows each table has, and the SHA-256 of all frames before."""

    counts: dict[str, int]
    sha256: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Preface | Rows | Ending).decode


def take(url: str, file: Path, now: dt.datetime) -> tuple[Preface, Ending]:
    """Write a backup of a ledger that may be at work; the file is whole and durable, or is not there. Raises Trouble.

    It is readable by its owner alone. An existing file is not overwritten.
    """
    if file.exists():
        raise Trouble(f"{file}: 文件已存在，不覆盖；请换一个名字。 | The file is there already; give another name.")
    part = file.with_name(f"{file.name}.part")
    try:
        with snapshot(url) as connection:
            opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(opened, "wb") as raw:
                compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
                with compressor.stream_writer(raw, closefd=False) as packed:
                    found = _write(connection, packed, now)
                raw.flush()
                os.fsync(raw.fileno())
        part.replace(file)
    except OSError as error:
        raise Trouble(f"{file}: 无法写入备份。 | The backup cannot be written. ({error})") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return found


def _write(connection: sa.Connection, packed: Any, now: dt.datetime) -> tuple[Preface, Ending]:  # noqa: ANN401
    digest = hashlib.sha256()

    def frame(value: Preface | Rows | Ending) -> None:
        data = _encode(value)
        head = len(data).to_bytes(_LENGTH_BYTES, "big")
        digest.update(head + data)
        packed.write(head)
        packed.write(data)

    head = evidence.read_head(connection)
    if not head.hash:
        raise Trouble(
            "数据库尚未由本程序启用；请先启动一次中心。"
            " | The database was migrated but never opened by this program; start the centre on it once."
        )
    preface = Preface(
        form=FORM,
        schema=schema.VERSION,
        ledger=connection.execute(sa.select(schema.meta.c.ledger)).scalar_one(),
        head=head.revision,
        place=head.place,
        hash=head.hash,
        key_versions=tuple(connection.execute(sa.select(schema.key_checks.c.version)).scalars()),
        taken_at=now,
    )
    frame(preface)
    counts: dict[str, int] = {}
    for table in schema.metadata.sorted_tables:
        name, columns = str(table.name), tuple(map(str, table.columns.keys()))
        counts[name] = 0
        statement = sa.select(table).order_by(*table.primary_key.columns)
        found = connection.execute(statement, execution_options={"yield_per": ROWS_AT_A_TIME})
        for some in found.partitions():
            counts[name] += len(some)
            frame(Rows(table=name, columns=columns, rows=[list(row) for row in some]))
    ending = Ending(counts=counts, sha256=digest.digest())
    frame(ending)
    return preface, ending


def preface_of(file: Path) -> Preface:
    """Read what a backup is of; raises Trouble, StoreDamaged when it is none."""
    with contextlib.closing(_frames(file)) as frames:
        return _preface(file, frames)


def restore(file: Path, url: str, now: dt.datetime) -> Preface:
    """Put a backup into an empty database; nothing is left in it when anything is wrong. Raises Trouble."""
    engine = make_engine(url)
    keep_to_owner(engine)
    try:
        with sorted_errors(engine):
            with engine.connect() as connection:
                there = sa.inspect(connection).get_table_names()
            if there:
                name = engine.url.render_as_string(hide_password=True)
                raise Trouble(
                    f"{name}: 数据库不是空的（有表 {there[0]}）；请恢复到一个空的数据库。"
                    f" | The database is not empty (it has a table {there[0]}); restore into an empty one."
                )
            with engine.execution_options(writing=True).begin() as connection:
                return _restore(file, connection, now)
    finally:
        engine.dispose()


@contextlib.contextmanager
def unpacked(file: Path, now: dt.datetime) -> Generator[tuple[Preface, str]]:
    """Put a backup into a database of its own for as long as it is read; gives its address."""
    with tempfile.TemporaryDirectory(prefix="dispatcher-backup-") as directory:
        url = f"sqlite:///{Path(directory) / 'ledger.db'}"
        yield restore(file, url, now), url


def _restore(file: Path, connection: sa.Connection, now: dt.datetime) -> Preface:
    _check(file)
    with contextlib.closing(_frames(file)) as frames:
        preface = _preface(file, frames)
        if not is_known("centre", preface.schema):
            raise StoreNewer(
                f"{file}: 备份由更新版本的程序写成（{preface.schema}）；请用相应版本恢复。"
                f" | The backup was written by a newer program (schema {preface.schema}); use that to restore it."
            )
        upgrade(connection, "centre", preface.schema)
        drop_plain(connection)
        counts: dict[str, int] = {}
        tables: dict[str, sa.Table] = {}
        for value in frames:
            match value:
                case Rows():
                    table = tables.get(value.table)
                    if table is None:
                        table = tables[value.table] = sa.Table(value.table, sa.MetaData(), autoload_with=connection)
                        # What a migration puts into a new ledger is not this ledger's.
                        connection.execute(sa.delete(table))
                    put(connection, table, [dict(zip(value.columns, row, strict=True)) for row in value.rows])
                    counts[value.table] = counts.get(value.table, 0) + len(value.rows)
                case Ending():
                    if {name: count for name, count in value.counts.items() if count} != counts:
                        raise _damaged(file, "row counts")
                    _note_restore(connection, preface, now)
                    return preface
                case Preface():
                    raise _damaged(file, "a second preface")
    raise _damaged(file, "no ending")


def _check(file: Path) -> None:
    """Read a backup to its checksum before any of it is believed; raises StoreDamaged."""
    last: Preface | Rows | Ending | None = None
    with contextlib.closing(_frames(file)) as frames:
        for last in frames:  # noqa: B007  (the last one is what counts)
            pass
    if not isinstance(last, Ending):
        raise _damaged(file, "no ending")


def _note_restore(connection: sa.Connection, preface: Preface, now: dt.datetime) -> None:
    restores = schema.restores
    last = connection.execute(sa.select(sa.func.max(restores.c.number))).scalar() or 0
    put(connection, restores, [{"number": last + 1, "head": preface.head, "at_ms": epoch_ms(now)}])


def _preface(file: Path, frames: Iterator[Preface | Rows | Ending]) -> Preface:
    first = next(frames, None)
    if not isinstance(first, Preface) or first.form != FORM:
        raise _damaged(file, "no preface of this form")
    return first


def _frames(file: Path) -> Generator[Preface | Rows | Ending]:
    """Read a backup's values, the ending last and checked; raises StoreDamaged."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as packed:
            while head := _exactly(packed, _LENGTH_BYTES, file):
                length = int.from_bytes(head, "big")
                if length > _LONGEST_FRAME:
                    raise _damaged(file, "a frame too long")
                data = _exactly(packed, length, file)
                value = _decode(data)
                if isinstance(value, Ending):
                    if value.sha256 != digest.digest():
                        raise _damaged(file, "checksum")
                    yield value
                    return
                digest.update(head + data)
                yield value
    except (zstandard.ZstdError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _damaged(file, str(error)) from error
    except OSError as error:
        raise Trouble(f"{file}: 无法读取备份。 | The backup cannot be read. ({error})") from error


def _exactly(packed: BinaryIO, length: int, file: Path) -> bytes:
    """Read so many bytes; none at the end of the stream."""
    parts = bytearray()
    while len(parts) < length:
        part = packed.read(length - len(parts))
        if not part:
            if parts:
                raise _damaged(file, "it ends in the middle")
            return b""
        parts += part
    return bytes(parts)


def _damaged(file: Path, what: str) -> StoreDamaged:
    return StoreDamaged(
        f"{file}: 不是备份文件，或已损坏（{what}）；请换一份备份。"
        f" | It is no backup, or a damaged one ({what}); take another backup."
    )
