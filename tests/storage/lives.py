"""Random lives of cases, told as acts for a real ledger: lawful for the most part, with time passing between them."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.events import Ground, RequestKind, Satisfied, Solved
from dispatcher.models.ids import CaseId, UnitId, WhistleId
from dispatcher.models.law import Law
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.verdicts import Accepted
from dispatcher.models.whistle import Milestone, Summons, Whistle, WhistleKind
from dispatcher.storage.ledger import Ledger
from tests.storage.city import HOTLINE, NOW, OTHER_STREET, POWER, STREET, WATER, act, actor, new_id, receive

LEADERS = {
    unit: actor(f"leader-{unit}", unit, Role.SHIFT_LEADER, Role.DISPATCHER, Role.SUPERVISOR)
    for unit in (STREET, OTHER_STREET)
}
LIAISONS = {unit: actor(f"liaison-{unit}", unit, Role.LIAISON) for unit in (WATER, POWER)}
DISTRICT = actor("district", UnitId("110105"), Role.DISTRICT)
_S = CaseState


class Wish(NamedTuple):
    command: c.AnyCommand
    by: Actor


class Lives:
    """A seeded street life over one ledger; `tick` tells the instant up to which it has gone."""

    def __init__(self, ledger: Ledger, law: Law, seed: int) -> None:
        self._ledger = ledger
        self._law = law
        self._chance = random.Random(seed)
        self._cases: list[CaseId] = []
        self._last: dict[CaseId, tuple[c.Act, Actor]] = {}
        self.now = NOW
        self.accepted = 0

    def live(self, acts: int) -> None:
        """Make so many acts, a few at a time in one batch."""
        while acts > 0:
            batch = [self._next() for _ in range(self._chance.choice((1, 1, 2, 5)))]
            acts -= len(batch)
            outcomes = self._ledger.judge(batch, self._law, self.now)
            for (made, by), outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome.verdict, Accepted):
                    self.accepted += 1
                    self._last[made.command.case] = made, by
            self.now += dt.timedelta(minutes=self._chance.choice((0, 0, 1, 2, 4, 20, 70, 800)))

    def _next(self) -> tuple[c.Act, Actor]:
        chance = self._chance
        if not self._cases or chance.random() < 0.06:
            self._cases.append(CaseId(new_id()))
            urgency = chance.choice(tuple(Urgency))
            created_at = self.now - dt.timedelta(hours=chance.randrange(30))
            holder = chance.choice((STREET, OTHER_STREET))
            command = receive(holder, self._cases[-1], dispatched_at=self.now, created_at=created_at, urgency=urgency)[
                0
            ].command
            if chance.random() < 0.1 and isinstance(command, c.ReceiveOrder):
                command = msgspec.structs.replace(command, closed_at=self.now)
            return self._act(Wish(command, HOTLINE))
        id_ = chance.choice(self._cases[-8:])
        if id_ in self._last and chance.random() < 0.06:
            made, by = self._last[id_]
            return self._act(Wish(c.Undo(case=id_, act=made.id), by))
        case = self._ledger.case(id_)
        if case is None:
            return self._act(Wish(c.SignFor(case=id_), LEADERS[STREET]))
        return self._act(chance.choice(tuple(self._wishes(case))))

    def _act(self, wish: Wish) -> tuple[c.Act, Actor]:
        late = dt.timedelta(minutes=self._chance.choice((0, 0, 0, 5, 90)))
        return act(wish.command, wish.by, made_at=self.now - late, offline=bool(late))

    def _wishes(self, case: Case) -> Iterator[Wish]:
        chance, id_ = self._chance, case.id
        leader = LEADERS.get(case.holder, LEADERS[STREET])
        elsewhere = OTHER_STREET if case.holder == STREET else STREET
        match case.state:
            case _S.DISPATCHED:
                yield Wish(c.SignFor(case=id_), leader)
                if chance.random() < 0.3:
                    yield Wish(_ask_return(id_), leader)
                    yield Wish(c.Transfer(case=id_, to=elsewhere, reason="r"), HOTLINE)
            case _S.SIGNED:
                yield Wish(c.RecordContact(case=id_, reached=chance.random() < 0.8), leader)
                if chance.random() < 0.2:
                    yield Wish(_ask_return(id_), leader)
            case _S.RETURN_REQUESTED:
                granted = chance.random() < 0.6
                to = elsewhere if granted and chance.random() < 0.7 else UnitId("")
                kind = RequestKind.RETURN
                if case.asked(kind) > 1:
                    yield Wish(c.Adjudicate(case=id_, granted=granted, answer="a", to=to), DISTRICT)
                    yield Wish(c.Adjudicate(case=id_, granted=granted, answer="a", to=to), HOTLINE)
                yield Wish(c.DecideRequest(case=id_, kind=kind, granted=granted, answer="a", to=to), HOTLINE)
            case _S.RETURNED:
                yield Wish(c.Transfer(case=id_, to=elsewhere, reason="r"), HOTLINE)
            case _S.IN_HAND | _S.REDO:
                if case.state is _S.REDO:
                    yield Wish(c.SignFor(case=id_), leader)
                    yield Wish(c.RecordContact(case=id_, reached=True), leader)
                yield Wish(c.Reply(case=id_, accepted="a", talked_with="b", done="c", result="d"), leader)
                yield Wish(_blow(chance, id_), leader)
                if chance.random() < 0.3:
                    until = self.now + dt.timedelta(days=2)
                    yield Wish(c.RequestSuspension(case=id_, review_at=until, reason="r", public_reason="p"), leader)
                    yield Wish(c.ChangeUrgency(case=id_, urgency=chance.choice(tuple(Urgency)), reason="r"), HOTLINE)
            case _S.SUSPENDED:
                yield Wish(c.ResumeCase(case=id_), HOTLINE)
            case _S.REPLIED | _S.CLOSED:
                for _ in range(4):
                    yield Wish(_call_back(chance, id_), HOTLINE)
                yield Wish(_call_back(chance, id_), leader)
                yield Wish(c.CloseCase(case=id_), HOTLINE)
                yield Wish(_ask_exclusion(id_), leader)
                yield Wish(c.ReopenCase(case=id_, reason="r"), leader)
            case _S.REPLY_REVIEW | _S.WITHDRAWN | _S.MERGED:
                pass
        for kind in (RequestKind.SUSPENSION, RequestKind.EXCLUSION):
            if case.request(kind) is not None:
                yield Wish(c.DecideRequest(case=id_, kind=kind, granted=True, answer="a"), HOTLINE)
        if chance.random() < 0.2:
            yield Wish(c.AddNote(case=id_, text="n"), leader)
        for whistle in case.whistles:
            yield from self._whistle_wishes(case, whistle, leader)

    def _whistle_wishes(self, case: Case, whistle: Whistle, leader: Actor) -> Iterator[Wish]:
        chance = self._chance
        yield Wish(c.AcceptWhistle(case=case.id, whistle=whistle.id), leader)
        if chance.random() < 0.05:
            yield Wish(c.WithdrawWhistle(case=case.id, whistle=whistle.id, reason="r"), leader)
        for summons in whistle.summons:
            for command, by in _summons_wishes(case.id, whistle, summons, leader):
                yield Wish(command, by)


def _summons_wishes(
    case: CaseId, whistle: Whistle, summons: Summons, leader: Actor
) -> Sequence[tuple[c.AnyCommand, Actor]]:
    unit = summons.unit
    liaison = LIAISONS[unit]
    named = {"case": case, "whistle": whistle.id, "unit": unit}
    due = next((m for m in _MILESTONES if summons.at(m) is None), None)
    found: list[tuple[c.AnyCommand, Actor]] = []
    if due is not None:
        found += [(c.PassMilestone(**named, milestone=due), liaison)] * 3
        found.append((c.DeclareNoShow(**named), leader))
        found.append((c.RefuseSummons(**named, reason="r"), liaison))
    if due is None or summons.no_show_at is not None:
        found.append((c.ScoreDepartment(**named, people=8, result=11), leader))
    if summons.refused_at is not None and summons.released is None:
        found.append((c.AdjudicateSummons(**named, released=True, reason="r"), DISTRICT))
    return found


_MILESTONES = (Milestone.SIGNED, Milestone.REPORTED_IN, Milestone.DONE)


def _ask_return(case: CaseId) -> c.RequestReturn:
    return c.RequestReturn(case=case, ground=Ground.NOT_OUR_DUTY, reason="r", evidence=("duty list",))


def _ask_exclusion(case: CaseId) -> c.RequestExclusion:
    return c.RequestExclusion(case=case, ground=Ground.BEYOND_LAW, reason="r", evidence=("a ruling",))


def _blow(chance: random.Random, case: CaseId) -> c.BlowWhistle:
    return c.BlowWhistle(
        case=case,
        whistle=WhistleId(new_id()),
        kind=chance.choice((WhistleKind.EMERGENCY, WhistleKind.ROUTINE)),
        demand="d",
        place="p",
        contact="c",
        lead=WATER,
        assisting=(POWER,) if chance.random() < 0.5 else (),
    )


def _call_back(chance: random.Random, case: CaseId) -> c.RecordCallBack:
    if chance.random() < 0.5:
        return c.RecordCallBack(case=case, reached=False)
    return c.RecordCallBack(
        case=case,
        reached=True,
        contacted=chance.random() < 0.8,
        solved=chance.choice((Solved.YES, Solved.YES, Solved.PARTLY, Solved.NO)),
        satisfied=chance.choice((*Satisfied, None)),
    )
