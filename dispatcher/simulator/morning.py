"""The hours before a demonstration begins: orders that came, and what a colleague and departments did about them.

Pure: a small simulation in memory, judged by the same rules as at the centre, given out as the acts that make the
same history there. Some orders are left untouched, so that the queue a person takes over is alive: a few overdue,
some due soon. Repeatable like the city it comes from.
"""

import datetime as dt
import heapq
import itertools
import random
import uuid
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import Actor, Unit
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Refused
from dispatcher.simulator.agents import Agent, department, hotline
from dispatcher.simulator.city import Incoming
from dispatcher.simulator.worker import SimulatedDispatcher

_URGENT = frozenset({Urgency.FLOOD, Urgency.EMERGENCY, Urgency.LIVELIHOOD})
_LEFT_ALONE = 0.2
_STALLS = 0.12


class Done(NamedTuple):
    """One act of those hours, to be judged at `at`."""

    at: dt.datetime
    act: c.Act
    actor: Actor


class _Next(NamedTuple):
    """Somebody turns to a case at `at`; `agent` is None for the street's own dispatcher."""

    at: dt.datetime
    number: int
    case: CaseId
    actor: Actor
    agent: Agent | None


class Morning:
    """Plays the hours up to `end` and keeps what was done, in order, in `done`."""

    def __init__(
        self, seed: int, law: Law, units: Sequence[Unit], colleague: Actor, city: Actor, liaisons: Iterable[Actor]
    ) -> None:
        self._rng = random.Random(f"{seed}/morning")
        self._law = law
        self._colleague = colleague
        self._hotline = city
        self._dispatcher = SimulatedDispatcher(colleague, law, units, seed)
        self._agents = {actor.unit: (actor, department(seed, actor.unit)) for actor in liaisons}
        self._calls = hotline(seed)
        self._cases: dict[CaseId, Case] = {}
        self._agenda: list[_Next] = []
        self._numbers = itertools.count()
        self.done: list[Done] = []

    def play(self, orders: Iterable[Incoming], end: dt.datetime) -> list[Done]:
        """Let the orders come, and everybody act on them, until `end`."""
        for incoming in orders:
            self._until(incoming.order.dispatched_at)
            self._receive(incoming)
        self._until(end)
        return self.done

    def _receive(self, incoming: Incoming) -> None:
        case, at = CaseId(self._id()), incoming.order.dispatched_at
        command = c.ReceiveOrder(case=case, order=incoming.order, holder=incoming.holder, caller=incoming.caller)
        self._do(at, command, self._hotline)
        urgent = incoming.order.urgency in _URGENT
        if self._rng.random() < _LEFT_ALONE and not urgent:
            return
        sign = self._law.policy.orders[incoming.order.urgency].sign
        limit_s = sign.length.total_seconds() if sign else 3600
        self._put(at + dt.timedelta(seconds=limit_s * self._rng.uniform(0.1, 0.8)), case, self._colleague)

    def _put(self, at: dt.datetime, case: CaseId, actor: Actor, agent: Agent | None = None) -> None:
        heapq.heappush(self._agenda, _Next(at, next(self._numbers), case, actor, agent))

    def _until(self, end: dt.datetime) -> None:
        while self._agenda and self._agenda[0].at < end:
            turn = heapq.heappop(self._agenda)
            case = self._cases[turn.case]
            if turn.agent is not None:
                due = turn.agent(case)
                if due is not None and due.at <= turn.at:
                    self._do(turn.at, due.command, turn.actor)
                continue
            wish = self._dispatcher.wish(case, turn.at)
            if wish is not None:
                self._do(turn.at, wish, turn.actor)
            urgent = case.order.urgency in _URGENT
            if urgent or self._rng.random() > _STALLS:
                pause = dt.timedelta(minutes=self._rng.uniform(2, 9) if urgent else self._rng.uniform(5, 40))
                self._put(turn.at + pause, turn.case, turn.actor)

    def _do(self, at: dt.datetime, command: c.AnyCommand, actor: Actor) -> None:
        act = c.Act(id=CommandId(self._id()), command=command, by=actor.person, made_at=at)
        case = self._cases.get(command.case)
        found = judge(act, case, actor, self._law, at)
        if isinstance(found, Refused):
            return
        for recorded in found:
            case = evolve(case, recorded, Revision(len(self.done) + 1))
        if case is None:
            return
        self._cases[command.case] = case
        self.done.append(Done(at, act, actor))
        self._wake(case, at)

    def _wake(self, case: Case, at: dt.datetime) -> None:
        called: set[UnitId] = {s.unit for whistle in case.whistles for s in whistle.summons}
        agents = [self._agents[unit] for unit in sorted(called) if unit in self._agents]
        for actor, agent in (*agents, (self._hotline, self._calls)):
            due = agent(case)
            if due is not None:
                self._put(max(due.at, at), case.id, actor, agent)

    def _id(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
