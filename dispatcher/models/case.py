"""A case (案件): one order from the hotline and all that was done about it.

The record is immutable; `evolution.evolve` makes the next one. It never holds the caller's name or phone, only
masked hints: the plain ones travel apart and only to the roles entitled. Field names and states: DOMAIN
sections 3 and 4.
"""

import enum

import msgspec

from dispatcher.models.events import Ground, Recorded, Request, RequestKind, Satisfied, Solved
from dispatcher.models.ids import CaseId, Instant, PersonId, Revision, UnitId
from dispatcher.models.order import Order, Urgency
from dispatcher.models.whistle import Whistle


class CaseState(enum.StrEnum):
    """Where a case stands (DOMAIN section 4)."""

    DISPATCHED = "dispatched"
    SIGNED = "signed"
    IN_HAND = "in_hand"
    RETURN_REQUESTED = "return_requested"
    SUSPENDED = "suspended"
    REPLY_REVIEW = "reply_review"
    REPLIED = "replied"
    REDO = "redo"
    CLOSED = "closed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


ENDED = frozenset({CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.MERGED})
"""States in which nobody owes anything any more. A returned case is not among them: the hotline owes a new holder."""


class Holding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A former holder: from its dispatch until the case left it, granted a return or transferred."""

    unit: UnitId
    dispatched_at: Instant
    ended_at: Instant
    returned: bool
    signed_at: Instant | None = None
    contacted_at: Instant | None = None


class UrgencyAt(msgspec.Struct, frozen=True):
    """From when on which urgency holds, after the one of the dispatch."""

    at: Instant
    urgency: Urgency


class Suspension(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stretch in which clocks stand still: from the grant until it was resumed, None while it lasts."""

    at: Instant
    review_at: Instant
    public_reason: str
    resumed_at: Instant | None = None


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """A granted extension of the citizen's limit; granted after the old limit it changes nothing, and says so."""

    asked_at: Instant
    granted_at: Instant
    until: Instant


class Supervision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One supervision (督办): level 1 street, 2 district, 3 city."""

    level: int
    at: Instant
    reason: str
    by_name: str
    lifted_at: Instant | None = None


class CallBack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call-back, the street's own or the hotline's."""

    at: Instant
    by_hotline: bool
    reached: bool
    contacted: bool = False
    solved: Solved | None = None
    satisfied: Satisfied | None = None


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """Taken out of appraisal (剔除), on which ground."""

    ground: Ground
    at: Instant
    by: PersonId


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One case as it stands after `revision`. Instants are aware UTC; `None` means not yet.

    `signed_at`, `contacted_at` and `on_scene_at` are the present holder's. `tried_at` are vain calls of the first
    contact (in a redo: the redo's) that count, at different hours, `attempts` their number; `call_backs` all since the
    last reply; `replied_at` is when the reply that still holds went out, a redo takes it away. `requests` keeps decided
    ones; `has_late` tells whether any fact was uploaded late or caught up.
    """

    id: CaseId
    order: Order
    state: CaseState
    holder: UnitId
    policy: str
    revision: Revision = Revision(0)
    assignee: str = ""
    assigned_community: UnitId = UnitId("")
    signed_at: Instant | None = None
    contacted_at: Instant | None = None
    on_scene_at: Instant | None = None
    progress_at: Instant | None = None
    first_replied_at: Instant | None = None
    replied_at: Instant | None = None
    redo_at: Instant | None = None
    closed_at: Instant | None = None
    attempts: int = 0
    redo_count: int = 0
    solved: Solved | None = None
    satisfied: Satisfied | None = None
    called_back_at: Instant | None = None
    whistles: tuple[Whistle, ...] = ()
    redispatched_at: Instant | None = None
    former: tuple[Holding, ...] = ()
    requests: tuple[Request, ...] = ()
    no_return: bool = False
    adjudicated: bool = False
    extension: Extension | None = None
    suspensions: tuple[Suspension, ...] = ()
    supervisions: tuple[Supervision, ...] = ()
    exclusion: Exclusion | None = None
    urgencies: tuple[UrgencyAt, ...] = ()
    urged: int = 0
    redo_signed_at: Instant | None = None
    redo_contacted_at: Instant | None = None
    reply_written_at: Instant | None = None
    tried_at: tuple[Instant, ...] = ()
    call_backs: tuple[CallBack, ...] = ()
    reopened: int = 0
    local_number: str = ""
    parent: CaseId = CaseId("")
    children: tuple[CaseId, ...] = ()
    children_ended: tuple[CaseId, ...] = ()
    merged_into: CaseId = CaseId("")
    duplicates: tuple[CaseId, ...] = ()
    has_late: bool = False
    history: tuple[Recorded, ...] = ()

    @property
    def community(self) -> UnitId:
        """The community whose people work on it: the one it was assigned to, else the one its place lies in."""
        return self.assigned_community or self.order.place.community_code

    @property
    def held_since(self) -> Instant:
        """When the present holder was dispatched to: its own clocks start here."""
        return self.redispatched_at or self.order.dispatched_at

    @property
    def urgency(self) -> Urgency:
        """The urgency as last set by the hotline, without what a flood-season switch adds."""
        return self.urgencies[-1].urgency if self.urgencies else self.order.urgency

    @property
    def suspended_since(self) -> Instant | None:
        """When the suspension that still lasts began."""
        last = self.suspensions[-1] if self.suspensions else None
        return last.at if last is not None and last.resumed_at is None else None

    @property
    def supervision(self) -> int:
        """The highest level of supervision in force, 0 for none."""
        return max((s.level for s in self.supervisions if s.lifted_at is None), default=0)

    def request(self, kind: RequestKind) -> Request | None:
        """The request of a kind that is not decided yet, draft or sent."""
        return next((r for r in self.requests if r.kind is kind and r.granted is None), None)

    def asked(self, kind: RequestKind) -> int:
        """How many requests of a kind have been sent, decided or not; drafts and those taken back do not count."""
        return sum(r.kind is kind and r.sent_at is not None for r in self.requests)

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still owes something."""
        return self.state not in ENDED
