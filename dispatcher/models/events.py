"""Facts: what has happened to a case, as the journal keeps it. Frozen; a new kind gets a new tag.

`Recorded` binds a fact to who did it and when: `at` is when it happened (and counts), `entered_at` when the
centre judged it; they differ for acts made offline, which are marked `late`.
"""

import enum

import msgspec

from dispatcher.models.ids import CaseId, CommandId, Instant, PersonId, UnitId, WhistleId
from dispatcher.models.order import Order, Urgency
from dispatcher.models.whistle import Meeting, Milestone, Score, Whistle


class Solved(enum.StrEnum):
    """What the citizen says of the matter."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Satisfied(enum.StrEnum):
    """What the citizen says of the work."""

    SATISFIED = "satisfied"
    BASICALLY = "basically"
    NOT = "not"
    REFUSED_TO_SAY = "refused_to_say"


class RequestKind(enum.StrEnum):
    """What a street asks those above for: 退单, 延期, 挂账, 剔除."""

    RETURN = "return"
    EXTENSION = "extension"
    SUSPENSION = "suspension"
    EXCLUSION = "exclusion"


class Ground(enum.StrEnum):
    """The lawful grounds of a return (the first six) and of an exclusion from appraisal (DOMAIN sections 4 and 7)."""

    NOT_OUR_TERRITORY = "not_our_territory"
    NOT_OUR_DUTY = "not_our_duty"
    OWNERSHIP_UNCLEAR = "ownership_unclear"
    IN_PROCEEDINGS = "in_proceedings"
    DUPLICATE = "duplicate"
    ESSENTIALS_MISSING = "essentials_missing"
    PROVED_FALSE = "proved_false"
    BEYOND_LAW = "beyond_law"
    UNREASONABLE = "unreasonable"


RETURN_GROUNDS = frozenset(
    {
        Ground.NOT_OUR_TERRITORY,
        Ground.NOT_OUR_DUTY,
        Ground.OWNERSHIP_UNCLEAR,
        Ground.IN_PROCEEDINGS,
        Ground.DUPLICATE,
        Ground.ESSENTIALS_MISSING,
    }
)
EXCLUSION_GROUNDS = frozenset(
    {Ground.IN_PROCEEDINGS, Ground.DUPLICATE, Ground.PROVED_FALSE, Ground.BEYOND_LAW, Ground.UNREASONABLE}
)


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a street asks for, from the draft to the decision.

    `until` is the new limit of an extension or the review date of a suspension. `sent_at` is None while it is a
    draft that the shift leader has not sent; `granted` is None until it is decided.
    """

    kind: RequestKind
    reason: str
    by: PersonId
    by_name: str
    unit: UnitId
    at: Instant
    ground: Ground | None = None
    evidence: tuple[str, ...] = ()
    until: Instant | None = None
    public_reason: str = ""
    sent_at: Instant | None = None
    decided_at: Instant | None = None
    decided_by: PersonId = PersonId("")
    granted: bool | None = None
    answer: str = ""
    adjudicated: bool = False


class Child(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part a case was split into."""

    case: CaseId
    number: str
    title: str
    text: str = ""


class Deliverer(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever handed an act in for its maker, whose station is lost."""

    by: PersonId
    by_name: str


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="event"):
    """Base of all facts."""


class OrderReceived(Event, frozen=True, tag="order_received"):
    """The hotline dispatched the order to `holder` under the policy version `policy`."""

    case: CaseId
    order: Order
    holder: UnitId
    policy: str
    parent: CaseId = CaseId("")


class ClosedElsewhere(Event, frozen=True, tag="closed_elsewhere"):
    """The order arrived already handled (an imported ledger): closed at `closed_at`, with what was done."""

    closed_at: Instant
    result: str = ""


class SignedFor(Event, frozen=True, tag="signed_for"):
    """The holder has the order. `instead_of` is the later signature that this earlier one takes the place of."""

    instead_of: Instant | None = None


class NoteAdded(Event, frozen=True, tag="note_added"):
    """Words for the record; what changes nothing (done too late, given up for another's) becomes one, with its tag."""

    text: str
    instead_of: str = ""


class ContactRecorded(Event, frozen=True, tag="contact_recorded"):
    """The citizen was called. `counts` is true when the first-contact duty is met by it.

    `moves` is the later instant of first contact that this earlier one takes the place of.
    """

    reached: bool
    counts: bool
    note: str = ""
    moves: Instant | None = None


class Assigned(Event, frozen=True, tag="assigned"):
    """The holder gave the work to one of its people or teams, or to those of a community in it."""

    assignee: str
    note: str = ""
    community: UnitId = UnitId("")


class ProgressReported(Event, frozen=True, tag="progress_reported"):
    """Work went on; `on_scene` says somebody stands at the place."""

    text: str
    on_scene: bool = False


