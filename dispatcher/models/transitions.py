"""The one table of what can be done to a case: which act, by whom, in which states, and where it leads.

`rules` asks it, the interface greys its buttons by it, and `docs/rules.md` prints it. What a row cannot say (a window,
a ground, a count) stands in its `proviso` for people and in `handling` or `summoning` for the program.
Source: DOMAIN sections 2, 4 and 6.
"""

from typing import NamedTuple

from dispatcher.models import commands as c
from dispatcher.models.case import CaseState
from dispatcher.models.organisation import Role

S = CaseState
_DESK = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER})
_LEADER = frozenset({Role.SHIFT_LEADER})
_FIELD = _DESK | {Role.COMMUNITY_WORKER}
_ABOVE = frozenset({Role.HOTLINE, Role.DISTRICT})
_HOTLINE = frozenset({Role.HOTLINE})
_CENTRE = frozenset({Role.CENTRE})
_LIAISON = frozenset({Role.LIAISON})

HANDLED = frozenset({S.SIGNED, S.IN_HAND, S.RETURN_REQUESTED, S.SUSPENDED, S.REPLY_REVIEW, S.REPLIED, S.REDO})
"""States in which the holder has signed and the case is not ended."""
OWED = frozenset(S) - {S.CLOSED, S.WITHDRAWN, S.MERGED}
"""States in which somebody still owes something."""
EVERY = frozenset(S)
_WORKED = frozenset({S.IN_HAND, S.REDO})
_BEFORE_REPLY = frozenset({S.DISPATCHED, S.SIGNED, S.IN_HAND, S.RETURN_REQUESTED, S.SUSPENDED, S.REPLY_REVIEW, S.REDO})


class Transition(NamedTuple):
    """One row. `to` lists where it can lead; empty means that the state stays."""

    command: type[c.Command]
    roles: frozenset[Role]
    states: frozenset[CaseState]
    to: tuple[CaseState, ...] = ()
    proviso: str = ""


