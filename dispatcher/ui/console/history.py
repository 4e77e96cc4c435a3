"""Words for each fact of a case's history, as the timeline shows it: who, what, and how it came in.

Pure but for Qt's translations: a record goes in, a `Line` comes out, newest first. It knows no widget, and it
never invents: what a record does not say is not said here either.
"""

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from PySide6.QtCore import QCoreApplication

from dispatcher.bridge import CaseView
from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.ids import UnitId
from dispatcher.models.whistle import Milestone
from dispatcher.ui import strings

UnitName = Callable[[UnitId], str]


class Mark(enum.StrEnum):
    """Which sign stands between the time and the actor."""

    DOT = "dot"
    WHISTLE = "whistle"
    ALARM = "alarm"
    PENDING = "pending"


@dataclass(frozen=True)
class Line:
    """One line of the timeline. `pending` has not been judged by the centre; `late` was uploaded afterwards."""

    at: dt.datetime
    entered_at: dt.datetime
    mark: Mark
    actor: str
    text: str
    pending: bool = False
    late: bool = False


def lines(view: CaseView, unit_name: UnitName) -> tuple[Line, ...]:
    """Give the history of a case for the timeline, newest first; what the centre has not confirmed is pending."""
    case = view.case
    numbered = [
        line_of(recorded, case, unit_name, pending=index >= view.confirmed)
        for index, recorded in enumerate(case.history)
    ]
    numbered.reverse()
    return tuple(sorted(numbered, key=lambda line: line.at, reverse=True))


def line_of(recorded: e.Recorded, case: Case, unit_name: UnitName, *, pending: bool) -> Line:
    """Put one recorded fact into words."""
    at_the_desk = recorded.unit == case.holder
    actor = recorded.by_name if at_the_desk or not recorded.unit else unit_name(recorded.unit)
    mark = _mark(recorded.event)
    return Line(
        at=recorded.at,
        entered_at=recorded.entered_at,
        mark=Mark.PENDING if pending else mark,
        actor=actor or recorded.by_name,
        text=words(recorded.event, unit_name),
        pending=pending,
        late=recorded.late and not pending,
    )


def words(event: e.AnyEvent, unit_name: UnitName) -> str:
    """Say in one line what happened."""
    match event:
        case e.OrderReceived():
            urgency = strings.word(event.order.urgency)
            return QCoreApplication.translate("History", "派单，{urgency}").format(urgency=urgency)
        case e.ClosedElsewhere():
            return _with(QCoreApplication.translate("History", "来时已办结"), event.result)
        case e.SignedFor():
            return QCoreApplication.translate("History", "签收")
        case e.ContactRecorded():
            return _contact(event)
        case e.Assigned():
            said = QCoreApplication.translate("History", "交办 {assignee}").format(assignee=event.assignee)
            return _with(said, event.note)
        case e.ProgressReported():
            if event.on_scene:
                return _with(QCoreApplication.translate("History", "到场"), event.text)
            return _with(QCoreApplication.translate("History", "进展"), event.text)
        case e.ReplyWritten():
            if event.review:
                return _with(QCoreApplication.translate("History", "答复送审"), event.result)
            return _with(QCoreApplication.translate("History", "答复"), event.result)
        case e.ReplyApproved():
            return QCoreApplication.translate("History", "答复审核通过，已反馈")
        case e.ReplySentBack():
            return _with(QCoreApplication.translate("History", "答复退回重写"), event.reason)
        case e.CallBackRecorded():
            return _call_back(event)
        case e.RedoOrdered():
            return _with(QCoreApplication.translate("History", "退回重办"), event.reason)
        case e.CaseClosed():
            return _with(QCoreApplication.translate("History", "归档"), event.note)
        case e.CallerRevealed():
            return _with(QCoreApplication.translate("History", "查看来电号码"), event.reason)
        case _:
            return _whistle(event, unit_name)


def _whistle(
    event: e.WhistleBlown
    | e.WhistleApproved
    | e.MilestonePassed
    | e.SummonsRefused
    | e.WhistleAccepted
    | e.WhistleWithdrawn,
    unit_name: UnitName,
) -> str:
    match event:
        case e.WhistleBlown():
            whistle = event.whistle
            names = QCoreApplication.translate("History", "、").join(unit_name(s.unit) for s in whistle.summons)
            kind = strings.word(whistle.kind)
            return QCoreApplication.translate("History", "吹{kind}，召 {units}").format(kind=kind, units=names)
        case e.WhistleApproved():
            return QCoreApplication.translate("History", "补批应急哨")
        case e.MilestonePassed():
            step = _milestone(event.milestone)
            if event.by_street:
                step = QCoreApplication.translate("History", "记 {unit} {step}").format(
                    unit=unit_name(event.unit), step=step
                )
            return _with(step, event.note)
        case e.SummonsRefused():
            said = QCoreApplication.translate("History", "{unit} 称不属其职责，裁定前仍须先到")
            return _with(said.format(unit=unit_name(event.unit)), event.reason)
        case e.WhistleAccepted():
            return _with(QCoreApplication.translate("History", "验收，哨结束"), event.note)
        case e.WhistleWithdrawn():
            return _with(QCoreApplication.translate("History", "撤回哨"), event.reason)
        case _:
            assert_never(event)


def _milestone(milestone: Milestone) -> str:
    match milestone:
        case Milestone.NOTIFIED:
            return QCoreApplication.translate("History", "已通知")
        case Milestone.SIGNED:
            return QCoreApplication.translate("History", "签收哨")
        case Milestone.ON_THE_WAY:
            return QCoreApplication.translate("History", "出发，在途")
        case Milestone.REPORTED_IN:
            return QCoreApplication.translate("History", "报到")
        case Milestone.MEASURE_AGREED:
            return QCoreApplication.translate("History", "措施已定")
        case Milestone.DONE:
            return QCoreApplication.translate("History", "办结")
        case Milestone.SCORED:
            return QCoreApplication.translate("History", "评分")
        case _:
            assert_never(milestone)


def _contact(event: e.ContactRecorded) -> str:
    if event.reached:
        return _with(QCoreApplication.translate("History", "联系接通"), event.note)
    if event.counts:
        return _with(QCoreApplication.translate("History", "联系未通，次数已够，计为首联"), event.note)
    return _with(QCoreApplication.translate("History", "联系未通"), event.note)


def _call_back(event: e.CallBackRecorded) -> str:
    if event.by_hotline:
        who = QCoreApplication.translate("History", "热线回访")
    else:
        who = QCoreApplication.translate("History", "街道回访")
    if not event.reached:
        return _with(who, QCoreApplication.translate("History", "未接通"))
    said: list[str] = []
    if not event.contacted:
        said.append(QCoreApplication.translate("History", "称未被联系"))
    if event.solved is not None:
        said.append(strings.word(event.solved))
    if event.satisfied is not None:
        said.append(strings.word(event.satisfied))
    if event.words:
        said.append(QCoreApplication.translate("History", "“{words}”").format(words=event.words))
    return _with(who, QCoreApplication.translate("History", "，").join(said))


def _with(head: str, rest: str) -> str:
    if not rest:
        return head
    return QCoreApplication.translate("History", "{head}：{rest}").format(head=head, rest=rest)


def _mark(event: e.AnyEvent) -> Mark:
    match event:
        case e.WhistleBlown():
            return Mark.WHISTLE
        case e.RedoOrdered() | e.SummonsRefused() | e.ReplySentBack():
            return Mark.ALARM
        case _:
            return Mark.DOT
