"""Wishes: what somebody wants done to a case. Frozen; judged by `rules.judge`, never carried out blindly.

An `Act` is a command with who, when and how long it stays valid. Its id is made by the client, so that
sending it twice is harmless.
"""

import msgspec

from dispatcher.models.events import Deliverer, Ground, RequestKind, Satisfied, Solved
from dispatcher.models.ids import CaseId, CommandId, Instant, PersonId, Revision, UnitId, WhistleId
from dispatcher.models.order import Caller, Order, Urgency
from dispatcher.models.whistle import Meeting, Milestone, WhistleGround, WhistleKind


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="command"):
    """Base of all wishes; each names the case it is about."""

    case: CaseId


class ReceiveOrder(Command, frozen=True, tag="receive_order"):
    """The hotline hands an order to `holder`; a street's desk takes one in for itself under a local number.

    `closed_at` and `result` only for one handled elsewhere already; `parent` only for a child of a split case, which
    the centre makes.
    """

    order: Order
    holder: UnitId
    caller: Caller | None = None
    closed_at: Instant | None = None
    result: str = ""
    parent: CaseId = CaseId("")


class SignFor(Command, frozen=True, tag="sign_for"):
    """签收."""


class RecordContact(Command, frozen=True, tag="record_contact"):
    """首次联系, or any later one."""

    reached: bool
    note: str = ""


class Assign(Command, frozen=True, tag="assign"):
    """交办 to a person or team of the holder; `community` is the one in the holder whose people get it, if any."""

    assignee: str
    note: str = ""
    community: UnitId = UnitId("")


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


class OrderRedo(Command, frozen=True, tag="order_redo"):
    """退回重办: the hotline finds the reply not complete."""

    reason: str


class ReopenCase(Command, frozen=True, tag="reopen_case"):
    """重新打开 a closed case within the policy's days."""

    reason: str


class AddNote(Command, frozen=True, tag="add_note"):
    """备注: words for the record that change nothing; `instead_of` is the tag of the command they are left of."""

    text: str
    instead_of: str = ""


class RequestReturn(Command, frozen=True, tag="request_return"):
    """申请退单 on a lawful ground, with evidence (references: boundary map, duty list, ownership paper)."""

    ground: Ground
    reason: str
    evidence: tuple[str, ...] = ()


class RequestExtension(Command, frozen=True, tag="request_extension"):
    """申请延期 to `until`."""

    until: Instant
    reason: str


class RequestSuspension(Command, frozen=True, tag="request_suspension"):
    """申请挂账 until the review date, with a reason that the citizen is told."""

    review_at: Instant
    reason: str
    public_reason: str


class RequestExclusion(Command, frozen=True, tag="request_exclusion"):
    """申请剔除 from appraisal on a lawful ground, with evidence."""

    ground: Ground
    reason: str
    evidence: tuple[str, ...] = ()


class SendRequest(Command, frozen=True, tag="send_request"):
    """The shift leader approves what was drafted and sends it."""

    kind: RequestKind


class DropRequest(Command, frozen=True, tag="drop_request"):
    """The street takes a request back, draft or sent, as long as it is not decided."""

    kind: RequestKind
    reason: str


class DecideRequest(Command, frozen=True, tag="decide_request"):
    """Those above decide what was sent; a granted return may name the next holder `to`."""

    kind: RequestKind
    granted: bool
    answer: str = ""
    to: UnitId = UnitId("")


class Adjudicate(Command, frozen=True, tag="adjudicate"):
    """裁定 a disputed return, finally; `to_scene` orders units to the place to divide the responsibility."""

    granted: bool
    answer: str
    to: UnitId = UnitId("")
    to_scene: tuple[UnitId, ...] = ()


class Transfer(Command, frozen=True, tag="transfer"):
    """转派 to another holder."""

    to: UnitId
    reason: str


class WithdrawOrder(Command, frozen=True, tag="withdraw_order"):
    """撤单 by the hotline."""

    reason: str


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part to split off; `case` is the new case's id, made by the client."""

    case: CaseId
    title: str
    text: str = ""


