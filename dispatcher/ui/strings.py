"""Words for every value people see: states, urgencies, clocks, milestones, refusals, link and outbox states.

Chinese is the source; English comes from the Qt translation that `language.install` puts in place. Every function
answers in the language of the moment, so a page that is rebuilt after a switch needs nothing else.
"""

import enum
from collections.abc import Callable
from typing import assert_never

from PySide6.QtCore import QCoreApplication

from dispatcher.bridge import ActState, LinkState
from dispatcher.models.case import CaseState
from dispatcher.models.deadlines import ClockKind, Light
from dispatcher.models.events import Satisfied, Solved
from dispatcher.models.ids import UnitId
from dispatcher.models.order import Channel, DemandKind, Urgency
from dispatcher.models.organisation import Role, UnitKind
from dispatcher.models.queue import Flag, Pending
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import Milestone, WhistleKind, WhistleState
from dispatcher.widgets import countdown

translate = QCoreApplication.translate


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """Mark a text for the translators; Qt's own of this name is typed as giving any object."""
    return text


# By type first: members of text enums with equal values are equal ("question" is an urgency and a kind of demand).
_WORDS: dict[type[enum.Enum], dict[object, str]] = {
    CaseState: {
        CaseState.DISPATCHED: QT_TRANSLATE_NOOP("words", "待签收"),
        CaseState.SIGNED: QT_TRANSLATE_NOOP("words", "已签收"),
        CaseState.IN_HAND: QT_TRANSLATE_NOOP("words", "办理中"),
        CaseState.RETURN_REQUESTED: QT_TRANSLATE_NOOP("words", "申请退单"),
        CaseState.SUSPENDED: QT_TRANSLATE_NOOP("words", "挂账"),
        CaseState.REPLY_REVIEW: QT_TRANSLATE_NOOP("words", "待审核"),
        CaseState.REPLIED: QT_TRANSLATE_NOOP("words", "待回访"),
        CaseState.REDO: QT_TRANSLATE_NOOP("words", "退回重办"),
        CaseState.CLOSED: QT_TRANSLATE_NOOP("words", "已归档"),
        CaseState.RETURNED: QT_TRANSLATE_NOOP("words", "已退单"),
        CaseState.WITHDRAWN: QT_TRANSLATE_NOOP("words", "已撤单"),
        CaseState.MERGED: QT_TRANSLATE_NOOP("words", "已并案"),
    },
    Urgency: {
        Urgency.FLOOD: QT_TRANSLATE_NOOP("words", "汛期"),
        Urgency.EMERGENCY: QT_TRANSLATE_NOOP("words", "突发"),
        Urgency.LIVELIHOOD: QT_TRANSLATE_NOOP("words", "民生"),
        Urgency.ORDINARY: QT_TRANSLATE_NOOP("words", "一般"),
        Urgency.COMPLEX: QT_TRANSLATE_NOOP("words", "疑难"),
        Urgency.QUESTION: QT_TRANSLATE_NOOP("words", "咨询"),
    },
    ClockKind: {
        ClockKind.SIGN: QT_TRANSLATE_NOOP("words", "签收"),
        ClockKind.FIRST_CONTACT: QT_TRANSLATE_NOOP("words", "首联"),
        ClockKind.ON_SCENE: QT_TRANSLATE_NOOP("words", "到场"),
        ClockKind.PROGRESS: QT_TRANSLATE_NOOP("words", "进展"),
        ClockKind.FEEDBACK: QT_TRANSLATE_NOOP("words", "反馈"),
        ClockKind.REDO: QT_TRANSLATE_NOOP("words", "重办"),
        ClockKind.CALL_BACK: QT_TRANSLATE_NOOP("words", "回访"),
    },
    Light: {
        Light.GREEN: QT_TRANSLATE_NOOP("words", "充裕"),
        Light.YELLOW: QT_TRANSLATE_NOOP("words", "过半"),
        Light.ORANGE: QT_TRANSLATE_NOOP("words", "临期"),
        Light.RED: QT_TRANSLATE_NOOP("words", "步骤超时"),
        Light.OVERDUE: QT_TRANSLATE_NOOP("words", "超时"),
    },
    WhistleKind: {
        WhistleKind.EMERGENCY: QT_TRANSLATE_NOOP("words", "应急哨"),
        WhistleKind.ENFORCEMENT: QT_TRANSLATE_NOOP("words", "综合执法哨"),
        WhistleKind.ROUTINE: QT_TRANSLATE_NOOP("words", "日常哨"),
        WhistleKind.BREAKTHROUGH: QT_TRANSLATE_NOOP("words", "攻坚哨"),
    },
    WhistleState: {
        WhistleState.BLOWN: QT_TRANSLATE_NOOP("words", "在外"),
        WhistleState.ACCEPTED: QT_TRANSLATE_NOOP("words", "已验收"),
        WhistleState.WITHDRAWN: QT_TRANSLATE_NOOP("words", "已撤哨"),
    },
    Milestone: {
        Milestone.NOTIFIED: QT_TRANSLATE_NOOP("words", "已通知"),
        Milestone.SIGNED: QT_TRANSLATE_NOOP("words", "签收"),
        Milestone.ON_THE_WAY: QT_TRANSLATE_NOOP("words", "在途"),
        Milestone.REPORTED_IN: QT_TRANSLATE_NOOP("words", "报到"),
        Milestone.MEASURE_AGREED: QT_TRANSLATE_NOOP("words", "措施"),
        Milestone.DONE: QT_TRANSLATE_NOOP("words", "办结"),
        Milestone.SCORED: QT_TRANSLATE_NOOP("words", "评分"),
    },
    Role: {
        Role.DISPATCHER: QT_TRANSLATE_NOOP("words", "调度员"),
        Role.SHIFT_LEADER: QT_TRANSLATE_NOOP("words", "值班长"),
        Role.SUPERVISOR: QT_TRANSLATE_NOOP("words", "主管领导"),
        Role.LIAISON: QT_TRANSLATE_NOOP("words", "联络员"),
        Role.COMMUNITY_WORKER: QT_TRANSLATE_NOOP("words", "社区专员"),
        Role.HOTLINE: QT_TRANSLATE_NOOP("words", "热线"),
        Role.DISTRICT: QT_TRANSLATE_NOOP("words", "区级"),
        Role.AUDITOR: QT_TRANSLATE_NOOP("words", "审计"),
        Role.ADMINISTRATOR: QT_TRANSLATE_NOOP("words", "管理员"),
        Role.WALL: QT_TRANSLATE_NOOP("words", "大屏"),
    },
    UnitKind: {
        UnitKind.CITY: QT_TRANSLATE_NOOP("words", "市"),
        UnitKind.DISTRICT: QT_TRANSLATE_NOOP("words", "区"),
        UnitKind.STREET: QT_TRANSLATE_NOOP("words", "街道"),
        UnitKind.COMMUNITY: QT_TRANSLATE_NOOP("words", "社区"),
        UnitKind.DEPARTMENT: QT_TRANSLATE_NOOP("words", "部门"),
        UnitKind.ENTERPRISE: QT_TRANSLATE_NOOP("words", "企业"),
    },
    LinkState: {
        LinkState.CONNECTING: QT_TRANSLATE_NOOP("words", "正在连接中心"),
        LinkState.CATCHING_UP: QT_TRANSLATE_NOOP("words", "正在补收"),
        LinkState.ONLINE: QT_TRANSLATE_NOOP("words", "已连中心"),
        LinkState.STALE: QT_TRANSLATE_NOOP("words", "中心没有回应"),
        LinkState.OFFLINE: QT_TRANSLATE_NOOP("words", "链路中断"),
        LinkState.REFUSED: QT_TRANSLATE_NOOP("words", "中心拒绝接入"),
    },
    ActState: {
        ActState.QUEUED: QT_TRANSLATE_NOOP("words", "待发"),
        ActState.SENT: QT_TRANSLATE_NOOP("words", "已发，等回执"),
        ActState.ACCEPTED: QT_TRANSLATE_NOOP("words", "中心已受理"),
        ActState.PARKED: QT_TRANSLATE_NOOP("words", "搁置"),
        ActState.EXPIRED: QT_TRANSLATE_NOOP("words", "未发出"),
        ActState.DISCARDED: QT_TRANSLATE_NOOP("words", "已作废"),
    },
    DemandKind: {
        DemandKind.COMPLAINT: QT_TRANSLATE_NOOP("words", "投诉"),
        DemandKind.HELP: QT_TRANSLATE_NOOP("words", "求助"),
        DemandKind.QUESTION: QT_TRANSLATE_NOOP("words", "咨询"),
        DemandKind.SUGGESTION: QT_TRANSLATE_NOOP("words", "建议"),
        DemandKind.REPORT: QT_TRANSLATE_NOOP("words", "举报"),
        DemandKind.PRAISE: QT_TRANSLATE_NOOP("words", "表扬"),
    },
    Channel: {
        Channel.PHONE: QT_TRANSLATE_NOOP("words", "电话"),
        Channel.WEB: QT_TRANSLATE_NOOP("words", "网站"),
        Channel.WECHAT: QT_TRANSLATE_NOOP("words", "微信"),
        Channel.APP: QT_TRANSLATE_NOOP("words", "App"),
        Channel.NATIONAL: QT_TRANSLATE_NOOP("words", "国家平台转办"),
        Channel.GRID: QT_TRANSLATE_NOOP("words", "网格"),
        Channel.VISIT: QT_TRANSLATE_NOOP("words", "走访"),
        Channel.DESK: QT_TRANSLATE_NOOP("words", "移动办公桌"),
        Channel.SELF_FOUND: QT_TRANSLATE_NOOP("words", "自查发现"),
        Channel.OTHER: QT_TRANSLATE_NOOP("words", "其他渠道"),
    },
    Solved: {
        Solved.YES: QT_TRANSLATE_NOOP("words", "已解决"),
        Solved.PARTLY: QT_TRANSLATE_NOOP("words", "部分解决"),
        Solved.NO: QT_TRANSLATE_NOOP("words", "未解决"),
    },
    Satisfied: {
        Satisfied.SATISFIED: QT_TRANSLATE_NOOP("words", "满意"),
        Satisfied.BASICALLY: QT_TRANSLATE_NOOP("words", "基本满意"),
        Satisfied.NOT: QT_TRANSLATE_NOOP("words", "不满意"),
        Satisfied.REFUSED_TO_SAY: QT_TRANSLATE_NOOP("words", "不愿评价"),
    },
    Flag: {
        Flag.CONFIDENTIAL: QT_TRANSLATE_NOOP("words", "密"),
        Flag.URGED: QT_TRANSLATE_NOOP("words", "催"),
        Flag.REPEATED: QT_TRANSLATE_NOOP("words", "复"),
        Flag.REDO: QT_TRANSLATE_NOOP("words", "重"),
        Flag.LATE_ENTRY: QT_TRANSLATE_NOOP("words", "补"),
        Flag.TOPIC: QT_TRANSLATE_NOOP("words", "题"),
    },
}

