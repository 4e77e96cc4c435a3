"""Which rows belong to a view of the queue, and how many stand under each light, without scanning.

Counts change when a row does or when an instant of a row passes; a heap holds the next instant of each row,
so a second in which nothing passes costs one comparison, whatever the number of rows.
"""

import enum
import heapq
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dispatcher.models.case import CaseState
from dispatcher.models.deadlines import ClockKind, Light
from dispatcher.models.queue import NEVER_MS, QueueRow

DAY_MS = 86_400_000
LARGE: Final = 20_000
"""From so many rows on, columns are filtered and sorted as arrays."""
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


@dataclass(frozen=True)
class Filter:
    """Which rows a list shows: those of a view, of these those under a light, of these those with the needle.

    The needle is case-folded and looked for in number, title and place.
    """

    view: View
    light: Light | None = None
    needle: str = ""

    def has_needle(self, row: QueueRow) -> bool:
        """Tell whether a row has the needle."""
        return any(self.needle in text.casefold() for text in (row.number, row.title, row.place))


class Lights:
    """Masks of slots and their counts at one instant, moved on by `advance`. `rows` is the list of rows by slot."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms, self.today_ms = now_ms, day_start_ms(now_ms)
        self._rows: list[QueueRow] = []
        self._masks = array("H")
        self._counts: Counter[int] = Counter()
        self._heap: list[tuple[int, int]] = []

    def reset(self, rows: list[QueueRow], now_ms: int, gone: Iterable[int] = ()) -> None:
        """Look at all rows anew; `rows` is kept and read again, slots in `gone` are in no view."""
        self.now_ms, self.today_ms = now_ms, day_start_ms(now_ms)
        self._rows = rows
        today_ms = self.today_ms
        self._masks = array("H", [mask_of(row, now_ms, today_ms) for row in rows])
        for slot in gone:
            self._masks[slot] = 0
        self._counts = Counter(self._masks)
        self._rebuild_heap()

    def look(self, slot: int) -> None:
        """Look at one row anew, or for the first time."""
        row = self._rows[slot]
        self._set(slot, mask_of(row, self.now_ms, self.today_ms))
        if (when := _next_ms(row, self.now_ms)) is not None:
            heapq.heappush(self._heap, (when, slot))
            if len(self._heap) > 2 * len(self._rows) + 1000:
                self._rebuild_heap()

    def forget(self, slot: int) -> None:
        """Count a row no longer: it is in no view and under no light."""
        self._set(slot, 0)

    def advance(self, now_ms: int) -> tuple[int, ...] | None:
        """Move on to `now_ms` and give the slots of which an instant has passed; None when all must be looked at anew.

        Time that runs back (a corrected clock) by more than a second and a new day are such cases.
        """
        if now_ms < self.now_ms:
            return None if self.now_ms - now_ms > _JITTER_MS else ()
        if now_ms >= self.today_ms + DAY_MS:
            return None
        self.now_ms = now_ms
        heap = self._heap
        passed: dict[int, None] = {}
        while heap and heap[0][0] <= now_ms:
            when, slot = heapq.heappop(heap)
            row = self._rows[slot]
            # An instant the row no longer has is left over from its earlier content; mask 0 owes nobody anything.
            if self._masks[slot] and when in (row.yellow_ms, row.orange_ms, row.due_ms, row.whistle_due_ms):
                passed[slot] = None
        for slot in passed:
            self.look(slot)
        return tuple(passed)

    def keeps(self, slot: int, wanted: Filter) -> bool:
        """Tell whether a list shows a slot at the present instant."""
        mask = self._masks[slot]
        if not mask & bit(wanted.view) or (wanted.light is not None and not mask & bit(wanted.light)):
            return False
        return not wanted.needle or wanted.has_needle(self._rows[slot])

    def slots(self, wanted: Filter) -> list[int]:
        """List the slots a list shows, ascending, in one pass over masks."""
        view = bit(wanted.view)
        light = view if wanted.light is None else bit(wanted.light)
        if len(self._masks) < LARGE:
            found = [slot for slot, mask in enumerate(self._masks) if mask & view and mask & light]
        else:
            # Imported here: it takes longer than the first screen may wait, and only a large list ever needs it.
            import numpy as np

            masks = np.frombuffer(self._masks, dtype=np.uint16)
            found = np.flatnonzero((masks & view != 0) & (masks & light != 0)).tolist()
        return [slot for slot in found if wanted.has_needle(self._rows[slot])] if wanted.needle else found

    def tally(self) -> Tally:
        """Give the counts."""
        found = [0] * len(_NAMES)
        for mask, count in self._counts.items():
            for number in range(len(_NAMES)):
                if mask >> number & 1:
                    found[number] += count
        return Tally(dict(zip(Light, found, strict=False)), dict(zip(View, found[len(Light) :], strict=True)))

    def _set(self, slot: int, mask: int) -> None:
        if slot == len(self._masks):
            self._masks.append(0)
            self._counts[0] += 1
        old = self._masks[slot]
        if old != mask:
            self._masks[slot] = mask
            self._counts[old] -= 1
            self._counts[mask] += 1

    def _rebuild_heap(self) -> None:
        now_ms, masks = self.now_ms, self._masks
        pairs = ((_next_ms(row, now_ms), slot) for slot, row in enumerate(self._rows) if masks[slot])
        self._heap = [(when, slot) for when, slot in pairs if when is not None]
        heapq.heapify(self._heap)


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
