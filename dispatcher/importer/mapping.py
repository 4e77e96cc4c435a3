"""One row of a file to one order, by a profile: pure, so that every trap of a file is a test.

What cannot be taken is a `Rejected` with field, value and remedy. What can be taken after a mend (a close
before its open, a missing time) is taken, and the mend is told.
"""

import datetime as dt
import hashlib
import zoneinfo
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from dispatcher.importer.profiles import Profile
from dispatcher.importer.readers import Cell, Row
from dispatcher.models.ids import UnitId
from dispatcher.models.order import Caller, Channel, DemandKind, Order, Place, Point, Urgency
from dispatcher.models.organisation import Unit, UnitKind

TITLE_LENGTH = 60

_Word = TypeVar("_Word", Urgency, DemandKind, Channel)


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is not taken: where, which field of the order, what stood there and what to do."""

    line: int
    field: str
    value: str
    remedy: str


class Mapped(msgspec.Struct, frozen=True, kw_only=True):
    """A row as an order for `holder`; `mends` are the kinds of mend it took, one phrase each."""

    line: int
    order: Order
    holder: UnitId
    caller: Caller | None
    closed_at: dt.datetime | None
    result: str
    mends: tuple[str, ...]


class _Bad(Exception):
    def __init__(self, field: str, value: str, remedy: str) -> None:
        super().__init__(field)
        self.field, self.value, self.remedy = field, value, remedy


CLOSED_BEFORE_OPEN = "closed before it was opened: taken as closed when it was opened"
CLOSED_WITHOUT_TIME = "handled, but without a closing time: taken as closed when it was opened"
TARGET_BEFORE_OPEN = "target before it was opened: the policy's limit counts instead"
TIME_OF_IMPORT = "without a time: taken as dispatched now"
DAY_ONLY = "a date without a time of day: taken as 00:00"
NO_POINT = "the point's coordinates cannot be read: left out"


class Mapping:
    """A profile made ready for many rows. `default_holder` receives rows that name no unit."""

    def __init__(self, profile: Profile, units: Iterable[Unit], default_holder: UnitId, now: dt.datetime) -> None:
        self._profile = profile
        self._default_holder = default_holder
        self._now = now
        try:
            self._zone = zoneinfo.ZoneInfo(profile.times.zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            raise LookupError(
                f"{profile.name}: times.zone: {profile.times.zone!r} is no time zone known here"
            ) from None
        self._columns = {
            field: (names,) if isinstance(names, str) else names for field, names in profile.fields.items()
        }
        self._codes: set[UnitId] = set()
        self._by_name: defaultdict[str, list[Unit]] = defaultdict(list)
        self._names: dict[UnitId, str] = {}
        for unit in units:
            self._codes.add(unit.id)
            self._names[unit.id] = unit.name
            if unit.kind in (UnitKind.STREET, UnitKind.DEPARTMENT, UnitKind.ENTERPRISE):
                self._by_name[unit.name].append(unit)

    def map(self, row: Row) -> Mapped | Rejected:
        """Make an order of a row, or say why not."""
        try:
            return self._map(row)
        except _Bad as bad:
            return Rejected(line=row.line, field=bad.field, value=bad.value[:120], remedy=bad.remedy)

    def _map(self, row: Row) -> Mapped:
        mends: list[str] = []
        profile = self._profile
        number = self._text(row, "number")
        if not number and profile.number_from:
            content = "\x1f".join(str(row.cells.get(column) or "") for column in profile.number_from)
            number = hashlib.sha256(content.encode()).hexdigest()[:16]
        if not number:
            raise _Bad("number", "", f"fill in {' or '.join(self._columns['number'])}")
        title = self._text(row, "title")
        if not title:
            raise _Bad("title", "", f"fill in {' or '.join(self._columns['title'])}")
        dispatched_at = self._time(row, "dispatched_at", mends)
        if dispatched_at is None:
            if not profile.time_of_import:
                raise _Bad("dispatched_at", "", f"fill in {' or '.join(self._columns['dispatched_at'])}")
            dispatched_at = self._now
            mends.append(TIME_OF_IMPORT)
        if dispatched_at > self._now + dt.timedelta(minutes=5):
            raise _Bad("dispatched_at", dispatched_at.isoformat(), "lies in the future; mend the time or its zone")
        due_at = self._time(row, "feedback_due_at", mends)
        if due_at is not None and due_at < dispatched_at:
            due_at = None
            mends.append(TARGET_BEFORE_OPEN)
        caller_name, caller_phone = self._text(row, "caller_name"), self._text(row, "caller_phone")
        confidential = self._text(row, "confidential") in profile.yes or caller_name == "保密"
        if caller_name == "保密":
            caller_name = ""
        order = Order(
            number=number,
            source=profile.source,
            title=title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1] + "…",
            text=self._text(row, "text") or title,
            dispatched_at=dispatched_at,
            created_at=self._time(row, "created_at", mends),
            feedback_due_at=due_at,
            urgency=self._word(row, "urgency", profile.urgency, Urgency.ORDINARY),
            kind=self._word(row, "kind", profile.kind, DemandKind.COMPLAINT, mends),
            channel=self._word(row, "channel", profile.channel, Channel.OTHER, mends),
            category=tuple(dict.fromkeys(self._all(row, "category"))),
            place=Place(
                address=self._text(row, "address"),
                community=self._text(row, "community"),
                spot=self._text(row, "spot"),
                point=self._point(row, mends),
            ),
            confidential=confidential,
            wants_answer="wants_answer" not in self._columns or self._text(row, "wants_answer") in profile.yes,
            previous_number=self._text(row, "previous_number"),
            reported_party=self._text(row, "reported_party"),
            labels=tuple(self._all(row, "labels")),
        )
        caller = Caller(caller_name, caller_phone) if caller_name or caller_phone else None
        return Mapped(
            line=row.line,
            order=order,
            holder=self._holder(row),
            caller=caller,
            closed_at=self._closed(row, dispatched_at, mends),
            result=self._text(row, "result"),
            mends=tuple(mends),
        )

    def _all(self, row: Row, field: str) -> list[str]:
        cells = (row.cells.get(column) for column in self._columns.get(field, ()))
        return [text for text in (_plain(cell) for cell in cells) if text]

    def _text(self, row: Row, field: str) -> str:
        return next(iter(self._all(row, field)), "")

    def _word(
        self, row: Row, field: str, words: dict[str, _Word], default: _Word, mends: list[str] | None = None
    ) -> _Word:
        """Look a word up; an unknown one is mended to the default where no limit hangs on it."""
        text = self._text(row, field)
        if not text or not words:
            return default
        if text in words:
            return words[text]
        if mends is None:
            raise _Bad(field, text, f"use one of {'、'.join(words)}, or add the word to the profile")
        mends.append(f"unknown {field} {text!r}: taken as {default.value}")
        return default

    def _time(self, row: Row, field: str, mends: list[str]) -> dt.datetime | None:
        for column in self._columns.get(field, ()):
            cell = row.cells.get(column)
            if isinstance(cell, dt.datetime):
                return self._utc(cell)
            if isinstance(cell, dt.date):
                return self._day(cell, mends)
            text = _plain(cell)
            if text:
                return self._parsed(field, text, mends)
        return None

    def _parsed(self, field: str, text: str, mends: list[str]) -> dt.datetime:
        for form in self._profile.times.forms:
            try:
                found = dt.datetime.fromisoformat(text) if form == "iso" else dt.datetime.strptime(text, form)  # noqa: DTZ007
            except ValueError:
                continue
            if (form == "iso" and len(text) == 10) or (form != "iso" and "%H" not in form and "%I" not in form):
                return self._day(found.date(), mends)
            return self._utc(found)
        raise _Bad(field, text, f"write it like {self._example()}, or add its form to the profile")

    def _example(self) -> str:
        form = self._profile.times.forms[0]
        moment = dt.datetime(2026, 11, 18, 12, 48, 20)  # noqa: DTZ001
        return moment.isoformat() if form == "iso" else moment.strftime(form)

    def _day(self, day: dt.date, mends: list[str]) -> dt.datetime:
        if DAY_ONLY not in mends:
            mends.append(DAY_ONLY)
        return self._utc(dt.datetime.combine(day, dt.time()))

    def _utc(self, moment: dt.datetime) -> dt.datetime:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._zone)
        return moment.astimezone(dt.UTC)

    def _closed(self, row: Row, opened: dt.datetime, mends: list[str]) -> dt.datetime | None:
        closed = self._time(row, "closed_at", mends)
        if closed is None:
            for column, words in self._profile.ended.items():
                if _plain(row.cells.get(column)) in words:
                    mends.append(CLOSED_WITHOUT_TIME)
                    return opened
            return None
        if closed < opened:
            mends.append(CLOSED_BEFORE_OPEN)
            return opened
        return closed

    def _point(self, row: Row, mends: list[str]) -> Point | None:
        lon, lat = self._text(row, "lon"), self._text(row, "lat")
        if not lon or not lat:
            return None
        try:
            point = Point(float(lon), float(lat), self._profile.datum)
        except ValueError:
            point = None
        if point is None or not (-180 <= point.lon <= 180 and -90 <= point.lat <= 90):
            mends.append(NO_POINT)
            return None
        return point

    def _holder(self, row: Row) -> UnitId:
        text = self._text(row, "holder")
        if not text:
            if not self._default_holder:
                raise _Bad("holder", "", "the row names no unit; name one for such rows with --street CODE")
            return self._default_holder
        if text in self._codes:
            return UnitId(text)
        found = self._by_name.get(text, [])
        district = self._text(row, "district")
        if len(found) > 1 and district:
            found = [unit for unit in found if unit.parent and self._names.get(unit.parent) == district]
        if not found:
            raise _Bad("holder", text, "no unit of that name or code is known; write its nine-digit code")
        if len(found) > 1:
            codes = ", ".join(unit.id for unit in found)
            raise _Bad("holder", text, f"several units have that name ({codes}); write the code or the district")
        return found[0].id


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
