"""Facts: what has happened to a case, as the journal keeps it. Frozen; a new kind gets a new tag.

`Recorded` binds a fact to who did it and when: `at` is when it happened (and counts), `entered_at` when the
centre judged it; they differ for acts made offline, which are marked `late`.
"""

import enum

import msgspec

from dispatcher.models.ids import CaseId, CommandId, Instant, PersonId, UnitId, WhistleId
from dispatcher.models.order import Order
from dispatcher.models.whistle import Milestone, Whistle


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


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="event"):
    """Base of all facts."""


class OrderReceived(Event, frozen=True, tag="order_received"):
    """The hotline dispatched the order to `holder` under the policy version `policy`."""

    case: CaseId
    order: Order
    holder: UnitId
    policy: str


class ClosedElsewhere(Event, frozen=True, tag="closed_elsewhere"):
    """The order arrived already handled (an imported ledger): closed at `closed_at`, with what was done."""

    closed_at: Instant
    result: str = ""


class SignedFor(Event, frozen=True, tag="signed_for"):
    """The holder has the order."""


class ContactRecorded(Event, frozen=True, tag="contact_recorded"):
    """The citizen was called. `counts` is true when the first-contact duty is met by it."""

    reached: bool
    counts: bool
    note: str = ""


class Assigned(Event, frozen=True, tag="assigned"):
    """The holder gave the work to one of its people or teams."""

    assignee: str
    note: str = ""


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


class CaseClosed(Event, frozen=True, tag="case_closed"):
    """Done and archived."""

    note: str = ""


class CallerRevealed(Event, frozen=True, tag="caller_revealed"):
    """Somebody looked at the caller's name and phone, and why. Holds neither."""

    reason: str


class WhistleBlown(Event, frozen=True, tag="whistle_blown"):
    """Departments are summoned."""

    whistle: Whistle


class WhistleApproved(Event, frozen=True, tag="whistle_approved"):
    """A shift leader approved an emergency whistle afterwards."""

    whistle: WhistleId


class MilestonePassed(Event, frozen=True, tag="milestone_passed"):
    """A department passed a milestone; `by_street` says the street's commander recorded it."""

    whistle: WhistleId
    unit: UnitId
    milestone: Milestone
    note: str = ""
    by_street: bool = False


class SummonsRefused(Event, frozen=True, tag="summons_refused"):
    """A department says it is not its duty; it must come all the same until the district decides."""

    whistle: WhistleId
    unit: UnitId
    reason: str


class WhistleAccepted(Event, frozen=True, tag="whistle_accepted"):
    """The street accepted the result and closed the whistle."""

    whistle: WhistleId
    note: str = ""


class WhistleWithdrawn(Event, frozen=True, tag="whistle_withdrawn"):
    """The street took the summons back."""

    whistle: WhistleId
    reason: str


AnyEvent = (
    OrderReceived
    | ClosedElsewhere
    | SignedFor
    | ContactRecorded
    | Assigned
    | ProgressReported
    | ReplyWritten
    | ReplyApproved
    | ReplySentBack
    | CallBackRecorded
    | RedoOrdered
    | CaseClosed
    | CallerRevealed
    | WhistleBlown
    | WhistleApproved
    | MilestonePassed
    | SummonsRefused
    | WhistleAccepted
    | WhistleWithdrawn
)


class Recorded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact with its stamp. `act` is the id of the act it came from."""

    event: AnyEvent
    at: Instant
    entered_at: Instant
    by: PersonId
    by_name: str
    unit: UnitId
    act: CommandId
    late: bool = False
