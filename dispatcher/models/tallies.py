"""What one case adds to the counts of which unit in which half-day, from its record alone.

Promises: a pure function of case and law that gives the same for ever for what has been met, whatever the law becomes
later; so the counts of a city are the sum over its cases. Source: DOMAIN section 7, docs/rules.md.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from dispatcher.models import events as e
from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import ClockKind, clocks
from dispatcher.models.evolution import standing
from dispatcher.models.findings import clock_hour
from dispatcher.models.ids import UnitId
from dispatcher.models.law import Law
from dispatcher.models.periods import half_day
from dispatcher.models.policy import Policy
from dispatcher.models.rates import Tally
from dispatcher.models.summons_clocks import SummonsDuty, clock_of
from dispatcher.models.whistle import Milestone, Summons, Whistle, WhistleState
from dispatcher.models.workcalendar import micros

COUNTED_BY: Final = 1
"""The number of this way of counting: a ledger counted by another one has to be counted again."""

Where = tuple[UnitId, int]
"""A unit and a half-day."""
Contributions = Mapping[Where, Tally]
_Counts = dict[Where, dict[str, int]]


def contributions(case: Case, law: Law) -> dict[Where, Tally]:
    """Give what a case adds to which unit in which half-day; nothing that is all zeros."""
    counts: _Counts = defaultdict(lambda: defaultdict(int))
    first = case.former[0].unit if case.former else case.holder
    received_at = case.order.created_at or case.order.dispatched_at
    counts[first, half_day(received_at)]["received"] += 1
    if case.signed_at or case.contacted_at or case.redo_at or case.first_replied_at or case.closed_at:
        _add_clocks(counts, case, law)
    if case.state is CaseState.CLOSED and case.closed_at is not None:
        counts[case.holder, half_day(case.closed_at)]["handled"] += 1
    for request in case.requests:
        if request.kind is e.RequestKind.RETURN and request.granted and request.decided_at is not None:
            counts[request.unit, half_day(request.decided_at)]["returns"] += 1
    if case.redo_at is not None or case.call_backs:
        _add_call_backs(counts, case, law)
    for whistle in case.whistles:
        _add_whistle(counts, case, whistle, law)
    return {where: Tally(**counted) for where, counted in counts.items() if any(counted.values())}


def counts_alike(before: Case, after: Case) -> bool:
    """Tell, by a few comparisons, that two records of one case add the same; False when it has to be computed."""
    return all(getattr(before, name) == getattr(after, name) for name in _COUNTED)


_COUNTED: Final = (
    "holder",
    "state",
    "signed_at",
    "contacted_at",
    "first_replied_at",
    "closed_at",
    "redo_at",
    "redo_count",
    "redo_signed_at",
    "redo_contacted_at",
    "call_backs",
    "former",
    "requests",
    "extension",
    "suspensions",
    "exclusion",
    "urgencies",
    "whistles",
)
"""The fields of a case that its contributions depend on, besides the order."""


def _add_clocks(counts: _Counts, case: Case, law: Law) -> None:
    """Count the duties met, a redo's too, where they were met; answered in time is by the citizen's clock if any."""
    answering = ClockKind.CITIZEN if case.former else ClockKind.FEEDBACK
    for clock in clocks(case, law):
        if clock.met_at is None:
            continue
        there = counts[case.holder, half_day(clock.met_at)]
        in_time = micros(clock.met_at) <= clock.due_us
        if clock.kind is ClockKind.SIGN:
            there["signed"] += 1
            there["signed_in_time"] += in_time
        elif clock.kind is ClockKind.FIRST_CONTACT:
            there["contacts"] += 1
            there["contacted_in_time"] += in_time
        elif clock.kind is answering:
            there["handled_in_time"] += in_time
            there["overdue"] += not in_time


def _add_call_backs(counts: _Counts, case: Case, law: Law) -> None:
    """Count redos, and the one appraisal of the case: the hotline's last call-back that reached the citizen."""
    appraisal: e.Recorded | None = None
    asked: e.CallBackRecorded | None = None
    for recorded in standing(case.history):
        match recorded.event:
            case e.RedoOrdered():
                counts[_holder_at(case, recorded.at), half_day(recorded.at)]["redos"] += 1
            case e.CallBackRecorded(by_hotline=True, reached=True, solved=solved) as call if solved is not None:
                if appraisal is None or recorded.at >= appraisal.at:
                    appraisal, asked = recorded, call
            case _:
                pass
    if appraisal is not None and asked is not None:
        there = counts[_holder_at(case, appraisal.at), half_day(appraisal.at)]
        if case.exclusion is not None:
            there["excluded"] += 1
            return
        there["valid"] += 1
        there["contacted"] += asked.contacted
        there["solved"] += asked.solved is e.Solved.YES
        there["satisfied"] += asked.satisfied is e.Satisfied.SATISFIED
        there["basically"] += asked.satisfied is e.Satisfied.BASICALLY
        return
    given_up_at = _given_up_at(case, law)
    if given_up_at is not None:
        what = "unreachable" if case.exclusion is None else "excluded"
        counts[_holder_at(case, given_up_at), half_day(given_up_at)][what] += 1


