"""What the centre counts of its own work, in the form that Prometheus reads.

Promises: no figure is labelled with a person, a case or a caller; counting costs microseconds and may be done from any
thread. Each centre has a registry of its own, so that two in one process count apart; how the figures of several
workers become one page is said in `figures`.
"""

import contextlib
import datetime as dt
import time
from collections.abc import Generator, Mapping
from typing import Final, assert_never

import msgspec
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

from dispatcher import __version__
from dispatcher.models.verdicts import Accepted, Refused, Verdict
from dispatcher.storage.precautions import Precaution

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NO_AGES: Final[Mapping[Precaution, dt.timedelta]] = {}
_ACTS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Sample(msgspec.Struct, frozen=True):
    """One figure."""

    name: str
    labels: dict[str, str]
    value: float


class Family(msgspec.Struct, frozen=True):
    """Figures of one kind (counter, gauge, histogram), and what they say."""

    name: str
    text: str
    kind: str
    samples: tuple[Sample, ...]


class Metrics:
    """One centre's counts; what is true now (consoles, head, whether acts can be judged) is set when asked for."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        info = Gauge("dispatcher_info", "The program's version.", ["version"], registry=registry)
        info.labels(__version__).set(1)
        Gauge("dispatcher_workers", "Processes of this centre whose figures these are.", registry=registry).set(1)
        self._judged = Counter(
            "dispatcher_acts_judged",
            "Acts that have a verdict; reason is empty for accepted ones.",
            ["verdict", "reason"],
            registry=registry,
        )
        self._failed = Counter(
            "dispatcher_acts_failed", "Acts that could not be judged: the world failed.", registry=registry
        )
        self._commit = Histogram(
            "dispatcher_commit_seconds",
            "From the first look at a batch of acts until it is durable.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._batch = Histogram("dispatcher_commit_acts", "Acts in a commit.", buckets=_ACTS, registry=registry)
        self._orders = Counter(
            "dispatcher_orders", "Orders posted to the intake, by answer.", ["status"], registry=registry
        )
        self._sign_ins = Counter("dispatcher_sign_ins", "Tries to sign in, by answer.", ["answer"], registry=registry)
        self._consoles = Gauge("dispatcher_consoles", "Consoles signed in on a connection.", registry=registry)
        self._head = Gauge("dispatcher_head_revision", "The newest revision told to consoles.", registry=registry)
        self._queued = Gauge("dispatcher_acts_queued", "Acts that wait for the writer.", registry=registry)
        self._able = Gauge("dispatcher_can_judge", "1 while acts can be judged.", registry=registry)
        self._late = Gauge(
            "dispatcher_timers_late_seconds",
            "How long the earliest instant has passed at which the centre must act by itself.",
            registry=registry,
        )

        self._ages = {
            precaution: Gauge(
                f"dispatcher_{precaution.value}_age_seconds",
                f"Since the ledger's last {precaution.value} was taken; since 1970 where it remembers none.",
                registry=registry,
            )
            for precaution in Precaution
        }

    @contextlib.contextmanager
    def commit(self, acts: int) -> Generator[None]:
        """Measure one commit of so many acts; one that fails is counted as failed acts and not as a commit."""
        begun_s = time.perf_counter()
        try:
            yield
        except BaseException:
            self._failed.inc(acts)
            raise
        self._commit.observe(time.perf_counter() - begun_s)
        self._batch.observe(acts)

    def judged(self, verdict: Verdict) -> None:
        """Count a verdict."""
        match verdict:
            case Accepted():
                self._judged.labels("accepted", "").inc()
            case Refused():
                self._judged.labels("refused", verdict.reason.value).inc()
            case _:
                assert_never(verdict)

    def order(self, status: str) -> None:
        """Count an order's answer: accepted, already_there, rejected or failed."""
        self._orders.labels(status).inc()

    def sign_in(self, answer: str) -> None:
        """Count what became of a try to sign in: admitted, wrong or wait."""
        self._sign_ins.labels(answer).inc()

    def families(
        self,
        *,
        consoles: int,
        head: int,
        queued: int,
        able: bool,
        timer_late: dt.timedelta = dt.timedelta(),
        ages: Mapping[Precaution, dt.timedelta] = NO_AGES,
    ) -> tuple[Family, ...]:
        """Give everything, with what is true now."""
        for precaution, gauge in self._ages.items():
            gauge.set(max(0.0, ages.get(precaution, dt.timedelta()).total_seconds()))
        self._consoles.set(consoles)
        self._head.set(head)
        self._queued.set(queued)
        self._able.set(able)
        self._late.set(max(0.0, timer_late.total_seconds()))
        return tuple(
            Family(
                metric.name,
                metric.documentation,
                metric.type,
                tuple(Sample(sample.name, sample.labels, sample.value) for sample in metric.samples),
            )
            for metric in self._registry.collect()
        )