class ReplyWritten(Event, frozen=True, tag="reply_written"):
    """The four-element reply; `review` says a shift leader must approve it first."""

    accepted: str
    talked_with: str
    done: str
    result: str
    review: bool


class ReplyApproved(Event, frozen=True, tag="reply_approved"):
    """The shift leader let the reply go out."""


class ReplySentBack(Event, frozen=True, tag="reply_sent_back"):
    """The shift leader wants it rewritten."""

    reason: str


class CallBackRecorded(Event, frozen=True, tag="call_back_recorded"):
    """The citizen was asked; `solved` and `satisfied` are None when not reached or not said."""

    by_hotline: bool
    reached: bool
    contacted: bool = False
    solved: Solved | None = None
    satisfied: Satisfied | None = None
    words: str = ""


class RedoOrdered(Event, frozen=True, tag="redo_ordered"):
    """The call-back says it is not solved: handle it again, counted."""

    reason: str = ""


class CaseReopened(Event, frozen=True, tag="case_reopened"):
    """A closed case is open again: handled again like a redo, counted."""

    reason: str


class CaseClosed(Event, frozen=True, tag="case_closed"):
    """Done and archived."""

    note: str = ""


class CallerRevealed(Event, frozen=True, tag="caller_revealed"):
    """Somebody looked at the caller's name and phone, and why. Holds neither."""

    reason: str


class PersonalDataErased(Event, frozen=True, tag="personal_data_erased"):
    """What was personal in the case is gone for good, in the facts before this one too; why."""

    reason: str


class Requested(Event, frozen=True, tag="requested"):
    """The street asks for something; sent at once when a shift leader asks, a draft otherwise."""

    request: Request


class RequestSent(Event, frozen=True, tag="request_sent"):
    """The shift leader sent what was drafted."""

    kind: RequestKind


class RequestDropped(Event, frozen=True, tag="request_dropped"):
    """The street took a request back, draft or sent."""

    kind: RequestKind
    reason: str


class RequestGranted(Event, frozen=True, tag="request_granted"):
    """Those above agree. A granted return may name the next holder `to`; `final` after an adjudication."""

    kind: RequestKind
    answer: str = ""
    to: UnitId = UnitId("")
    final: bool = False
    to_scene: tuple[UnitId, ...] = ()


class RequestRefused(Event, frozen=True, tag="request_refused"):
    """Those above do not agree; a refused return may not be asked for again. `final` after an adjudication."""

    kind: RequestKind
    answer: str
    final: bool = False
    to_scene: tuple[UnitId, ...] = ()


class Transferred(Event, frozen=True, tag="transferred"):
    """The case goes to another holder: its own clocks begin, the citizen's goes on."""

    to: UnitId
    reason: str


class OrderWithdrawn(Event, frozen=True, tag="order_withdrawn"):
    """The hotline took the order back."""

    reason: str


class CaseSplit(Event, frozen=True, tag="case_split"):
    """The case was split into children, cases of their own."""

    children: tuple[Child, ...]
    reason: str = ""


class ChildEnded(Event, frozen=True, tag="child_ended"):
    """A child of this case has ended, or (`again`) is open once more."""

    child: CaseId
    again: bool = False


class CaseMerged(Event, frozen=True, tag="case_merged"):
    """The case is a duplicate and ended into another."""

    into: CaseId
    reason: str = ""


class DuplicateAbsorbed(Event, frozen=True, tag="duplicate_absorbed"):
    """A duplicate has been merged into this case."""

    duplicate: CaseId
    number: str = ""


class CaseResumed(Event, frozen=True, tag="case_resumed"):
    """The suspension is over: at its review date, or earlier by a decision."""

    reason: str = ""


class Supervised(Event, frozen=True, tag="supervised"):
    """Supervision (督办): level 1 in the street, 2 by the district, 3 by the city."""

    level: int
    reason: str


class SupervisionLifted(Event, frozen=True, tag="supervision_lifted"):
    """The supervision of this level is over."""

    level: int
    reason: str


class UrgencyChanged(Event, frozen=True, tag="urgency_changed"):
    """The hotline set another urgency; the time used stays used."""

    urgency: Urgency
    reason: str


class Urged(Event, frozen=True, tag="urged"):
    """The citizen asks what has become of it (催办)."""

    note: str = ""


class NumberGiven(Event, frozen=True, tag="number_given"):
    """The city gave its number to a case made at a desk; the local one is kept."""

    number: str
    source: str


class ActUndone(Event, frozen=True, tag="act_undone"):
    """Its maker took his last act back: everything stands as if it had not been made."""

    act: CommandId


class WhistleBlown(Event, frozen=True, tag="whistle_blown"):
    """Departments are summoned."""

    whistle: Whistle


class WhistleApproved(Event, frozen=True, tag="whistle_approved"):
    """A shift leader approved an emergency whistle afterwards."""

    whistle: WhistleId
    note: str = ""


