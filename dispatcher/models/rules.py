"""The rules of the work: who may do what to a case in which state, and what follows.

`judge` turns a wish into facts or a refusal; what a fact changes stands in `evolution`. Pure, and the same at the
console and at the centre. The table of roles and states is `transitions`; what a row cannot say stands in `handling`,
`requests` and `undoing` (the case) and `summoning` (its whistles). Source: DOMAIN sections 2, 4 and 6.
"""

import datetime as dt
from typing import cast

import msgspec

from dispatcher.models import belated, handling, merging, summoning
from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import after
from dispatcher.models.evolution import as_of
from dispatcher.models.findings import Found
from dispatcher.models.handling import AHEAD_AT_MOST
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor, Role, covers, is_community
from dispatcher.models.summoning import WHISTLE_WHO, valid_until
from dispatcher.models.transitions import CAN_HAVE_HAPPENED, FACTS, HANDLED, PARTY, ROW, Transition
from dispatcher.models.verdicts import Reason, Refused

LATE_AFTER = dt.timedelta(seconds=60)
"""An act that reaches its judge later than this after it was made is marked as uploaded late."""
_LIAISON = frozenset({Role.LIAISON})
_SIGNED_ONCE = HANDLED | {CaseState.CLOSED}
_OUT_OF_REACH = frozenset({Reason.NOT_YOUR_ROLE, Reason.NOT_YOUR_CASE, Reason.NOT_SUMMONED})


def possible(command: type[c.Command], case: Case, actor: Actor) -> Reason | None:
    """Say why `actor` could not make this kind of command on the case as it stands, or None when he could.

    Looks at role, reach, state and whatever of the case needs no field of the command, no law and no clock.
    """
    found = _admitted(command, case, actor)
    return found.reason if isinstance(found, Refused) else None


def judge(act: c.Act, case: Case | None, actor: Actor, law: Law, now: dt.datetime) -> tuple[e.Recorded, ...] | Refused:
    """Decide one act: the facts that follow, stamped, or the reason why nothing happens.

    `now` is the judge's own clock. An act counts at the time it was made, never later than `now`, a catch-up entry at
    the time it happened; made long before it is judged it is marked late. A stale live act is refused as expired.
    """
    command = act.command
    if act.valid_until is not None and now > act.valid_until:
        return Refused(reason=Reason.EXPIRED, field="valid_until", detail=act.valid_until.isoformat())
    if act.made_at > now + AHEAD_AT_MOST:
        return Refused(reason=Reason.IN_THE_FUTURE, field="made_at", detail=act.made_at.isoformat())
    at = min(act.made_at, now)
    late = act.offline or now - act.made_at > LATE_AFTER
    receiving = isinstance(command, c.ReceiveOrder)
    if not receiving:
        if case is None:
            return Refused(reason=Reason.NO_SUCH_CASE, field="case", detail=command.case)
        if at < case.order.dispatched_at - AHEAD_AT_MOST:
            return Refused(reason=Reason.BEFORE_THE_CASE, field="made_at", detail=act.made_at.isoformat())
    if act.happened_at is not None:
        refused = _cannot_have_happened(command, act.happened_at, at, case, law)
        if refused is not None:
            return refused
        at = act.happened_at
    if receiving:
        late = act.offline  # an order is often told long after it was dispatched, and nobody is late by that
        found = _receive(command, case, actor, law, now)
    else:
        assert case is not None
        found = _decide(act, case, actor, law, at, late=late)
    if isinstance(found, Refused):
        return found
    caught_up = act.happened_at is not None
    return tuple(
        e.Recorded(
            event=event,
            at=at,
            entered_at=now,
            by=actor.person,
            by_name=actor.name,
            unit=actor.unit,
            act=act.id,
            late=late,
            caught_up=caught_up,
            made_at=act.made_at if caught_up else None,
            clock_error_ms=act.clock_error_ms if late or caught_up else None,
            replaces=act.replaces,
            delivered_by=act.delivered_by,
        )
        for event in found
    )


def _cannot_have_happened(
    command: c.AnyCommand, happened_at: dt.datetime, at: dt.datetime, case: Case | None, law: Law
) -> Refused | None:
    if type(command) not in CAN_HAVE_HAPPENED or case is None:
        reason = Reason.CONTRADICTION
    elif happened_at > at:
        reason = Reason.IN_THE_FUTURE
    elif happened_at < case.order.dispatched_at:
        reason = Reason.BEFORE_THE_CASE
    elif at > after(happened_at, law.policy.catch_up_within, law).end:
        reason = Reason.TOO_LATE
    else:
        return None
    return Refused(reason=reason, field="happened_at", detail=happened_at.isoformat())


