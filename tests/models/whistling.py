"""Stories of a whistle for tests: a case in hand, the limits of DOMAIN section 6, and people of both sides.

`local` gives instants as people say them: the day of March 2026 (the 3rd is a Tuesday) and Beijing's time.
"""

import datetime as dt

import msgspec

from dispatcher.models import commands as c
from dispatcher.models import rules
from dispatcher.models.case import Case
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, Revision, UnitId, WhistleId
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.policy import WhistleLimits
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import Meeting, MeetingTask, Milestone, Summons, Whistle, WhistleKind
from dispatcher.models.workcalendar import BEIJING
from tests import builders as b

ONE = CaseId("case-1")
W = WhistleId("w-1")
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
DISTRICT = b.person("qu", UnitId("110105"), Role.DISTRICT)
WATER_LIAISON = b.person("shui", b.WATER, Role.LIAISON)
CITY = {
    WhistleKind.EMERGENCY: WhistleLimits(
        sign=b.limit("5 min"),
        report_in=b.limit("30 min"),
        measure=b.limit("2 h"),
        done=b.limit("24 h"),
        valid_for=b.limit("30 min"),
    ),
    WhistleKind.ENFORCEMENT: WhistleLimits(
        sign=b.limit("30 min"), report_in=b.limit("2 h"), done=b.limit("1 WD"), record=b.limit("same day")
    ),
    WhistleKind.ROUTINE: WhistleLimits(
        sign=b.limit("1 h W"),
        contact=b.limit("24 h"),
        report_in=b.limit("3 WD"),
        done=b.limit("10 WD"),
        done_simple=b.limit("same day"),
    ),
    WhistleKind.BREAKTHROUGH: WhistleLimits(
        sign=b.limit("1 h W"),
        contact=b.limit("24 h"),
        report_in=b.limit("5 WD"),
        measure=b.limit("10 WD"),
        done=b.limit("10 WD"),
    ),
}
LAW: Law = msgspec.structs.replace(b.law(), policy=msgspec.structs.replace(b.policy(), whistles=CITY))
BLOWER = {
    WhistleKind.EMERGENCY: b.DISPATCHER,
    WhistleKind.ENFORCEMENT: b.LEADER,
    WhistleKind.ROUTINE: b.DISPATCHER,
    WhistleKind.BREAKTHROUGH: b.SUPERVISOR,
}


def local(day: int, hour: int = 0, minute: int = 0, month: int = 3) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=BEIJING).astimezone(dt.UTC)


class Story:
    """A case that lives on, act by act; `minutes` count from when its whistle was blown, at noon unless told."""

    def __init__(
        self, kind: WhistleKind | None = WhistleKind.EMERGENCY, at: dt.datetime = b.NOON, **changes: object
    ) -> None:
        self.case: Case = b.case_in_hand()
        self.blown_at = at
        if kind is not None:
            self.do(blow(kind, **changes), BLOWER[kind])

    def judged(self, command: c.AnyCommand, by: Actor, at: dt.datetime) -> tuple[rules.e.Recorded, ...] | Refused:
        act = c.Act(id=CommandId(f"a-{len(self.case.history)}"), command=command, by=by.person, made_at=at)
        return rules.judge(act, self.case, by, LAW, at)

    def do(self, command: c.AnyCommand, by: Actor = b.DISPATCHER, minutes: float = 0) -> "Story":
        found = self.judged(command, by, self.at(minutes))
        assert not isinstance(found, Refused), found
        for recorded in found:
            self.case = evolve(self.case, recorded, Revision(self.case.revision + 1))
        return self

    def refusal(self, command: c.AnyCommand, by: Actor = b.DISPATCHER, minutes: float = 0) -> tuple[Reason, str]:
        found = self.judged(command, by, self.at(minutes))
        assert isinstance(found, Refused), found
        return found.reason, found.field

    def at(self, minutes: float) -> dt.datetime:
        return self.blown_at + minutes * MINUTE

    @property
    def whistle(self) -> Whistle:
        return self.case.whistles[0]

    def of(self, unit: UnitId = b.URBAN) -> Summons:
        summons = self.whistle.of(unit)
        assert summons is not None
        return summons

    # ---- what happens again and again

    def by_department(self, milestone: Milestone, minutes: float = 0) -> "Story":
        return self.do(passed(milestone), b.LIAISON, minutes)

    def by_street(self, milestone: Milestone, minutes: float = 0, **more: object) -> "Story":
        return self.do(passed(milestone, **more), b.DISPATCHER, minutes)

    def done(self, minutes: float = 10) -> "Story":
        """The department has signed, come and finished, a minute between each."""
        for before, milestone in ((2, Milestone.SIGNED), (1, Milestone.REPORTED_IN), (0, Milestone.DONE)):
            self.by_department(milestone, minutes - before)
        return self


def blow(kind: WhistleKind = WhistleKind.EMERGENCY, **changes: object) -> c.BlowWhistle:
    """A whistle for one department alone unless told otherwise."""
    return msgspec.structs.replace(b.blow(kind=kind), **({"assisting": ()} | changes))


def passed(milestone: Milestone, unit: UnitId = b.URBAN, **more: object) -> c.PassMilestone:
    command = c.PassMilestone(case=ONE, whistle=W, unit=unit, milestone=milestone)
    return msgspec.structs.replace(command, **more)


def of_unit(command: type[c.Command], unit: UnitId = b.URBAN, **fields: object) -> c.AnyCommand:
    return command(case=ONE, whistle=W, unit=unit, **fields)  # pyright: ignore[reportCallIssue, reportArgumentType]


def of_whistle(command: type[c.Command], **fields: object) -> c.AnyCommand:
    return command(case=ONE, whistle=W, **fields)  # pyright: ignore[reportCallIssue, reportArgumentType]


def score(people: int = 10, result: int = 15, unit: UnitId = b.URBAN) -> c.AnyCommand:
    return of_unit(c.ScoreDepartment, unit, people=people, result=result)


ON_SITE = b.NOON + 40 * MINUTE


def meeting(**changes: object) -> c.HoldMeeting:
    values: dict[str, object] = {
        "id": "m-1",
        "at": ON_SITE,
        "place": "1 East Road",
        "invited": (b.URBAN, b.STREET),
        "arrived": (b.URBAN,),
        "findings": "no permit",
        "tasks": (MeetingTask(unit=b.URBAN, what="pull it down", by=ON_SITE + DAY),),
        "photos": ("photo-1",),
    }
    return c.HoldMeeting(case=ONE, whistle=W, meeting=Meeting(**(values | changes)))  # pyright: ignore[reportCallIssue, reportArgumentType]