class SplitCase(Command, frozen=True, tag="split_case"):
    """拆分 into child cases, at least two."""

    parts: tuple[Part, ...]
    reason: str = ""


class MergeCase(Command, frozen=True, tag="merge_case"):
    """并入 another case of which this one is a duplicate."""

    into: CaseId
    reason: str


class AbsorbDuplicate(Command, frozen=True, tag="absorb_duplicate"):
    """What a merge does to the case merged into; made by the centre."""

    duplicate: CaseId
    number: str = ""


class NoteChildEnded(Command, frozen=True, tag="note_child_ended"):
    """What a child's end (or reopening) does to its parent; made by the centre."""

    child: CaseId
    again: bool = False


class ResumeCase(Command, frozen=True, tag="resume_case"):
    """恢复办理 of a suspended case: by the centre at the review date, or earlier by those who decide."""

    reason: str = ""


class Supervise(Command, frozen=True, tag="supervise"):
    """督办 at level 1 (the street's supervisor), 2 (district) or 3 (city)."""

    level: int
    reason: str


class LiftSupervision(Command, frozen=True, tag="lift_supervision"):
    """解除督办 of one level."""

    level: int
    reason: str


class ChangeUrgency(Command, frozen=True, tag="change_urgency"):
    """调整紧急程度; limits count from the same start."""

    urgency: Urgency
    reason: str


class Urge(Command, frozen=True, tag="urge"):
    """催办: the citizen asked again."""

    note: str = ""


class GiveNumber(Command, frozen=True, tag="give_number"):
    """The city's number for a case made at a desk."""

    number: str
    source: str


class Undo(Command, frozen=True, tag="undo"):
    """撤销 one's own last act, named by its id."""

    act: CommandId


class CloseCase(Command, frozen=True, tag="close_case"):
    """归档."""

    note: str = ""


class RevealCaller(Command, frozen=True, tag="reveal_caller"):
    """Look at the caller's name and phone, with a reason that is journaled."""

    reason: str


class ErasePersonalData(Command, frozen=True, tag="erase_personal_data"):
    """抹除个人信息 of a case that is ended: caller, hints, citizen's words; by a rule or because it is asked for."""

    reason: str


class BlowWhistle(Command, frozen=True, tag="blow_whistle"):
    """吹哨: summon `lead` and `assisting` to `place`, at once or at `appointed_at`.

    `ground` may be left out, it follows from the kind; `cases` are further cases of the street that it serves.
    """

    whistle: WhistleId
    kind: WhistleKind
    demand: str
    place: str
    contact: str
    lead: UnitId
    assisting: tuple[UnitId, ...] = ()
    appointed_at: Instant | None = None
    ground: WhistleGround | None = None
    cases: tuple[CaseId, ...] = ()
    simple: bool = False


class ApproveWhistle(Command, frozen=True, tag="approve_whistle"):
    """Approve an emergency whistle afterwards."""

    whistle: WhistleId
    note: str = ""


class PassMilestone(Command, frozen=True, tag="pass_milestone"):
    """A department signs, sets out, reports in, agrees a measure or is done; or the street records it for it.

    `finish_by` is the date agreed for the work; only the street may agree to one.
    """

    whistle: WhistleId
    unit: UnitId
    milestone: Milestone
    note: str = ""
    place: str = ""
    person: str = ""
    evidence: tuple[str, ...] = ()
    finish_by: Instant | None = None


class ContactStreet(Command, frozen=True, tag="contact_street"):
    """A department gets in touch with the street about its summons; either side may record it."""

    whistle: WhistleId
    unit: UnitId
    note: str = ""


class RecordDeparture(Command, frozen=True, tag="record_departure"):
    """A department left the place; only the street may say that it had leave."""

    whistle: WhistleId
    unit: UnitId
    with_leave: bool = False
    note: str = ""


class DeclareNoShow(Command, frozen=True, tag="declare_no_show"):
    """The street declares, after the limit to report in, that a department did not come."""

    whistle: WhistleId
    unit: UnitId
    note: str = ""


