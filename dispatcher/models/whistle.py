"""A whistle (哨): a street's summons of departments, and what each department has done about it.

A whistle lives inside its case's record: one aggregate, one revision. Source of the kinds, limits and
milestones: DOMAIN section 6 (吹哨报到).
"""

import datetime as dt
import enum

import msgspec

from dispatcher.models.ids import Instant, PersonId, UnitId, WhistleId


class WhistleKind(enum.StrEnum):
    """Why a whistle is blown: 应急, 综合执法, 日常, 攻坚."""

    EMERGENCY = "emergency"
    ENFORCEMENT = "enforcement"
    ROUTINE = "routine"
    BREAKTHROUGH = "breakthrough"


class Milestone(enum.StrEnum):
    """What a summoned department passes, in this order."""

    NOTIFIED = "notified"
    SIGNED = "signed"
    ON_THE_WAY = "on_the_way"
    REPORTED_IN = "reported_in"
    MEASURE_AGREED = "measure_agreed"
    DONE = "done"
    SCORED = "scored"


MILESTONES = tuple(Milestone)


class Passed(msgspec.Struct, frozen=True, omit_defaults=True):
    """One milestone passed: when, who said so, and in their words (place, person, evidence)."""

    milestone: Milestone
    at: Instant
    by: PersonId
    note: str = ""


class Summons(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One department's part of a whistle. `passed` holds its milestones in the order they were passed."""

    unit: UnitId
    lead: bool = False
    passed: tuple[Passed, ...] = ()
    refused_reason: str | None = None
    score: int | None = None

    def at(self, milestone: Milestone) -> dt.datetime | None:
        """Give the instant the milestone was passed, or None."""
        for passed in self.passed:
            if passed.milestone is milestone:
                return passed.at
        return None

    @property
    def reached(self) -> Milestone | None:
        """The furthest milestone passed."""
        return max((p.milestone for p in self.passed), key=MILESTONES.index, default=None)


class WhistleState(enum.StrEnum):
    """Open until the street accepts the result; withdrawn when it takes the summons back."""

    BLOWN = "blown"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Whistle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A summons of one lead department and any number of assisting ones, to a place, by a time."""

    id: WhistleId
    kind: WhistleKind
    demand: str
    place: str
    contact: str
    blown_at: Instant
    blown_by: PersonId
    blown_by_name: str
    appointed_at: Instant | None = None
    valid_until: Instant | None = None
    state: WhistleState = WhistleState.BLOWN
    summons: tuple[Summons, ...] = ()
    closed_at: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether departments are still out."""
        return self.state is WhistleState.BLOWN

    def of(self, unit: UnitId) -> Summons | None:
        """Give one department's summons, or None when it was not called."""
        return next((s for s in self.summons if s.unit == unit), None)