_COMMANDS: dict[str, str] = {
    "receive_order": QT_TRANSLATE_NOOP("words", "新建"),
    "sign_for": QT_TRANSLATE_NOOP("words", "签收"),
    "record_contact": QT_TRANSLATE_NOOP("words", "联系"),
    "assign": QT_TRANSLATE_NOOP("words", "交办"),
    "report_progress": QT_TRANSLATE_NOOP("words", "进展"),
    "reply": QT_TRANSLATE_NOOP("words", "答复"),
    "approve_reply": QT_TRANSLATE_NOOP("words", "审核通过"),
    "send_back_reply": QT_TRANSLATE_NOOP("words", "退回重写"),
    "record_call_back": QT_TRANSLATE_NOOP("words", "回访"),
    "close_case": QT_TRANSLATE_NOOP("words", "归档"),
    "reveal_caller": QT_TRANSLATE_NOOP("words", "查看号码"),
    "blow_whistle": QT_TRANSLATE_NOOP("words", "吹哨"),
    "approve_whistle": QT_TRANSLATE_NOOP("words", "补批"),
    "pass_milestone": QT_TRANSLATE_NOOP("words", "应哨"),
    "refuse_summons": QT_TRANSLATE_NOOP("words", "拒绝应哨"),
    "accept_whistle": QT_TRANSLATE_NOOP("words", "验收"),
    "withdraw_whistle": QT_TRANSLATE_NOOP("words", "撤哨"),
}

