"""What the answers to whistles are worth: a department's score, its load, and how often a street blows.

The timed parts of a score come from the record and never from opinion. Source: DOMAIN section 6.
"""

import datetime as dt
import enum
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from dispatcher.models.case import Case
from dispatcher.models.ids import UnitId
from dispatcher.models.law import Law
from dispatcher.models.summons_clocks import SummonsDuty, clock_of
from dispatcher.models.whistle import Milestone, Score, Summons, Whistle


class RateBand(enum.StrEnum):
    """How a whistle rate stands to its healthy band: too low, the mechanism sleeps; too high, daily work has failed."""

    TOO_LOW = "too_low"
    HEALTHY = "healthy"
    TOO_HIGH = "too_high"


def score_of(summons: Summons, whistle: Whistle, law: Law, people: int, result: int) -> Score:
    """Score one department's answer: `people` and `result` are the street's opinion, the timed parts follow.

    All or nothing for each limit kept (at its very instant counts as kept). A no-show, or having left without leave
    before it was done, makes the total 0; the parts are shown all the same.
    """
    card = law.policy.score

    def kept(milestone: Milestone, duty: SummonsDuty) -> bool:
        clock = clock_of(whistle, summons, duty, law)
        at = summons.at(milestone)
        return clock is not None and at is not None and at <= clock.due

    signed = card.signed if kept(Milestone.SIGNED, SummonsDuty.SIGN) else 0
    reported_in = card.reported_in if kept(Milestone.REPORTED_IN, SummonsDuty.REPORT_IN) else 0
    finished = card.finished if kept(Milestone.DONE, SummonsDuty.DONE) else 0
    no_show = summons.no_show_at is not None
    veto = left_early(summons)
    return Score(
        signed=signed,
        reported_in=reported_in,
        people=people,
        finished=finished,
        result=result,
        total=0 if no_show or veto else signed + reported_in + people + finished + result,
        no_show=no_show,
        veto=veto,
    )


def left_early(summons: Summons) -> bool:
    """Tell whether a department left before it was done without the street ever giving it leave."""
    done_at: dt.datetime | None = summons.at(Milestone.DONE)
    if any(left.with_leave and left.by_street for left in summons.departures):
        return False
    return any(done_at is None or left.at < done_at for left in summons.departures)


def load(cases: Iterable[Case]) -> dict[UnitId, int]:
    """Count for each department the summonses of open whistles that it still owes; none without any."""
    return Counter(
        summons.unit
        for case in cases
        for whistle in case.whistles
        if whistle.is_open
        for summons in whistle.summons
        if summons.is_owed
    )


def whistle_rate(blown: int, received: int, band: tuple[int, int]) -> tuple[Fraction | None, RateBand | None]:
    """Give the whistles blown per 100 cases received, and how that stands to `band` (both ends are healthy).

    Nothing where nothing was received.
    """
    if received == 0:
        return None, None
    rate = Fraction(100 * blown, received)
    low, high = band
    if rate < low:
        return rate, RateBand.TOO_LOW
    return rate, RateBand.TOO_HIGH if rate > high else RateBand.HEALTHY