def _given_up_at(case: Case, law: Law) -> dt.datetime | None:
    """Give when the hotline's vain call-backs since the last reply came to the policy's number, one for each hour."""
    vain = sorted(call.at for call in case.call_backs if call.by_hotline and not call.reached)
    counted = 0
    hour = None
    for at in vain:
        if clock_hour(at) != hour:
            hour = clock_hour(at)
            counted += 1
        if counted == _policy_at(law, at).call_back_attempts:
            return at
    return None


def _add_whistle(counts: _Counts, case: Case, whistle: Whistle, law: Law) -> None:
    """Count a whistle and its summonses where it was blown; summonses withdrawn or released are nobody's."""
    blown = half_day(whistle.blown_at)
    counts[_holder_at(case, whistle.blown_at), blown]["whistles_blown"] += 1
    if whistle.state is WhistleState.WITHDRAWN:
        return
    policy = _policy_at(law, whistle.blown_at)
    held = law if policy is law.policy else msgspec.structs.replace(law, policy=policy)
    for summons in whistle.summons:
        if summons.released:
            continue
        there = counts[summons.unit, blown]
        there["summoned"] += 1
        for counter, milestone, duty in _TIMED:
            there[counter] += _in_time(whistle, summons, milestone, duty, held)
        there["no_shows"] += summons.no_show_at is not None
        if summons.score is not None:
            there["scored"] += 1
            there["score_total"] += summons.score.total


_TIMED: Final = (
    ("summons_signed_in_time", Milestone.SIGNED, SummonsDuty.SIGN),
    ("reported_in_time", Milestone.REPORTED_IN, SummonsDuty.REPORT_IN),
    ("done_in_time", Milestone.DONE, SummonsDuty.DONE),
)


def _in_time(whistle: Whistle, summons: Summons, milestone: Milestone, duty: SummonsDuty, law: Law) -> bool:
    at = summons.at(milestone)
    if at is None:
        return False
    clock = clock_of(whistle, summons, duty, law)
    return clock is not None and at <= clock.due


def _holder_at(case: Case, at: dt.datetime) -> UnitId:
    """Give who held a case at an instant; at the very instant of a change, whoever has it from then on."""
    return next((holding.unit for holding in case.former if at < holding.ended_at), case.holder)


def _policy_at(law: Law, at: dt.datetime) -> Policy:
    """Give the policy that held at an instant; the first has held from ever on."""
    regimes = law.regimes
    if not regimes:
        return law.policy
    return next((regime.policy for regime in reversed(regimes) if regime.since <= at), regimes[0].policy)


class Share(msgspec.Struct, frozen=True, array_like=True):
    """One entry of a case's contributions, as it is kept."""

    unit: UnitId
    half_day: int
    tally: Tally


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(tuple[Share, ...]).decode


def pack(found: Contributions) -> bytes:
    """Write contributions as they are kept beside their case."""
    return _encode([Share(unit, half, tally) for (unit, half), tally in found.items()])


def unpack(kept: bytes) -> Iterator[tuple[Where, Tally]]:
    """Read what `pack` wrote."""
    return (((share.unit, share.half_day), share.tally) for share in _decode(kept))
