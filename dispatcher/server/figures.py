"""The page of `/metrics`: one centre's figures, those of its other workers with them.

Each worker posts its figures on the board every second, and whoever is asked adds up what stands there to its own. So a
scrape waits for nobody, and what another worker has done is in it a second later at most. Promises: counters never go
back while the parent lives; what a worker had counted before it died stays in the sum.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from dispatcher.server.board import Slot
from dispatcher.server.desk import Desk
from dispatcher.server.feed import Feed
from dispatcher.server.hub import Hub
from dispatcher.server.metrics import NO_AGES, Family, Sample
from dispatcher.storage.precautions import Precaution
from dispatcher.sync.ports import Clock

POST_EVERY_S: Final = 1.0
STALE_S: Final = 10.0
"""A worker that has not posted for so long is gone: what it was is over, and only what it counted still counts."""
_COUNTED: Final = frozenset({"counter", "histogram"})
_GREATEST: Final = frozenset(
    {"dispatcher_head_revision", "dispatcher_timers_late_seconds", "dispatcher_info", "python_info", "process_max_fds"}
    | {f"dispatcher_{precaution.value}_age_seconds" for precaution in Precaution}
)
_NEVER: Final = dt.datetime.fromtimestamp(0, dt.UTC)
_LEAST: Final = frozenset({"dispatcher_can_judge", "process_start_time_seconds"})


class _Posted(msgspec.Struct, frozen=True):
    """What a worker leaves on the board; `at_s` is the clock that all processes of a machine share."""

    at_s: float
    families: tuple[Family, ...]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Posted).decode


class Figures:
    """One worker's figures; with a `slot` those of the others are given too, and `run` posts its own."""

    def __init__(self, desk: Desk, hub: Hub, feed: Feed, clock: Clock, slot: Slot | None = None) -> None:
        self._desk = desk
        self._hub = hub
        self._feed = feed
        self._clock = clock
        self._slot = slot
        left = b"" if slot is None else slot.own()
        self._before = _counted(_decode(left).families) if left else ()

    async def page(self) -> bytes:
        """Give the whole centre's figures as Prometheus's text; raises Trouble."""
        timer, taken = await self._desk.read(lambda ledger: (ledger.next_timer(), ledger.precautions()))
        now = self._clock.now()
        ages = {each: now - (taken[each].at if each in taken else _NEVER) for each in Precaution}
        own = summed([self._own(now - timer if timer else dt.timedelta(), ages), self._before])
        if self._slot is None:
            return text_of(own)
        self._post(own)  # what was once told is not lost with this process
        others = [_decode(posted) for posted in self._slot.others()]
        return text_of(summed([own, *(_still_true(each) for each in others)]))

    async def run(self) -> None:
        """Let the other workers know, until cancelled; nothing to do where there are none."""
        while self._slot is not None:
            self._post(summed([self._own(), self._before]))
            await asyncio.sleep(POST_EVERY_S)

    def _post(self, families: tuple[Family, ...]) -> None:
        if self._slot is not None:
            self._slot.post(_encode(_Posted(time.monotonic(), families)))

    def _own(
        self, timer_late: dt.timedelta = dt.timedelta(), ages: Mapping[Precaution, dt.timedelta] = NO_AGES
    ) -> tuple[Family, ...]:
        return self._desk.metrics.families(
            consoles=self._feed.talking,
            head=self._hub.head,
            queued=self._desk.queued,
            able=self._desk.trouble is None,
            timer_late=timer_late,
            ages=ages,
        )


def summed(pages: Iterable[Iterable[Family]]) -> tuple[Family, ...]:
    """Add up pages, sample by sample; what cannot be added is the greatest or the least of all."""
    families: dict[str, Family] = {}
    values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], Sample]] = {}
    for page in pages:
        for family in page:
            families.setdefault(family.name, family)
            among = values.setdefault(family.name, {})
            for sample in family.samples:
                key = (sample.name, tuple(sorted(sample.labels.items())))
                known = among.get(key)
                among[key] = sample if known is None else _together(known, sample)
    return tuple(
        msgspec.structs.replace(family, samples=tuple(values[name].values())) for name, family in families.items()
    )


def text_of(families: Iterable[Family]) -> bytes:
    """Give families as Prometheus's text."""
    registry = CollectorRegistry()
    registry.register(_Fixed(families))
    return generate_latest(registry)


class _Fixed(Collector):
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        for family in self._families:
            metric = Metric(family.name, family.text, family.kind)
            for sample in family.samples:
                metric.add_sample(sample.name, sample.labels, sample.value)
            yield metric


def _together(one: Sample, other: Sample) -> Sample:
    if one.name in _GREATEST:
        value = max(one.value, other.value)
    elif one.name in _LEAST or one.name.endswith("_created"):
        value = min(one.value, other.value)
    else:
        value = one.value + other.value
    return msgspec.structs.replace(one, value=value)


def _still_true(posted: _Posted) -> tuple[Family, ...]:
    return posted.families if time.monotonic() - posted.at_s < STALE_S else _counted(posted.families)


def _counted(families: Iterable[Family]) -> tuple[Family, ...]:
    return tuple(family for family in families if family.kind in _COUNTED)
