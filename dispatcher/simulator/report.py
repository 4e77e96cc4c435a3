"""The report of a demonstration: figures from where they are true, put side by side and checked against each other.

`CentreFigures` come from the journal, `StationFigures` from the station's own receipts, cache and item model, painted
times from the screen. Nothing is taken from what was intended. Pure: whoever owns a source brings its figures.
"""

import datetime as dt
import platform
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

import msgspec

from dispatcher import __version__
from dispatcher.models.commands import ReceiveOrder
from dispatcher.models.events import MilestonePassed, OrderReceived, Recorded, SignedFor, WhistleBlown
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision, UnitId
from dispatcher.models.verdicts import Accepted, Reason, Refused
from dispatcher.models.whistle import Milestone
from dispatcher.simulator.exercised import RulesExercised, rules_exercised
from dispatcher.sync.ports import UNSETTLED, ActState, Receipt

_PACKAGES = (
    "PySide6-Essentials",
    "qasync",
    "msgspec",
    "SQLAlchemy",
    "sqlcipher3",
    "websockets",
    "uvicorn",
    "starlette",
)


class Entry(Protocol):
    """One accepted act as the journal gives it."""

    @property
    def revision(self) -> Revision: ...  # noqa: D102
    @property
    def act(self) -> CommandId: ...  # noqa: D102
    @property
    def case(self) -> CaseId: ...  # noqa: D102
    @property
    def command(self) -> object: ...  # noqa: D102
    @property
    def events(self) -> tuple[Recorded, ...]: ...  # noqa: D102
    @property
    def by(self) -> PersonId: ...  # noqa: D102


class CentreFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the journal says of one street, and of one person's acts in it."""

    head: Revision
    orders_received: int
    signed: int
    whistles_blown: int
    departments_reported_in: int
    accepted_of_person: tuple[CommandId, ...]
    rules_exercised: RulesExercised
    drill_surprises: tuple[str, ...] = ()


def centre_figures(
    journal: Sequence[Entry], refusals: Mapping[Reason, int], street: UnitId, person: PersonId
) -> CentreFigures:
    """Count a street's figures and list one person's accepted acts, from the whole journal in its order."""
    own: set[CaseId] = set()
    head = Revision(0)
    signed = blown = reported_in = 0
    accepted: list[CommandId] = []
    for entry in journal:
        head = entry.revision
        if entry.by == person and not isinstance(entry.command, ReceiveOrder):
            accepted.append(entry.act)
        for recorded in entry.events:
            match recorded.event:
                case OrderReceived(holder=holder) if holder == street:
                    own.add(entry.case)
                case SignedFor():
                    signed += entry.case in own
                case WhistleBlown():
                    blown += entry.case in own
                case MilestonePassed(milestone=Milestone.REPORTED_IN):
                    reported_in += entry.case in own
                case _:
                    pass
    return CentreFigures(
        head=head,
        orders_received=len(own),
        signed=signed,
        whistles_blown=blown,
        departments_reported_in=reported_in,
        accepted_of_person=tuple(accepted),
        rules_exercised=rules_exercised(journal, refusals),
    )


class StationFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the station holds: `orders_cached` in its cache, `orders_shown` ever put into the item model."""

    orders_cached: int
    orders_shown: int
    receipts: tuple[Receipt, ...]


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """One cut: real seconds since the start of the run, and the same on the centre's clock."""

    start_s: float
    length_s: float
    began_at: dt.datetime
    ended_at: dt.datetime


class OutageFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the acts made while the link was cut."""

    start_s: float
    length_s: float
    acts_made: int
    acts_arrived: int
    acts_expired: int


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Real milliseconds from the commit at the centre to the painted row."""

    p50: float
    p99: float
    max: float
    count: int


class Equality(msgspec.Struct, frozen=True, kw_only=True):
    """Two figures from different sources that must be the same."""

    what: str
    left: int
    right: int
    holds: bool


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report, as `dispatcher demo --report` writes it.

    `acts_made` leaves out what a person gave up before it was sent; `acts_parked` are refused ones not yet given up.
    """

    versions: dict[str, str]
    seed: int
    speed: float
    ran_s: float
    orders_received: int
    orders_cached: int
    orders_shown: int
    signed: int
    whistles_blown: int
    departments_reported_in: int
    acts_made: int
    acts_judged: int
    acts_refused: int
    acts_expired: int
    acts_parked: int
    outbox_left: int
    outage: OutageFigures | None
    commit_to_paint_ms: Latency | None
    rules_exercised: RulesExercised
    drill_surprises: tuple[str, ...]
    equalities: tuple[Equality, ...]

    @property
    def holds(self) -> bool:
        """Tell whether all equalities hold."""
        return all(equality.holds for equality in self.equalities)

    def to_json(self) -> bytes:
        """Give the report as indented JSON."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


