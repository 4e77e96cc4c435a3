"""Facts that arrive after others: who was first, what an earlier one moves, what is left of one that came too late.

Promises: a fact moves an instant only to an earlier one, and the event tells the one it takes the place of; what
changes nothing any more is kept as a note. Source: DOMAIN section 4 (acts made offline count when they were made).
"""

import datetime as dt
from typing import assert_never

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case, CaseState
from dispatcher.models.evolution import as_of, in_redo, standing
from dispatcher.models.findings import clock_hour
from dispatcher.models.law import Law

Fact = c.SignFor | c.RecordContact | c.Assign | c.ReportProgress | c.AddNote
"""The commands that are kept as a record when they come late; see `transitions.FACTS`."""
_VOID = frozenset({CaseState.RETURNED, CaseState.WITHDRAWN, CaseState.MERGED})
"""States in which nothing of the holder's is owed any more: a signature missing then stays missing."""


def in_this_holding(case: Case, at: dt.datetime) -> bool:
    """Tell whether an instant lies in the present holding, not in an earlier holder's time."""
    return case.redispatched_at is None or at >= case.redispatched_at


def signature(case: Case, at: dt.datetime) -> tuple[e.AnyEvent, ...]:
    """Decide a signature of the present holding: the first valid time wins, another one becomes a note."""
    signed_at = case.redo_signed_at if in_redo(case, at) else case.signed_at
    if signed_at is None and case.state not in _VOID:
        return (e.SignedFor(),)
    if signed_at is not None and at < signed_at and case.state is not CaseState.RETURNED:
        return (e.SignedFor(instead_of=signed_at),)
    return (_note(c.SignFor, ""),)


def second_signature() -> tuple[e.AnyEvent, ...]:
    """Decide the signature of somebody who came when another had signed: a note, whatever the case became later."""
    return (_note(c.SignFor, ""),)


def contact(command: c.RecordContact, case: Case, law: Law, at: dt.datetime) -> e.ContactRecorded:
    """Decide a call to the citizen: whether it meets the duty of first contact (in a redo, the redo's)."""
    redo = in_redo(case, at)
    owing = CaseState.REDO if redo else CaseState.SIGNED
    met_at = case.redo_contacted_at if redo else case.contacted_at
    moves = None
    if met_at is None:
        counts = case.state is owing and _is_contact(command, case, law, at)
    elif at < met_at:
        then = as_of(case, at)
        counts = in_this_holding(case, at) and then.state is owing and _is_contact(command, then, law, at)
        moves = met_at if counts else None
    else:
        counts = False
    return e.ContactRecorded(reached=command.reached, counts=counts, note=command.note, moves=moves)


def assignment(command: c.Assign, case: Case, at: dt.datetime) -> e.AnyEvent:
    """Decide an assignment: one made after it holds, whichever was written down first."""
    if any(recorded.at > at and isinstance(recorded.event, e.Assigned) for recorded in standing(case.history)):
        return _note(c.Assign, f"{command.assignee} {command.note}".strip())
    return e.Assigned(assignee=command.assignee, note=command.note, community=command.community)


def record(command: Fact, case: Case, law: Law, at: dt.datetime) -> tuple[e.AnyEvent, ...]:
    """Keep a fact that was possible when it was made and is not now: it moves what is later than it, or is a note."""
    match command:
        case c.SignFor():
            return signature(case, at) if in_this_holding(case, at) else (_note(c.SignFor, ""),)
        case c.RecordContact():
            found = contact(command, case, law, at)
            return (
                (found,)
                if found.moves is not None and case.state is not CaseState.RETURNED
                else (_note(c.RecordContact, command.note),)
            )
        case c.Assign():
            return (_note(c.Assign, f"{command.assignee} {command.note}".strip()),)
        case c.ReportProgress():
            return (_note(c.ReportProgress, command.text),)
        case c.AddNote():
            return (e.NoteAdded(text=command.text, instead_of=command.instead_of),)
        case _:
            assert_never(command)


def _is_contact(command: c.RecordContact, case: Case, law: Law, at: dt.datetime) -> bool:
    """The citizen was reached, or this vain call makes the policy's number, at most one of them in each clock hour."""
    if command.reached:
        return True
    hours = {clock_hour(tried) for tried in case.tried_at}
    return clock_hour(at) not in hours and len(hours) + 1 >= law.policy.contact_attempts


def _note(command: type[c.Command], text: str) -> e.NoteAdded:
    return e.NoteAdded(text=text, instead_of=str(command.__struct_config__.tag))