def _receive(command: c.ReceiveOrder, case: Case | None, actor: Actor, law: Law, now: dt.datetime) -> Found:
    if not actor.is_any(*ROW[c.ReceiveOrder].roles):
        return Refused(reason=Reason.NOT_YOUR_ROLE)
    return handling.receive(command, case, actor, law, now)


def _decide(act: c.Act, case: Case, actor: Actor, law: Law, at: dt.datetime, *, late: bool) -> Found:
    command, caught_up = act.command, act.happened_at is not None
    kind = type(command)
    admitted = _admitted(kind, case, actor)
    if kind in FACTS and (late or caught_up):
        before = not belated.in_this_holding(case, at)
        if before or (late and isinstance(admitted, Refused)):
            return _record(cast("belated.Fact", command), case, actor, law, at, admitted)
    if isinstance(admitted, Refused) and admitted.reason in _OUT_OF_REACH:
        return admitted
    collision = None if caught_up else merging.collision(command, act.seen, case)
    if collision is not None:
        return collision
    if isinstance(admitted, Refused):
        return admitted
    if isinstance(command, c.WhistleCommand):
        return summoning.decide(command, case, admitted, law, at)
    return handling.decide(command, case, admitted, law, at)


def _record(
    command: belated.Fact, case: Case, actor: Actor, law: Law, at: dt.datetime, admitted: Actor | Refused
) -> Found:
    """Judge a fact by the case as it stood when it was made: possible then, it is kept as a record."""
    then = as_of(case, at)
    admitted_then = _admitted(type(command), then, actor)
    if not isinstance(admitted_then, Refused):
        found = handling.decide(command, then, admitted_then, law, at)
        return found if isinstance(found, Refused) else belated.record(command, case, law, at)
    if isinstance(command, c.SignFor) and _is_second_signature(then, actor):
        return belated.second_signature()
    return admitted if isinstance(admitted, Refused) else admitted_then


def _is_second_signature(then: Case, actor: Actor) -> bool:
    """Somebody of the same holder had signed before: a late signature is never refused for that."""
    reached = _reaching(ROW[c.SignFor], then, actor)
    return not isinstance(reached, Refused) and _was_signed(then) and then.state in _SIGNED_ONCE


def _was_signed(case: Case) -> bool:
    return case.signed_at is not None or case.redo_signed_at is not None


def _admitted(command: type[c.Command], case: Case, actor: Actor) -> Actor | Refused:
    """Give the actor with the roles that count for this kind of command, or what keeps him from it."""
    row = ROW[command]
    reached = _reaching(row, case, actor)
    if isinstance(reached, Refused):
        return reached
    if case.state not in row.states:
        return Refused(reason=Reason.WRONG_STATE, detail=case.state)
    return handling.hindrance(command, case, reached) or reached


def _reaching(row: Transition, case: Case, actor: Actor) -> Actor | Refused:
    """Give the actor with those of his roles that stand in the row and reach the case."""
    fitting = actor.roles & row.roles
    if not fitting:
        return Refused(reason=Reason.NOT_YOUR_ROLE)
    reaching = frozenset(role for role in fitting if _reaches(role, row, case, actor))
    if reaching:
        return actor if len(reaching) == len(actor.roles) else msgspec.structs.replace(actor, roles=reaching)
    if fitting == _LIAISON:
        return Refused(reason=Reason.NOT_SUMMONED, field="unit", detail=actor.unit)
    return Refused(reason=Reason.NOT_YOUR_CASE, detail=case.holder)


def _reaches(role: Role, row: Transition, case: Case, actor: Actor) -> bool:
    if role in (Role.HOTLINE, Role.CENTRE, Role.ADMINISTRATOR):
        return True
    if role is Role.DISTRICT:
        return covers(actor.unit, case.holder)
    if role is Role.COMMUNITY_WORKER:
        return _is_own_work(case, actor)
    if actor.unit == case.holder:
        return True
    if role is Role.LIAISON and row.command in PARTY:
        return any(whistle.of(actor.unit) is not None for whistle in case.whistles)
    return False


def _is_own_work(case: Case, actor: Actor) -> bool:
    """A community worker's cases: of the community he works for, or assigned to him by name in the street."""
    if actor.unit == case.holder:
        return bool(case.assignee) and case.assignee in (actor.person, actor.name)
    in_street = is_community(actor.unit) and covers(case.holder, actor.unit)
    return in_street and case.community == actor.unit


__all__ = ["AHEAD_AT_MOST", "LATE_AFTER", "WHISTLE_WHO", "judge", "possible", "valid_until"]