class RefuseSummons(Command, frozen=True, tag="refuse_summons"):
    """Not our duty: once, with a reason, within the sign limit."""

    whistle: WhistleId
    unit: UnitId
    reason: str


class AdjudicateSummons(Command, frozen=True, tag="adjudicate_summons"):
    """The district decides a department's refusal: released from the summons, or not."""

    whistle: WhistleId
    unit: UnitId
    released: bool
    reason: str


class SendBackWork(Command, frozen=True, tag="send_back_work"):
    """The street does not accept what a department calls done."""

    whistle: WhistleId
    unit: UnitId
    reason: str


class HoldMeeting(Command, frozen=True, tag="hold_meeting"):
    """Record an on-site meeting of a whistle."""

    whistle: WhistleId
    meeting: Meeting


class ClimbLadder(Command, frozen=True, tag="climb_ladder"):
    """A department's silence reached a share of its limit; made by the centre."""

    whistle: WhistleId
    unit: UnitId
    milestone: Milestone
    share: int
    told: tuple[str, ...] = ()


class ScoreDepartment(Command, frozen=True, tag="score_department"):
    """The street scores a department: the parts that are opinion, of 10 and of 15; the rest follows from the record."""

    whistle: WhistleId
    unit: UnitId
    people: int
    result: int
    note: str = ""


class AcceptWhistle(Command, frozen=True, tag="accept_whistle"):
    """验收: the street accepts the result; only it may close a whistle."""

    whistle: WhistleId
    note: str = ""


class WithdrawWhistle(Command, frozen=True, tag="withdraw_whistle"):
    """The street takes the summons back."""

    whistle: WhistleId
    reason: str


CaseCommand = (
    ReceiveOrder
    | SignFor
    | RecordContact
    | Assign
    | ReportProgress
    | Reply
    | ApproveReply
    | SendBackReply
    | RecordCallBack
    | OrderRedo
    | ReopenCase
    | AddNote
    | RequestReturn
    | RequestExtension
    | RequestSuspension
    | RequestExclusion
    | SendRequest
    | DropRequest
    | DecideRequest
    | Adjudicate
    | Transfer
    | WithdrawOrder
    | SplitCase
    | MergeCase
    | AbsorbDuplicate
    | NoteChildEnded
    | ResumeCase
    | Supervise
    | LiftSupervision
    | ChangeUrgency
    | Urge
    | GiveNumber
    | Undo
    | CloseCase
    | RevealCaller
    | ErasePersonalData
)
"""What is done to a case itself."""
WhistleCommand = (
    BlowWhistle
    | ApproveWhistle
    | PassMilestone
    | ContactStreet
    | RecordDeparture
    | DeclareNoShow
    | RefuseSummons
    | AdjudicateSummons
    | SendBackWork
    | HoldMeeting
    | ClimbLadder
    | ScoreDepartment
    | AcceptWhistle
    | WithdrawWhistle
)
"""What is done to a whistle of a case."""
AnyCommand = CaseCommand | WhistleCommand


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command as one person made it at one station.

    `made_at` is the station's best estimate of the centre's clock, off by at most `clock_error_ms`.
    `valid_until` stops a live command (an emergency whistle) from taking effect when it is stale.
    `offline` is true when it was made without a link; `base_revision` is the case's revision it was made on.
    `happened_at` makes it a catch-up entry: a fact of that instant, written down only now.
    `seen` is the value it would replace as the person had it before him (see `merging`); None asks for no comparison.
    `replaces` is the refused or expired act that a person has decided by this one.
    `delivered_by` is set by the centre alone, where a colleague's station has handed the act in.
    """

    id: CommandId
    command: AnyCommand
    by: PersonId
    made_at: Instant
    valid_until: Instant | None = None
    offline: bool = False
    clock_error_ms: int | None = None
    base_revision: Revision = Revision(0)
    happened_at: Instant | None = None
    seen: str | None = None
    replaces: CommandId = CommandId("")
    delivered_by: Deliverer | None = None
