"""A whole file to the centre: read, map, hand over in batches, and account for every row.

Rejected rows are written to a CSV file with line, field, value and remedy, whoever rejected them. Nothing is
lost when the centre goes away in the middle: run it again, what is there already is not taken twice.
"""

import collections
import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

import msgspec

from dispatcher.importer.mapping import Mapped, Mapping, Rejected
from dispatcher.importer.profiles import Profile, detected
from dispatcher.importer.readers import BadLine, Row, UnreadableFile, read_rows
from dispatcher.models.ids import UnitId
from dispatcher.models.organisation import Unit
from dispatcher.transport.doors import Intake
from dispatcher.wire import OrderAnswer, posted

BATCH = 500


class Tally(msgspec.Struct):
    """What became of a file's rows; `read` is the sum of the four below it."""

    profile: str = ""
    read: int = 0
    accepted: int = 0
    already_there: int = 0
    rejected: int = 0
    failed: int = 0
    mends: collections.Counter[str] = msgspec.field(default_factory=lambda: collections.Counter[str]())


class RejectedRows(AbstractContextManager["RejectedRows"]):
    """The file of rejected rows, made only when there is one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = None

    def add(self, rejected: Rejected) -> None:
        """Write one row."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow(("line", "field", "value", "remedy"))
        csv.writer(self._file).writerow((rejected.line, rejected.field, rejected.value, rejected.remedy))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


async def upload(
    path: Path,
    intake: Intake,
    *,
    profile: Profile | None,
    units: Iterable[Unit],
    default_holder: UnitId,
    now: dt.datetime,
    rejected_to: Path,
    progress: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Bring a file in; raises UnreadableFile, BadProfile, LookupError, and Trouble when the centre is away."""
    tally = Tally()
    with RejectedRows(rejected_to) as rejects:
        batch: list[Mapped] = []
        for found in _mapped(path, profile, tuple(units), default_holder, now, tally):
            tally.read += 1
            if isinstance(found, Rejected):
                tally.rejected += 1
                rejects.add(found)
                continue
            tally.mends.update(found.mends)
            batch.append(found)
            if len(batch) == BATCH:
                await _hand_over(batch, intake, tally, rejects)
                batch.clear()
                progress(tally)
        if batch:
            await _hand_over(batch, intake, tally, rejects)
        progress(tally)
    return tally


def _mapped(
    path: Path, profile: Profile | None, units: tuple[Unit, ...], holder: UnitId, now: dt.datetime, tally: Tally
) -> Iterator[Mapped | Rejected]:
    mapping: Mapping | None = None
    for row in read_rows(path):
        if isinstance(row, BadLine):
            yield Rejected(line=row.line, field="", value=row.value, remedy=row.remedy)
            continue
        if mapping is None:
            chosen = profile or detected(list(row.cells))
            _check(path, chosen, row)
            tally.profile = chosen.name
            mapping = Mapping(chosen, units, holder, now)
        yield mapping.map(row)


def _check(path: Path, profile: Profile, row: Row) -> None:
    missing = [column for column in profile.detect if column not in row.cells]
    if missing:
        raise UnreadableFile(
            f"{path.name}: profile {profile.name} expects the columns {', '.join(missing)}; "
            f"the file has {', '.join(list(row.cells)[:8])} ..."
        )


async def _hand_over(batch: list[Mapped], intake: Intake, tally: Tally, rejects: RejectedRows) -> None:
    encoder = msgspec.json.Encoder()
    lines = [
        encoder.encode(posted(m.order, m.holder, caller=m.caller, closed_at=m.closed_at, result=m.result))
        for m in batch
    ]
    answers = await intake.send(lines)
    for mapped, raw in zip(batch, answers, strict=True):
        answer = msgspec.json.decode(raw, type=OrderAnswer)
        match answer.status:
            case "accepted":
                tally.accepted += 1
            case "already_there":
                tally.already_there += 1
            case "failed":
                tally.failed += 1
            case _:
                tally.rejected += 1
                rejects.add(
                    Rejected(
                        line=mapped.line,
                        field=answer.field or "",
                        value=answer.value or "",
                        remedy=answer.remedy or answer.status,
                    )
                )
