"""What each summoned department has done and owes, as steps and words for the whistle panel.

Pure but for Qt's translations; lateness comes from the record and the law, never from what is shown.
"""

import datetime as dt
from dataclasses import dataclass

from dispatcher.models.ids import UnitId
from dispatcher.models.law import Law
from dispatcher.models.summons_clocks import CLIMBED, clock_of, summons_clock
from dispatcher.models.whistle import MILESTONES, Milestone, Summons, Whistle
from dispatcher.models.workcalendar import BEIJING
from dispatcher.ui import language, strings
from dispatcher.ui.console.spans import limit_words, minute_moment
from dispatcher.widgets.milestones import Step, StepLook

translate = language.translate

TRACK = MILESTONES[1:]
"""The milestones of a track; being notified is what starts it."""


@dataclass(frozen=True)
class Standing:
    """One department's part as the panel shows it. `owed_ms` counts down, None when it owes nothing dated."""

    unit: UnitId
    lead: bool
    late: bool
    steps: tuple[Step, ...]
    due: dt.datetime | None
    right: str
    brief: str
    remark: str


def standing(whistle: Whistle, summons: Summons, law: Law, now: dt.datetime) -> Standing:
    """Work out how one department stands at `now`."""
    clock = summons_clock(whistle, summons, law)
    late = clock is not None and now >= clock.due
    owed = clock.milestone if clock else None
    right, remark = "", ""
    if clock is not None:
        limit = translate("Summons", "{step}限 {at}")
        if clock.provisional:
            limit = translate("Summons", "{step}限 {at}（暂定）")
        right = limit.format(step=strings.word(clock.milestone), at=minute_moment(clock.due, now))
        if late:
            form = translate("Summons", "应 {at} 前{step}")
            remark = form.format(at=minute_moment(clock.due, now), step=strings.word(clock.milestone))
    done_at = summons.at(Milestone.DONE)
    if done_at is not None:
        right = translate("Summons", "已办结 {at}").format(at=minute_moment(done_at, now))
    if summons.refused_reason is not None:
        remark = translate("Summons", "称不属其职责：{reason}。裁定前仍须先到").format(reason=summons.refused_reason)
    return Standing(
        unit=summons.unit,
        lead=summons.lead,
        late=late,
        steps=_steps(whistle, summons, law, now, owed if late else None),
        due=clock.due if clock else None,
        right=right,
        brief=_brief(summons, now),
        remark=remark,
    )


def _steps(whistle: Whistle, summons: Summons, law: Law, now: dt.datetime, late: Milestone | None) -> tuple[Step, ...]:
    reached = MILESTONES.index(summons.reached or Milestone.NOTIFIED)
    dues = {clock.milestone: clock.due for duty in CLIMBED if (clock := clock_of(whistle, summons, duty, law))}
    steps: list[Step] = []
    current = whistle.is_open and late is None
    for milestone in TRACK:
        word = strings.word(milestone)
        at = summons.at(milestone)
        if MILESTONES.index(milestone) <= reached:
            limit = dues.get(milestone)
            look = StepLook.DONE_LATE if at and limit and at > limit else StepLook.DONE
            steps.append(Step(word, _short(at, now) if at else "", look))
        elif milestone is late:
            steps.append(Step(word, "", StepLook.LATE))
        elif current and milestone is not Milestone.SCORED:
            refused = summons.refused_reason is not None
            steps.append(Step(word, "", StepLook.REFUSED if refused else StepLook.NOW))
            current = False
        else:
            steps.append(Step(word, "", StepLook.WAITING))
            current = False if milestone is Milestone.SCORED else current
    return tuple(steps)


def _short(at: dt.datetime, now: dt.datetime) -> str:
    local = at.astimezone(BEIJING)
    return local.strftime("%H:%M" if local.date() == now.astimezone(BEIJING).date() else "%m-%d")


def _brief(summons: Summons, now: dt.datetime) -> str:
    reached = summons.reached
    at = summons.at(reached) if reached else None
    if reached is None or at is None:
        return ""
    return f"{strings.word(reached)} {minute_moment(at, now)}"


def reported_in(whistle: Whistle) -> tuple[int, int]:
    """Count how many of a whistle's departments have reported in, and how many it called."""
    return sum(s.at(Milestone.REPORTED_IN) is not None for s in whistle.summons), len(whistle.summons)


def facts(whistle: Whistle, law: Law, now: dt.datetime) -> tuple[str, ...]:
    """Say who blew it and when, where and to whom to report, and what its limits are."""
    blown = translate("Summons", "{at} {name} 吹").format(
        at=minute_moment(whistle.blown_at, now), name=whistle.blown_by_name
    )
    limits = law.policy.whistles[whistle.kind]
    said = translate("Summons", "{sign}签收，{report}报到，{done}办结").format(
        sign=limit_words(limits.sign), report=limit_words(limits.report_in), done=limit_words(limits.done)
    )
    if whistle.appointed_at is not None:
        said = translate("Summons", "{sign}签收，约定 {at} 报到，{done}办结").format(
            sign=limit_words(limits.sign), at=minute_moment(whistle.appointed_at, now), done=limit_words(limits.done)
        )
    where = translate("Summons", "地点 {place}").format(place=whistle.place)
    if whistle.contact:
        where += translate("Summons", "   接头 {contact}").format(contact=whistle.contact)
    return (f"{blown}   {said}", where)
