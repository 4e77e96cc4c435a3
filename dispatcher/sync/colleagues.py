"""Colleagues: the office's pending acts as this station has them, in the order that holds for all of the office.

Promises: durable before it is told; an act leaves only when the centre's verdict is known (its effect stands in the
confirmed case, or it was refused), when its maker gave it up, when its time has run out, or when a person here drops
it. Own acts are among them for their place in the order; their state is the outbox's alone.
"""

import datetime as dt
from collections.abc import Iterable

from dispatcher.models.ids import CaseId, CommandId, UnitId
from dispatcher.models.verdicts import Accepted, Reason, Settled
from dispatcher.sync.office_ports import Gone, OfficeStore
from dispatcher.sync.ports import ActState, Receipt
from dispatcher.wire.office import End, Fate, OfficeAct

REMEMBERED = 20
"""So many acts that went are kept for words about them."""


class Colleagues:
    """Pending acts by case. `station` is this station's own id. Raises the store's Trouble."""

    def __init__(self, store: OfficeStore, station: str) -> None:
        self._store = store
        self.station = station
        self._acts: dict[CommandId, OfficeAct] = {}
        self._of_case: dict[CaseId, tuple[OfficeAct, ...]] = {}
        self._gone: tuple[Gone, ...] = ()
        self._ended: list[End] = []
        for entry in store.office_acts():
            self._acts[entry.act.id] = entry
        self._sort(entry.act.command.case for entry in self._acts.values())

    def __len__(self) -> int:
        return len(self._acts)

    def __contains__(self, act: CommandId) -> bool:
        return act in self._acts

    def get(self, act: CommandId) -> OfficeAct | None:
        """Give one pending act as the office knows it."""
        return self._acts.get(act)

    def all(self) -> tuple[OfficeAct, ...]:
        """List all pending acts known here, in the office's order."""
        return tuple(sorted(self._acts.values(), key=_place))

    def of_others(self) -> tuple[OfficeAct, ...]:
        """List those of other stations, in the office's order."""
        return tuple(entry for entry in self.all() if entry.station != self.station)

    @property
    def gone(self) -> tuple[Gone, ...]:
        """The last acts of others that went, the newest last."""
        return self._gone

    def on(self, case: CaseId) -> tuple[OfficeAct, ...]:
        """List what is pending on one case, in the office's order."""
        return self._of_case.get(case, ())

    def cases(self) -> frozenset[CaseId]:
        """Name the cases on which a colleague's act is pending."""
        return frozenset(
            case for case, acts in self._of_case.items() if any(entry.station != self.station for entry in acts)
        )

    def stands_before(self, act: CommandId, case: CaseId) -> bool:
        """Tell whether a colleague's pending act on the case comes before an own one in the office's order."""
        for entry in self.on(case):
            if entry.act.id == act:
                return False
            if entry.station != self.station:
                return True
        return False

    def take(self, entries: Iterable[OfficeAct]) -> set[CaseId]:
        """Keep acts as the relay spread them; gives the cases that may look different."""
        fresh = [entry for entry in entries if self._acts.get(entry.act.id) != entry]
        if not fresh:
            return set()
        self._store.keep_office_acts(fresh, ())
        for entry in fresh:
            self._acts[entry.act.id] = entry
        return self._sort(entry.act.command.case for entry in fresh)

    def keep_only(self, unit: UnitId | None) -> set[CaseId]:
        """Forget the acts of any other office than a street's, of all offices for None; gives their cases."""
        others = [entry for entry in self._acts.values() if entry.maker.unit != unit]
        if others:
            self._store.keep_office_acts((), [entry.act.id for entry in others])
            self._gone = tuple(gone for gone in self._gone if gone.entry.maker.unit == unit)
        for entry in others:
            del self._acts[entry.act.id]
        return self._sort(entry.act.command.case for entry in others)

    def end(self, ends: Iterable[End], at: dt.datetime) -> set[CaseId]:
        """Drop acts that are pending no more; gives the cases that look different."""
        known = [(self._acts[end.act], end) for end in ends if end.act in self._acts]
        if not known:
            return set()
        self._store.keep_office_acts((), [end.act for _, end in known])
        for entry, end in known:
            self._acts.pop(entry.act.id, None)
            if entry.station != self.station:
                self._gone = (*self._gone, Gone(entry=entry, end=end, at=at))[-REMEMBERED:]
        return self._sort(entry.act.command.case for entry, _ in known)

    def settled(self, ends: Iterable[End], at: dt.datetime) -> set[CaseId]:
        """Drop acts of which the centre has spoken; the office is to hear of it, see `take_ended`."""
        known = tuple(end for end in ends if end.act in self._acts)
        self._ended += known
        return self.end(known, at)

    def confirmed(self, case: CaseId, acts: Iterable[CommandId], at: dt.datetime) -> set[CaseId]:
        """Drop the acts whose effect a case's confirmed history holds."""
        made = frozenset(acts)
        here = self.on(case)
        return self.settled((End(act=e.act.id, fate=Fate.ACCEPTED) for e in here if e.act.id in made), at)

    def take_ended(self) -> tuple[End, ...]:
        """Give what `settled` dropped since this was asked last."""
        ended, self._ended = tuple(self._ended), []
        return ended

    def stale(self, now: dt.datetime) -> tuple[End, ...]:
        """Name the live acts of others whose time has run out: none can take effect any more that has not already.

        Whether one was sent is its maker's and the centre's to say, so the office is not told of it from here.
        """
        return tuple(
            End(act=entry.act.id, fate=Fate.EXPIRED) for entry in self._acts.values() if self.is_stale(entry, now)
        )

    def is_stale(self, entry: OfficeAct, now: dt.datetime) -> bool:
        """Tell whether an act of another station is one whose time has run out."""
        until = entry.act.valid_until
        return entry.station != self.station and until is not None and now > until

    def _sort(self, cases: Iterable[CaseId]) -> set[CaseId]:
        touched = set(cases)
        found: dict[CaseId, list[OfficeAct]] = {case: [] for case in touched}
        for entry in self._acts.values():
            if entry.act.command.case in found:
                found[entry.act.command.case].append(entry)
        for case, acts in found.items():
            if acts:
                self._of_case[case] = tuple(sorted(acts, key=_place))
            else:
                self._of_case.pop(case, None)
        return touched


def end_of(settled: Settled) -> End:
    """Say by the centre's verdict why an act is pending no more."""
    verdict = settled.verdict
    if isinstance(verdict, Accepted):
        return End(act=settled.act, fate=Fate.ACCEPTED)
    fate = Fate.EXPIRED if verdict.reason is Reason.EXPIRED else Fate.REFUSED
    return End(act=settled.act, fate=fate, refused=verdict)


def end_of_own(act: CommandId, receipt: Receipt | None) -> End:
    """Say by this station's receipt why an own act is pending no more."""
    if receipt is None or receipt.verdict is None or receipt.state is ActState.DISCARDED:
        return End(act=act, fate=Fate.GIVEN_UP)
    return end_of(Settled(act=act, verdict=receipt.verdict))


def _place(entry: OfficeAct) -> tuple[int, dt.datetime, CommandId]:
    return entry.place, entry.act.made_at, entry.act.id