_FIELDS: dict[str, str] = {
    "accepted": QT_TRANSLATE_NOOP("words", "受理时间"),
    "talked_with": QT_TRANSLATE_NOOP("words", "联系情况"),
    "done": QT_TRANSLATE_NOOP("words", "办理措施"),
    "result": QT_TRANSLATE_NOOP("words", "办理结果或下次时间"),
    "assignee": QT_TRANSLATE_NOOP("words", "承办人"),
    "text": QT_TRANSLATE_NOOP("words", "进展内容"),
    "reason": QT_TRANSLATE_NOOP("words", "理由"),
    "solved": QT_TRANSLATE_NOOP("words", "是否解决"),
    "demand": QT_TRANSLATE_NOOP("words", "哨的诉求"),
    "place": QT_TRANSLATE_NOOP("words", "集合地点"),
    "order.number": QT_TRANSLATE_NOOP("words", "工单编号"),
    "order.source": QT_TRANSLATE_NOOP("words", "来源"),
    "order.title": QT_TRANSLATE_NOOP("words", "标题"),
}

_REFUSALS: dict[Reason, str] = {
    Reason.NO_SUCH_CASE: QT_TRANSLATE_NOOP("words", "中心没有这个案件。请核对编号，或等补收完成后再试。"),
    Reason.ALREADY_THERE: QT_TRANSLATE_NOOP("words", "已经有了，不必重复办理。请看时间线上的那一条。"),
    Reason.WRONG_STATE: QT_TRANSLATE_NOOP("words", "案件现在是“{detail}”，办不了这一步。请先办它的下一步。"),
    Reason.NOT_YOUR_ROLE: QT_TRANSLATE_NOOP("words", "您的岗位不能办这一步。请转有权的岗位办理，例如值班长。"),
    Reason.NOT_YOUR_CASE: QT_TRANSLATE_NOOP("words", "这不是本单位的案件。请联系承办单位，由其办理。"),
    Reason.EXPIRED: QT_TRANSLATE_NOOP("words", "已过有效期，没有发出，部门没有收到。请先电话通知，仍需要时重新吹哨。"),
    Reason.MISSING_FIELD: QT_TRANSLATE_NOOP("words", "“{field}”还没有填。请填好后再提交。"),
    Reason.BAD_FIELD: QT_TRANSLATE_NOOP("words", "“{field}”的内容不能用。请改好后再提交。"),
    Reason.UNKNOWN_UNIT: QT_TRANSLATE_NOOP("words", "“{unit}”不在可召集的单位里。请从名单中另选。"),
    Reason.NOT_CONTACTED: QT_TRANSLATE_NOOP("words", "还没有联系来电人，不能答复。请先办首次联系（F3）。"),
    Reason.NO_SUCH_WHISTLE: QT_TRANSLATE_NOOP("words", "案件里没有这个哨。请刷新后重新选择。"),
    Reason.WHISTLE_CLOSED: QT_TRANSLATE_NOOP("words", "这个哨已经结束，不能再改。仍需要部门时请重新吹哨。"),
    Reason.WHISTLES_OPEN: QT_TRANSLATE_NOOP("words", "还有哨在外，不能归档。请先验收或撤回全部的哨。"),
    Reason.NOT_SUMMONED: QT_TRANSLATE_NOOP("words", "“{unit}”没有被这个哨召集。请核对单位。"),
    Reason.ALREADY_SUMMONED: QT_TRANSLATE_NOOP("words", "同一个单位选了两次。每个单位只能是主责或配合之一。"),
    Reason.MILESTONE_ORDER: QT_TRANSLATE_NOOP("words", "“{milestone}”已经办过，或不能由人填报。请办下一个节点。"),
    Reason.NOT_DONE: QT_TRANSLATE_NOOP("words", "还有部门没有办结，不能验收。请等各部门办结，或撤哨。"),
    Reason.TOO_LATE: QT_TRANSLATE_NOOP("words", "签收时限已过，不能再拒绝。请先到场，再向区里申请裁定。"),
    Reason.NOT_CALLED_BACK: QT_TRANSLATE_NOOP("words", "还没有回访，不能归档。请先办回访。"),
    Reason.CONFIDENTIAL: QT_TRANSLATE_NOOP("words", "来电人要求保密，号码不对承办单位公开。请通过热线联系。"),
    Reason.IN_THE_FUTURE: QT_TRANSLATE_NOOP("words", "填的时间在将来。请核对本机时钟和填写的时间。"),
    Reason.BEFORE_THE_CASE: QT_TRANSLATE_NOOP("words", "填的时间早于派单。请核对本机时钟和填写的时间。"),
}

