"""Two consoles and a centre under any order of acts, cuts, outages and crashes: exactly once, and all agree."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, WhistleId
from dispatcher.models.queue import Pending, summarise
from dispatcher.models.verdicts import Accepted
from dispatcher.models.whistle import Milestone, WhistleKind
from dispatcher.sync.ports import UNSETTLED, ActState, LinkState, Trouble
from tests import builders as b
from tests.fakes import DrivenLoop, until
from tests.sync.world import Console, World

ACTORS = (b.DISPATCHER, b.LEADER)
CASES = [f"case-{n}" for n in range(4)]
WHICH = st.integers(0, 1)


def commands(case: str) -> st.SearchStrategy[c.AnyCommand]:
    of = CaseId(case)
    whistle = WhistleId("w-1")
    return st.sampled_from(
        [
            c.SignFor(case=of),
            c.RecordContact(case=of, reached=True),
            c.RecordContact(case=of, reached=False),
            c.Assign(case=of, assignee="team"),
            c.ReportProgress(case=of, text="at work"),
            b.reply(case),
            c.ApproveReply(case=of),
            c.SendBackReply(case=of, reason="shorter"),
            b.blow(case),
            b.blow(case, WhistleKind.ROUTINE, "w-2"),
            c.PassMilestone(case=of, whistle=whistle, unit=b.URBAN, milestone=Milestone.REPORTED_IN),
            c.WithdrawWhistle(case=of, whistle=whistle, reason="gone"),
            c.RevealCaller(case=of, reason="to call"),
        ]
    )


class TwoConsoles(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World(*ACTORS)
        self.centre = self.world.centre
        self.loop = DrivenLoop(self.world.clock)
        self.made: set[str] = set()
        self.consoles: list[Console] = []
        self.told: list[Console] = []

    def run(self, what: Coroutine[Any, Any, None]) -> None:
        self.loop.run_until_complete(what)

    async def start(self, which: int, store: Any = None) -> Console:
        console = self.world.console(ACTORS[which], store)
        self.told.append(console)
        return console

    @initialize()
    def begin(self) -> None:
        async def both() -> None:
            await self.centre.receive(*CASES)
            self.consoles = [await self.start(0), await self.start(1)]
            for console in self.consoles:
                await console.online()

        self.run(both())

    @rule(which=WHICH, command=st.sampled_from(CASES).flatmap(commands))
    def act(self, which: int, command: c.AnyCommand) -> None:
        async def do() -> None:
            console = self.consoles[which]
            act = console.engine.submit(command)
            answer = console.seen.answer(act)
            if answer.refused is None and not answer.trouble:
                self.made.add(act)

        self.run(do())

    @rule(seconds=st.sampled_from([0.0, 0.01, 0.3, 3.0, 20.0, 700.0]))
    def time_passes(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))

    @rule()
    def links_are_cut(self) -> None:
        self.run(self.centre.cut())

    @rule(down=st.booleans())
    def centre_goes_down_or_up(self, down: bool) -> None:
        self.centre.down = down
        if down:
            self.run(self.centre.cut())

    @rule(mute=st.booleans())
    def centre_falls_silent_or_speaks(self, mute: bool) -> None:
        self.centre.mute = mute

    @rule(judged=st.booleans())
    def next_submit_is_cut_off(self, judged: bool) -> None:
        if judged:
            self.centre.cut_after_judging = True
        else:
            self.centre.cut_before_judging = True

    @rule()
    def next_batch_has_a_gap(self) -> None:
        self.centre.skip = 1

    @rule(which=WHICH)
    def console_is_killed_and_started_again(self, which: int) -> None:
        async def do() -> None:
            console = self.consoles[which]
            console.store.failing_writes = Trouble("killed")
            await console.stop()
            console.store.failing_writes = None
            self.consoles[which] = await self.start(which, console.store)

        self.run(do())

    @rule(which=WHICH, again=st.booleans())
    def a_person_decides(self, which: int, again: bool) -> None:
        async def do() -> None:
            console = self.consoles[which]
            for receipt in console.seen.outbox:
                if receipt.state not in (ActState.PARKED, ActState.EXPIRED):
                    continue
                if again:
                    answered = len(console.seen.answers)
                    console.engine.retry(receipt.act.id)
                    self.made |= {a.act for a in console.seen.answers[answered:] if a.refused is None}
                else:
                    console.engine.discard(receipt.act.id, "no")
                return

        self.run(do())

    @precondition(lambda self: self.consoles)
    @invariant()
    def no_act_is_lost_and_none_counts_twice(self) -> None:
        kept = {receipt.act.id for console in self.consoles for receipt in console.store.receipts(10_000)}
        assert self.made <= kept
        judged = [act for act, _ in self.centre.journal]
        assert len(judged) == len(set(judged))

    def teardown(self) -> None:
        try:
            if self.consoles:
                self.run(self.all_agree())
        finally:
            self.run(self.end())
            self.loop.close()

    async def all_agree(self) -> None:
        centre = self.centre
        centre.down = centre.mute = centre.cut_after_judging = centre.cut_before_judging = False
        centre.skip = 0
        for console in self.consoles:
            console.engine.reconnect()
        for console in self.consoles:
            await until(lambda c=console: c.seen.statuses and c.seen.status.state is LinkState.ONLINE, 200)
        await until(self.nothing_moves, 300)
        await asyncio.sleep(10)
        expected = {case.id: summarise(case, centre.law) for case in centre.cases.values()}
        for console in self.consoles:
            assert {row.row.id: row.row for row in console.store.wire_rows()} == expected
            plain = {case: row for case, row in console.seen.rows.items() if row.pending is Pending.NONE}
            assert plain.items() <= expected.items()
            assert set(console.seen.rows) == set(expected)
            marked = {receipt.act.command.case for receipt in console.seen.outbox}
            assert set(expected) - set(plain) == marked
            for receipt in console.store.receipts(10_000):
                self.agrees(receipt.act.id, receipt.state)

    def nothing_moves(self) -> bool:
        for console in self.consoles:
            blocked: set[CaseId] = set()
            for receipt in console.seen.outbox:
                case = receipt.act.command.case
                if receipt.state is ActState.PARKED:
                    blocked.add(case)
                if receipt.state in UNSETTLED and case not in blocked:
                    return False
        return True

    def agrees(self, act: Any, state: ActState) -> None:
        verdict = self.centre.verdicts.get(act)
        went_off = isinstance(verdict, Accepted)
        assert went_off == any(act == judged for judged, _ in self.centre.journal)
        match state:
            case ActState.ACCEPTED:
                assert went_off
            case ActState.PARKED | ActState.EXPIRED | ActState.DISCARDED | ActState.QUEUED:
                assert not went_off, "a person is told it did not happen, and it did"
            case ActState.SENT:
                raise AssertionError("asked and never answered")

    async def end(self) -> None:
        for console in self.told:
            await console.stop()
        await self.centre.cut()
        for _ in range(5):
            await asyncio.sleep(0.1)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


TestTwoConsoles = TwoConsoles.TestCase
TestTwoConsoles.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