def assemble(
    centre: CentreFigures,
    station: StationFigures,
    *,
    seed: int,
    speed: float,
    ran_s: float,
    commit_to_paint_ms: Sequence[float] = (),
    outage: Outage | None = None,
) -> Report:
    """Put the figures side by side; `commit_to_paint_ms` are real milliseconds, one per row that was painted."""
    receipts = tuple(receipt for receipt in station.receipts if not _never_left(receipt))
    accepted = set(centre.accepted_of_person)
    judged = len(accepted) + len(_refused(receipts))
    expired = sum(_is_expired(receipt) for receipt in receipts)
    left = sum(receipt.state in UNSETTLED for receipt in receipts)
    known = {receipt.act.id for receipt in receipts if isinstance(receipt.verdict, Accepted)}
    pairs = (
        ("orders_shown == orders_received", station.orders_shown, centre.orders_received),
        ("orders_cached == orders_received", station.orders_cached, centre.orders_received),
        ("acts_judged == acts_made - acts_expired - outbox_left", judged, len(receipts) - expired - left),
        ("acts accepted at the centre == receipts of acceptance", len(accepted), len(known & accepted)),
        ("receipts of acceptance == acts accepted at the centre", len(known), len(known & accepted)),
        ("rules exercised == rules", centre.rules_exercised.exercised, centre.rules_exercised.rules),
        ("drill's surprises == 0", len(centre.drill_surprises), 0),
    )
    return Report(
        versions=versions(),
        seed=seed,
        speed=speed,
        ran_s=round(ran_s, 3),
        orders_received=centre.orders_received,
        orders_cached=station.orders_cached,
        orders_shown=station.orders_shown,
        signed=centre.signed,
        whistles_blown=centre.whistles_blown,
        departments_reported_in=centre.departments_reported_in,
        acts_made=len(receipts),
        acts_judged=judged,
        acts_refused=len(_refused(receipts)),
        acts_expired=expired,
        acts_parked=sum(receipt.state is ActState.PARKED for receipt in receipts),
        outbox_left=left,
        outage=_outage(outage, receipts, accepted) if outage else None,
        commit_to_paint_ms=latency(commit_to_paint_ms),
        rules_exercised=centre.rules_exercised,
        drill_surprises=centre.drill_surprises,
        equalities=tuple(Equality(what=what, left=a, right=b, holds=a == b) for what, a, b in pairs),
    )


def latency(times_ms: Sequence[float]) -> Latency | None:
    """Give median, 99th percentile (nearest rank) and maximum; None without any time."""
    if not times_ms:
        return None
    ranked = sorted(times_ms)
    p50, p99 = (ranked[max(0, -(-share * len(ranked) // 100) - 1)] for share in (50, 99))
    return Latency(p50=round(p50, 2), p99=round(p99, 2), max=round(ranked[-1], 2), count=len(ranked))


def versions() -> dict[str, str]:
    """Name the versions of the program, of Python and of what it rests on, as installed."""
    found = {"dispatcher": __version__, "python": platform.python_version(), "system": platform.platform()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _never_left(receipt: Receipt) -> bool:
    """Tell whether a person gave the act up before it was sent: it asked nothing of the centre."""
    return receipt.state is ActState.DISCARDED and receipt.verdict is None


def _refused(receipts: Iterable[Receipt]) -> list[Receipt]:
    return [r for r in receipts if isinstance(r.verdict, Refused) and r.verdict.reason is not Reason.EXPIRED]


def _is_expired(receipt: Receipt) -> bool:
    return isinstance(receipt.verdict, Refused) and receipt.verdict.reason is Reason.EXPIRED


def _outage(outage: Outage, receipts: Iterable[Receipt], accepted: Collection[CommandId]) -> OutageFigures:
    made = [receipt for receipt in receipts if outage.began_at <= receipt.made_at < outage.ended_at]
    return OutageFigures(
        start_s=outage.start_s,
        length_s=outage.length_s,
        acts_made=len(made),
        acts_arrived=sum(receipt.act.id in accepted for receipt in made) + len(_refused(made)),
        acts_expired=sum(_is_expired(receipt) for receipt in made),
    )