# The words of sync/words.py, which knows no Qt; a test keeps the two together.
_TROUBLES = (
    QT_TRANSLATE_NOOP("sync", "尚未登录过：请先联网登录一次"),
    QT_TRANSLATE_NOOP("sync", "内容过长，无法提交"),
    QT_TRANSLATE_NOOP("sync", "中心没有应答"),
    QT_TRANSLATE_NOOP("sync", "数据不连续，正在重新同步"),
    QT_TRANSLATE_NOOP("sync", "中心未按协议应答"),
    QT_TRANSLATE_NOOP("sync", "程序版本与中心不一致，请升级"),
    QT_TRANSLATE_NOOP("sync", "连接已断开"),
    QT_TRANSLATE_NOOP("sync", "无法连接中心"),
    QT_TRANSLATE_NOOP("sync", "中心拒绝了登录，请重新登录"),
    QT_TRANSLATE_NOOP("sync", "本地数据须从中心重新取得"),
    QT_TRANSLATE_NOOP("sync", "程序内部错误，已记入日志，正在重新启动同步"),
)

_SHORT_KINDS: dict[WhistleKind, str] = {
    WhistleKind.EMERGENCY: QT_TRANSLATE_NOOP("words", "应急"),
    WhistleKind.ENFORCEMENT: QT_TRANSLATE_NOOP("words", "执法"),
    WhistleKind.ROUTINE: QT_TRANSLATE_NOOP("words", "日常"),
    WhistleKind.BREAKTHROUGH: QT_TRANSLATE_NOOP("words", "攻坚"),
}


