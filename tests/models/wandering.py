"""Wandering lives for tests: wishes of anybody at any time, made up from a number, mostly such as would be granted."""

import datetime as dt
import random
from typing import NamedTuple

import msgspec
from hypothesis import note

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import rules
from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import ClockKind, clocks
from dispatcher.models.events import RequestKind
from dispatcher.models.ids import CommandId, UnitId, WhistleId
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import CENTRE, Actor, Role
from dispatcher.models.transitions import CAN_HAVE_HAPPENED, ROW
from dispatcher.models.undoing import last_act
from dispatcher.models.verdicts import Refused
from dispatcher.models.whistle import Meeting, Milestone, WhistleKind
from tests import builders as b
from tests.models.living import (
    APPROVE,
    CLOSE,
    COLLEAGUE,
    DAY,
    DISPATCHER,
    DISTRICT,
    EXCLUSION,
    EXTENSION,
    HOTLINE,
    HOUR,
    LEADER,
    LIAISON,
    MERGE,
    MINUTE,
    NOT_SOLVED,
    ONE,
    REACHED,
    REPLY,
    RETURN,
    SECOND,
    SIGN,
    SOLVED,
    SPLIT,
    SUPERVISOR,
    SUSPENSION,
    TRANSFER,
    TWO,
    UNREACHED,
    VAIN,
    WORKER,
    YI_DISPATCHER,
    YI_LEADER,
    Life,
    W,
    drop,
    grant,
    refuse,
    rule,
    send,
)


class Step(NamedTuple):
    """A wish: `wait` after the last one, `age` before it is judged, of a thing `ago` (None: of now)."""

    command: c.AnyCommand
    by: Actor
    wait: dt.timedelta
    age: dt.timedelta
    ago: dt.timedelta | None


def people_of(unit: UnitId) -> tuple[Actor, ...]:
    """Everybody who could have to do with a case that `unit` holds."""
    roles = (Role.DISPATCHER, Role.SHIFT_LEADER, Role.SUPERVISOR, Role.COMMUNITY_WORKER)
    own = tuple(b.person(f"{role.value} {unit}", unit, role) for role in roles)
    return *own, HOTLINE, DISTRICT, CENTRE, LIAISON, WATER_LIAISON


def person_of(case: Case, act: CommandId) -> Actor:
    """Give whoever made an act of a case."""
    recorded = next(r for r in case.history if r.act == act)
    named = (DISPATCHER, COLLEAGUE, LEADER, SUPERVISOR, YI_DISPATCHER, YI_LEADER, WORKER)
    return next(actor for actor in (*people_of(recorded.unit), *named) if actor.person == recorded.by)


def any_step(seed: int, life: Life) -> Step:
    """Make up a wish: mostly one that would be granted now; sometimes late, caught up, or anybody's at all."""
    pick = random.Random(f"{seed}/{life.number}")
    wait = pick.choice([SECOND, MINUTE, 7 * MINUTE, HOUR, 5 * HOUR, DAY, 4 * DAY])
    age = pick.choice([dt.timedelta()] * 6 + [3 * MINUTE, 4 * HOUR, 2 * DAY])
    ago = pick.choice([None, None, MINUTE, 5 * HOUR, 80 * HOUR])
    now = life.copy()
    now.at += wait
    people = people_of(life.case.holder)
    if pick.random() < 0.85:
        granted = _granted(now, people)
        lively = sorted((kind for kind in granted if kind not in _DULL), key=str)
        kinds = lively if lively and pick.random() < 0.9 else sorted(granted, key=str)
        command, by = pick.choice(granted[pick.choice(kinds)])
    else:
        by = pick.choice(people + people_of(b.STREET)[:1])
        command = _as_it_stands(pick.choice(_WISHES), now, by)
    if type(command) not in CAN_HAVE_HAPPENED and pick.random() < 0.9:
        ago = None
    step = Step(command, by, wait, age, ago)
    note(str(step))
    return step


def _granted(now: Life, people: tuple[Actor, ...]) -> dict[type[c.Command], list[tuple[c.AnyCommand, Actor]]]:
    """List by kind what would be granted to whom, the lively kinds if there are any."""
    granted: dict[type[c.Command], list[tuple[c.AnyCommand, Actor]]] = {}
    for kind, wishes in _POOL.items():
        for by in people:
            if rules.possible(kind, now.case, by) is None:
                for wish in wishes:
                    command = _as_it_stands(wish, now, by)
                    if not isinstance(now.judged(command, by), Refused):
                        granted.setdefault(kind, []).append((command, by))
    return granted


def attempt(life: Life, step: Step) -> tuple[e.Recorded, ...] | Refused:
    """Judge a step and take what follows; the clock goes on in any case."""
    life.at += step.wait
    made_at = life.at - step.age
    found = life.judged(
        step.command,
        step.by,
        made_at,
        life.at,
        offline=step.age > HOUR,
        happened_at=None if step.ago is None else made_at - step.ago,
    )
    if not isinstance(found, Refused):
        life.take(found)
    return found


