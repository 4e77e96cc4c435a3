"""Whole lives of a case: anybody does anything at any time, and what must always hold holds after every act."""

import msgspec
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import rules
from dispatcher.models.case import ENDED, Case, CaseState
from dispatcher.models.deadlines import clocks, next_clock
from dispatcher.models.evolution import replay
from dispatcher.models.ids import CommandId
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import CENTRE
from dispatcher.models.queue import summarise
from dispatcher.models.transitions import CAN_HAVE_HAPPENED, FACTS, ROW, TRANSITIONS
from dispatcher.models.verdicts import Refused
from dispatcher.models.waiting import waiting
from tests import builders as b
from tests.models import living as a
from tests.models import wandering as w
from tests.models.living import DAY, ONE, SECOND, Life

_DEAD = ENDED - {CaseState.CLOSED}
SETTLED = (
    "signed_at",
    "contacted_at",
    "redo_signed_at",
    "redo_contacted_at",
    "on_scene_at",
    "first_replied_at",
    "replied_at",
    "called_back_at",
    "closed_at",
)
"""Instants that figures are made from; a fact that moves one must say what it was."""


def bare(case: Case) -> Case:
    return msgspec.structs.replace(case, history=(), revision=0)


class Lives(RuleBasedStateMachine):
    """One case under all rules."""

    life: Life

    @initialize(
        urgency=st.sampled_from(Urgency),
        desk=st.booleans(),
        given=st.sampled_from([None, b.NOON + 3 * DAY]),
        review=st.booleans(),
        stage=st.sampled_from(["", *(name for name in a.STAGES if name not in ("withdrawn", "merged"))]),
    )
    def begin(self, urgency: Urgency, desk: bool, given: object, review: bool, stage: str) -> None:
        number = f"L-{b.STREET}-20260303-1" if desk else "N-1"
        law = msgspec.structs.replace(a.LAW, policy=b.policy(reply_review=review))
        self.life = Life(law=law, number=number, urgency=urgency, feedback_due_at=given)
        if stage:
            self.life = a.STAGES[stage]()

    @precondition(lambda self: self.life.case.state not in _DEAD)
    @rule(seed=st.integers(0, 2**62))
    def somebody_acts(self, seed: int) -> None:
        life = self.life
        before = life.case
        step = w.any_step(seed, life)
        impossible = rules.possible(type(step.command), before, step.by)
        found = w.attempt(life, step)
        if isinstance(found, Refused):
            if impossible is not None and not step.age and step.ago is None:
                assert found.reason is impossible
            assert life.case is before
            return
        assert impossible is None or step.age
        self._it_leads_where_the_table_says(before, step)
        self._nothing_settled_moves_unsaid(before, step, found)
        self._it_can_be_taken_back(before, step)

    def _it_leads_where_the_table_says(self, before: Case, step: w.Step) -> None:
        state = self.life.case.state
        if not isinstance(step.command, c.Undo):
            assert state is before.state or state in ROW[type(step.command)].to

    def _nothing_settled_moves_unsaid(self, before: Case, step: w.Step, found: tuple[e.Recorded, ...]) -> None:
        if type(step.command) not in FACTS | CAN_HAVE_HAPPENED or isinstance(found[-1].event, e.RedoOrdered):
            return
        (recorded,) = found
        told = {getattr(recorded.event, "instead_of", None), getattr(recorded.event, "moves", None)}
        for field in SETTLED:
            was, is_ = getattr(before, field), getattr(self.life.case, field)
            if was is not None and is_ != was:
                assert was in told
                assert is_ < was
        if isinstance(recorded.event, e.NoteAdded):
            assert clocks(before, self.life.law) == clocks(self.life.case, self.life.law)

    def _it_can_be_taken_back(self, before: Case, step: w.Step) -> None:
        taken_back = self.life.copy()
        undo = c.Undo(case=ONE, act=CommandId(taken_back.last))
        if taken_back.refusal(undo, step.by) is None:
            case = taken_back.do(undo, step.by, after=SECOND).case
            assert bare(case) == bare(before)
            assert clocks(case, self.life.law) == clocks(before, self.life.law)

    @invariant()
    def it_is_what_its_history_makes_it(self) -> None:
        case = self.life.case
        assert replay(case.history, case.revision) == case

    @invariant()
    def it_is_on_some_list(self) -> None:
        case, law = self.life.case, self.life.law
        row = summarise(case, law)
        assert row.is_open is (case.state not in ENDED)
        if row.is_open:
            assert waiting(case, law) or next_clock(clocks(case, law)) is not None
            assert row.waiting_for or row.clock is not None
        else:
            assert next_clock(clocks(case, law)) is None

    @invariant()
    def somebody_can_do_something_that_leads_on(self) -> None:
        case = self.life.case
        if case.is_open:
            leads_on = [row.command for row in TRANSITIONS if row.to and row.command is not c.WithdrawOrder]
            if any(whistle.is_open for whistle in case.whistles):
                leads_on.append(c.WithdrawWhistle)  # and then the hotline may give a returned case to another
            people = w.people_of(case.holder)
            assert any(rules.possible(kind, case, actor) is None for kind in leads_on for actor in people)

    @rule()
    def it_can_still_be_brought_to_its_end(self) -> None:
        home = self.life.copy()
        for _ in range(30):
            if not home.case.is_open:
                return
            for command, by in _next_steps(home.case):
                home.do(command, by, after=SECOND)
        raise AssertionError(f"no end from {self.life.case}")

    def teardown(self) -> None:
        if hasattr(self, "life"):
            assert msgspec.json.decode(msgspec.json.encode(self.life.case), type=Case) == self.life.case


def _next_steps(case: Case) -> list[tuple[c.AnyCommand, rules.Actor]]:
    """What good people do next with a case that they want to close, never giving it up."""
    desk, leader = w.people_of(case.holder)[:2]
    match case.state:
        case CaseState.DISPATCHED:
            return [(a.SIGN, desk)]
        case CaseState.SIGNED:
            return [(a.REACHED, desk)]
        case CaseState.RETURN_REQUESTED:
            return [(a.drop(e.RequestKind.RETURN), desk)]
        case CaseState.RETURNED:
            to = b.STREET if case.holder != b.STREET else b.OTHER_STREET
            over = [
                (c.WithdrawWhistle(case=ONE, whistle=whistle.id, reason="x"), desk)
                for whistle in case.whistles
                if whistle.is_open
            ]
            return [*over, (msgspec.structs.replace(a.TRANSFER, to=to), a.HOTLINE)]
        case CaseState.SUSPENDED:
            return [(c.ResumeCase(case=ONE), leader)]
        case CaseState.IN_HAND | CaseState.REDO:
            open_ = [request.kind for request in case.requests if request.granted is None]
            contact = [(a.REACHED, desk)] if case.redo_at and case.redo_contacted_at is None else []
            return [*((a.drop(kind), desk) for kind in open_), *contact, (a.REPLY, leader)]
        case CaseState.REPLY_REVIEW:
            return [(a.APPROVE, leader)]
        case _:
            over = [
                (c.WithdrawWhistle(case=ONE, whistle=whistle.id, reason="x"), desk)
                for whistle in case.whistles
                if whistle.is_open
            ]
            children = [child for child in case.children if child not in case.children_ended]
            ended = [(c.NoteChildEnded(case=ONE, child=child), CENTRE) for child in children]
            return [*over, *ended, (a.SOLVED, desk), (a.CLOSE, desk)]


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    report_multiple_bugs=False,
    # Every step looks at all that anybody could wish: shrinking a life would take minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
