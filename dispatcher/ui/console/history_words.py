"""Words for each fact of a case's history: one line each, in the language of the moment.

It never invents: what a record does not say is not said here either.
"""

from collections.abc import Callable
from typing import assert_never

from dispatcher.models import events as e
from dispatcher.models.ids import UnitId
from dispatcher.models.whistle import Milestone
from dispatcher.ui import language, strings

UnitName = Callable[[UnitId], str]
translate = language.translate


def words(event: e.AnyEvent, unit_name: UnitName) -> str:
    """Say in one line what happened."""
    match event:
        case e.OrderReceived():
            urgency = strings.word(event.order.urgency)
            if event.parent:
                return translate("History", "由母案拆出，{urgency}").format(urgency=urgency)
            return translate("History", "派单，{urgency}").format(urgency=urgency)
        case e.ClosedElsewhere():
            return _with(translate("History", "来时已办结"), event.result)
        case e.SignedFor():
            if event.instead_of is not None:
                return translate("History", "签收，早于已记的签收，以此为准")
            return translate("History", "签收")
        case e.ContactRecorded():
            return _contact(event)
        case e.Assigned():
            said = translate("History", "交办 {assignee}").format(assignee=event.assignee)
            if event.community:
                form = translate("History", "交办 {community} {assignee}")
                said = form.format(community=unit_name(event.community), assignee=event.assignee)
            return _with(said, event.note)
        case e.ProgressReported():
            if event.on_scene:
                return _with(translate("History", "到场"), event.text)
            return _with(translate("History", "进展"), event.text)
        case e.ReplyWritten():
            if event.review:
                return _with(translate("History", "答复送审"), event.result)
            return _with(translate("History", "答复"), event.result)
        case e.ReplyApproved():
            return translate("History", "答复审核通过，已反馈")
        case e.ReplySentBack():
            return _with(translate("History", "答复退回重写"), event.reason)
        case e.CallBackRecorded():
            return _call_back(event)
        case e.RedoOrdered():
            return _with(translate("History", "退回重办"), event.reason)
        case e.CaseClosed():
            return _with(translate("History", "归档"), event.note)
        case e.CallerRevealed():
            return _with(translate("History", "查看来电号码"), event.reason)
        case e.PersonalDataErased():
            return _with(translate("History", "个人信息已抹除"), event.reason)
        case e.NoteAdded():
            if event.instead_of:
                form = translate("History", "“{what}”没有生效，只作记录")
                return _with(form.format(what=strings.command_word(event.instead_of)), event.text)
            return _with(translate("History", "备注"), event.text)
        case e.CaseReopened():
            return _with(translate("History", "重新打开"), event.reason)
        case e.Requested() | e.RequestSent() | e.RequestDropped() | e.RequestGranted() | e.RequestRefused():
            return _request(event, unit_name)
        case e.Transferred():
            said = translate("History", "转派 {unit}").format(unit=unit_name(event.to))
            return _with(said, event.reason)
        case e.OrderWithdrawn():
            return _with(translate("History", "撤单"), event.reason)
        case e.CaseSplit():
            said = translate("History", "拆成 {n} 件").format(n=len(event.children))
            return _with(
                said, translate("History", "；").join(f"{each.number} {each.title}" for each in event.children)
            )
        case e.ChildEnded():
            return translate("History", "子案重新打开") if event.again else translate("History", "子案办完")
        case e.CaseMerged():
            return _with(translate("History", "作为重复件并案"), event.reason)
        case e.DuplicateAbsorbed():
            return _with(translate("History", "并入重复件"), event.number)
        case e.CaseResumed():
            return _with(translate("History", "恢复办理"), event.reason)
        case e.Supervised():
            said = translate("History", "{level}级督办").format(level=event.level)
            return _with(said, event.reason)
        case e.SupervisionLifted():
            said = translate("History", "解除{level}级督办").format(level=event.level)
            return _with(said, event.reason)
        case e.UrgencyChanged():
            said = translate("History", "紧急程度改为 {urgency}").format(urgency=strings.word(event.urgency))
            return _with(said, event.reason)
        case e.Urged():
            return _with(translate("History", "来电人催办"), event.note)
        case e.NumberGiven():
            return translate("History", "配发编号 {number}").format(number=event.number)
        case e.ActUndone():
            return translate("History", "撤销上一步")
        case _:
            return _whistle(event, unit_name)


def delivered(text: str, by: e.Deliverer) -> str:
    """Add who handed an act in for its maker, whose station is lost."""
    return translate("History", "{text}（{who} 代传）").format(text=text, who=by.by_name or by.by)


