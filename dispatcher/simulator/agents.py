"""Those who answer the street: departments that are summoned, and citizens who are called back.

Pure: what somebody does next, and when, follows from the case as it stands and a seed. Departments mostly come in
time, some sign late, some arrive late, some refuse first (and come all the same), a few never come. Delays are what
a person at a demonstration can wait for, not what the limits allow.
"""

import datetime as dt
import enum
import random
from collections.abc import Callable
from typing import NamedTuple

from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.events import CallBackRecorded, Satisfied, Solved
from dispatcher.models.ids import UnitId
from dispatcher.models.whistle import MILESTONES, Milestone, Summons, Whistle, WhistleKind
from dispatcher.simulator.drill import SOURCE

_S = dt.timedelta(seconds=1)


class Due(NamedTuple):
    """Something somebody is going to do: when, and what. `what_for` tells one duty from the next."""

    at: dt.datetime
    command: c.AnyCommand
    what_for: str


Agent = Callable[[Case], Due | None]
"""Gives what somebody does next about a case as it stands, or None."""


class Manner(enum.Enum):
    """How a department answers one summons."""

    PROMPT = "prompt"
    SIGNS_LATE = "signs_late"
    COMES_LATE = "comes_late"
    REFUSES_FIRST = "refuses_first"
    NEVER_COMES = "never_comes"


_MANNERS = (
    (Manner.PROMPT, 76),
    (Manner.SIGNS_LATE, 6),
    (Manner.COMES_LATE, 8),
    (Manner.REFUSES_FIRST, 6),
    (Manner.NEVER_COMES, 4),
)
_REFUSALS = (
    "该处设施产权不属我单位，建议核实产权后再派",
    "该事项属地已有明确分工，非我单位职责范围，请区里裁定",
    "现场点位不在我单位管护台账内",
)
_NOTES: dict[Milestone, tuple[str, ...]] = {
    Milestone.SIGNED: ("已签收，正在调集人员", "收到，马上安排", "值班员已签收并报带班领导"),
    Milestone.ON_THE_WAY: ("抢修车已出发，两人", "出动{n}人一车", "已出发，预计{m}分钟到场"),
    Milestone.REPORTED_IN: ("到场{n}人，已与街道现场负责人对接", "已到现场，携带抢修设备", "到场，正在查看"),
    Milestone.MEASURE_AGREED: (
        "先围挡警戒，再抢修，约{m}分钟处置完毕",
        "与街道商定：我方负责抢修，街道负责疏导和告知居民",
        "措施已定，需协调管线图，先做临时处置",
    ),
    Milestone.DONE: ("处置完毕，现场已清理", "抢修完成，恢复正常，已拍照留存", "当场处置完毕，后续纳入巡查"),
}


def department(seed: int, unit: UnitId) -> Agent:
    """Give the agent of one department or enterprise: it sees to the summonses of `unit` alone, drills apart."""

    def next_of(case: Case) -> Due | None:
        if case.order.source == SOURCE:
            return None
        found: list[Due] = []
        for number, whistle in enumerate(case.whistles):
            summons = whistle.of(unit)
            if summons is not None and whistle.is_open:
                rng = random.Random(f"{seed}/{case.order.number}/{number}/{unit}")
                due = _next_step(rng, case, whistle, summons)
                if due is not None:
                    found.append(due)
        return min(found, key=lambda due: due.at, default=None)

    return next_of


def _next_step(rng: random.Random, case: Case, whistle: Whistle, summons: Summons) -> Due | None:
    urgent = whistle.kind is WhistleKind.EMERGENCY
    manner = rng.choices([m for m, _ in _MANNERS], [weight for _, weight in _MANNERS])[0]
    signs = rng.uniform(330, 540) if manner is Manner.SIGNS_LATE and urgent else rng.uniform(5, 40)
    sets_out = signs + rng.uniform(15, 60)
    comes = sets_out + rng.uniform(60, 420)
    if manner is Manner.COMES_LATE and urgent:
        comes += 30 * 60
    agrees = comes + rng.uniform(40, 200)
    done = agrees + rng.uniform(120, 600)
    after_s = dict(zip(MILESTONES[1:6], (signs, sets_out, comes, agrees, done), strict=True))
    words = {"n": str(rng.randrange(2, 7)), "m": str(rng.randrange(2, 7) * 5)}
    notes = {milestone: rng.choice(_NOTES[milestone]).format_map(words) for milestone in after_s}
    refusal = rng.choice(_REFUSALS)
    if manner is Manner.REFUSES_FIRST and summons.refused_reason is None and summons.at(Milestone.SIGNED) is None:
        command = c.RefuseSummons(case=case.id, whistle=whistle.id, unit=summons.unit, reason=refusal)
        return Due(whistle.blown_at + signs * _S, command, f"{whistle.id}/refuse")
    reached = summons.reached or Milestone.NOTIFIED
    for milestone, delay_s in after_s.items():
        if MILESTONES.index(milestone) <= MILESTONES.index(reached):
            continue
        if manner is Manner.NEVER_COMES and milestone is not Milestone.SIGNED:
            return None
        passing = c.PassMilestone(
            case=case.id, whistle=whistle.id, unit=summons.unit, milestone=milestone, note=notes[milestone]
        )
        return Due(whistle.blown_at + delay_s * _S, passing, f"{whistle.id}/{milestone}")
    return None


def hotline(seed: int) -> Agent:
    """Give the hotline that calls citizens back about some replied cases, and speaks for the citizens."""

    def next_of(case: Case) -> Due | None:
        if case.state is not CaseState.REPLIED or case.replied_at is None or case.called_back_at is not None:
            return None
        if case.order.source == SOURCE:
            return None
        tried = sum(
            isinstance(r.event, CallBackRecorded) and r.event.by_hotline
            for r in case.history
            if r.at >= case.replied_at
        )
        rng = random.Random(f"{seed}/{case.order.number}/call-back/{case.redo_count}/{tried}")
        if tried >= 3 or rng.random() > 0.6:
            return None
        at = case.replied_at + (tried * 240 + rng.uniform(25, 140)) * _S
        return Due(at, _call(rng, case), f"{case.id}/call-back/{case.redo_count}/{tried}")

    return next_of


def _call(rng: random.Random, case: Case) -> c.RecordCallBack:
    if rng.random() < 0.12:
        return c.RecordCallBack(case=case.id, reached=False, words="无人接听")
    return citizen_says(rng, case)


def citizen_says(rng: random.Random, case: Case) -> c.RecordCallBack:
    """Give what the citizen answers to a call-back that reached him; kinder when it was done over again."""
    roll = rng.random() * (0.85 if case.redo_count else 1.0)
    if roll < 0.72:
        satisfied = Satisfied.SATISFIED if rng.random() < 0.85 else Satisfied.BASICALLY
        words = rng.choice(("来人很快，问题解决了", "已经修好，谢谢", "态度好，处理及时", "现在正常了"))
        return _said(case, Solved.YES, satisfied, words)
    if roll < 0.88:
        words = rng.choice(("处理了一部分，还要再看几天", "临时弄好了，希望彻底修", "基本解决，速度可以再快些"))
        return _said(case, Solved.PARTLY, Satisfied.BASICALLY, words)
    words = rng.choice(("没有解决，还是老样子", "人来看了一眼就走了", "刚修好又坏了，要求重新处理"))
    return _said(case, Solved.NO, Satisfied.NOT, words)


def _said(case: Case, solved: Solved, satisfied: Satisfied, words: str) -> c.RecordCallBack:
    return c.RecordCallBack(case=case.id, reached=True, contacted=True, solved=solved, satisfied=satisfied, words=words)
