"""What is decided on whistles: blowing, answering, adjudicating, meeting, accepting, scoring.

Promises: gives the facts that follow from a command on a case's whistles, or the one reason why none do; the table's
rows (role, state) have been checked before. Source: DOMAIN section 6.
"""

import datetime as dt
from typing import assert_never

import msgspec

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case, CaseState
from dispatcher.models.ids import PersonId, UnitId
from dispatcher.models.ladder import rung_at
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.scoring import score_of
from dispatcher.models.summons_clocks import SummonsDuty, clock_of, summons_clock
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import (
    GROUND_OF,
    MILESTONES,
    Milestone,
    Passed,
    Summons,
    Whistle,
    WhistleKind,
    WhistleState,
)

Found = tuple[e.AnyEvent, ...] | Refused
_DESK = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER})
_WORKED = frozenset({CaseState.IN_HAND, CaseState.REDO})

WHISTLE_WHO: dict[WhistleKind, frozenset[Role]] = {
    WhistleKind.EMERGENCY: _DESK,
    WhistleKind.ENFORCEMENT: frozenset({Role.SHIFT_LEADER}),
    WhistleKind.ROUTINE: _DESK,
    WhistleKind.BREAKTHROUGH: frozenset({Role.SUPERVISOR}),
}
"""Who may blow which kind."""

_OfWhole = c.ApproveWhistle | c.HoldMeeting | c.AcceptWhistle | c.WithdrawWhistle
_OfDepartment = (
    c.PassMilestone
    | c.ContactStreet
    | c.RecordDeparture
    | c.DeclareNoShow
    | c.RefuseSummons
    | c.AdjudicateSummons
    | c.SendBackWork
    | c.ClimbLadder
    | c.ScoreDepartment
)
_DEPARTMENTS_OWN = (c.PassMilestone, c.ContactStreet, c.RecordDeparture, c.RefuseSummons)
"""What a department does about its own summons; all but the refusal the street's desk may record for it."""


def valid_until(command: c.Command, law: Law, made_at: dt.datetime) -> dt.datetime | None:
    """Give the instant after which a live command is stale; None for those that never are.

    An emergency whistle lasts as long as the policy says, any other until its appointed time. Source: DOMAIN section 6.
    """
    if not isinstance(command, c.BlowWhistle):
        return None
    limit = law.policy.whistles[command.kind].valid_for
    return made_at + limit.length if limit else command.appointed_at


def decide(command: c.WhistleCommand, case: Case, actor: Actor, law: Law, at: dt.datetime) -> Found:
    """Decide a command on a whistle of a case."""
    if isinstance(command, c.BlowWhistle):
        return _blow(command, case, actor, law, at)
    whistle = next((w for w in case.whistles if w.id == command.whistle), None)
    if whistle is None:
        return Refused(reason=Reason.NO_SUCH_WHISTLE, field="whistle", detail=command.whistle)
    scored_afterwards = isinstance(command, c.ScoreDepartment) and whistle.state is WhistleState.ACCEPTED
    if not whistle.is_open and not scored_afterwards:
        return Refused(reason=Reason.WHISTLE_CLOSED, field="whistle", detail=whistle.state)
    if isinstance(command, _OfWhole):
        return _decide_whole(command, whistle, actor, at)
    by_street = actor.unit == case.holder
    for_any = by_street and actor.is_any(*_DESK) and not isinstance(command, c.RefuseSummons)
    if isinstance(command, _DEPARTMENTS_OWN) and not for_any and actor.unit != command.unit:
        return _refused(Reason.NOT_YOUR_CASE, command.unit)
    summons = whistle.of(command.unit)
    if summons is None:
        return _refused(Reason.NOT_SUMMONED, command.unit)
    return _decide_department(command, whistle, summons, actor, by_street, law, at)


