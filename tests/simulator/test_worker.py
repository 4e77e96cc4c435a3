"""The simulated dispatcher proposes nothing the rules refuse, gets work done, and never sticks to one case."""

import datetime as dt
import random
from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.commands import Act, AnyCommand
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, Revision
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor
from dispatcher.models.queue import summarise
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import WhistleKind
from dispatcher.simulator.agents import Due, department, hotline
from dispatcher.simulator.city import City
from dispatcher.simulator.day import Cloudburst, Day
from dispatcher.simulator.worker import Discard, Give, Look, SimulatedDispatcher, suggest
from dispatcher.sync.ports import ActState, CaseView, Receipt
from tests.simulator.cast import DISPATCHER, HOTLINE, LAW, LEADER, LIAISONS, START, STREET, UNITS

NO_REVIEW = msgspec.structs.replace(LAW, policy=msgspec.structs.replace(LAW.policy, reply_review=False))


class Life:
    """A street in memory: everybody's acts are judged, the simulated dispatcher's must all be accepted."""

    def __init__(self, seed: int, actor: Actor, law: Law = LAW, orders: int = 25) -> None:
        self.rng = random.Random(seed)
        self.actor, self.law = actor, law
        self.worker = SimulatedDispatcher(actor, law, UNITS, seed)
        self.cases: dict[CaseId, Case] = {}
        self.view: CaseView | None = None
        self.now = START
        self.given: Counter[str] = Counter()
        self.looks = 0
        self.others = [(HOTLINE, hotline(seed)), *((who, department(seed, unit)) for unit, who in LIAISONS.items())]
        self.said: set[str] = set()
        day = Day(per_hour=60, rain=Cloudburst(start=START))
        for number, incoming in zip(range(orders), City(seed, STREET, UNITS).orders(day, START), strict=False):
            self.now = incoming.order.dispatched_at
            received = c.ReceiveOrder(case=CaseId(f"c{number}"), order=incoming.order, holder=incoming.holder)
            self.do(received, HOTLINE)

    def do(self, command: AnyCommand, actor: Actor) -> Refused | None:
        act = Act(id=CommandId(f"a{self.rng.random()}"), command=command, by=actor.person, made_at=self.now)
        case = self.cases.get(command.case)
        found = judge(act, case, actor, self.law, self.now)
        if isinstance(found, Refused):
            return found
        for recorded in found:
            case = evolve(case, recorded, Revision(1))
        assert case is not None
        self.cases[case.id] = case
        return None

    def step(self) -> Look | Give | Discard | None:
        self.now += dt.timedelta(seconds=self.rng.uniform(0.5, 20))
        rows = [summarise(case, self.law) for case in self.cases.values()]
        decided = self.worker.next_command(rows, self.view, self.now)
        match decided:
            case Look(case=case):
                self.looks += 1
                self.view = CaseView(case=self.cases[case], confirmed=0)
            case Give(command=command):
                assert self.view is not None
                assert command.case == self.view.case.id
                refused = self.do(command, self.actor)
                assert refused is None, (refused, command)
                self.given[type(command).__name__] += 1
            case _:
                pass
        self.others_act()
        if self.view is not None:
            self.view = CaseView(case=self.cases[self.view.case.id], confirmed=0)
        return decided

    def others_act(self) -> None:
        for case in list(self.cases.values()):
            dues = [(who, due) for who, agent in self.others if (due := self.due(agent(case))) is not None]
            for who, due in dues:
                self.said.add(due.what_for)
                self.do(due.command, who)

    def due(self, due: Due | None) -> Due | None:
        return due if due is not None and due.at <= self.now and due.what_for not in self.said else None


@given(seed=st.integers(0, 2**32), actor=st.sampled_from([DISPATCHER, LEADER]), law=st.sampled_from([LAW, NO_REVIEW]))
@settings(max_examples=8)
def test_no_proposal_is_ever_refused(seed: int, actor: Actor, law: Law) -> None:
    life = Life(seed, actor, law)
    for _ in range(150):
        life.step()
    assert sum(life.given.values()) > 40


