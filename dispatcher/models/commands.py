"""Wishes: what somebody wants done to a case. Frozen; judged by `rules.judge`, never carried out blindly.

An `Act` is a command with who, when and how long it stays valid. Its id is made by the client, so that
sending it twice is harmless.
"""

import msgspec

from dispatcher.models.events import Satisfied, Solved
from dispatcher.models.ids import CaseId, CommandId, Instant, PersonId, Revision, UnitId, WhistleId
from dispatcher.models.order import Caller, Order
from dispatcher.models.whistle import Milestone, WhistleKind


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="command"):
    """Base of all wishes; each names the case it is about."""

    case: CaseId


class ReceiveOrder(Command, frozen=True, tag="receive_order"):
    """The hotline hands an order to `holder`. `closed_at` and `result` only for one handled elsewhere already."""

    order: Order
    holder: UnitId
    caller: Caller | None = None
    closed_at: Instant | None = None
    result: str = ""


class SignFor(Command, frozen=True, tag="sign_for"):
    """签收."""


class RecordContact(Command, frozen=True, tag="record_contact"):
    """首次联系, or any later one."""

    reached: bool
    note: str = ""


class Assign(Command, frozen=True, tag="assign"):
    """交办 to a person or team of the holder."""

    assignee: str
    note: str = ""


class ReportProgress(Command, frozen=True, tag="report_progress"):
    """阶段反馈; `on_scene` when somebody has reached the place."""

    text: str
    on_scene: bool = False


class Reply(Command, frozen=True, tag="reply"):
    """答复 with its four elements: accepted when, talked with whom, what was done, result or next date."""

    accepted: str
    talked_with: str
    done: str
    result: str


class ApproveReply(Command, frozen=True, tag="approve_reply"):
    """The shift leader lets the reply go out."""


class SendBackReply(Command, frozen=True, tag="send_back_reply"):
    """The shift leader wants the reply rewritten."""

    reason: str


class RecordCallBack(Command, frozen=True, tag="record_call_back"):
    """回访; `contacted` is the citizen's answer to "did they contact you"."""

    reached: bool
    contacted: bool = False
    solved: Solved | None = None
    satisfied: Satisfied | None = None
    words: str = ""


class CloseCase(Command, frozen=True, tag="close_case"):
    """归档."""

    note: str = ""


class RevealCaller(Command, frozen=True, tag="reveal_caller"):
    """Look at the caller's name and phone, with a reason that is journaled."""

    reason: str


class BlowWhistle(Command, frozen=True, tag="blow_whistle"):
    """吹哨: summon `lead` and `assisting` to `place`, at once or at `appointed_at`."""

    whistle: WhistleId
    kind: WhistleKind
    demand: str
    place: str
    contact: str
    lead: UnitId
    assisting: tuple[UnitId, ...] = ()
    appointed_at: Instant | None = None


class ApproveWhistle(Command, frozen=True, tag="approve_whistle"):
    """Approve an emergency whistle afterwards."""

    whistle: WhistleId


class PassMilestone(Command, frozen=True, tag="pass_milestone"):
    """A department signs, sets out, reports in, agrees a measure or is done; or the street records it for it."""

    whistle: WhistleId
    unit: UnitId
    milestone: Milestone
    note: str = ""


class RefuseSummons(Command, frozen=True, tag="refuse_summons"):
    """Not our duty: once, with a reason, within the sign limit."""

    whistle: WhistleId
    unit: UnitId
    reason: str


class AcceptWhistle(Command, frozen=True, tag="accept_whistle"):
    """验收: the street accepts the result; only it may close a whistle."""

    whistle: WhistleId
    note: str = ""


class WithdrawWhistle(Command, frozen=True, tag="withdraw_whistle"):
    """The street takes the summons back."""

    whistle: WhistleId
    reason: str


AnyCommand = (
    ReceiveOrder
    | SignFor
    | RecordContact
    | Assign
    | ReportProgress
    | Reply
    | ApproveReply
    | SendBackReply
    | RecordCallBack
    | CloseCase
    | RevealCaller
    | BlowWhistle
    | ApproveWhistle
    | PassMilestone
    | RefuseSummons
    | AcceptWhistle
    | WithdrawWhistle
)


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command as one person made it at one station.

    `made_at` is the station's best estimate of the centre's clock, off by at most `clock_error_ms`.
    `valid_until` stops a live command (an emergency whistle) from taking effect when it is stale.
    `offline` is true when it was made without a link; `base_revision` is the case's revision it was made on.
    """

    id: CommandId
    command: AnyCommand
    by: PersonId
    made_at: Instant
    valid_until: Instant | None = None
    offline: bool = False
    clock_error_ms: int | None = None
    base_revision: Revision = Revision(0)