def _blow(command: c.BlowWhistle, case: Case, actor: Actor, law: Law, at: dt.datetime) -> Found:
    if not actor.is_any(*WHISTLE_WHO[command.kind]):
        return Refused(reason=Reason.NOT_YOUR_ROLE, field="kind", detail=command.kind)
    if command.kind is not WhistleKind.EMERGENCY and case.state not in _WORKED:
        return Refused(reason=Reason.WRONG_STATE, field="kind", detail=case.state)
    for field, text in (("demand", command.demand), ("place", command.place)):
        if not text.strip():
            return _missing(field)
    ground = GROUND_OF[command.kind]
    if command.ground is not None and command.ground is not ground:
        return Refused(reason=Reason.CONTRADICTION, field="ground", detail=command.ground)
    if command.simple and command.kind is not WhistleKind.ROUTINE:
        return Refused(reason=Reason.CONTRADICTION, field="simple", detail=command.kind)
    if command.appointed_at is not None and command.appointed_at < at:
        return Refused(reason=Reason.BAD_FIELD, field="appointed_at", detail=command.appointed_at.isoformat())
    units = (command.lead, *command.assisting)
    if len(set(units)) != len(units):
        return Refused(reason=Reason.ALREADY_SUMMONED, field="assisting")
    for unit in units:
        if law.summonable and unit not in law.summonable:
            field = "lead" if unit == command.lead else "assisting"
            return Refused(reason=Reason.UNKNOWN_UNIT, field=field, detail=unit)
    if any(whistle.id == command.whistle for whistle in case.whistles):
        return Refused(reason=Reason.ALREADY_THERE, field="whistle", detail=command.whistle)
    notified = (Passed(Milestone.NOTIFIED, at, actor.person),)
    approved = command.kind is WhistleKind.EMERGENCY and actor.is_any(Role.SHIFT_LEADER)
    whistle = Whistle(
        id=command.whistle,
        kind=command.kind,
        demand=command.demand,
        place=command.place,
        contact=command.contact,
        blown_at=at,
        blown_by=actor.person,
        blown_by_name=actor.name,
        ground=ground,
        cases=command.cases,
        simple=command.simple,
        appointed_at=command.appointed_at,
        valid_until=valid_until(command, law, at),
        approved_at=at if approved else None,
        approved_by=actor.person if approved else PersonId(""),
        summons=tuple(Summons(unit=unit, lead=unit == command.lead, passed=notified) for unit in units),
    )
    return (e.WhistleBlown(whistle=whistle),)


def _decide_whole(command: _OfWhole, whistle: Whistle, actor: Actor, at: dt.datetime) -> Found:
    match command:
        case c.ApproveWhistle():
            if whistle.kind is not WhistleKind.EMERGENCY:
                return Refused(reason=Reason.CONTRADICTION, field="whistle", detail=whistle.kind)
            if whistle.approved_at is not None:
                return Refused(reason=Reason.ONLY_ONCE, field="whistle", detail=whistle.id)
            if whistle.blown_by == actor.person:
                return Refused(reason=Reason.NOT_YOUR_ROLE, field="whistle", detail=whistle.id)
            return (e.WhistleApproved(whistle=whistle.id, note=command.note),)
        case c.HoldMeeting():
            return _hold(command, whistle, at)
        case c.AcceptWhistle():
            if any(summons.is_owed for summons in whistle.summons):
                return Refused(reason=Reason.NOT_DONE, field="whistle", detail=whistle.id)
            if whistle.kind is WhistleKind.ENFORCEMENT and not whistle.meetings:
                return _missing("meeting")
            return (e.WhistleAccepted(whistle=whistle.id, note=command.note),)
        case c.WithdrawWhistle():
            if not command.reason.strip():
                return _missing("reason")
            return (e.WhistleWithdrawn(whistle=whistle.id, reason=command.reason),)
        case _:
            assert_never(command)