def test_a_leader_brings_cases_to_their_end_with_every_kind_of_act() -> None:
    life = Life(11, LEADER, orders=30)
    for _ in range(1500):
        life.step()
    assert sum(case.state is CaseState.CLOSED for case in life.cases.values()) > 20
    wanted = {
        *("SignFor", "RecordContact", "Assign", "ReportProgress", "BlowWhistle", "AcceptWhistle"),
        *("Reply", "RecordCallBack", "CloseCase"),
    }
    assert wanted <= set(life.given), life.given


def test_a_dispatcher_without_a_leader_waits_for_the_review() -> None:
    life = Life(12, DISPATCHER, orders=6)
    for _ in range(400):
        life.step()
    states = {case.state for case in life.cases.values()}
    assert CaseState.REPLY_REVIEW in states
    assert "ApproveReply" not in life.given


def test_what_he_does_repeats_for_a_seed() -> None:
    def commands(seed: int) -> list[object]:
        life = Life(seed, LEADER, orders=8)
        return [life.step() for _ in range(80)]

    assert commands(3) == commands(3)
    assert commands(3) != commands(4)


def test_nothing_to_do_is_nothing() -> None:
    worker = SimulatedDispatcher(LEADER, LAW, UNITS, 1)
    assert worker.next_command([], None, START) is None


def test_a_case_that_never_opens_is_left_for_others() -> None:
    life = Life(5, LEADER, orders=2)
    rows = [summarise(case, LAW) for case in life.cases.values()]
    first, second, third = (life.worker.next_command(rows, None, life.now) for _ in range(3))
    assert isinstance(first, Look)
    assert first == second
    assert isinstance(third, Look)
    assert third != first


def test_a_parked_act_is_given_up_first() -> None:
    life = Life(6, LEADER, orders=1)
    case = next(iter(life.cases.values()))
    act = Act(id=CommandId("parked"), command=c.SignFor(case=case.id), by=LEADER.person, made_at=life.now)
    refused = Refused(reason=Reason.WRONG_STATE)
    receipt = Receipt(seq=1, act=act, state=ActState.PARKED, made_at=life.now, verdict=refused)
    decided = life.worker.next_command([], CaseView(case=case, confirmed=0, acts=(receipt,)), life.now)
    assert isinstance(decided, Discard)
    assert decided.act == "parked"
    assert decided.reason


def test_an_expired_whistle_is_blown_again() -> None:
    """Its case holds no whistle, so the same person sees the same need."""
    for seed in range(40):
        life = Life(seed, LEADER, orders=1)
        for _ in range(30):
            decided = life.step()
            if isinstance(decided, Give) and isinstance(decided.command, c.BlowWhistle):
                case = msgspec.structs.replace(life.cases[decided.command.case], whistles=())
                again = life.worker.wish(case, life.now)
                assert isinstance(again, c.BlowWhistle)
                assert again.whistle != decided.command.whistle
                return
    pytest.fail("no whistle was blown in forty lives")


def test_whom_to_summon_follows_from_the_words() -> None:
    orders = [incoming.order for incoming in _orders(1, 300)]
    leads = {}
    for order in orders:
        found = suggest(order, UNITS, LEADER)
        if found is not None:
            leads[order.category[-1]] = (found.lead, found.kind)
            assert found.lead in LAW.summonable
            assert found.lead not in found.assisting
    assert leads["道路积水"][0] in ("E-DRAIN", "D-WATER")
    assert leads["燃气泄漏"] == ("E-GAS", WhistleKind.EMERGENCY)
    assert leads["居民停电"][0] == "E-POWER"
    assert leads["新增违建"] == ("D-ENFORCE", WhistleKind.ENFORCEMENT)


def _orders(seed: int, count: int):
    day = Day(per_hour=60, rain=Cloudburst(start=START, length=dt.timedelta(hours=2)))
    return [one for one, _ in zip(City(seed, STREET, UNITS).orders(day, START), range(count), strict=False)]
