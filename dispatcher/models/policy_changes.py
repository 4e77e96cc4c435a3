"""What changes from one policy to another, in the terms of the work, and what that does to open cases. Pure."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from dispatcher.models.case import Case
from dispatcher.models.deadlines import CITIZEN_CLOCKS, Clock, ClockKind, clocks, urgency_now
from dispatcher.models.law import Law, Regime
from dispatcher.models.order import Urgency
from dispatcher.models.policy import Limit, Policy
from dispatcher.models.whistle import WhistleKind
from dispatcher.models.workcalendar import micros

Value = Limit | bool | int | float | str | tuple[str | int, ...] | None
"""What may stand at a clause; a season is its first and last day, "06-01" and "09-15"."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One clause that says something else; None: it says nothing there."""

    clause: tuple[str, ...]
    old: Value
    new: Value


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of law does to open cases: how many have other clocks, and whose citizen's limit is past by it.

    A case whose new limit has run out already is due at once with the grace; it counts as newly overdue here.
    """

    changed: int = 0
    newly_overdue: int = 0
    no_longer_overdue: int = 0
    by_urgency: dict[Urgency, int] = msgspec.field(default_factory=dict[Urgency, int])


def differences(old: Policy, new: Policy) -> tuple[Difference, ...]:
    """List where two policies differ, in the order of a policy's file; version and date are not among it."""
    before, now = dict(_clauses(old)), dict(_clauses(new))
    return tuple(
        Difference(clause=clause, old=before.get(clause), new=now.get(clause))
        for clause in (*before, *(clause for clause in now if clause not in before))
        if before.get(clause) != now.get(clause)
    )


def effect(cases: Iterable[Case], before: Law, after: Law, now: dt.datetime) -> Effect:
    """Tell what a change of law does to the open ones of `cases` at an instant; the cases are read once."""
    changed = newly = no_longer = 0
    by_urgency: Counter[Urgency] = Counter()
    now_us = micros(now)
    for case in cases:
        if not case.is_open:
            continue
        old, new = _owed(case, before), _owed(case, after)
        if {key: clock.due_us for key, clock in old.items()} == {key: clock.due_us for key, clock in new.items()}:
            continue
        changed += 1
        by_urgency[urgency_now(case, after)] += 1
        was, will_be = _is_past(old, now_us), _is_past(new, now_us)
        newly += will_be and not was
        no_longer += was and not will_be
    return Effect(changed=changed, newly_overdue=newly, no_longer_overdue=no_longer, by_urgency=dict(by_urgency))


def under(law: Law, policy: Policy, since: dt.datetime) -> Law:
    """Give the law as it would be if a policy came into force at an instant, for asking what it would do."""
    regimes = (*law.timeline.regimes, Regime(since=since, policy=policy, flood=law.flood))
    return msgspec.structs.replace(law, policy=policy, regimes=regimes)


def say(difference: Difference) -> str:
    """Put a difference into words: "民生急难，到场：3 h → 2 h | livelihood, on scene: 3 h -> 2 h"."""
    book, *path = difference.clause
    if book not in ("orders", "whistles") or not path:
        path = [book, *path]
    chinese = "，".join(_ZH.get(f"{book}.{word}") or _ZH.get(word, word) for word in path)
    english = ", ".join(_EN.get(f"{book}.{word}") or word.replace("_", " ") for word in path)
    old, new = difference.old, difference.new
    return f"{chinese}：{_said(old, zh=True)} → {_said(new, zh=True)} | {english}: {_said(old)} -> {_said(new)}"


def _clauses(policy: Policy) -> Iterator[tuple[tuple[str, ...], Value]]:
    for field in policy.__struct_fields__:
        value = getattr(policy, field)
        if field in ("version", "effective_from"):
            continue
        if isinstance(value, dict):
            tables: dict[str, msgspec.Struct] = value  # pyright: ignore[reportUnknownVariableType]
            for key, table in tables.items():
                yield from _of_table((field, str(key)), table)
        elif isinstance(value, msgspec.Struct) and not isinstance(value, Limit):
            yield from _of_table((field,), value)
        else:
            yield (field,), value


def _of_table(path: tuple[str, ...], table: msgspec.Struct) -> Iterator[tuple[tuple[str, ...], Value]]:
    for field in table.__struct_fields__:
        value = getattr(table, field)
        if field == "season" and value is not None:
            value = tuple(f"{month:02}-{day:02}" for month, day in value)
        yield (*path, field), value


def _owed(case: Case, law: Law) -> dict[tuple[ClockKind, bool], Clock]:
    return {(clock.kind, clock.of_redo): clock for clock in clocks(case, law) if clock.is_running}


def _is_past(owed: dict[tuple[ClockKind, bool], Clock], now_us: int) -> bool:
    return any(clock.due_us <= now_us or clock.graced for (kind, _), clock in owed.items() if kind in CITIZEN_CLOCKS)


def _said(value: Value, *, zh: bool = False) -> str:
    match value:
        case None:
            return "无" if zh else "none"
        case bool():
            return ("是" if value else "否") if zh else ("yes" if value else "no")
        case Limit():
            return value.text
        case tuple():
            return ("、" if zh else ", ").join(map(str, value)) or ("无" if zh else "none")
        case _:
            return str(value)


_EN = {f"whistles.{kind.value}": f"{kind.value} whistle" for kind in WhistleKind}
_ZH = {
    "flood.flood": "汛期开关",
    "whistles.emergency": "应急哨",
    "flood": "汛期应急",
    "emergency": "突发",
    "livelihood": "民生急难",
    "ordinary": "一般",
    "complex": "疑难",
    "question": "咨询",
    "redo": "重办",
    "enforcement": "综合执法哨",
    "routine": "日常哨",
    "breakthrough": "攻坚哨",
    "sign": "签收",
    "first_contact": "首次联系",
    "on_scene": "到场",
    "progress": "阶段反馈",
    "feedback": "反馈",
    "contact": "联系街道",
    "report_in": "报到",
    "measure": "确定措施",
    "done": "办结",
    "done_simple": "简易事项办结",
    "record": "会商记录",
    "valid_for": "有效期",
    "call_back": "回访",
    "call_back_attempts": "回访次数",
    "contact_attempts": "首次联系次数",
    "reply_review": "答复审核",
    "return_window_urgent": "退单时限（紧急）",
    "return_window": "退单时限",
    "suspension_progress": "挂账期间阶段反馈",
    "grace": "宽限",
    "undo_within": "撤销时限",
    "reopen_within": "重新打开时限",
    "catch_up_within": "补录时限",
    "extension_share": "延期上限（%）",
    "ladder": "催办阶梯（%）",
    "whistle_band": "吹哨率正常区间",
    "lights": "灯色",
    "yellow_left": "黄灯剩余比例",
    "orange_left": "橙灯剩余比例",
    "orange_floor_minutes": "橙灯最少提前（分钟）",
    "categories": "适用类别",
    "season": "汛期",
    "weights": "权重",
    "version": "版本",
    "response": "响应",
    "resolution": "解决",
    "satisfaction": "满意",
    "basically": "基本满意折算",
    "least_appraised": "参评最少件数",
    "listed": "榜单名额",
    "period": "考核周期",
    "first_day": "起始日",
    "bulletin_hour": "通报时点",
    "score": "部门评分",
    "signed": "按时签收",
    "reported_in": "按时报到",
    "people": "人员到位",
    "finished": "按时办结",
    "result": "办理效果",
}