def _hold(command: c.HoldMeeting, whistle: Whistle, at: dt.datetime) -> Found:
    meeting = command.meeting
    for field, text in (("id", meeting.id), ("place", meeting.place), ("findings", meeting.findings)):
        if not text.strip():
            return _missing(f"meeting.{field}")
    if any(not task.what.strip() for task in meeting.tasks):
        return _missing("tasks")
    if not set(meeting.arrived) <= set(meeting.invited):
        return Refused(reason=Reason.CONTRADICTION, field="arrived")
    if meeting.at > at:
        return Refused(reason=Reason.IN_THE_FUTURE, field="meeting.at", detail=meeting.at.isoformat())
    if meeting.at < whistle.blown_at:
        return Refused(reason=Reason.BAD_FIELD, field="meeting.at", detail=meeting.at.isoformat())
    for task in meeting.tasks:
        if task.by < meeting.at or task.unit not in meeting.invited:
            return Refused(reason=Reason.BAD_FIELD, field="tasks", detail=task.what)
    return (e.MeetingHeld(whistle=whistle.id, meeting=msgspec.structs.replace(meeting, recorded_at=None)),)


def _decide_department(
    command: _OfDepartment, whistle: Whistle, summons: Summons, actor: Actor, by_street: bool, law: Law, at: dt.datetime
) -> Found:
    unit = command.unit
    match command:
        case c.PassMilestone():
            return _pass(command, summons, by_street, at)
        case c.ContactStreet():
            if summons.contacted_at is not None:
                return _refused(Reason.ALREADY_SO, unit)
            return (e.StreetContacted(whistle=whistle.id, unit=unit, note=command.note),)
        case c.RecordDeparture():
            if summons.at(Milestone.REPORTED_IN) is None:
                return _refused(Reason.MILESTONE_ORDER, unit)
            if command.with_leave and not by_street:
                return Refused(reason=Reason.STREET_ONLY, field="with_leave")
            return (
                e.DepartureRecorded(
                    whistle=whistle.id,
                    unit=unit,
                    by_street=by_street,
                    with_leave=command.with_leave,
                    note=command.note,
                ),
            )
        case c.DeclareNoShow():
            return _declare_no_show(command, whistle, summons, law, at)
        case c.RefuseSummons():
            if not command.reason.strip():
                return _missing("reason")
            if summons.refused_reason is not None:
                return Refused(reason=Reason.ONLY_ONCE, field="reason")
            if _is_past(SummonsDuty.SIGN, whistle, summons, law, at):
                return _refused(Reason.TOO_LATE, unit)
            return (e.SummonsRefused(whistle=whistle.id, unit=unit, reason=command.reason),)
        case c.AdjudicateSummons():
            if summons.refused_reason is None:
                return _refused(Reason.NO_SUCH_REQUEST, unit)
            if summons.released is not None:
                return _refused(Reason.FINAL, unit)
            if not command.reason.strip():
                return _missing("reason")
            return (
                e.SummonsAdjudicated(whistle=whistle.id, unit=unit, released=command.released, reason=command.reason),
            )
        case c.SendBackWork():
            if summons.at(Milestone.DONE) is None:
                return _refused(Reason.NOT_DONE, unit)
            if not command.reason.strip():
                return _missing("reason")
            return (e.WorkSentBack(whistle=whistle.id, unit=unit, reason=command.reason),)
        case c.ClimbLadder():
            return _climb(command, whistle, summons, law, at)
        case c.ScoreDepartment():
            return _score(command, whistle, summons, actor, law, at)
        case _:
            assert_never(command)


