"""Clocks: the station's own, a faster one for demonstrations, and the station's idea of the centre's.

Promises: `CentreTime.now` may be read from any thread and runs on a clock that never jumps, so that a changed or
wrong station clock moves no countdown. Knows nothing of links: samples are brought by whoever measured them.
"""

import datetime as dt
import sys
import time
from collections import deque
from typing import NamedTuple

from dispatcher.sync.ports import Clock

WRONG_BEYOND_S = 30.0
"""A station clock further off than this, for certain, is said to be wrong."""
DRIFT = 100e-6
"""How fast two ordinary computers' clocks may drift apart."""
SAMPLES = 16
_SLACK_S = 0.005


class SystemClock:
    """The machine's clocks; the monotonic one goes on while the machine sleeps, where the system has such a one."""

    def now(self) -> dt.datetime:
        """Give the wall clock as aware UTC."""
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        """Give seconds since an arbitrary instant, never going back."""
        return _monotonic()


class SpeedClock:
    """A clock that shows `origin` at `origin_epoch_s` and runs `factor` times as fast; equal in every process."""

    def __init__(self, origin_epoch_s: float, origin: dt.datetime, factor: float) -> None:
        if factor <= 0:
            raise ValueError(f"factor {factor}: a clock runs forward")
        self._origin_epoch_s = origin_epoch_s
        self._origin = origin
        self._factor = factor

    def now(self) -> dt.datetime:
        """Give the fast wall clock as aware UTC."""
        return self._origin + dt.timedelta(seconds=(time.time() - self._origin_epoch_s) * self._factor)

    def monotonic(self) -> float:
        """Give fast seconds since an arbitrary instant, never going back."""
        return _monotonic() * self._factor


class Estimate(NamedTuple):
    """The centre's clock showed `centre` when the monotonic clock showed `at`, give or take `half_s`."""

    centre: dt.datetime
    at: float
    half_s: float

    def shown(self, monotonic: float) -> dt.datetime:
        """Give what the centre's clock shows by now."""
        return self.centre + dt.timedelta(seconds=monotonic - self.at)

    def error_s(self, monotonic: float) -> float:
        """Give how far that may be wrong by now."""
        return self.half_s + DRIFT * abs(monotonic - self.at)


class CentreTime:
    """The station's best estimate of the centre's clock, from round trips, with a bound of its error.

    Until the first sample it is the station's wall clock as it stood at construction, error unknown.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = Estimate(clock.now(), clock.monotonic(), 0.0)
        self._samples: deque[Estimate] = deque(maxlen=SAMPLES)
        self._best: Estimate | None = None  # replaced whole: other threads read it without a lock

    def now(self) -> dt.datetime:
        """Give what the centre's clock shows; from any thread."""
        return (self._best or self._started).shown(self._clock.monotonic())

    def monotonic(self) -> float:
        """Give the station's monotonic clock, for measuring a round trip."""
        return self._clock.monotonic()

    def measured(self, sent: float, received: float, centre: dt.datetime) -> None:
        """Take a sample: asked at `sent`, answered at `received` (monotonic), the centre's clock read in between."""
        half_s = max(0.0, received - sent) / 2
        sample = Estimate(centre, sent + half_s, half_s)
        best = self._best
        if best is not None:
            off_s = abs((best.shown(sample.at) - centre).total_seconds())
            if off_s > best.error_s(sample.at) + half_s + _SLACK_S:
                self._samples.clear()  # the centre's clock was set: older samples speak of another clock
        self._samples.append(sample)
        self._best = min(self._samples, key=lambda known: known.error_s(received))

    @property
    def offset_s(self) -> float | None:
        """The centre's clock minus the station's wall clock; None before the first sample."""
        if self._best is None:
            return None
        return (self.now() - self._clock.now()).total_seconds()

    @property
    def error_s(self) -> float | None:
        """How far `now` may be wrong; None before the first sample."""
        return self._best.error_s(self._clock.monotonic()) if self._best else None

    def not_before(self, instant: dt.datetime) -> None:
        """Take in that the centre's clock has shown `instant` already: a clock behind it is behind for certain."""
        if self._best is None and self.now() < instant:
            self._started = Estimate(instant, self._clock.monotonic(), 0.0)

    @property
    def station_off_s(self) -> float:
        """By how much the station's wall clock is ahead of `now`; a clock set by hand shows in it at the next look."""
        return (self._clock.now() - self.now()).total_seconds()

    @property
    def station_clock_wrong(self) -> bool:
        """Tell whether the station's wall clock is off, or has jumped, by more than WRONG_BEYOND_S for certain."""
        return abs(self.station_off_s) - (self.error_s or 0.0) > WRONG_BEYOND_S


def _monotonic() -> float:
    if _THROUGH_SLEEP is not None:
        return time.clock_gettime(_THROUGH_SLEEP)
    return time.monotonic()


def _clock_through_sleep() -> int | None:
    """Find the clock that goes on while the machine sleeps.

    Linux stops CLOCK_MONOTONIC in sleep and has CLOCK_BOOTTIME; macOS stops `time.monotonic` and has CLOCK_MONOTONIC;
    on Windows `time.monotonic` goes on by itself.
    """
    names = ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC") if sys.platform == "darwin" else ("CLOCK_BOOTTIME",)
    return next((getattr(time, name) for name in names if hasattr(time, name)), None)


_THROUGH_SLEEP = _clock_through_sleep()
