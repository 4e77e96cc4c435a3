"""Undo: one's own last act within the policy's minutes, nobody having acted since. Source: DOMAIN section 4."""

import datetime as dt

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.deadlines import after
from dispatcher.models.findings import Found
from dispatcher.models.law import Law
from dispatcher.models.organisation import CENTRE, Actor
from dispatcher.models.verdicts import Reason, Refused

_LASTING = (
    e.OrderReceived,
    e.CallerRevealed,
    e.PersonalDataErased,
    e.ActUndone,
    e.WhistleBlown,
    e.CaseSplit,
    e.CaseMerged,
    e.Transferred,
    e.CaseClosed,
    e.OrderWithdrawn,
    e.CaseReopened,
    e.NumberGiven,
)
"""Facts of acts that are never undone: what `transitions.NOT_UNDONE` lists, as it stands in a history."""
_BESIDE = (e.LadderClimbed, e.Supervised, e.ChildEnded, e.DuplicateAbsorbed)
"""What the centre enters by itself, on its ladder or because of another case: nobody has acted by it."""


def last_act(case: Case) -> tuple[e.Recorded, ...]:
    """Give the facts of the last act in a case's history, what the centre entered by itself not counted."""
    acts = [r for r in case.history if not (r.by == CENTRE.person and isinstance(r.event, _BESIDE))]
    return tuple(r for r in acts if r.act == acts[-1].act)


def decide(command: c.Undo, case: Case, actor: Actor, law: Law, at: dt.datetime) -> Found:
    """Decide whether an act is undone."""
    facts = last_act(case)
    last = facts[0]
    if last.act != command.act:
        return Refused(reason=Reason.NOT_LAST_ACT, field="act", detail=command.act)
    if last.by != actor.person:
        return Refused(reason=Reason.NOT_YOUR_ROLE, field="act", detail=last.by)
    if any(_is_lasting(recorded.event) for recorded in facts):
        return Refused(reason=Reason.CANNOT_BE_UNDONE, field="act", detail=command.act)
    if at > after(last.entered_at, law.policy.undo_within, law).end:
        return Refused(reason=Reason.TOO_LATE, field="act", detail=last.entered_at.isoformat())
    return (e.ActUndone(act=command.act),)


def _is_lasting(event: e.AnyEvent) -> bool:
    if isinstance(event, e.RequestGranted | e.RequestRefused):
        return event.kind is e.RequestKind.RETURN
    return isinstance(event, _LASTING)