def word(value: enum.Enum) -> str:
    """Give the word for a member of any enum that people see; KeyError for one they never do."""
    return translate("words", _WORDS[type(value)][value])


def case_state(value: CaseState) -> str:
    """Give the word for a state of a case."""
    return word(value)


def urgency(value: Urgency) -> str:
    """Give the word for an urgency, short enough for a chip."""
    return word(value)


def clock_kind(value: ClockKind) -> str:
    """Give the word for the duty a clock times."""
    return word(value)


def light(value: Light) -> str:
    """Give the word for a light."""
    return word(value)


def whistle_kind(value: WhistleKind) -> str:
    """Give the word for a kind of whistle."""
    return word(value)


def whistle_state(value: WhistleState) -> str:
    """Give the word for a state of a whistle."""
    return word(value)


def milestone(value: Milestone) -> str:
    """Give the word for a milestone."""
    return word(value)


def role(value: Role) -> str:
    """Give the word for a role."""
    return word(value)


def unit_kind(value: UnitKind) -> str:
    """Give the word for a kind of unit."""
    return word(value)


def link_state(value: LinkState) -> str:
    """Give the word for a state of the link."""
    return word(value)


def act_state(value: ActState) -> str:
    """Give the word for a state of an act."""
    return word(value)


def demand_kind(value: DemandKind) -> str:
    """Give the word for a kind of demand."""
    return word(value)


def channel(value: Channel) -> str:
    """Give the word for a channel."""
    return word(value)


def solved(value: Solved) -> str:
    """Give the word for the citizen's answer on the matter."""
    return word(value)


def satisfied(value: Satisfied) -> str:
    """Give the word for the citizen's answer on the work."""
    return word(value)


def flag(value: Flag) -> str:
    """Give the word for one flag, a single character in Chinese."""
    return word(value)


def trouble(said: str) -> str:
    """Give what the engine or the centre said in the language of the moment; what stands in brackets stays as it is.

    Engine's words are looked up; the centre and the cache say both languages at once, "Chinese | English".
    """
    for words in _TROUBLES:
        if said.startswith(words):
            return translate("sync", words) + said[len(words) :]
    chinese, both, english = said.partition(" | ")
    return english if both and countdown.language() is countdown.Language.EN else chinese


def whistle_short(kind: WhistleKind) -> str:
    """Give the two-character name of a kind of whistle, for lists."""
    return translate("words", _SHORT_KINDS[kind])


def command_word(tag: str) -> str:
    """Give the word for a command by its tag ("sign_for"), the tag itself when it is of a newer version."""
    return translate("words", _COMMANDS[tag]) if tag in _COMMANDS else tag


def pending_mark(pending: Pending, tag: str) -> str:
    """Say what the station still owes the centre for a row: 签收待发, 吹哨未发出; empty when nothing."""
    what = command_word(tag)
    match pending:
        case Pending.NONE:
            return ""
        case Pending.PENDING:
            return translate("words", "{what}待发").format(what=what)
        case Pending.PARKED:
            return translate("words", "{what}搁置").format(what=what)
        case Pending.EXPIRED:
            return translate("words", "{what}未发出").format(what=what)
        case _:
            assert_never(pending)


def field_word(name: str) -> str:
    """Give the label of a command's field, the name itself when it has none."""
    return translate("words", _FIELDS[name]) if name in _FIELDS else name


def refusal(refused: Refused, unit_name: Callable[[UnitId], str] = str) -> str:
    """Say in a full sentence why nothing happened and what to do about it."""
    detail = refused.detail
    return translate("words", _REFUSALS[refused.reason]).format(
        field=field_word(refused.field),
        detail=word(CaseState(detail)) if detail in frozenset(CaseState) else detail,
        unit=unit_name(UnitId(detail)),
        milestone=word(Milestone(detail)) if detail in frozenset(Milestone) else detail,
    )


def reason(value: Reason, detail: str = "") -> str:
    """Say why a kind of act is not possible now, for a disabled button."""
    return refusal(Refused(reason=value, detail=detail))
