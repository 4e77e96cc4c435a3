"""The duty roster: who is on duty where, as what, from when to when; and who of them is told of a silence.

A roster is data, read from the rows of a table. Phones stay in it: what is journaled are names with their posts.
"""

import datetime as dt
import enum
from collections.abc import Collection, Iterable, Mapping

import msgspec

from dispatcher.models.ids import Instant, UnitId
from dispatcher.models.workcalendar import BEIJING


class DutyPost(enum.StrEnum):
    """What somebody is on duty as: 联络员 and 带班领导 of a department, 值班长 of a street, 主管领导 of either."""

    LIAISON = "liaison"
    DUTY_LEADER = "duty_leader"
    SHIFT_LEADER = "shift_leader"
    SUPERVISOR = "supervisor"


POST_WORDS: dict[DutyPost, str] = {
    DutyPost.LIAISON: "联络员",
    DutyPost.DUTY_LEADER: "带班领导",
    DutyPost.SHIFT_LEADER: "值班长",
    DutyPost.SUPERVISOR: "主管领导",
}
"""How a post is called in a roster's rows and in the record."""
_TOLD: tuple[tuple[DutyPost, DutyPost | None], ...] = (
    (DutyPost.LIAISON, None),
    (DutyPost.DUTY_LEADER, DutyPost.SHIFT_LEADER),
    (DutyPost.SUPERVISOR, DutyPost.SUPERVISOR),
)
"""Whom of the department and of the street each rung is told to."""
_POSTS = {post.value: post for post in DutyPost} | {word: post for post, word in POST_WORDS.items()}
COLUMNS = ("unit", "post", "name", "phone", "from", "to")
"""What a row has; `from` and `to` may be empty for somebody who is always on duty."""


class OnDuty(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person on duty in a unit from `starts` until before `ends`; None means without a beginning or an end."""

    unit: UnitId
    post: DutyPost
    name: str
    phone: str = ""
    starts: Instant | None = None
    ends: Instant | None = None

    def is_at(self, at: dt.datetime) -> bool:
        """Tell whether the person is on duty at an instant."""
        return (self.starts is None or self.starts <= at) and (self.ends is None or at < self.ends)


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was left out: which field of which line (the header is line 1), its value and what to do about it."""

    field: str
    value: str
    remedy: str
    line: int


class BadRoster(ValueError):
    """The rows are no roster at all; `field`, `value`, `remedy` and `line` say what has to be mended."""

    def __init__(self, field: str, value: str, remedy: str, line: int) -> None:
        super().__init__(f"line {line}: {field} = {value!r}: {remedy}")
        self.field = field
        self.value = value
        self.remedy = remedy
        self.line = line


class Roster(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everybody's duty, in the order of the rows; `faults` are the rows that could not be used."""

    duties: tuple[OnDuty, ...] = ()
    faults: tuple[BadRow, ...] = ()

    def told(self, rung: int, department: UnitId, street: UnitId, at: dt.datetime) -> tuple[str, ...]:
        """Name who is told when a department's silence has climbed to a rung of the ladder, 0 to 2.

        First the department's liaison; then its duty leader and the street's shift leader; at last both supervisors.
        Empty when none of them is on duty at `at`.
        """
        of_department, of_street = _TOLD[rung]
        return tuple(
            f"{POST_WORDS[duty.post]} {duty.name}"
            for unit, post in ((department, of_department), (street, of_street))
            for duty in self.duties
            if duty.unit == unit and duty.post is post and duty.is_at(at)
        )


def read_roster(rows: Iterable[Mapping[str, str | None]], known: Collection[UnitId] = ()) -> Roster:
    """Read a roster from rows by the names of COLUMNS; a row that is wrong becomes a fault, the others are kept.

    `known` are the units there are; empty means that units are not checked. An instant is ISO 8601, Beijing's time
    where it names no zone. A cell that is None is missing. Raises BadRoster when the table lacks a column.
    """
    duties: list[OnDuty] = []
    faults: list[BadRow] = []
    for line, row in enumerate(rows, 2):
        missing = next((column for column in COLUMNS if column not in row), None)
        if missing is not None:
            raise BadRoster(missing, "", f"the table has no such column; it needs {', '.join(COLUMNS)}", 1)
        found = _read_row(row, known, line)
        if isinstance(found, OnDuty):
            duties.append(found)
        else:
            faults.append(found)
    return Roster(duties=tuple(duties), faults=tuple(faults))


def _read_row(cells: Mapping[str, str | None], known: Collection[UnitId], line: int) -> OnDuty | BadRow:
    row = {column: (cells[column] or "").strip() for column in COLUMNS}

    def bad(field: str, remedy: str) -> BadRow:
        return BadRow(field=field, value=row[field], remedy=remedy, line=line)

    for field in COLUMNS:
        if cells[field] is None:  # a row that breaks off does not mean "always on duty"
            return bad(field, "the row ends before it; write the cell, empty if need be")
    for field in ("unit", "post", "name"):
        if not row[field]:
            return bad(field, "is empty; fill it in")
    if known and row["unit"] not in known:
        return bad("unit", "there is no such unit; use the code of one")
    if row["post"] not in _POSTS:
        return bad("post", f"is no post; write one of {', '.join(_POSTS)}")
    bounds: dict[str, dt.datetime | None] = {}
    for field in ("from", "to"):
        try:
            bounds[field] = _instant(row[field])
        except (ValueError, OverflowError):
            return bad(field, "is no instant; write it like 2026-03-03 08:00 (Beijing's time)")
    starts, ends = bounds["from"], bounds["to"]
    if starts is not None and ends is not None and ends <= starts:
        return bad("to", "is not after `from`; a duty ends after it began")
    return OnDuty(
        unit=UnitId(row["unit"]),
        post=_POSTS[row["post"]],
        name=row["name"],
        phone=row["phone"],
        starts=starts,
        ends=ends,
    )


def _instant(text: str) -> dt.datetime | None:
    if not text:
        return None
    at = dt.datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=BEIJING)).astimezone(dt.UTC)
