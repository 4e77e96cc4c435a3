"""When a clock turns yellow and orange: by the share of its time that is left, with orange's floor for hour limits.

Working time is shared out as working time, everything else as natural time from start to due; pauses are no time.
Instants are microseconds since 1970. Source: DOMAIN section 5.
"""

from dispatcher.models.policy import Lights, Limit, Measure
from dispatcher.models.workcalendar import MINUTE_US, OfficeTime

Pauses = tuple[tuple[int, int], ...]
_NATURAL, _WORKING = Measure.NATURAL, Measure.WORKING_TIME


class Measured:
    """A limit worked out for counting: its length, and how far along it the lights change, in microseconds.

    `length` means nothing for working days and the same day. `floor` is how long before the end it must be orange.
    """

    __slots__ = ("floor", "in_office", "length", "limit", "natural", "orange", "yellow")

    def __init__(self, limit: Limit, lights: Lights) -> None:
        self.limit = limit
        self.natural = limit.measure is _NATURAL
        self.in_office = limit.measure is _WORKING
        self.length = limit.minutes * MINUTE_US
        self.yellow, self.orange = shares(self.length, lights)
        self.floor = lights.orange_floor_minutes * MINUTE_US if limit.in_hours else 0

    def turns(self, start: int, due: int, lights: Lights, office: OfficeTime) -> tuple[int, int]:
        """Give when a clock that nothing has touched turns yellow and orange."""
        if self.in_office:
            worked = office.worked(start)
            return _in_order(
                start, office.reached(worked + self.yellow), office.reached(worked + self.orange), due, self
            )
        if self.natural:
            return _in_order(start, start + self.yellow, start + self.orange, due, self)
        yellow, orange = shares(due - start, lights)
        return _in_order(start, start + yellow, start + orange, due, self)

    def turns_paused(self, start: int, due: int, pauses: Pauses, office: OfficeTime) -> tuple[int, int]:
        """Give when a clock of working time turns yellow and orange that stood still in between."""
        worked = office.worked(start)
        yellow, orange = office.reached(worked + self.yellow), office.reached(worked + self.orange)
        for begin, end in pauses:
            used, again = office.worked(begin), office.worked(end)
            if yellow > begin:
                yellow = office.reached(again + office.worked(yellow) - used)
            if orange > begin:
                orange = office.reached(again + office.worked(orange) - used)
        return _in_order(start, yellow, orange, due, self)


def shares(length: int, lights: Lights) -> tuple[int, int]:
    """Give how far along a length of time yellow and orange begin."""
    return round(length * (1 - lights.yellow_left)), round(length * (1 - lights.orange_left))


def turns_of_span(start: int, due: int, pauses: Pauses, lights: Lights, measured: Measured | None) -> tuple[int, int]:
    """Give when a clock turns yellow and orange whose due is not the end of its limit's own count."""
    length = due - start
    for begin, end in pauses:
        length -= min(end, due) - begin  # what stood still past the end was no time of its
    yellow, orange = shares(max(0, length), lights)
    yellow, orange = start + yellow, start + orange
    for begin, end in pauses:
        if yellow > begin:
            yellow += end - begin
        if orange > begin:
            orange += end - begin
    return _in_order(start, yellow, orange, due, measured)


def _in_order(start: int, yellow: int, orange: int, due: int, measured: Measured | None) -> tuple[int, int]:
    latest = due if measured is None else due - measured.floor
    if orange > latest:
        orange = latest
    if orange < start:
        orange = start
    return (yellow if yellow < orange else orange), orange
