"""The rules of the work: who may do what to a case in which state, and what follows.

`judge` turns a wish into facts or a refusal; what a fact changes stands in `evolution`. Pure, and the same at the
console and at the centre. The table of roles and states is `transitions`; what a row cannot say stands in `handling`
(the case) and `summoning` (its whistles). Source: DOMAIN sections 2, 4 and 6.
"""

import datetime as dt

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import handling, summoning
from dispatcher.models.case import Case
from dispatcher.models.law import Law
from dispatcher.models.organisation import STREET_ROLES, Actor, Role
from dispatcher.models.summoning import WHISTLE_WHO, valid_until
from dispatcher.models.transitions import ROW
from dispatcher.models.verdicts import Reason, Refused

LATE_AFTER = dt.timedelta(seconds=60)
"""An act that reaches its judge later than this after it was made is marked as uploaded late."""
AHEAD_AT_MOST = dt.timedelta(minutes=5)
"""An act made further in the future than this is refused; less is taken as now."""


def possible(command: type[c.Command], case: Case, actor: Actor) -> Reason | None:
    """Say why `actor` could not make this kind of command on the case as it stands, or None when he could."""
    row = ROW[command]
    if not actor.is_any(*row.roles):
        return Reason.NOT_YOUR_ROLE
    if actor.is_any(*STREET_ROLES) and not actor.is_any(Role.HOTLINE) and actor.unit != case.holder:
        return Reason.NOT_YOUR_CASE
    if case.state not in row.states:
        return Reason.WRONG_STATE
    return handling.hindrance(command, case, actor)


def judge(act: c.Act, case: Case | None, actor: Actor, law: Law, now: dt.datetime) -> tuple[e.Recorded, ...] | Refused:
    """Decide one act: the facts that follow, stamped, or the reason why nothing happens.

    `now` is the judge's own clock. An act counts at the time it was made, never later than `now`; made long
    before it is judged it is marked late. A stale live act is refused as expired.
    """
    if act.valid_until is not None and now > act.valid_until:
        return Refused(reason=Reason.EXPIRED, field="valid_until", detail=act.valid_until.isoformat())
    if act.made_at > now + AHEAD_AT_MOST:
        return Refused(reason=Reason.IN_THE_FUTURE, field="made_at", detail=act.made_at.isoformat())
    at = min(act.made_at, now)
    if isinstance(act.command, c.ReceiveOrder):
        if not actor.is_any(*ROW[c.ReceiveOrder].roles):
            return Refused(reason=Reason.NOT_YOUR_ROLE)
        found = handling.receive(act.command, case, actor, law, now)
    elif case is None:
        return Refused(reason=Reason.NO_SUCH_CASE, field="case", detail=act.command.case)
    elif at < case.order.dispatched_at - AHEAD_AT_MOST:
        return Refused(reason=Reason.BEFORE_THE_CASE, field="made_at", detail=act.made_at.isoformat())
    else:
        found = _decide(act.command, case, actor, law, at)
    if isinstance(found, Refused):
        return found
    late = act.offline or now - at > LATE_AFTER
    return tuple(
        e.Recorded(
            event=event,
            at=at,
            entered_at=now,
            by=actor.person,
            by_name=actor.name,
            unit=actor.unit,
            act=act.id,
            late=late and not isinstance(event, e.OrderReceived | e.ClosedElsewhere),
        )
        for event in found
    )


def _decide(
    command: c.AnyCommand, case: Case, actor: Actor, law: Law, at: dt.datetime
) -> tuple[e.AnyEvent, ...] | Refused:
    reason = possible(type(command), case, actor)
    if reason is not None:
        return Refused(reason=reason, detail=case.state)
    if isinstance(command, c.WhistleCommand):
        return summoning.decide(command, case, actor, law, at)
    return handling.decide(command, case, actor, law, at)


__all__ = ["AHEAD_AT_MOST", "LATE_AFTER", "WHISTLE_WHO", "judge", "possible", "valid_until"]
