"""What is decided on whistles: blowing, answering, adjudicating, meeting, accepting, scoring.

Promises: gives the facts that follow from a command on a case's whistles, or the one reason why none do; the table's
rows (role, state) have been checked before. Source: DOMAIN section 6.
"""

import datetime as dt

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import after
from dispatcher.models.ids import UnitId
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import MILESTONES, Milestone, Passed, Summons, Whistle, WhistleKind

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
    return _answer(command, case, actor, law, at)


def _blow(command: c.BlowWhistle, case: Case, actor: Actor, law: Law, at: dt.datetime) -> Found:
    if not actor.is_any(*WHISTLE_WHO[command.kind]):
        return Refused(reason=Reason.NOT_YOUR_ROLE, field="kind", detail=command.kind)
    if command.kind is not WhistleKind.EMERGENCY and case.state not in _WORKED:
        return Refused(reason=Reason.WRONG_STATE, field="kind", detail=case.state)
    for field in ("demand", "place"):
        if not str(getattr(command, field)).strip():
            return _missing(field)
    units = (command.lead, *command.assisting)
    if len(set(units)) != len(units):
        return Refused(reason=Reason.ALREADY_SUMMONED, field="assisting")
    for unit in units:
        if law.summonable and unit not in law.summonable:
            return Refused(
                reason=Reason.UNKNOWN_UNIT, field="lead" if unit == command.lead else "assisting", detail=unit
            )
    if any(whistle.id == command.whistle for whistle in case.whistles):
        return Refused(reason=Reason.ALREADY_THERE, field="whistle", detail=command.whistle)
    notified = (Passed(Milestone.NOTIFIED, at, actor.person),)
    whistle = Whistle(
        id=command.whistle,
        kind=command.kind,
        demand=command.demand,
        place=command.place,
        contact=command.contact,
        blown_at=at,
        blown_by=actor.person,
        blown_by_name=actor.name,
        appointed_at=command.appointed_at,
        valid_until=valid_until(command, law, at),
        summons=tuple(Summons(unit=unit, lead=unit == command.lead, passed=notified) for unit in units),
    )
    return (e.WhistleBlown(whistle=whistle),)


def _answer(command: c.WhistleCommand, case: Case, actor: Actor, law: Law, at: dt.datetime) -> Found:
    whistle = next((w for w in case.whistles if w.id == command.whistle), None)
    if whistle is None:
        return Refused(reason=Reason.NO_SUCH_WHISTLE, field="whistle", detail=command.whistle)
    if not whistle.is_open:
        return Refused(reason=Reason.WHISTLE_CLOSED, field="whistle", detail=whistle.state)
    match command:
        case c.ApproveWhistle():
            return (e.WhistleApproved(whistle=whistle.id),)
        case c.PassMilestone():
            return _pass(command, whistle, case, actor)
        case c.RefuseSummons():
            summons = _summons_of(whistle, command.unit, actor)
            if isinstance(summons, Refused):
                return summons
            if not command.reason.strip():
                return _missing("reason")
            if summons.refused_reason is not None:
                return Refused(reason=Reason.ALREADY_THERE, field="reason")
            limit = law.policy.whistles[whistle.kind].sign
            if at > after(whistle.blown_at, limit, law).end:
                return Refused(reason=Reason.TOO_LATE, field="unit", detail=command.unit)
            return (e.SummonsRefused(whistle=whistle.id, unit=command.unit, reason=command.reason),)
        case c.AcceptWhistle():
            if any(s.at(Milestone.DONE) is None for s in whistle.summons):
                return Refused(reason=Reason.NOT_DONE, field="whistle", detail=whistle.id)
            return (e.WhistleAccepted(whistle=whistle.id, note=command.note),)
        case c.WithdrawWhistle():
            if not command.reason.strip():
                return _missing("reason")
            return (e.WhistleWithdrawn(whistle=whistle.id, reason=command.reason),)
        case _:
            raise NotImplementedError(type(command).__name__)


def _pass(command: c.PassMilestone, whistle: Whistle, case: Case, actor: Actor) -> Found:
    by_street = actor.unit == case.holder
    summons = whistle.of(command.unit) if by_street else _summons_of(whistle, command.unit, actor)
    if summons is None:
        return Refused(reason=Reason.NOT_SUMMONED, field="unit", detail=command.unit)
    if isinstance(summons, Refused):
        return summons
    reached = summons.reached or Milestone.NOTIFIED
    if command.milestone is Milestone.SCORED or MILESTONES.index(command.milestone) <= MILESTONES.index(reached):
        return Refused(reason=Reason.MILESTONE_ORDER, field="milestone", detail=command.milestone)
    return (
        e.MilestonePassed(
            whistle=whistle.id,
            unit=command.unit,
            milestone=command.milestone,
            note=command.note,
            by_street=by_street,
        ),
    )


def _summons_of(whistle: Whistle, unit: UnitId, actor: Actor) -> Summons | Refused:
    summons = whistle.of(unit)
    if summons is None:
        return Refused(reason=Reason.NOT_SUMMONED, field="unit", detail=unit)
    if actor.unit != unit:
        return Refused(reason=Reason.NOT_YOUR_CASE, field="unit", detail=unit)
    return summons


def _missing(field: str) -> Refused:
    return Refused(reason=Reason.MISSING_FIELD, field=field)
