"""A whistle (哨): a street's summons of departments, and what each department has done about it.

A whistle lives inside its case's record: one aggregate, one revision. Source of the kinds, grounds, limits and
milestones: DOMAIN section 6 (吹哨报到).
"""

import datetime as dt
import enum

import msgspec

from dispatcher.models.ids import CaseId, Instant, PersonId, UnitId, WhistleId


class WhistleKind(enum.StrEnum):
    """Why a whistle is blown: 应急, 综合执法, 日常, 攻坚."""

    EMERGENCY = "emergency"
    ENFORCEMENT = "enforcement"
    ROUTINE = "routine"
    BREAKTHROUGH = "breakthrough"


class WhistleGround(enum.StrEnum):
    """What makes a whistle lawful: citizens press and the street cannot solve, joint enforcement, emergency."""

    CITIZENS_PRESS = "citizens_press"
    JOINT_ENFORCEMENT = "joint_enforcement"
    EMERGENCY = "emergency"


GROUND_OF: dict[WhistleKind, WhistleGround] = {
    WhistleKind.EMERGENCY: WhistleGround.EMERGENCY,
    WhistleKind.ENFORCEMENT: WhistleGround.JOINT_ENFORCEMENT,
    WhistleKind.ROUTINE: WhistleGround.CITIZENS_PRESS,
    WhistleKind.BREAKTHROUGH: WhistleGround.CITIZENS_PRESS,
}
"""The one lawful ground of each kind; a whistle that names another contradicts itself."""


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
    """One milestone passed: when, who said so and for which side, and where, with whom, with what to show for it.

    Reporting in may stand here twice, once from each side: the street's word and the department's are both kept.
    """

    milestone: Milestone
    at: Instant
    by: PersonId
    note: str = ""
    by_street: bool = False
    place: str = ""
    person: str = ""
    evidence: tuple[str, ...] = ()


class Departure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A department left the place; `with_leave` when the street let it go. Either side may have recorded it."""

    at: Instant
    by: PersonId
    by_street: bool = False
    with_leave: bool = False
    note: str = ""


class Score(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The street's score of one department on one whistle, out of 100; the first, second and fourth from the record."""

    signed: int
    reported_in: int
    people: int
    finished: int
    result: int
    total: int
    no_show: bool = False
    veto: bool = False
    by: PersonId = PersonId("")
    at: Instant | None = None
    note: str = ""


class Summons(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One department's part of a whistle. `passed` holds its milestones in the order they were recorded.

    `released` is what the district decided of its refusal: True lets it go, False makes it stay, None is not decided.
    `finish_by` is the date the street agreed to when the measure was agreed.
    """

    unit: UnitId
    lead: bool = False
    passed: tuple[Passed, ...] = ()
    contacted_at: Instant | None = None
    departures: tuple[Departure, ...] = ()
    refused_at: Instant | None = None
    refused_reason: str | None = None
    released: bool | None = None
    no_show_at: Instant | None = None
    finish_by: Instant | None = None
    sent_back: int = 0
    score: Score | None = None

    def at(self, milestone: Milestone) -> dt.datetime | None:
        """Give the instant that counts for a milestone, or None: the street's record where there is one."""
        found: dt.datetime | None = None
        for passed in self.passed:
            if passed.milestone is milestone:
                if passed.by_street:
                    return passed.at
                found = found or passed.at
        return found

    @property
    def reached(self) -> Milestone | None:
        """The furthest milestone passed."""
        return max((p.milestone for p in self.passed), key=MILESTONES.index, default=None)

    @property
    def is_owed(self) -> bool:
        """Tell whether the department still owes anything: not when done, released or declared a no-show."""
        return self.at(Milestone.DONE) is None and self.released is not True and self.no_show_at is None


class MeetingTask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who does what by when, as agreed at a meeting."""

    unit: UnitId
    what: str
    by: Instant


class Meeting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An on-site meeting (现场会商). `photos` are references, not pictures.

    `recorded_at` is when its record was first written, which is the record's and not the writer's to say.
    """

    id: str
    at: Instant
    place: str
    invited: tuple[UnitId, ...]
    arrived: tuple[UnitId, ...] = ()
    findings: str = ""
    tasks: tuple[MeetingTask, ...] = ()
    photos: tuple[str, ...] = ()
    recorded_at: Instant | None = None


class Rung(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rung of the ladder climbed: at which share of which limit, and who of the duty roster was told."""

    unit: UnitId
    milestone: Milestone
    share: int
    at: Instant
    told: tuple[str, ...] = ()


class WhistleState(enum.StrEnum):
    """Open until the street accepts the result; withdrawn when it takes the summons back."""

    BLOWN = "blown"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Whistle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A summons of one lead department and any number of assisting ones, to a place, by a time.

    `cases` are further cases it also serves; `simple` matters are to be done the same day.
    """

    id: WhistleId
    kind: WhistleKind
    demand: str
    place: str
    contact: str
    blown_at: Instant
    blown_by: PersonId
    blown_by_name: str
    ground: WhistleGround | None = None
    cases: tuple[CaseId, ...] = ()
    simple: bool = False
    appointed_at: Instant | None = None
    valid_until: Instant | None = None
    approved_at: Instant | None = None
    approved_by: PersonId = PersonId("")
    state: WhistleState = WhistleState.BLOWN
    summons: tuple[Summons, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    ladder: tuple[Rung, ...] = ()
    closed_at: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether departments are still out."""
        return self.state is WhistleState.BLOWN

    def of(self, unit: UnitId) -> Summons | None:
        """Give one department's summons, or None when it was not called."""
        return next((s for s in self.summons if s.unit == unit), None)