def _pass(command: c.PassMilestone, summons: Summons, by_street: bool, at: dt.datetime) -> Found:
    milestone = command.milestone
    wrong_order = Refused(reason=Reason.MILESTONE_ORDER, field="milestone", detail=milestone)
    if milestone in (Milestone.NOTIFIED, Milestone.SCORED) or summons.released:
        return wrong_order
    if command.finish_by is not None:
        if milestone is not Milestone.MEASURE_AGREED:
            return Refused(reason=Reason.CONTRADICTION, field="finish_by", detail=milestone)
        if not by_street:
            return Refused(reason=Reason.STREET_ONLY, field="finish_by")
        if command.finish_by < at:
            return Refused(reason=Reason.BAD_FIELD, field="finish_by", detail=command.finish_by.isoformat())
    if milestone is Milestone.REPORTED_IN:
        told_already = any(p.milestone is milestone and p.by_street == by_street for p in summons.passed)
        if told_already or summons.at(Milestone.DONE) is not None:
            return wrong_order
    elif MILESTONES.index(milestone) <= MILESTONES.index(summons.reached or Milestone.NOTIFIED):
        return wrong_order
    if milestone is Milestone.DONE and summons.at(Milestone.REPORTED_IN) is None:
        return wrong_order
    return (
        e.MilestonePassed(
            whistle=command.whistle,
            unit=command.unit,
            milestone=milestone,
            note=command.note,
            by_street=by_street,
            place=command.place,
            person=command.person,
            evidence=command.evidence,
            finish_by=command.finish_by,
        ),
    )


def _declare_no_show(command: c.DeclareNoShow, whistle: Whistle, summons: Summons, law: Law, at: dt.datetime) -> Found:
    if summons.at(Milestone.REPORTED_IN) is not None:
        return _refused(Reason.CONTRADICTION, command.unit)
    if not _is_past(SummonsDuty.REPORT_IN, whistle, summons, law, at):
        return _refused(Reason.TOO_EARLY, command.unit)
    if summons.no_show_at is not None:
        return _refused(Reason.ALREADY_SO, command.unit)
    if summons.released:
        return _refused(Reason.CONTRADICTION, command.unit)
    return (e.NoShowDeclared(whistle=whistle.id, unit=command.unit, note=command.note),)


def _climb(command: c.ClimbLadder, whistle: Whistle, summons: Summons, law: Law, at: dt.datetime) -> Found:
    if command.share not in law.policy.ladder:
        return Refused(reason=Reason.BAD_FIELD, field="share", detail=str(command.share))
    if any((r.unit, r.milestone, r.share) == (command.unit, command.milestone, command.share) for r in whistle.ladder):
        return Refused(reason=Reason.ALREADY_SO, field="share", detail=str(command.share))
    owed = summons_clock(whistle, summons, law)
    if owed is None or owed.milestone is not command.milestone:
        return Refused(reason=Reason.MILESTONE_ORDER, field="milestone", detail=command.milestone)
    if at < rung_at(owed, command.share, law):
        return Refused(reason=Reason.TOO_EARLY, field="share", detail=str(command.share))
    return (
        e.LadderClimbed(
            whistle=whistle.id,
            unit=command.unit,
            milestone=command.milestone,
            share=command.share,
            told=command.told,
        ),
    )


def _score(
    command: c.ScoreDepartment, whistle: Whistle, summons: Summons, actor: Actor, law: Law, at: dt.datetime
) -> Found:
    if summons.released:
        return _refused(Reason.CONTRADICTION, command.unit)
    if summons.score is not None:
        return _refused(Reason.ONLY_ONCE, command.unit)
    if summons.is_owed and whistle.is_open:
        return _refused(Reason.NOT_DONE, command.unit)
    card = law.policy.score
    for field, points, most in (("people", command.people, card.people), ("result", command.result, card.result)):
        if not 0 <= points <= most:
            return Refused(reason=Reason.BAD_FIELD, field=field, detail=str(points))
    score = score_of(summons, whistle, law, command.people, command.result)
    score = msgspec.structs.replace(score, by=actor.person, at=at, note=command.note)
    return (e.DepartmentScored(whistle=whistle.id, unit=command.unit, score=score),)


def _is_past(duty: SummonsDuty, whistle: Whistle, summons: Summons, law: Law, at: dt.datetime) -> bool:
    clock = clock_of(whistle, summons, duty, law)
    return clock is not None and at > clock.due


def _refused(reason: Reason, unit: UnitId) -> Refused:
    return Refused(reason=reason, field="unit", detail=unit)


def _missing(field: str) -> Refused:
    return Refused(reason=Reason.MISSING_FIELD, field=field)
