"""Which rows belong to a view of the queue, and how many stand under each light, without scanning.

Counts change when a row does or when an instant of a row passes; a heap holds the next instant of each row,
so a second in which nothing passes costs one comparison, whatever the number of rows.
"""

import enum
import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from dispatcher.models.case import CaseState
from dispatcher.models.deadlines import ClockKind, Light
from dispatcher.models.ids import CaseId
from dispatcher.models.queue import NEVER_MS, QueueRow

DAY_MS = 86_400_000
_OFFSET_MS = 8 * 3_600_000


class View(enum.StrEnum):
    """A view of the queue: which cases it lists."""

    ALL_OPEN = "all_open"
    TO_SIGN = "to_sign"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    WHISTLES_OUT = "whistles_out"
    TO_REVIEW = "to_review"
    TO_CALL_BACK = "to_call_back"
    CLOSED_TODAY = "closed_today"


_NAMES: Final = (*Light, *View)
_ALL_OPEN, _TO_SIGN, _DUE_SOON, _OVERDUE, _WHISTLES_OUT, _TO_REVIEW, _TO_CALL_BACK, _CLOSED_TODAY = (
    1 << (len(Light) + number) for number in range(len(View))
)
_GREEN, _YELLOW, _ORANGE, _RED, _LATE = (1 << number for number in range(len(Light)))


def bit(name: Light | View) -> int:
    """Give the bit that stands for a light or a view in a mask; past an inner step is past as well."""
    if isinstance(name, View):
        return 1 << (len(Light) + tuple(View).index(name))
    if name in (Light.RED, Light.OVERDUE):
        return _RED | _LATE
    return 1 << tuple(Light).index(name)


def day_start_ms(now_ms: int) -> int:
    """Give the midnight before an instant in Asia/Shanghai, which has no summer time."""
    return (now_ms + _OFFSET_MS) // DAY_MS * DAY_MS - _OFFSET_MS


def mask_of(row: QueueRow, now_ms: int, today_ms: int) -> int:
    """Give the bits of a row's light and of all views that list it."""
    if row.closed_ms != NEVER_MS:
        return _CLOSED_TODAY if row.closed_ms >= today_ms else 0
    mask = _ALL_OPEN
    clock = row.clock
    if clock is not None:
        if now_ms >= row.due_ms:
            citizen = clock is ClockKind.FEEDBACK or clock is ClockKind.REDO
            mask |= _OVERDUE | (_LATE if citizen else _RED)
        elif now_ms >= row.orange_ms:
            mask |= _DUE_SOON | _ORANGE
        else:
            mask |= _YELLOW if now_ms >= row.yellow_ms else _GREEN
    state = row.state
    if state is CaseState.DISPATCHED:
        mask |= _TO_SIGN
    elif state is CaseState.REPLY_REVIEW:
        mask |= _TO_REVIEW
    elif state is CaseState.REPLIED:
        mask |= _TO_CALL_BACK
    if row.whistles_out:
        mask |= _WHISTLES_OUT
    return mask


@dataclass(frozen=True)
class Tally:
    """How many open rows stand under each light, and how many rows each view lists."""

    lights: Mapping[Light, int]
    views: Mapping[View, int]


