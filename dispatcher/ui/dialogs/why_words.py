"""The words of an explanation: one line for each step of `explaining.why`, runs of like days folded into one.

Pure but for Qt's translations: steps go in, lines come out.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple, assert_never

from dispatcher.models import explaining as x
from dispatcher.models.courses import Cause, Extended, GraceGiven, OldDueStands, Paused, TermsChanged
from dispatcher.models.deadlines import Origin
from dispatcher.models.order import Urgency
from dispatcher.models.policy import Limit
from dispatcher.models.workcalendar import BEIJING, DayKind
from dispatcher.ui import language, strings
from dispatcher.ui.console.spans import limit_words

translate = language.translate
_NOON = dt.time(12)


class Said(NamedTuple):
    """One line: the instant or day it is about, and what happened or counts there."""

    when: str
    words: str


def lines(steps: Iterable[x.Step], now: dt.datetime) -> tuple[Said, ...]:
    """Put an explanation into words, in its order."""
    found: list[Said] = []
    for (kind, _), run in itertools.groupby(steps, key=_alike):
        these = list(run)
        if kind is x.Worked:
            found += _worked(each for each in these if isinstance(each, x.Worked))
        elif kind is x.SkippedDay:
            found.append(_skipped([each for each in these if isinstance(each, x.SkippedDay)]))
        else:
            found += [_line(each, now) for each in these]
    return tuple(found)


def _alike(step: x.Step) -> tuple[type[x.Step], object]:
    if isinstance(step, x.SkippedDay):
        return x.SkippedDay, step.kind
    return type(step), None


def _worked(steps: Iterable[x.Worked]) -> Iterator[Said]:
    for day, sessions in itertools.groupby(steps, key=lambda step: step.day):
        these = list(sessions)
        spans = translate("Why", "、").join(f"{_clock(each.begin)}–{_clock(each.end)}" for each in these)
        minutes = sum(each.minutes for each in these)
        counted = translate("Why", "上班 {spans}，计 {length}").format(spans=spans, length=_minutes(minutes))
        yield Said(_day(day), _marked(counted, these[0].kind))


def _skipped(steps: list[x.SkippedDay]) -> Said:
    first, last = steps[0].day, steps[-1].day
    when = _day(first) if first == last else f"{_day(first)}–{_day(last)}"
    kinds = {
        DayKind.WEEKEND: translate("Why", "周末，不计"),
        DayKind.HOLIDAY: translate("Why", "节假日，不计"),
        DayKind.WORKDAY: translate("Why", "当天不计"),
        DayKind.MAKEUP_WORKDAY: translate("Why", "当天不计（调休上班）"),
    }
    return Said(when, kinds[steps[0].kind])


def _line(step: x.Step, now: dt.datetime) -> Said:
    assert isinstance(step, x.AnyStep)
    match step:
        case x.Started():
            return Said(_at(step.at, now), translate("Why", "起算：{origin}").format(origin=_origin(step.origin)))
        case x.LimitApplied():
            form = translate("Why", "时限 {limit}，政策 {policy}，{clause}")
            clause = _clause(step.clause)
            return Said("", form.format(limit=limit_words(step.limit), policy=step.policy, clause=clause))
        case x.GivenByHotline():
            return Said(_at(step.due, now), translate("Why", "为本案单独定的日期"))
        case TermsChanged():
            return Said(_at(step.at, now), _changed(step))
        case OldDueStands():
            return Said(_at(step.due, now), translate("Why", "新时限已过，原时限更早或已过，按原时限"))
        case GraceGiven():
            return Said(_at(step.until, now), translate("Why", "新时限已过，宽限到这时"))
        case x.CountedDay():
            counted = translate("Why", "第 {n} 个工作日").format(n=step.number)
            return Said(_day(step.day), _marked(counted, step.kind))
        case Paused():
            if step.end is None:
                return Said(_at(step.begin, now), translate("Why", "挂账，停表"))
            return Said(
                _at(step.begin, now), translate("Why", "挂账停表，到 {end} 恢复").format(end=_at(step.end, now))
            )
        case Extended():
            form = translate("Why", "批准延期到 {until}，批得晚于原时限，不起作用")
            if not step.too_late:
                form = translate("Why", "批准延期到 {until}，原时限留在统计里")
            return Said(_at(step.at, now), form.format(until=_at(step.until, now)))
        case x.Provisional():
            through = step.published_through.isoformat()
            form = translate("Why", "暂定：假日历只发布到 {through}，以后只按周末算，发布后重算")
            return Said("", form.format(through=through))
        case x.Stopped():
            return Said("", translate("Why", "停表中，恢复后再算到期时间"))
        case x.Due():
            return Said(_at(step.at, now), translate("Why", "到期"))
        case x.Met():
            words = translate("Why", "已办，按时") if step.in_time else translate("Why", "已办，超时")
            return Said(_at(step.at, now), words)
        case x.Worked() | x.SkippedDay():
            raise AssertionError(step)
        case _:
            assert_never(step)


def _changed(step: TermsChanged) -> str:
    causes = {
        Cause.URGENCY: translate("Why", "紧急程度改为{urgency}"),
        Cause.POLICY: translate("Why", "启用政策 {policy}"),
        Cause.FLOOD: translate("Why", "汛期应急切换，按{urgency}"),
    }
    cause = causes[step.cause].format(urgency=strings.word(step.urgency), policy=step.policy)
    form = translate("Why", "{cause}：时限 {before} 改为 {after}，从同一起点算")
    return form.format(cause=cause, before=_limit(step.before), after=_limit(step.after))


def _limit(limit: Limit | None) -> str:
    return limit_words(limit) if limit is not None else translate("Why", "无")


def _origin(origin: Origin) -> str:
    words = {
        Origin.DISPATCH: translate("Why", "首次派单"),
        Origin.REDISPATCH: translate("Why", "转派到本单位"),
        Origin.PROGRESS: translate("Why", "上次进展"),
        Origin.REDO: translate("Why", "决定重办"),
        Origin.REPLY: translate("Why", "答复"),
        Origin.SUSPENSION: translate("Why", "批准挂账"),
        Origin.RESUMPTION: translate("Why", "恢复办理"),
        Origin.BLOWING: translate("Why", "吹哨"),
    }
    return words[origin]


def _clause(clause: x.Clause) -> str:
    return ".".join(strings.word(Urgency(part)) if part in frozenset(Urgency) else part for part in clause)


def _marked(words: str, kind: DayKind) -> str:
    if kind is DayKind.MAKEUP_WORKDAY:
        return translate("Why", "{words}（调休上班）").format(words=words)
    return words


def _minutes(minutes: float) -> str:
    return language.length_text(dt.timedelta(minutes=minutes))


def _at(instant: dt.datetime, now: dt.datetime) -> str:
    return language.moment_text(instant, now)


def _clock(instant: dt.datetime) -> str:
    return instant.astimezone(BEIJING).strftime("%H:%M")


def _day(day: dt.date) -> str:
    return day.strftime("%m-%d ") + language.weekday_text(dt.datetime.combine(day, _NOON, BEIJING))
