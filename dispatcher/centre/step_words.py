"""The steps of an explanation in words, one line each: Chinese | English, instants in Beijing's time."""

import datetime as dt
from typing import Final, assert_never

from dispatcher.models.courses import Cause, Extended, GraceGiven, OldDueStands, Paused, Step, TermsChanged
from dispatcher.models.deadlines import ClockKind, Origin
from dispatcher.models.explaining import (
    AnyStep,
    CountedDay,
    Due,
    GivenByHotline,
    LimitApplied,
    Met,
    Provisional,
    SkippedDay,
    Started,
    Stopped,
    Worked,
)
from dispatcher.models.policy import Limit
from dispatcher.models.workcalendar import BEIJING, DayKind

CLOCKS: Final[dict[ClockKind, str]] = {
    ClockKind.SIGN: "签收 | sign",
    ClockKind.FIRST_CONTACT: "首次联系 | first contact",
    ClockKind.ON_SCENE: "到场 | on scene",
    ClockKind.PROGRESS: "阶段反馈 | progress",
    ClockKind.FEEDBACK: "反馈 | feedback",
    ClockKind.CITIZEN: "市民时限 | the citizen's limit",
    ClockKind.REDO: "重办 | redo",
    ClockKind.CALL_BACK: "回访 | call-back",
    ClockKind.REVIEW: "挂账复核 | review of the suspension",
}
_ORIGINS: Final[dict[Origin, tuple[str, str]]] = {
    Origin.DISPATCH: ("派单", "the dispatch"),
    Origin.REDISPATCH: ("转派", "the dispatch to this holder"),
    Origin.PROGRESS: ("上次阶段反馈", "the last progress report"),
    Origin.REDO: ("退回重办", "the redo"),
    Origin.REPLY: ("答复", "the reply"),
    Origin.SUSPENSION: ("挂账", "the suspension"),
    Origin.RESUMPTION: ("恢复办理", "the resumption"),
    Origin.BLOWING: ("吹哨", "the blowing"),
}
_DAYS: Final[dict[DayKind, tuple[str, str]]] = {
    DayKind.WORKDAY: ("工作日", "a working day"),
    DayKind.WEEKEND: ("周末", "a weekend"),
    DayKind.HOLIDAY: ("法定节假日", "a holiday"),
    DayKind.MAKEUP_WORKDAY: ("调休上班日", "a make-up workday"),
}
_CAUSES: Final[dict[Cause, tuple[str, str]]] = {
    Cause.URGENCY: ("紧急程度调整", "the urgency was changed"),
    Cause.POLICY: ("政策变更", "another policy came into force"),
    Cause.FLOOD: ("汛期开关", "the flood-season switch"),
}


def step_words(step: Step) -> str:
    """Say one step."""
    chinese, english = _said(step)  # pyright: ignore[reportArgumentType]  # every step is one of the union
    return f"{chinese} | {english}"


def _said(step: AnyStep) -> tuple[str, str]:
    match step:
        case Started():
            of, from_ = _ORIGINS[step.origin]
            return f"从{of}起算：{_at(step.at)}", f"counted from {from_}: {_at(step.at)}"
        case LimitApplied():
            clause = ".".join(step.clause)
            return (
                f"时限 {_limit(step.limit, zh=True)}（政策 {step.policy}，{clause}）",
                f"limit {_limit(step.limit)} (policy {step.policy}, {clause})",
            )
        case GivenByHotline():
            return f"时限由派单或约定给定：{_at(step.due)}", f"the date was given with the order: {_at(step.due)}"
        case TermsChanged():
            why, because = _CAUSES[step.cause]
            old, new = (_limit(limit, zh=True) for limit in (step.before, step.after))
            was, is_ = (_limit(limit) for limit in (step.before, step.after))
            return (
                f"{_at(step.at)} {why}：{old} → {new}（政策 {step.policy}）",
                f"{_at(step.at)} {because}: {was} -> {is_} (policy {step.policy})",
            )
        case OldDueStands():
            return f"原期限不变：{_at(step.due)}", f"the old due instant stands: {_at(step.due)}"
        case GraceGiven():
            return (
                f"新时限已过，宽限至 {_at(step.until)}",
                f"the new limit had run out: grace until {_at(step.until)}",
            )
        case Worked():
            day, of = _DAYS[step.kind]
            span = f"{_time(step.begin)}-{_time(step.end)}"
            return (
                f"{step.day} {day} {span}：计 {step.minutes:g} 分钟",
                f"{step.day}, {of}, {span}: {step.minutes:g} min count",
            )
        case CountedDay():
            day, of = _DAYS[step.kind]
            return f"{step.day} {day}：第 {step.number} 天", f"{step.day}, {of}: day {step.number}"
        case SkippedDay():
            day, of = _DAYS[step.kind]
            return f"{step.day} {day}：不计", f"{step.day}, {of}: does not count"
        case Paused():
            until, to = ("至今", "until now") if step.end is None else (f"至 {_at(step.end)}", f"to {_at(step.end)}")
            return f"挂账停计：{_at(step.begin)} {until}", f"stopped by a suspension: {_at(step.begin)} {to}"
        case Extended():
            if step.too_late:
                return (
                    f"{_at(step.at)} 批准延期时原期限已过，延期不改变期限",
                    f"an extension granted at {_at(step.at)}, after the limit, changes nothing",
                )
            return (
                f"{_at(step.at)} 批准延期至 {_at(step.until)}",
                f"extended at {_at(step.at)} until {_at(step.until)}",
            )
        case Provisional():
            return (
                f"暂定：{step.published_through} 之后的节假日尚未公布",
                f"provisional: no holidays are published after {step.published_through}",
            )
        case Stopped():
            return "挂账中，恢复后再计", "suspended: it goes on when the case is resumed"
        case Due():
            return f"期限：{_at(step.at)}", f"due: {_at(step.at)}"
        case Met():
            when = ("按时", "in time") if step.in_time else ("超时", "late")
            return f"{when[0]}完成：{_at(step.at)}", f"met {when[1]}: {_at(step.at)}"
        case _:
            assert_never(step)


def _limit(limit: Limit | None, *, zh: bool = False) -> str:
    return ("无" if zh else "none") if limit is None else limit.text


def _at(instant: dt.datetime) -> str:
    return instant.astimezone(BEIJING).isoformat(" ", "seconds")[:19]


def _time(instant: dt.datetime) -> str:
    return instant.astimezone(BEIJING).strftime("%H:%M")