class MilestonePassed(Event, frozen=True, tag="milestone_passed"):
    """A department passed a milestone; `by_street` says the street's commander recorded it."""

    whistle: WhistleId
    unit: UnitId
    milestone: Milestone
    note: str = ""
    by_street: bool = False
    place: str = ""
    person: str = ""
    evidence: tuple[str, ...] = ()
    finish_by: Instant | None = None


class StreetContacted(Event, frozen=True, tag="street_contacted"):
    """A department got in touch with the street about its summons."""

    whistle: WhistleId
    unit: UnitId
    note: str = ""


class DepartureRecorded(Event, frozen=True, tag="departure_recorded"):
    """A department left the place; before it was done and without leave that is a veto in its score."""

    whistle: WhistleId
    unit: UnitId
    by_street: bool = False
    with_leave: bool = False
    note: str = ""


class NoShowDeclared(Event, frozen=True, tag="no_show_declared"):
    """The street says that a department did not come by its limit."""

    whistle: WhistleId
    unit: UnitId
    note: str = ""


class SummonsRefused(Event, frozen=True, tag="summons_refused"):
    """A department says it is not its duty; it must come all the same until the district decides."""

    whistle: WhistleId
    unit: UnitId
    reason: str


class SummonsAdjudicated(Event, frozen=True, tag="summons_adjudicated"):
    """The district decided a department's refusal: released, or it has to stay."""

    whistle: WhistleId
    unit: UnitId
    released: bool
    reason: str


class WorkSentBack(Event, frozen=True, tag="work_sent_back"):
    """The street does not accept what a department calls done."""

    whistle: WhistleId
    unit: UnitId
    reason: str


class MeetingHeld(Event, frozen=True, tag="meeting_held"):
    """An on-site meeting took place; one of the same id replaces the earlier record."""

    whistle: WhistleId
    meeting: Meeting


class LadderClimbed(Event, frozen=True, tag="ladder_climbed"):
    """A department's silence reached a share of a limit (percent); `told` are the people of the duty roster."""

    whistle: WhistleId
    unit: UnitId
    milestone: Milestone
    share: int
    told: tuple[str, ...] = ()


class DepartmentScored(Event, frozen=True, tag="department_scored"):
    """The street scored a department's answer to its whistle."""

    whistle: WhistleId
    unit: UnitId
    score: Score


class WhistleAccepted(Event, frozen=True, tag="whistle_accepted"):
    """The street accepted the result and closed the whistle."""

    whistle: WhistleId
    note: str = ""


class WhistleWithdrawn(Event, frozen=True, tag="whistle_withdrawn"):
    """The street took the summons back."""

    whistle: WhistleId
    reason: str


CaseEvent = (
    OrderReceived
    | ClosedElsewhere
    | SignedFor
    | NoteAdded
    | ContactRecorded
    | Assigned
    | ProgressReported
    | ReplyWritten
    | ReplyApproved
    | ReplySentBack
    | CallBackRecorded
    | RedoOrdered
    | CaseReopened
    | CaseClosed
    | CallerRevealed
    | PersonalDataErased
    | Requested
    | RequestSent
    | RequestDropped
    | RequestGranted
    | RequestRefused
    | Transferred
    | OrderWithdrawn
    | CaseSplit
    | ChildEnded
    | CaseMerged
    | DuplicateAbsorbed
    | CaseResumed
    | Supervised
    | SupervisionLifted
    | UrgencyChanged
    | Urged
    | NumberGiven
    | ActUndone
)
"""What happened to a case itself."""
WhistleEvent = (
    WhistleBlown
    | WhistleApproved
    | MilestonePassed
    | StreetContacted
    | DepartureRecorded
    | NoShowDeclared
    | SummonsRefused
    | SummonsAdjudicated
    | WorkSentBack
    | MeetingHeld
    | LadderClimbed
    | DepartmentScored
    | WhistleAccepted
    | WhistleWithdrawn
)
"""What happened to a whistle of a case."""
AnyEvent = CaseEvent | WhistleEvent


class Recorded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact with its stamp. `act` is the id of the act it came from.

    `late` says it was made offline or reached the centre long after it was made; `caught_up` that it happened at
    `at` and was written down only at `made_at`. `clock_error_ms` is how far the station's clock could be trusted, kept
    with late and caught-up facts; None means it was not known. `replaces` is the refused act decided by it.
    `delivered_by` is there when somebody else's station handed it in, because the maker's is lost.
    """

    event: AnyEvent
    at: Instant
    entered_at: Instant
    by: PersonId
    by_name: str
    unit: UnitId
    act: CommandId
    late: bool = False
    caught_up: bool = False
    made_at: Instant | None = None
    clock_error_ms: int | None = None
    replaces: CommandId = CommandId("")
    delivered_by: Deliverer | None = None
