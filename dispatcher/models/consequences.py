"""What one accepted act does to other cases: children of a split, the target of a merge, the parent of a child.

Pure: names the commands the centre makes, each judged like any other by `rules.judge` with `organisation.CENTRE` as
actor; if one of them is refused, the act itself is. Source: DOMAIN section 4 (split, merge).
"""

import msgspec

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.verdicts import Reason, Refused


def follow_ups(
    command: c.AnyCommand, before: Case | None, after: Case, recorded: tuple[e.Recorded, ...]
) -> tuple[c.AnyCommand, ...]:
    """List what follows on other cases, in order, from an act that made `after` of `before` by the facts `recorded`.

    A child has all of its parent's order but number, title and text (left blank: the parent's), and the urgency that
    the parent has by now. The caller's name and phone are not in it: whoever keeps them carries them over.
    """
    found: list[c.AnyCommand] = []
    for fact in recorded:
        if isinstance(fact.event, e.CaseSplit):
            found += [_child(after, child) for child in fact.event.children]
    if isinstance(command, c.MergeCase):
        found.append(c.AbsorbDuplicate(case=command.into, duplicate=after.id, number=after.order.number))
    was_open = before is None or before.is_open
    if after.parent and was_open is not after.is_open:
        found.append(c.NoteChildEnded(case=after.parent, child=after.id, again=after.is_open))
    return tuple(found)


def check_target(command: c.AnyCommand, target: Case | None, case: Case, actor: Actor) -> Refused | None:
    """Say what keeps a case from being merged into `target`; None when nothing does, and for every other command."""
    if not isinstance(command, c.MergeCase):
        return None
    if target is None:
        return Refused(reason=Reason.NO_SUCH_CASE, field="into", detail=command.into)
    if not target.is_open:
        return Refused(reason=Reason.WRONG_STATE, field="into", detail=target.state)
    if target.holder != case.holder and not actor.is_any(Role.HOTLINE):
        return Refused(reason=Reason.NOT_YOUR_CASE, field="into", detail=target.holder)
    return None


def _child(parent: Case, child: e.Child) -> c.ReceiveOrder:
    order = msgspec.structs.replace(
        parent.order,
        number=child.number,
        title=child.title,
        text=child.text or parent.order.text,
        urgency=parent.urgency,
    )
    return c.ReceiveOrder(case=child.case, order=order, holder=parent.holder, parent=parent.id)