def _as_it_stands(command: c.AnyCommand, life: Life, by: Actor) -> c.AnyCommand:
    """Fill in what depends on the case and the time."""
    match command:
        case c.Undo():
            return msgspec.structs.replace(command, act=last_act(life.case)[0].act)
        case c.RequestExtension() if life.case.state in ROW[c.RequestExtension].states:
            kind = ClockKind.REDO if life.case.state is CaseState.REDO else ClockKind.FEEDBACK
            due = next(clock.due for clock in clocks(life.case, life.law) if clock.kind is kind)
            return msgspec.structs.replace(command, until=due + HOUR)
        case c.RequestSuspension():
            return msgspec.structs.replace(command, review_at=life.at + 3 * DAY)
        case c.HoldMeeting():
            return msgspec.structs.replace(command, meeting=msgspec.structs.replace(command.meeting, at=life.at))
        case c.PassMilestone() | c.ContactStreet() | c.RecordDeparture() | c.RefuseSummons() if (
            Role.LIAISON in by.roles
        ):
            return msgspec.structs.replace(command, unit=by.unit)
        case _:
            return command


WATER_LIAISON = b.person("shui", b.WATER, Role.LIAISON)
_SUMMONED = (b.URBAN, b.WATER)
_WISHES: list[c.AnyCommand] = [
    SIGN,
    REACHED,
    VAIN,
    c.Assign(case=ONE, assignee=f"community_worker {b.STREET}"),
    c.ReportProgress(case=ONE, text="there", on_scene=True),
    REPLY,
    APPROVE,
    c.SendBackReply(case=ONE, reason="shorter"),
    SOLVED,
    NOT_SOLVED,
    UNREACHED,
    c.OrderRedo(case=ONE, reason="half an answer"),
    c.ReopenCase(case=ONE, reason="dark again"),
    c.AddNote(case=ONE, text="the caller is deaf"),
    RETURN,
    EXTENSION,
    SUSPENSION,
    EXCLUSION,
    *(send(kind) for kind in RequestKind),
    *(drop(kind) for kind in RequestKind),
    *(grant(kind) for kind in RequestKind),
    *(refuse(kind) for kind in RequestKind),
    grant(RequestKind.RETURN, b.OTHER_STREET),
    rule(granted=True),
    rule(granted=True, to=b.STREET),
    rule(granted=False),
    *(msgspec.structs.replace(TRANSFER, to=to) for to in (b.STREET, b.OTHER_STREET, b.URBAN)),
    c.WithdrawOrder(case=ONE, reason="by mistake"),
    SPLIT,
    MERGE,
    c.AbsorbDuplicate(case=ONE, duplicate=TWO),
    *(c.NoteChildEnded(case=ONE, child=part.case, again=again) for part in SPLIT.parts for again in (False, True)),
    c.ResumeCase(case=ONE),
    *(c.Supervise(case=ONE, level=level, reason="slow") for level in (1, 2, 3)),
    *(c.LiftSupervision(case=ONE, level=level, reason="well") for level in (1, 2, 3)),
    *(c.ChangeUrgency(case=ONE, urgency=urgency, reason="news") for urgency in Urgency),
    c.Urge(case=ONE),
    c.GiveNumber(case=ONE, number="C-1", source="12345"),
    c.Undo(case=ONE, act=CommandId("")),
    CLOSE,
    c.RevealCaller(case=ONE, reason="must call"),
    *(b.blow(kind=kind, whistle=whistle) for kind in WhistleKind for whistle in ("w-1", "w-2")),
    *(
        command
        for w in (W, WhistleId("w-2"))
        for command in (
            c.ApproveWhistle(case=ONE, whistle=w),
            *(
                c.PassMilestone(case=ONE, whistle=w, unit=unit, milestone=milestone)
                for unit in _SUMMONED
                for milestone in Milestone
            ),
            *(c.ContactStreet(case=ONE, whistle=w, unit=unit) for unit in _SUMMONED),
            *(c.RecordDeparture(case=ONE, whistle=w, unit=unit) for unit in _SUMMONED),
            *(c.DeclareNoShow(case=ONE, whistle=w, unit=unit) for unit in _SUMMONED),
            c.RefuseSummons(case=ONE, whistle=w, unit=b.URBAN, reason="not ours"),
            c.AdjudicateSummons(case=ONE, whistle=w, unit=b.URBAN, released=True, reason="right"),
            c.AdjudicateSummons(case=ONE, whistle=w, unit=b.URBAN, released=False, reason="wrong"),
            c.SendBackWork(case=ONE, whistle=w, unit=b.URBAN, reason="still leaks"),
            c.HoldMeeting(
                case=ONE,
                whistle=w,
                meeting=Meeting(id="m", at=b.NOON, place="there", invited=_SUMMONED, findings="a main"),
            ),
            *(
                c.ClimbLadder(case=ONE, whistle=w, unit=unit, milestone=milestone, share=share)
                for unit in _SUMMONED
                for milestone in (Milestone.SIGNED, Milestone.REPORTED_IN, Milestone.DONE)
                for share in (50, 100, 150)
            ),
            *(c.ScoreDepartment(case=ONE, whistle=w, unit=unit, people=9, result=9) for unit in _SUMMONED),
            c.AcceptWhistle(case=ONE, whistle=w),
            c.WithdrawWhistle(case=ONE, whistle=w, reason="dry again"),
        )
    ),
]
_POOL: dict[type[c.Command], list[c.AnyCommand]] = {}
for _wish in _WISHES:
    _POOL.setdefault(type(_wish), []).append(_wish)
_DULL = {c.AddNote, c.RevealCaller, c.WithdrawOrder, c.MergeCase, c.AbsorbDuplicate, c.Urge, c.Transfer, c.Undo}
"""Kinds that change little or end everything: drawn seldom."""