class Lights:
    """Counts by light and view at one instant, moved on by `advance`. Knows the rows by reference."""

    def __init__(self, rows: Mapping[CaseId, QueueRow]) -> None:
        self._rows = rows
        self.now_ms = 0
        self.today_ms = 0
        self._counts: Counter[int] = Counter()
        self._heap: list[tuple[int, CaseId]] = []

    def reset(self, rows: Iterable[QueueRow], now_ms: int) -> None:
        """Count anew."""
        self.now_ms, self.today_ms = now_ms, day_start_ms(now_ms)
        listed = list(rows)
        today_ms = self.today_ms
        self._counts = Counter([mask_of(row, now_ms, today_ms) for row in listed])
        self._heap = [(when, row.id) for row in listed if (when := _next_ms(row, now_ms)) is not None]
        heapq.heapify(self._heap)

    def mask(self, row: QueueRow) -> int:
        """Give a row's mask at the present instant."""
        return mask_of(row, self.now_ms, self.today_ms)

    def add(self, row: QueueRow) -> None:
        """Count a row, and watch its next instant."""
        self._counts[self.mask(row)] += 1
        self._watch(row)

    def remove(self, row: QueueRow) -> None:
        """Count a row no longer; its instants in the heap are recognised as stale when they come."""
        mask = self.mask(row)
        self._counts[mask] -= 1
        if not self._counts[mask]:
            del self._counts[mask]

    def advance(self, now_ms: int) -> tuple[CaseId, ...] | None:
        """Move on to `now_ms` and give the rows of which an instant has passed; None when all must be counted anew.

        Time that runs back (a corrected clock) by more than a second and a new day are such cases.
        """
        if now_ms < self.now_ms:
            return None if self.now_ms - now_ms > _JITTER_MS else ()
        if now_ms >= self.today_ms + DAY_MS:
            return None
        heap = self._heap
        if not heap or heap[0][0] > now_ms:
            self.now_ms = now_ms
            return ()
        passed: dict[CaseId, None] = {}
        while heap and heap[0][0] <= now_ms:
            when, case = heapq.heappop(heap)
            row = self._rows.get(case)
            if row is not None and when in (row.yellow_ms, row.orange_ms, row.due_ms, row.whistle_due_ms):
                passed[case] = None
        for case in passed:
            self.remove(self._rows[case])
        self.now_ms = now_ms
        for case in passed:
            self.add(self._rows[case])
        return tuple(passed)

    def tally(self) -> Tally:
        """Give the counts."""
        found = [0] * len(_NAMES)
        for mask, count in self._counts.items():
            for number in range(len(_NAMES)):
                if mask >> number & 1:
                    found[number] += count
        return Tally(dict(zip(Light, found, strict=False)), dict(zip(View, found[len(Light) :], strict=True)))

    def _watch(self, row: QueueRow) -> None:
        when = _next_ms(row, self.now_ms)
        if when is None:
            return
        heapq.heappush(self._heap, (when, row.id))
        if len(self._heap) > 2 * len(self._rows) + 1000:
            now_ms = self.now_ms
            pairs = ((_next_ms(row, now_ms), row.id) for row in self._rows.values())
            self._heap = [(when, case) for when, case in pairs if when is not None]
            heapq.heapify(self._heap)


@dataclass(frozen=True)
class Filter:
    """Which rows a list shows: those of a view, of these those under a light, of these those with the needle.

    The needle is case-folded and looked for in number, title and place.
    """

    view: View
    light: Light | None = None
    needle: str = ""

    def keeps(self, row: QueueRow, lights: Lights) -> bool:
        """Tell whether the list shows a row at the present instant."""
        mask = lights.mask(row)
        if not mask & bit(self.view) or (self.light is not None and not mask & bit(self.light)):
            return False
        return not self.needle or self._has_needle(row)

    def rows(self, rows: Iterable[QueueRow], lights: Lights) -> list[QueueRow]:
        """List the rows it keeps in the order given, quicker than asking one by one."""
        found = rows_of(self.view, rows, lights.now_ms, lights.today_ms)
        if self.light is not None:
            wanted = bit(self.light)
            found = [row for row in found if lights.mask(row) & wanted]
        return [row for row in found if self._has_needle(row)] if self.needle else found

    def _has_needle(self, row: QueueRow) -> bool:
        return any(self.needle in text.casefold() for text in (row.number, row.title, row.place))


_JITTER_MS = 1000


def _next_ms(row: QueueRow, now_ms: int) -> int | None:
    if row.closed_ms != NEVER_MS:
        return None
    found: int | None = None
    whistle_ms = row.whistle_due_ms
    if now_ms < whistle_ms != NEVER_MS:
        found = whistle_ms
    if row.clock is not None and now_ms < row.due_ms:
        when = row.due_ms
        if now_ms < row.orange_ms:
            when = row.yellow_ms if now_ms < row.yellow_ms else row.orange_ms
        if found is None or when < found:
            found = when
    return found


def rows_of(view: View, rows: Iterable[QueueRow], now_ms: int, today_ms: int) -> list[QueueRow]:
    """List the rows of a view, in one pass that asks no more of a row than the view needs; agrees with `mask_of`."""
    match view:
        case View.ALL_OPEN:
            return [row for row in rows if row.closed_ms == NEVER_MS]
        case View.TO_SIGN:
            return _in_state(rows, CaseState.DISPATCHED)
        case View.TO_REVIEW:
            return _in_state(rows, CaseState.REPLY_REVIEW)
        case View.TO_CALL_BACK:
            return _in_state(rows, CaseState.REPLIED)
        case View.DUE_SOON:
            return [
                row
                for row in rows
                if row.orange_ms <= now_ms < row.due_ms and row.clock is not None and row.closed_ms == NEVER_MS
            ]
        case View.OVERDUE:
            return [row for row in rows if row.due_ms <= now_ms and row.clock is not None and row.closed_ms == NEVER_MS]
        case View.WHISTLES_OUT:
            return [row for row in rows if row.whistles_out and row.closed_ms == NEVER_MS]
        case View.CLOSED_TODAY:
            return [row for row in rows if today_ms <= row.closed_ms != NEVER_MS]
        case _:
            assert_never(view)


def _in_state(rows: Iterable[QueueRow], state: CaseState) -> list[QueueRow]:
    return [row for row in rows if row.state is state and row.closed_ms == NEVER_MS]
