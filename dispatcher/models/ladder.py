"""The ladder: a summoned department's silence climbs, share by share of its limit, to people who can end it.

Pure: it says which rungs are due and which acts the centre makes of them; climbing is an act like any other, judged and
journaled. Everything depends on the law in force: when that changes, ask again. Source: DOMAIN section 6.
"""

import datetime as dt
from collections.abc import Iterator
from operator import itemgetter

import msgspec

from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.law import Law
from dispatcher.models.policy import Measure
from dispatcher.models.roster import Roster
from dispatcher.models.summons_clocks import SummonsClock, summons_clock
from dispatcher.models.whistle import Milestone

_STREETS_LEVEL = 1
_NOT_YET = {Milestone.SIGNED: "签收", Milestone.REPORTED_IN: "报到", Milestone.DONE: "办结"}


def rungs_due(case: Case, law: Law, now: dt.datetime) -> tuple[c.ClimbLadder, ...]:
    """List the rungs not climbed yet that have fallen due, in the order they did; `told` is left to the roster."""
    due = sorted((rung for rung in _rungs(case, law) if rung[0] <= now), key=itemgetter(0))
    return tuple(command for _, command in due)


def next_rung_at(case: Case, law: Law) -> dt.datetime | None:
    """Give the instant of the first rung not climbed yet, past or to come; None when no department owes a next one."""
    return min((at for at, _ in _rungs(case, law)), default=None)


def rung_at(clock: SummonsClock, share: int, law: Law) -> dt.datetime:
    """Give the instant at which `share` percent of a department's limit is used up.

    Working time is counted as working time, everything else as a share of the natural time from start to due.
    """
    if clock.limit is not None and clock.limit.measure is Measure.WORKING_TIME:
        return law.calendar.after_working_time(clock.start, clock.limit.length * share / 100).end
    return clock.start + (clock.due - clock.start) * share / 100


def next_timer(case: Case, law: Law) -> dt.datetime | None:
    """Give the instant at which the centre has to act on the case by itself: a rung, or a suspension's review date."""
    return min((at for at in (next_rung_at(case, law), _review_at(case)) if at is not None), default=None)


def timers_due(case: Case, law: Law, roster: Roster, now: dt.datetime) -> tuple[c.AnyCommand, ...]:
    """List the commands that the centre makes on the case now, in this order.

    Each rung that is due, told to those on duty now; a supervision at the street's level with the first one that is the
    ladder's last, unless there is one; the resumption of a suspension whose review date has come.
    """
    found: list[c.AnyCommand] = []
    supervised = any(s.level == _STREETS_LEVEL and s.lifted_at is None for s in case.supervisions)
    shares = law.policy.ladder
    for rung in rungs_due(case, law, now):
        told = roster.told(shares.index(rung.share), rung.unit, case.holder, now)
        found.append(msgspec.structs.replace(rung, told=told))
        if rung.share == shares[-1] and not supervised:
            supervised = True
            reason = f"部门逾期未{_NOT_YET[rung.milestone]}，已到时限的 {rung.share}%"
            found.append(c.Supervise(case=case.id, level=_STREETS_LEVEL, reason=reason))
    review_at = _review_at(case)
    if review_at is not None and review_at <= now:
        found.append(c.ResumeCase(case=case.id))
    return tuple(found)


def _rungs(case: Case, law: Law) -> Iterator[tuple[dt.datetime, c.ClimbLadder]]:
    """Every rung not climbed yet of each department's next duty; none in a case that has ended."""
    for whistle in case.whistles if case.is_open else ():
        climbed = {(rung.unit, rung.milestone, rung.share) for rung in whistle.ladder}
        for summons in whistle.summons:
            clock = summons_clock(whistle, summons, law)
            if clock is None:
                continue
            for share in law.policy.ladder:
                if (clock.unit, clock.milestone, share) not in climbed:
                    yield (
                        rung_at(clock, share, law),
                        c.ClimbLadder(
                            case=case.id, whistle=whistle.id, unit=clock.unit, milestone=clock.milestone, share=share
                        ),
                    )


def _review_at(case: Case) -> dt.datetime | None:
    if case.state is not CaseState.SUSPENDED or not case.suspensions:
        return None
    last = case.suspensions[-1]
    return last.review_at if last.resumed_at is None else None
