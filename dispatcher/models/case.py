"""A case (案件): one order from the hotline and all that was done about it.

The record is immutable; `evolution.evolve` makes the next one. It never holds the caller's name or phone, only
masked hints: the plain ones travel apart and only to the roles entitled. Field names and states: DOMAIN
sections 3 and 4.
"""

import enum

import msgspec

from dispatcher.models.events import Recorded, Satisfied, Solved
from dispatcher.models.ids import CaseId, Instant, Revision, UnitId
from dispatcher.models.order import Order
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


ENDED = frozenset({CaseState.CLOSED, CaseState.RETURNED, CaseState.WITHDRAWN, CaseState.MERGED})
"""States in which nobody owes anything any more."""


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One case as it stands after `revision`. Instants are aware UTC; `None` means not yet."""

    id: CaseId
    order: Order
    state: CaseState
    holder: UnitId
    policy: str
    revision: Revision = Revision(0)
    assignee: str = ""
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
    history: tuple[Recorded, ...] = ()

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still owes something."""
        return self.state not in ENDED
