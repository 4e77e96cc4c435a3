"""Rows out of files: CSV, TSV, XLSX and JSON lines, plain or gzipped, in the encodings Chinese offices use.

A row is its line number and its cells by column name, all text but for the dates of a spreadsheet. A line that
cannot be read comes as a `BadLine`, and reading goes on.
"""

import csv
import datetime as dt
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import python_calamine

Cell = str | dt.datetime | dt.date | float | int | bool | dt.time | dt.timedelta | None


class Row(NamedTuple):
    """One record: the line it starts on (a spreadsheet's row, 1 is the head) and its cells by column."""

    line: int
    cells: dict[str, Cell]


class BadLine(NamedTuple):
    """A line that is no record: which, what stands there (shortened) and what to do."""

    line: int
    value: str
    remedy: str


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the text says why and what would help."""


FORMATS = {".csv": "csv", ".tsv": "tsv", ".txt": "tsv", ".xlsx": "xlsx", ".jsonl": "jsonl", ".ndjson": "jsonl"}


def format_of(path: Path) -> str:
    """Tell a file's format from its name, a trailing .gz aside; raises UnreadableFile."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    found = FORMATS.get(suffixes[-1]) if suffixes else None
    if found is None:
        known = ", ".join(sorted(FORMATS))
        raise UnreadableFile(f"{path.name}: its name ends in none of {known} (each also with .gz); rename it")
    return found


def read_rows(path: Path) -> Iterator[Row | BadLine]:
    """Read a file's rows in order; raises UnreadableFile when it cannot be opened or has no head."""
    kind = format_of(path)
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except (OSError, EOFError) as error:
        raise UnreadableFile(f"{path}: cannot be read: {error}") from None
    if not raw.strip():
        raise UnreadableFile(f"{path}: is empty")
    if kind == "xlsx":
        yield from _sheet(path, raw)
    elif kind == "jsonl":
        yield from _lines(raw)
    else:
        yield from _table(path, _decoded(path, raw), "\t" if kind == "tsv" else ",")


def _decoded(path: Path, raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"{path}: is neither UTF-8 nor GB 18030; save it as UTF-8")


def _table(path: Path, text: str, delimiter: str) -> Iterator[Row | BadLine]:
    csv.field_size_limit(16 * 1024 * 1024)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        head = [name.strip() for name in next(reader)]
    except (StopIteration, csv.Error) as error:
        raise UnreadableFile(f"{path}: has no line of column names: {error}") from None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadLine(line, "", f"not a line of a table: {error}")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            shown = delimiter.join(cells)[:120]
            yield BadLine(
                line, shown, f"has {len(cells)} columns, the head has {len(head)}; quote text that holds a comma"
            )
            continue
        yield Row(line, dict(zip(head, cells, strict=True)))


def _lines(raw: bytes) -> Iterator[Row | BadLine]:
    decoder = msgspec.json.Decoder(dict[str, object])
    for line, text in enumerate(raw.splitlines(), start=1):
        if not text.strip():
            continue
        try:
            found = decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield BadLine(line, text[:120].decode("utf-8", "replace"), f"not one JSON object on one line: {error}")
            continue
        yield Row(line, {name: _cell(value) for name, value in found.items()})


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return msgspec.json.encode(value).decode()


def _sheet(path: Path, raw: bytes) -> Iterator[Row | BadLine]:
    try:
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0)
    except (python_calamine.CalamineError, IndexError) as error:
        raise UnreadableFile(f"{path}: is no XLSX workbook: {error}") from None
    rows = enumerate(sheet.to_python(skip_empty_area=False), start=1)
    head: list[str] = []
    for _line, cells in rows:
        names = [str(cell).strip() for cell in cells]
        # Ledgers often carry a merged title above the head: the head is the first row with two names or more.
        if sum(bool(name) for name in names) >= 2:
            head = names
            break
    if not head:
        raise UnreadableFile(f"{path}: the first sheet has no row of column names")
    for line, cells in rows:
        if any(str(cell).strip() for cell in cells):
            yield Row(line, {name: cell for name, cell in zip(head, cells, strict=False) if name})
