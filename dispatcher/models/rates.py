"""The rates of a period: response, resolution, satisfaction and their composite, exact to the last digit.

What is counted stands in a `Tally`; everything else follows from it and from the policy's weights by fractions, so a
figure computed again is the same figure. Shown figures are whole tenths (852 is 85.2), halves rounded up. A figure
over nothing is None, never 0 or 100 %. Source: DOMAIN section 7.
"""

import enum
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import msgspec

from dispatcher.models.policy import Weights
from dispatcher.models.scoring import RateBand, whistle_rate

THOUSAND = 1000


class Tally(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is counted of one unit in some half-days; all are numbers of cases unless another unit is said.

    By the hotline's last call-back: `valid` (V), of these `contacted` (C), `solved` (R), `satisfied` (M), `basically`
    (B); `unreachable` and `excluded` are out of V. By the record: `received`, `handled`; clocks met and those met in
    time (`signed`, `contacts`, `handled_in_time`, and `overdue` for answered late); `redos`, `returns` granted,
    `whistles_blown`. The rest are summonses of a department, with all that became of them counted where they were
    blown: `score_total` is the sum of `scored` scores out of 100.
    """

    received: int = 0
    handled: int = 0
    valid: int = 0
    contacted: int = 0
    solved: int = 0
    satisfied: int = 0
    basically: int = 0
    unreachable: int = 0
    excluded: int = 0
    signed: int = 0
    signed_in_time: int = 0
    contacts: int = 0
    contacted_in_time: int = 0
    handled_in_time: int = 0
    overdue: int = 0
    redos: int = 0
    returns: int = 0
    whistles_blown: int = 0
    summoned: int = 0
    summons_signed_in_time: int = 0
    reported_in_time: int = 0
    done_in_time: int = 0
    no_shows: int = 0
    scored: int = 0
    score_total: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Count both."""
        return Tally(*map(int.__add__, msgspec.structs.astuple(self), msgspec.structs.astuple(other)))

    def __sub__(self, other: "Tally") -> "Tally":
        """Take one away; a difference may have negative figures."""
        return Tally(*map(int.__sub__, msgspec.structs.astuple(self), msgspec.structs.astuple(other)))


NOTHING = Tally()
COUNTERS: tuple[str, ...] = Tally.__struct_fields__
"""The names of a tally's figures, in their order."""


def total(tallies: Iterable[Tally]) -> Tally:
    """Count all together."""
    return Tally(*map(sum, zip(*map(msgspec.structs.astuple, (NOTHING, *tallies)), strict=True)))


class Rates(NamedTuple):
    """The three rates from 0 to 1 and the composite from 0 to 100; all None where nobody valid was asked."""

    response: Fraction | None
    resolution: Fraction | None
    satisfaction: Fraction | None
    composite: Fraction | None


UNRATED = Rates(None, None, None, None)


def rates_of(tally: Tally, weights: Weights) -> Rates:
    """Give the exact rates of a tally."""
    if tally.valid == 0:
        return UNRATED
    valid = tally.valid
    satisfied = THOUSAND * tally.satisfied + weights.basically * tally.basically
    answered = weights.response * tally.contacted + weights.resolution * tally.solved
    # Over one denominator: a city's table is some thousand composites.
    weighted = THOUSAND * answered + weights.satisfaction * satisfied
    return Rates(
        response=Fraction(tally.contacted, valid),
        resolution=Fraction(tally.solved, valid),
        satisfaction=Fraction(satisfied, THOUSAND * valid),
        composite=Fraction(100 * weighted, THOUSAND * THOUSAND * valid),
    )


def tenths(value: Fraction) -> int:
    """Round a figure to whole tenths, halves up."""
    return (20 * value.numerator + value.denominator) // (2 * value.denominator)


def percent(part: int, whole: int) -> int | None:
    """Give a share as tenths of a percent, None of nothing."""
    return tenths(Fraction(100 * part, whole)) if whole else None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a unit, in tenths of a point or of a percent; `gain` is the composite's over the period before.

    `handled_in_time` is a share of the answers given, `redo` of the cases handled, `returns` of those received;
    `whistles` are blown per 100 cases received. The last five are of a department's summonses.
    """

    response: int | None
    resolution: int | None
    satisfaction: int | None
    composite: int | None
    gain: int | None
    signed_in_time: int | None
    contacted_in_time: int | None
    handled_in_time: int | None
    redo: int | None
    returns: int | None
    whistles: int | None
    whistle_band: RateBand | None
    summons_signed_in_time: int | None
    reported_in_time: int | None
    done_in_time: int | None
    no_shows: int | None
    score: int | None


def figures_of(tally: Tally, before: Tally, weights: Weights, band: tuple[int, int]) -> Figures:
    """Give all that is shown of a tally, `before` being that of the period before."""
    rates = rates_of(tally, weights)
    gained = gain_of(tally, before, weights)
    blown, standing = whistle_rate(tally.whistles_blown, tally.received, band)
    return Figures(
        response=percent(tally.contacted, tally.valid),
        resolution=percent(tally.solved, tally.valid),
        satisfaction=None if rates.satisfaction is None else tenths(100 * rates.satisfaction),
        composite=None if rates.composite is None else tenths(rates.composite),
        gain=None if gained is None else tenths(gained),
        signed_in_time=percent(tally.signed_in_time, tally.signed),
        contacted_in_time=percent(tally.contacted_in_time, tally.contacts),
        handled_in_time=percent(tally.handled_in_time, tally.handled_in_time + tally.overdue),
        redo=percent(tally.redos, tally.handled),
        returns=percent(tally.returns, tally.received),
        whistles=None if blown is None else tenths(blown),
        whistle_band=standing,
        summons_signed_in_time=percent(tally.summons_signed_in_time, tally.summoned),
        reported_in_time=percent(tally.reported_in_time, tally.summoned),
        done_in_time=percent(tally.done_in_time, tally.summoned),
        no_shows=percent(tally.no_shows, tally.summoned),
        score=tenths(Fraction(tally.score_total, tally.scored)) if tally.scored else None,
    )


def gain_of(tally: Tally, before: Tally, weights: Weights) -> Fraction | None:
    """Give the composite's gain over the period before, by the same weights; None unless both would be ranked."""
    if not (is_ranked(tally, weights) and is_ranked(before, weights)):
        return None
    now, then = rates_of(tally, weights).composite, rates_of(before, weights).composite
    assert now is not None, "a ranked unit without a composite"
    assert then is not None, "a ranked unit without a composite"
    return now - then


def is_ranked(tally: Tally, weights: Weights) -> bool:
    """Tell whether a unit has been appraised often enough to be ranked."""
    return tally.valid >= max(1, weights.least_appraised)


class Rate(enum.StrEnum):
    """The figures a composite is made of, and the composite."""

    RESPONSE = "response"
    RESOLUTION = "resolution"
    SATISFACTION = "satisfaction"
    COMPOSITE = "composite"


class Part(msgspec.Struct, frozen=True):
    """One counter of a tally, how much of it there is, and what each counts in thousandths."""

    counter: str
    count: int
    factor: int = THOUSAND


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step to a composite: the parts over `over`, which is `value` exactly ("22/25") and `shown` in tenths.

    `weight` is its weight in thousandths and `points` what it brings to the composite exactly; the last step, the
    composite itself, has the sum as its value and no parts.
    """

    rate: Rate
    value: str
    shown: int
    points: str
    over: int = 0
    weight: int = THOUSAND
    parts: tuple[Part, ...] = ()


def why(tally: Tally, weights: Weights) -> tuple[Step, ...]:
    """Explain a composite step by step; without valid call-backs there is nothing to explain, and no step."""
    rates = rates_of(tally, weights)
    if rates.response is None or rates.resolution is None or rates.satisfaction is None or rates.composite is None:
        return ()
    satisfied = Part("satisfied", tally.satisfied), Part("basically", tally.basically, weights.basically)
    made_of = (
        (Rate.RESPONSE, rates.response, weights.response, (Part("contacted", tally.contacted),)),
        (Rate.RESOLUTION, rates.resolution, weights.resolution, (Part("solved", tally.solved),)),
        (Rate.SATISFACTION, rates.satisfaction, weights.satisfaction, satisfied),
    )
    steps = tuple(
        Step(
            rate=rate,
            value=str(value),
            shown=tenths(100 * value),
            points=str(value * weight / 10),
            over=tally.valid,
            weight=weight,
            parts=parts,
        )
        for rate, value, weight, parts in made_of
    )
    composite = str(rates.composite)
    return *steps, Step(rate=Rate.COMPOSITE, value=composite, shown=tenths(rates.composite), points=composite)
