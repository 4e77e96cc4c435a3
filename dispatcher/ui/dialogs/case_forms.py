"""The forms of what is asked, decided and ordered about a case: requests, decisions, transfer, split, supervision …

Each function gives the `Form` of one act for a case as it stands. Words only: what is lawful is the rules' to say.
"""

import datetime as dt
import uuid
from collections.abc import Callable

from dispatcher.bridge import Bridge
from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.deadlines import CITIZEN_CLOCKS, clocks
from dispatcher.models.events import EXCLUSION_GROUNDS, RETURN_GROUNDS, Ground, Request, RequestKind
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.law import HOLDING
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import Role
from dispatcher.ui import language, strings
from dispatcher.ui.dialogs.form import Desk
from dispatcher.ui.dialogs.spec import Field, Form, Line, Options, Pick, Text, Values, When

translate = language.translate
FormOf = Callable[[Bridge, Case, Desk], Form]


def request_return(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """退单."""
    return Form(
        "request_return",
        translate("CaseForms", "申请退单"),
        translate("CaseForms", "提出申请"),
        (
            _ground(RETURN_GROUNDS),
            _reason(translate("CaseForms", "为什么不该由本单位办")),
            _evidence(),
        ),
        lambda v: c.RequestReturn(
            case=case.id, ground=Ground(v.text("ground")), reason=v.text("reason"), evidence=v.lines("evidence")
        ),
        translate("CaseForms", "审定期间时限照走。不同意的，禁止再退。第二次退单须经裁定，裁定为准。"),
    )


def request_extension(bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """延期."""
    due = _due(bridge, case)
    return Form(
        "request_extension",
        translate("CaseForms", "申请延期"),
        translate("CaseForms", "提出申请"),
        (
            Field("until", translate("CaseForms", "延到"), When(due + dt.timedelta(days=1))),
            _reason(translate("CaseForms", "为什么到期办不完，已向来电人说明了什么")),
        ),
        lambda v: c.RequestExtension(case=case.id, until=v.when("until"), reason=v.text("reason")),
        translate("CaseForms", "须在到期前提出，只能延一次，至多延一个原时限。原时限留在统计里。"),
    )


def request_suspension(bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """挂账."""
    return Form(
        "request_suspension",
        translate("CaseForms", "申请挂账"),
        translate("CaseForms", "提出申请"),
        (
            Field("review_at", translate("CaseForms", "复核日期"), When(bridge.now() + dt.timedelta(days=30))),
            _reason(translate("CaseForms", "现在为什么解决不了，谁负责跟进")),
            Field(
                "public_reason",
                translate("CaseForms", "对外说明"),
                Text(rows=2),
                translate("CaseForms", "会告诉来电人"),
            ),
        ),
        lambda v: c.RequestSuspension(
            case=case.id, review_at=v.when("review_at"), reason=v.text("reason"), public_reason=v.text("public_reason")
        ),
        translate("CaseForms", "批准后停表，每 30 天报一次进展，到复核日期自动恢复办理。"),
    )


def request_exclusion(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """剔除."""
    return Form(
        "request_exclusion",
        translate("CaseForms", "申请剔除"),
        translate("CaseForms", "提出申请"),
        (_ground(EXCLUSION_GROUNDS), _reason(), _evidence()),
        lambda v: c.RequestExclusion(
            case=case.id, ground=Ground(v.text("ground")), reason=v.text("reason"), evidence=v.lines("evidence")
        ),
        translate("CaseForms", "同意后不计入三率，案件照办。"),
    )


def drop_request(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """撤回申请."""
    return Form(
        "drop_request",
        translate("CaseForms", "撤回申请"),
        translate("CaseForms", "撤回"),
        (_requests([r for r in case.requests if r.granted is None]), _reason()),
        lambda v: c.DropRequest(case=case.id, kind=RequestKind(v.text("kind")), reason=v.text("reason")),
    )


def send_request(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """审批送出."""
    return Form(
        "send_request",
        translate("CaseForms", "审批送出"),
        translate("CaseForms", "同意并送出"),
        (_requests(_waiting(case, sent=False)),),
        lambda v: c.SendRequest(case=case.id, kind=RequestKind(v.text("kind"))),
        _said(case, sent=False),
    )


def decide_request(bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """审定申请."""
    return Form(
        "decide_request",
        translate("CaseForms", "审定申请"),
        translate("CaseForms", "审定"),
        (_requests(_waiting(case, sent=True)), _granted(), _answer(), _next_holder(bridge, case)),
        lambda v: c.DecideRequest(
            case=case.id,
            kind=RequestKind(v.text("kind")),
            granted=v.text("granted") == "yes",
            answer=v.text("answer"),
            to=UnitId(v.text("to")),
        ),
        _said(case, sent=True),
    )


def adjudicate(bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """裁定退单."""
    return Form(
        "adjudicate",
        translate("CaseForms", "裁定退单"),
        translate("CaseForms", "裁定"),
        (_granted(), _answer(), _next_holder(bridge, case)),
        lambda v: c.Adjudicate(
            case=case.id, granted=v.text("granted") == "yes", answer=v.text("answer"), to=UnitId(v.text("to"))
        ),
        translate("CaseForms", "裁定为准，此后任何单位不得再退。"),
    )


def transfer(bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """转派."""
    return Form(
        "transfer",
        translate("CaseForms", "转派"),
        translate("CaseForms", "转派"),
        (_next_holder(bridge, case, needed=True), _reason()),
        lambda v: c.Transfer(case=case.id, to=UnitId(v.text("to")), reason=v.text("reason")),
        translate("CaseForms", "来电人的时限从首次派单起接着走，新承办单位的时限重新起算。"),
    )


def withdraw_order(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """撤单."""
    return _only_reason(
        "withdraw_order",
        translate("CaseForms", "撤单"),
        lambda reason: c.WithdrawOrder(case=case.id, reason=reason),
    )


def split_case(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """拆分."""

    def make(v: Values) -> c.AnyCommand:
        parts = tuple(c.Part(case=CaseId(str(uuid.uuid4())), title=title) for title in v.lines("parts"))
        return c.SplitCase(case=case.id, parts=parts, reason=v.text("reason"))

    return Form(
        "split_case",
        translate("CaseForms", "拆分"),
        translate("CaseForms", "拆分"),
        (
            Field(
                "parts",
                translate("CaseForms", "拆成的案件"),
                Text(translate("CaseForms", "每行一件，至少两件"), rows=4),
            ),
            _reason(needed=False),
        ),
        make,
        translate("CaseForms", "子案沿用母案的派单时间和来电人。子案都办完，母案才能归档。"),
    )


def merge_case(_bridge: Bridge, case: Case, desk: Desk) -> Form:
    """并案."""
    rows = [row for row in desk.listed() if row.is_open and row.id != case.id]
    rows.sort(key=lambda row: (row.topic != case.order.topic, -row.received_ms))
    options = tuple((str(row.id), f"{row.number}  {row.title}  {row.place}") for row in rows[:200])
    return Form(
        "merge_case",
        translate("CaseForms", "并案"),
        translate("CaseForms", "并入"),
        (
            Field("into", translate("CaseForms", "并入的案件"), Pick(options), translate("CaseForms", "同类的在前")),
            _reason(translate("CaseForms", "为什么是同一件事")),
        ),
        lambda v: c.MergeCase(case=case.id, into=CaseId(v.text("into")), reason=v.text("reason")),
        translate("CaseForms", "并入后本案结束，来电人由并入的案件答复。"),
    )


def resume_case(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """恢复办理."""
    return Form(
        "resume_case",
        translate("CaseForms", "恢复办理"),
        translate("CaseForms", "恢复办理"),
        (_reason(needed=False),),
        lambda v: c.ResumeCase(case=case.id, reason=v.text("reason")),
        translate("CaseForms", "时限从停下的地方接着走。"),
    )


def order_redo(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """退回重办."""
    return _only_reason(
        "order_redo",
        translate("CaseForms", "退回重办"),
        lambda reason: c.OrderRedo(case=case.id, reason=reason),
    )


def reopen_case(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """重新打开."""
    return _only_reason(
        "reopen_case",
        translate("CaseForms", "重新打开"),
        lambda reason: c.ReopenCase(case=case.id, reason=reason),
    )


def add_note(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """备注."""
    return Form(
        "add_note",
        translate("CaseForms", "备注"),
        translate("CaseForms", "记下"),
        (Field("text", translate("CaseForms", "备注"), Text()),),
        lambda v: c.AddNote(case=case.id, text=v.text("text")),
    )


def supervise(bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """督办."""
    actor = bridge.session.actor if bridge.session else None
    highest = 1
    if actor is not None:
        highest = 3 if actor.is_any(Role.HOTLINE) else 2 if actor.is_any(Role.DISTRICT) else 1
    levels = (translate("CaseForms", "街道"), translate("CaseForms", "区"), translate("CaseForms", "市"))
    options = tuple((str(n), f"{n} {words}") for n, words in enumerate(levels[:highest], start=1))
    return Form(
        "supervise",
        translate("CaseForms", "督办"),
        translate("CaseForms", "督办"),
        (
            Field("level", translate("CaseForms", "督办级别"), Options(options, options[-1][0])),
            _reason(translate("CaseForms", "督办什么，要求何时办到什么程度")),
        ),
        lambda v: c.Supervise(case=case.id, level=int(v.text("level")), reason=v.text("reason")),
    )


def lift_supervision(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """解除督办."""
    levels = sorted({s.level for s in case.supervisions if s.lifted_at is None})
    return Form(
        "lift_supervision",
        translate("CaseForms", "解除督办"),
        translate("CaseForms", "解除"),
        (
            Field(
                "level",
                translate("CaseForms", "督办级别"),
                Options(tuple((str(level), str(level)) for level in levels), str(levels[-1]) if levels else ""),
            ),
            _reason(),
        ),
        lambda v: c.LiftSupervision(case=case.id, level=int(v.text("level")), reason=v.text("reason")),
    )


def change_urgency(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """调整紧急程度."""
    options = tuple((u.value, strings.word(u)) for u in Urgency if u is not case.urgency)
    return Form(
        "change_urgency",
        translate("CaseForms", "调整紧急程度"),
        translate("CaseForms", "调整"),
        (Field("urgency", translate("CaseForms", "改为"), Options(options)), _reason()),
        lambda v: c.ChangeUrgency(case=case.id, urgency=Urgency(v.text("urgency")), reason=v.text("reason")),
        translate("CaseForms", "已用的时间照算，新时限从同一起点算起；已经过了的，再给 30 分钟。"),
    )


def urge(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """催办."""
    return Form(
        "urge",
        translate("CaseForms", "催办"),
        translate("CaseForms", "记催办"),
        (Field("note", translate("CaseForms", "来电人说了什么"), Text(rows=2), needed=False),),
        lambda v: c.Urge(case=case.id, note=v.text("note")),
    )


def give_number(_bridge: Bridge, case: Case, _desk: Desk) -> Form:
    """配发编号."""
    return Form(
        "give_number",
        translate("CaseForms", "配发编号"),
        translate("CaseForms", "配发"),
        (
            Field("number", translate("CaseForms", "工单编号"), Line()),
            Field("source", translate("CaseForms", "来源"), Line(value="12345")),
        ),
        lambda v: c.GiveNumber(case=case.id, number=v.text("number"), source=v.text("source")),
    )


FORMS: dict[type[c.Command], FormOf] = {
    c.RequestReturn: request_return,
    c.RequestExtension: request_extension,
    c.RequestSuspension: request_suspension,
    c.RequestExclusion: request_exclusion,
    c.SendRequest: send_request,
    c.DropRequest: drop_request,
    c.SplitCase: split_case,
    c.MergeCase: merge_case,
    c.ResumeCase: resume_case,
    c.ReopenCase: reopen_case,
    c.AddNote: add_note,
    c.DecideRequest: decide_request,
    c.Adjudicate: adjudicate,
    c.Transfer: transfer,
    c.WithdrawOrder: withdraw_order,
    c.OrderRedo: order_redo,
    c.ChangeUrgency: change_urgency,
    c.Urge: urge,
    c.GiveNumber: give_number,
    c.Supervise: supervise,
    c.LiftSupervision: lift_supervision,
}
"""Every act on a case that a form is enough for, in the order of the menu."""


def _ground(grounds: frozenset[Ground]) -> Field:
    options = tuple((ground.value, strings.word(ground)) for ground in Ground if ground in grounds)
    return Field("ground", translate("CaseForms", "依据"), Options(options))


def _reason(placeholder: str = "", *, needed: bool = True) -> Field:
    return Field("reason", translate("CaseForms", "理由"), Text(placeholder, rows=2), needed=needed)


def _evidence() -> Field:
    hint = translate("CaseForms", "每行一份：界线图、权责清单、权属证明或文书的编号")
    return Field("evidence", translate("CaseForms", "佐证材料"), Text(rows=2), hint, needed=False)


def _answer() -> Field:
    return Field("answer", translate("CaseForms", "审定意见"), Text(rows=2), needed=False)


def _granted() -> Field:
    options = (("yes", translate("CaseForms", "同意")), ("no", translate("CaseForms", "不同意")))
    return Field("granted", translate("CaseForms", "审定结果"), Options(options))


def _next_holder(bridge: Bridge, case: Case, *, needed: bool = False) -> Field:
    units = bridge.session.units if bridge.session else ()
    options = tuple((str(u.id), bridge.unit_name(u.id)) for u in units if u.kind in HOLDING and u.id != case.holder)
    none = (("", translate("CaseForms", "（先不转，由热线另派）")),) if not needed else ()
    return Field("to", translate("CaseForms", "转给"), Pick(none + options), needed=needed)


def _waiting(case: Case, *, sent: bool) -> list[Request]:
    return [r for r in case.requests if r.granted is None and (r.sent_at is not None) is sent]


def _requests(found: list[Request]) -> Field:
    options = tuple((request.kind.value, strings.word(request.kind)) for request in found)
    return Field("kind", translate("CaseForms", "申请"), Options(options, options[0][0] if options else "", columns=4))


def _said(case: Case, *, sent: bool) -> str:
    form, comma = translate("CaseForms", "{kind}，{by}：{words}"), translate("CaseForms", "；")
    return "\n".join(
        form.format(kind=strings.word(r.kind), by=r.by_name, words=comma.join((r.reason, *r.evidence)))
        for r in _waiting(case, sent=sent)
    )


def _only_reason(name: str, title: str, make: Callable[[str], c.AnyCommand]) -> Form:
    return Form(name, title, title, (_reason(),), lambda v: make(v.text("reason")))


def _due(bridge: Bridge, case: Case) -> dt.datetime:
    if bridge.law is None:
        return bridge.now()
    found = [clock.due for clock in clocks(case, bridge.law) if clock.kind in CITIZEN_CLOCKS and clock.is_running]
    return max(found, default=bridge.now())