TRANSITIONS: tuple[Transition, ...] = (
    Transition(c.ReceiveOrder, _HOTLINE | _DESK | _CENTRE, frozenset(), (S.DISPATCHED, S.CLOSED),
               "a desk only for its own street, under a local number L-street-date-n; children by the centre"),
    Transition(c.SignFor, _DESK, frozenset({S.DISPATCHED, S.REDO}), (S.SIGNED, S.REDO),
               "once for a dispatch and once for a redo; the earliest valid time wins, another becomes a note"),
    Transition(c.RecordContact, _FIELD, HANDLED, (S.IN_HAND,),
               "vain calls count once an hour; the policy's number of them counts as contact"),
    Transition(c.Assign, _DESK, frozenset({S.SIGNED}) | _WORKED),
    Transition(c.ReportProgress, _FIELD, frozenset({S.SIGNED, S.SUSPENDED}) | _WORKED),
    Transition(c.AddNote, _FIELD | _ABOVE | {Role.SUPERVISOR}, EVERY),
    Transition(c.RequestReturn, _DESK, frozenset({S.DISPATCHED, S.SIGNED}), (S.RETURN_REQUESTED,),
               "lawful ground, evidence, inside the window, not under no_return; a dispatcher drafts, a leader sends"),
    Transition(c.RequestExtension, _DESK, frozenset({S.SIGNED}) | _WORKED, (),
               "before the limit, once, at most the length of the limit"),
    Transition(c.RequestSuspension, _DESK, _WORKED, (), "review date ahead, public reason"),
    Transition(c.RequestExclusion, _DESK, frozenset({S.SIGNED, S.REPLIED, S.CLOSED}) | _WORKED, (),
               "lawful ground, evidence, once"),
    Transition(c.SendRequest, _LEADER, HANDLED | {S.DISPATCHED, S.CLOSED}, (S.RETURN_REQUESTED,),
               "the same conditions again at the moment of sending"),
    Transition(c.DropRequest, _DESK, HANDLED | {S.DISPATCHED, S.CLOSED}, (S.DISPATCHED, S.SIGNED)),
    Transition(c.DecideRequest, _ABOVE, HANDLED | {S.DISPATCHED, S.CLOSED},
               (S.RETURNED, S.DISPATCHED, S.SIGNED, S.SUSPENDED),
               "returns and suspensions by hotline or district, extensions and exclusions by the hotline; "
               "a disputed return only by adjudication"),
    Transition(c.Adjudicate, _ABOVE, frozenset({S.RETURN_REQUESTED}), (S.RETURNED, S.DISPATCHED, S.SIGNED),
               "a second return of the same order; final"),
    Transition(c.Transfer, _HOTLINE, frozenset({S.DISPATCHED, S.SIGNED, S.IN_HAND, S.RETURNED}), (S.DISPATCHED,),
               "no whistle out; the citizen's clock goes on, the holder's own begin"),
    Transition(c.WithdrawOrder, _HOTLINE, OWED, (S.WITHDRAWN,)),
    Transition(c.SplitCase, _DESK, _WORKED, (), "two parts or more; a child is not split again"),
    Transition(c.MergeCase, _LEADER | _HOTLINE, frozenset({S.DISPATCHED, S.SIGNED}) | _WORKED, (S.MERGED,),
               "into another case that is not ended; no whistle out, no children"),
    Transition(c.AbsorbDuplicate, _CENTRE, OWED),
    Transition(c.NoteChildEnded, _CENTRE, EVERY),
    Transition(c.ResumeCase, _ABOVE | _LEADER | _CENTRE, frozenset({S.SUSPENDED}), (S.IN_HAND, S.REDO),
               "the centre at the review date"),
    Transition(c.Reply, _DESK, _WORKED, (S.REPLY_REVIEW, S.REPLIED),
               "after the first contact (in a redo: the redo's), four elements, no request for an extension or "
               "suspension open; reviewed unless the policy skips it or a leader writes it"),
    Transition(c.ApproveReply, _LEADER, frozenset({S.REPLY_REVIEW}), (S.REPLIED,)),
    Transition(c.SendBackReply, _LEADER, frozenset({S.REPLY_REVIEW}), (S.IN_HAND, S.REDO)),
    Transition(c.RecordCallBack, _DESK | _HOTLINE, frozenset({S.REPLIED, S.CLOSED}), (S.REDO,),
               "not solved leads to a redo; a closed case only by the hotline, once reached"),
    Transition(c.OrderRedo, _HOTLINE, frozenset({S.REPLIED}), (S.REDO,)),
    Transition(c.CloseCase, _DESK | _HOTLINE, frozenset({S.REPLIED}), (S.CLOSED,),
               "called back (or the policy's vain attempts at different hours), no whistle out, no child open"),
    Transition(c.ReopenCase, _LEADER | _HOTLINE | {Role.SUPERVISOR}, frozenset({S.CLOSED}), (S.REDO,),
               "within the policy's days"),
    Transition(c.Supervise, frozenset({Role.SUPERVISOR, Role.DISTRICT, Role.HOTLINE, Role.CENTRE}), OWED, (),
               "level 1 supervisor and above, 2 district and above, 3 hotline; the centre level 1"),
    Transition(c.LiftSupervision, frozenset({Role.SUPERVISOR, Role.DISTRICT, Role.HOTLINE}), EVERY, (),
               "by who may set that level"),
    Transition(c.ChangeUrgency, _HOTLINE, _BEFORE_REPLY, (), "time used stays used"),
    Transition(c.Urge, _HOTLINE, OWED),
    Transition(c.GiveNumber, _HOTLINE, EVERY, (), "only for a case made at a desk, once"),
    Transition(c.Undo, _FIELD | _ABOVE | {Role.SUPERVISOR, Role.LIAISON}, EVERY, (),
               "one's own last act, within the policy's minutes, nobody having acted since"),
    Transition(c.RevealCaller, _DESK | _ABOVE, EVERY, (),
               "with a reason; of a confidential order only by hotline or district"),
    Transition(c.ErasePersonalData, frozenset({Role.ADMINISTRATOR, Role.CENTRE}), EVERY - OWED, (),
               "with a reason; the centre by the rule of retention"),
    Transition(c.BlowWhistle, _DESK | {Role.SUPERVISOR},
               frozenset({S.DISPATCHED, S.SIGNED}) | _WORKED | {S.RETURN_REQUESTED, S.SUSPENDED}, (),
               "emergency in any of these states, the others once the case is in hand"),
    Transition(c.ApproveWhistle, _LEADER, EVERY, (), "an emergency whistle, once, not by who blew it"),
    Transition(c.PassMilestone, _DESK | _LIAISON, EVERY),
    Transition(c.ContactStreet, _DESK | _LIAISON, EVERY),
    Transition(c.RecordDeparture, _DESK | _LIAISON, EVERY, (), "after reporting in; only the street gives leave"),
    Transition(c.DeclareNoShow, _DESK, EVERY, (), "after the limit to report in"),
    Transition(c.RefuseSummons, _LIAISON, EVERY, (), "once, with a reason, inside the sign limit"),
    Transition(c.AdjudicateSummons, frozenset({Role.DISTRICT}), EVERY, (), "a refusal not decided yet"),
    Transition(c.SendBackWork, _DESK, EVERY),
    Transition(c.HoldMeeting, _DESK, EVERY),
    Transition(c.ClimbLadder, _CENTRE, EVERY),
    Transition(c.ScoreDepartment, frozenset({Role.SUPERVISOR}), EVERY, (),
               "a summons that is done, declared a no-show, or of a whistle that is accepted; once"),
    Transition(c.AcceptWhistle, _DESK, EVERY, (), "every department done, released or declared a no-show"),
    Transition(c.WithdrawWhistle, _DESK, EVERY),
)  # fmt: skip

ROW: dict[type[c.Command], Transition] = {row.command: row for row in TRANSITIONS}
"""The row of each command."""

PARTY: frozenset[type[c.Command]] = frozenset(
    {
        c.PassMilestone,
        c.ContactStreet,
        c.RecordDeparture,
        c.RefuseSummons,
        c.Undo,
    }
)
"""What a liaison may do about a summons of his own unit in a case that his unit does not hold."""

CAN_HAVE_HAPPENED: frozenset[type[c.Command]] = frozenset(
    {
        c.SignFor,
        c.RecordContact,
        c.Assign,
        c.ReportProgress,
        c.RecordCallBack,
        c.PassMilestone,
        c.ContactStreet,
        c.RecordDeparture,
        c.HoldMeeting,
    }
)
"""Facts that may be caught up later with the time they happened at; decisions may not."""

FACTS: frozenset[type[c.Command]] = frozenset({c.SignFor, c.RecordContact, c.ReportProgress, c.Assign, c.AddNote})
"""What, made offline when it was possible, is kept as a record even if the case has moved on since."""

NOT_UNDONE: frozenset[type[c.Command]] = frozenset(
    {
        c.ReceiveOrder,
        c.RevealCaller,
        c.ErasePersonalData,
        c.Undo,
        c.BlowWhistle,
        c.SplitCase,
        c.MergeCase,
        c.Transfer,
        c.Adjudicate,
        c.CloseCase,
        c.WithdrawOrder,
        c.ReopenCase,
        c.GiveNumber,
        c.AbsorbDuplicate,
        c.NoteChildEnded,
        c.ClimbLadder,
    }
)
"""What has consequences outside its case or outside the program, and so has a counter-act instead of an undo."""
