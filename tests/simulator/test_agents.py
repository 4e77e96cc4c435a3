"""Departments and citizens: what they do is lawful, repeatable, and now and then late, refused or nothing at all."""

import datetime as dt
from collections import Counter

import pytest

from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.commands import Act, AnyCommand, ReceiveOrder
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, Revision, UnitId, WhistleId
from dispatcher.models.organisation import Actor
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Refused
from dispatcher.models.whistle import MILESTONES, Milestone, WhistleKind
from dispatcher.simulator.agents import department, hotline
from dispatcher.simulator.city import City
from dispatcher.simulator.day import Day
from tests.simulator.cast import HOTLINE, LAW, LEADER, LIAISONS, START, STREET, UNITS

LEAD, HELPER = UnitId("E-DRAIN"), UnitId("D-CITY")


def done(case: Case | None, command: AnyCommand, actor: Actor, at: dt.datetime) -> Case:
    """Carry a command out by the rules; a refusal fails the test."""
    act = Act(id=CommandId(f"{at}"), command=command, by=actor.person, made_at=at)
    found = judge(act, case, actor, LAW, at)
    assert not isinstance(found, Refused), found
    for recorded in found:
        case = evolve(case, recorded, Revision(1))
    assert case is not None
    return case


def case_of(seed: int, at: dt.datetime = START) -> Case:
    incoming = next(City(seed, STREET, UNITS).orders(Day(per_hour=60), at))
    order = incoming.order
    return done(None, ReceiveOrder(case=CaseId("c"), order=order, holder=STREET), HOTLINE, order.dispatched_at)


def blown(seed: int, kind: WhistleKind = WhistleKind.EMERGENCY) -> Case:
    case = case_of(seed)
    at = case.order.dispatched_at
    if kind is not WhistleKind.EMERGENCY:
        case = done(case, c.SignFor(case=case.id), LEADER, at)
        case = done(case, c.RecordContact(case=case.id, reached=True), LEADER, at)
    command = c.BlowWhistle(
        case=case.id, whistle=WhistleId("w"), kind=kind, demand="抽排", place="路口", contact="外勤一组",
        lead=LEAD, assisting=(HELPER,),
    )  # fmt: skip
    return done(case, command, LEADER, at)


def answered(seed: int, case: Case, unit: UnitId) -> tuple[Case, list[dt.datetime]]:
    """Let one department do all it will do."""
    agent, times = department(seed, unit), []
    while (due := agent(case)) is not None:
        times.append(due.at)
        case = done(case, due.command, LIAISONS[unit], due.at)
    return case, times


@pytest.mark.parametrize("kind", [WhistleKind.EMERGENCY, WhistleKind.ENFORCEMENT, WhistleKind.ROUTINE])
def test_departments_answer_by_the_rules_and_in_order(kind: WhistleKind) -> None:
    for seed in range(60):
        case, times = answered(seed, blown(seed, kind), LEAD)
        assert times == sorted(times)
        assert times
        assert all(at > case.order.dispatched_at for at in times)


def test_most_departments_finish_and_a_few_refuse_come_late_or_never() -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(400):
        case, _ = answered(seed, blown(seed), LEAD)
        summons = case.whistles[0].of(LEAD)
        assert summons is not None
        signed, came = summons.at(Milestone.SIGNED), summons.at(Milestone.REPORTED_IN)
        assert signed is not None
        outcomes["done"] += summons.at(Milestone.DONE) is not None
        outcomes["never came"] += came is None
        outcomes["refused first"] += summons.refused_reason is not None
        outcomes["signed late"] += signed - case.whistles[0].blown_at > dt.timedelta(minutes=5)
        outcomes["came late"] += came is not None and came - case.whistles[0].blown_at > dt.timedelta(minutes=30)
    assert outcomes["done"] > 350
    for rare in ("never came", "refused first", "signed late", "came late"):
        assert 2 < outcomes[rare] < 60, outcomes
    assert outcomes["done"] + outcomes["never came"] == 400


def test_a_person_at_a_demonstration_sees_an_answer_within_a_minute_mostly() -> None:
    firsts = []
    for seed in range(100):
        case = blown(seed)
        due = department(seed, LEAD)(case)
        assert due is not None
        firsts.append((due.at - case.whistles[0].blown_at).total_seconds())
    assert sorted(firsts)[85] < 60


def test_a_department_minds_its_own_summons_and_only_open_ones() -> None:
    case = blown(1)
    assert department(1, UnitId("D-FIRE"))(case) is None
    case = done(
        case, c.WithdrawWhistle(case=case.id, whistle=WhistleId("w"), reason="误吹"), LEADER,
        case.order.dispatched_at + dt.timedelta(seconds=1),
    )  # fmt: skip
    assert department(1, LEAD)(case) is None


def test_what_a_department_does_repeats() -> None:
    case = blown(5)
    assert department(5, LEAD)(case) == department(5, LEAD)(case)
    assert department(5, LEAD)(case) != department(5, HELPER)(case)


def test_after_the_street_recorded_an_arrival_the_department_goes_on_from_there() -> None:
    case = blown(2)
    at = case.order.dispatched_at
    command = c.PassMilestone(
        case=case.id, whistle=WhistleId("w"), unit=LEAD, milestone=Milestone.REPORTED_IN, note="到场三人"
    )
    case = done(case, command, LEADER, at)
    due = department(2, LEAD)(case)
    assert due is not None
    assert isinstance(due.command, c.PassMilestone)
    assert MILESTONES.index(due.command.milestone) > MILESTONES.index(Milestone.REPORTED_IN)


def replied(seed: int) -> Case:
    case = case_of(seed)
    at = case.order.dispatched_at
    for command in (
        c.SignFor(case=case.id),
        c.RecordContact(case=case.id, reached=True),
        c.Reply(case=case.id, accepted="14:00", talked_with="来电人", done="修好", result="恢复"),
    ):
        case = done(case, command, LEADER, at)
    assert case.state is CaseState.REPLIED
    return case


def test_the_hotline_calls_some_citizens_back_until_they_are_reached() -> None:
    called, redone, unreached = 0, 0, 0
    for seed in range(300):
        case = replied(seed)
        while (due := hotline(seed)(case)) is not None:
            called += 1
            case = done(case, due.command, HOTLINE, due.at)
            unreached += case.called_back_at is None and case.state is CaseState.REPLIED
        redone += case.state is CaseState.REDO
    assert 120 < called < 260
    assert 5 < redone < 60
    assert unreached > 3
    assert hotline(1)(case_of(1)) is None
