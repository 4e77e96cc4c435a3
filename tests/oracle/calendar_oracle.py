"""Working time counted minute by minute.

Every instant is a whole number of seconds since 00:00 in Beijing of the calendar's first day. The calendar is a plain
list of minutes, 1 where offices are open; everything else is counting in that list or walking from day to day.
"""

from itertools import accumulate, compress

DAY = 86400


class MinuteCalendar:
    """A bitmap of minutes over `days` days; `weekday` is that of day 0 (Monday is 0).

    `off` and `made_up` are day numbers, `sessions` pairs of minutes of the day (open, close). What is published ends
    with day `published`; after it only weekends are off, whatever the lists say.
    """

    def __init__(self, days, weekday, off, made_up, sessions, published):
        self.days, self.published, self.close = days, published, max(end for _, end in sessions)
        one_day = bytearray(1440)
        for start, end in sessions:
            for minute in range(start, end):
                one_day[minute] = 1
        shut = bytes(1440)
        self.worked = []
        for day in range(days):
            weekend = (weekday + day) % 7 >= 5
            known = day <= published
            self.worked.append((known and day in made_up) or not (weekend or (known and day in off)))
        self.open = b"".join(bytes(one_day) if worked else shut for worked in self.worked)
        self.before = list(accumulate(self.open, initial=0))
        self.positions = list(compress(range(days * 1440), self.open))

    def worked_seconds(self, start, end):
        """Open seconds between two instants."""
        return max(0, self._passed(end) - self._passed(start))

    def _passed(self, instant):
        minute, second = divmod(instant, 60)
        return self.before[minute] * 60 + (second if self.open[minute] else 0)

    def after_working_seconds(self, start, length):
        """The instant at which so many open seconds have passed; used up at a closing, it is that closing."""
        if length == 0:
            return start
        minutes, seconds = divmod(self._passed(start) + length, 60)
        if seconds == 0:
            return (self.positions[minutes - 1] + 1) * 60
        return self.positions[minutes] * 60 + seconds

    def after_working_days(self, start, count, skipped=()):
        """Close of office of the count-th working day after the day of `start`; `skipped` are days that count not."""
        day = start // DAY
        while count:
            day += 1
            if self.worked[day] and day not in skipped:
                count -= 1
        return day * DAY + self.close * 60

    def is_provisional(self, end):
        """Past the last day of which holidays are known."""
        return end // DAY > self.published


def end_of(calendar, start, limit, pauses=()):
    """When a limit (number, measure) ends that starts at `start`; `pauses` are stretches whose minutes do not count."""
    number, measure = limit
    if measure == "WD":
        skipped = {day for since, until in pauses for day in range(since // DAY, until // DAY)}
        return calendar.after_working_days(start, number, skipped)
    if measure == "W":
        end = calendar.after_working_seconds(start, number * 60)
        for since, until in pauses:
            if since < end:
                used = calendar.worked_seconds(start, since) - sum(
                    calendar.worked_seconds(a, b) for a, b in pauses if b <= since
                )
                end = calendar.after_working_seconds(until, number * 60 - used)
        return end
    end = start + number * 60 if measure == "N" else (start // DAY + 1) * DAY
    for since, until in pauses:
        if since < end:
            end += until - since
    return end