def _request(
    event: e.Requested | e.RequestSent | e.RequestDropped | e.RequestGranted | e.RequestRefused, unit_name: UnitName
) -> str:
    match event:
        case e.Requested():
            request = event.request
            kind = strings.word(request.kind)
            form = translate("History", "申请{kind}") if request.sent_at else translate("History", "起草{kind}申请")
            ground = strings.word(request.ground) if request.ground else ""
            why = translate("History", "，").join(each for each in (ground, request.reason) if each)
            return _with(form.format(kind=kind), why)
        case e.RequestSent():
            return translate("History", "审批送出{kind}申请").format(kind=strings.word(event.kind))
        case e.RequestDropped():
            said = translate("History", "撤回{kind}申请").format(kind=strings.word(event.kind))
            return _with(said, event.reason)
        case e.RequestGranted():
            form = translate("History", "裁定同意{kind}") if event.final else translate("History", "同意{kind}")
            said = form.format(kind=strings.word(event.kind))
            if event.to:
                said = translate("History", "{said}，转 {unit}").format(said=said, unit=unit_name(event.to))
            return _with(said, event.answer)
        case e.RequestRefused():
            form = translate("History", "裁定不同意{kind}") if event.final else translate("History", "不同意{kind}")
            return _with(form.format(kind=strings.word(event.kind)), event.answer)
        case _:
            assert_never(event)


def _whistle(event: e.WhistleEvent, unit_name: UnitName) -> str:
    match event:
        case e.WhistleBlown():
            whistle = event.whistle
            names = translate("History", "、").join(unit_name(s.unit) for s in whistle.summons)
            kind = strings.word(whistle.kind)
            return translate("History", "吹{kind}，召 {units}").format(kind=kind, units=names)
        case e.WhistleApproved():
            return _with(translate("History", "补批应急哨"), event.note)
        case e.MilestonePassed():
            step = _milestone(event.milestone)
            if event.by_street:
                step = translate("History", "记 {unit} {step}").format(unit=unit_name(event.unit), step=step)
            about = (event.place, event.person, event.note, *event.evidence)
            return _with(step, translate("History", "，").join(each for each in about if each))
        case e.StreetContacted():
            said = translate("History", "{unit} 与街道联系").format(unit=unit_name(event.unit))
            return _with(said, event.note)
        case e.DepartureRecorded():
            form = translate("History", "{unit} 离场")
            if event.with_leave:
                form = translate("History", "同意 {unit} 离场")
            return _with(form.format(unit=unit_name(event.unit)), event.note)
        case e.NoShowDeclared():
            return _with(translate("History", "{unit} 未报到").format(unit=unit_name(event.unit)), event.note)
        case e.SummonsAdjudicated():
            form = translate("History", "区里裁定：{unit} 仍须应哨")
            if event.released:
                form = translate("History", "区里裁定：{unit} 可不应哨")
            return _with(form.format(unit=unit_name(event.unit)), event.reason)
        case e.WorkSentBack():
            return _with(translate("History", "退回 {unit} 整改").format(unit=unit_name(event.unit)), event.reason)
        case e.MeetingHeld():
            said = translate("History", "现场会商，{place}，到会 {n} 家")
            meeting = event.meeting
            return _with(said.format(place=meeting.place, n=len(meeting.arrived)), meeting.findings)
        case e.LadderClimbed():
            form = translate("History", "{unit} {step}用时已到 {share}%，已提醒")
            said = form.format(unit=unit_name(event.unit), step=strings.word(event.milestone), share=event.share)
            return _with(said, translate("History", "、").join(event.told))
        case e.DepartmentScored():
            said = translate("History", "评 {unit} {total} 分")
            return _with(said.format(unit=unit_name(event.unit), total=event.score.total), event.score.note)
        case e.SummonsRefused():
            said = translate("History", "{unit} 称不属其职责，裁定前仍须先到")
            return _with(said.format(unit=unit_name(event.unit)), event.reason)
        case e.WhistleAccepted():
            return _with(translate("History", "验收，哨结束"), event.note)
        case e.WhistleWithdrawn():
            return _with(translate("History", "撤回哨"), event.reason)
        case _:
            assert_never(event)


def _milestone(milestone: Milestone) -> str:
    match milestone:
        case Milestone.NOTIFIED:
            return translate("History", "已通知")
        case Milestone.SIGNED:
            return translate("History", "签收哨")
        case Milestone.ON_THE_WAY:
            return translate("History", "出发，在途")
        case Milestone.REPORTED_IN:
            return translate("History", "报到")
        case Milestone.MEASURE_AGREED:
            return translate("History", "措施已定")
        case Milestone.DONE:
            return translate("History", "办结")
        case Milestone.SCORED:
            return translate("History", "评分")
        case _:
            assert_never(milestone)


def _contact(event: e.ContactRecorded) -> str:
    if event.reached:
        return _with(translate("History", "联系接通"), event.note)
    if event.counts:
        return _with(translate("History", "联系未通，次数已够，计为首联"), event.note)
    return _with(translate("History", "联系未通"), event.note)


def _call_back(event: e.CallBackRecorded) -> str:
    who = translate("History", "热线回访") if event.by_hotline else translate("History", "街道回访")
    if not event.reached:
        return _with(who, translate("History", "未接通"))
    said: list[str] = []
    if not event.contacted:
        said.append(translate("History", "称未被联系"))
    if event.solved is not None:
        said.append(strings.word(event.solved))
    if event.satisfied is not None:
        said.append(strings.word(event.satisfied))
    if event.words:
        said.append(translate("History", "“{words}”").format(words=event.words))
    return _with(who, translate("History", "，").join(said))


def _with(head: str, rest: str) -> str:
    if not rest:
        return head
    return translate("History", "{head}：{rest}").format(head=head, rest=rest)
