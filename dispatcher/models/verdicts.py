"""What the judge answers: accepted as a revision, or refused for a named reason.

A refusal is a value, not an exception: the user sees words for its reason beside the control.
"""

import enum

import msgspec

from dispatcher.models.ids import CommandId, Instant, Revision


class Reason(enum.StrEnum):
    """Why an act is refused."""

    NO_SUCH_CASE = "no_such_case"
    ALREADY_THERE = "already_there"
    WRONG_STATE = "wrong_state"
    NOT_YOUR_ROLE = "not_your_role"
    NOT_YOUR_CASE = "not_your_case"
    EXPIRED = "expired"
    MISSING_FIELD = "missing_field"
    BAD_FIELD = "bad_field"
    UNKNOWN_UNIT = "unknown_unit"
    NOT_CONTACTED = "not_contacted"
    NO_SUCH_WHISTLE = "no_such_whistle"
    WHISTLE_CLOSED = "whistle_closed"
    WHISTLES_OPEN = "whistles_open"
    NOT_SUMMONED = "not_summoned"
    ALREADY_SUMMONED = "already_summoned"
    MILESTONE_ORDER = "milestone_order"
    NOT_DONE = "not_done"
    TOO_LATE = "too_late"
    NOT_CALLED_BACK = "not_called_back"
    CONFIDENTIAL = "confidential"
    IN_THE_FUTURE = "in_the_future"
    BEFORE_THE_CASE = "before_the_case"
    NO_RETURN = "no_return"
    NO_EVIDENCE = "no_evidence"
    NO_SUCH_REQUEST = "no_such_request"
    ALREADY_REQUESTED = "already_requested"
    NOT_SENT = "not_sent"
    ONLY_ONCE = "only_once"
    TOO_LONG = "too_long"
    TOO_EARLY = "too_early"
    FINAL = "final"
    NEEDS_ADJUDICATION = "needs_adjudication"
    CONTRADICTION = "contradiction"
    CHILDREN_OPEN = "children_open"
    REQUEST_OPEN = "request_open"
    NOT_LAST_ACT = "not_last_act"
    CANNOT_BE_UNDONE = "cannot_be_undone"
    ALREADY_SO = "already_so"
    STREET_ONLY = "street_only"
    CHANGED_MEANWHILE = "changed_meanwhile"


class Changed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value that somebody else has replaced since: what was seen, what was wanted, what stands there, by whom, when.

    `mine` is empty for an act that only decides on the value. `at` is when the other act counts.
    """

    seen: str
    mine: str
    theirs: str
    by_name: str = ""
    at: Instant | None = None


class Refused(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="refused", tag_field="verdict"):
    """Nothing happened. `field` names the part of the command at fault, `detail` its value, both for words.

    `changed` has both values of a collision (CHANGED_MEANWHILE).
    """

    reason: Reason
    field: str = ""
    detail: str = ""
    changed: Changed | None = None


class Accepted(msgspec.Struct, frozen=True, kw_only=True, tag="accepted", tag_field="verdict"):
    """It happened: as this revision, judged at this instant of the centre's clock."""

    revision: Revision
    judged_at: Instant


Verdict = Accepted | Refused


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """One act's final verdict, as the centre sends it and remembers it for ever."""

    act: CommandId
    verdict: Verdict
