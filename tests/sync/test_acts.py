"""From a wish to its verdict: pending, parked, expired, once and in order, through outages and crashes."""

import asyncio
import datetime as dt

from dispatcher.models import commands as c
from dispatcher.models.case import CaseState
from dispatcher.models.ids import CaseId
from dispatcher.models.order import Caller
from dispatcher.models.queue import Pending
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.sync import words
from dispatcher.sync.outbox import WINDOW
from dispatcher.sync.ports import ActState, LinkState
from tests import builders as b
from tests.fakes import until
from tests.sync.world import Console, World, has_state, outage, played

ONE, TWO = CaseId("case-1"), CaseId("case-2")


@played
async def test_an_act_is_pending_at_once_and_settled_by_the_centre(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    act = console.engine.submit(c.SignFor(case=ONE))
    row = console.seen.rows[ONE]
    assert console.seen.answer(act).refused is None
    assert (row.state, row.pending, row.pending_what) == (CaseState.SIGNED, Pending.PENDING, "sign_for")
    await until(lambda: console.seen.settled)
    receipt = console.seen.settled[0]
    assert receipt.state is ActState.ACCEPTED
    assert receipt.sent_at is not None
    assert receipt.judged_at is not None
    assert not receipt.act.offline
    row = console.seen.rows[ONE]
    assert (row.state, row.pending, row.pending_what) == (CaseState.SIGNED, Pending.NONE, "")
    assert console.seen.outbox == ()


@played
async def test_what_the_rules_refuse_here_is_answered_with_its_reason_and_not_kept(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    act = console.engine.submit(c.Assign(case=ONE, assignee="team"))
    answer = console.seen.answer(act)
    assert answer.refused is not None
    assert answer.refused.reason is Reason.WRONG_STATE
    assert console.store.receipts(10) == ()
    assert world.centre.submitted == []


@played
async def test_acts_made_in_an_outage_arrive_once_each_in_order_and_count_from_when_they_were_made(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await outage(world)
    await until(lambda: has_state(console, LinkState.OFFLINE))
    made_at = world.centre.now()
    acts = [
        console.engine.submit(command)
        for command in (
            c.SignFor(case=ONE),
            c.RecordContact(case=ONE, reached=True),
            c.Assign(case=ONE, assignee="team"),
        )
    ]
    assert console.seen.rows[ONE].assignee == "team"
    assert [receipt.state for receipt in console.seen.outbox] == [ActState.QUEUED] * 3
    await asyncio.sleep(3600)
    world.centre.down = False
    await until(lambda: len(console.seen.settled) == 3)
    assert world.centre.submitted == acts
    case = world.centre.cases[ONE]
    assert (case.signed_at, case.state) == (made_at, CaseState.IN_HAND)
    assert all(recorded.late for recorded in case.history[1:])
    assert all(receipt.act.offline for receipt in console.seen.settled)
    assert console.seen.rows[ONE].assignee == "team"


async def in_hand(world: World, console: Console) -> None:
    await world.centre.make(c.SignFor(case=ONE), b.LEADER)
    await world.centre.make(c.RecordContact(case=ONE, reached=True), b.LEADER)
    await until(lambda: console.seen.rows[ONE].state is CaseState.IN_HAND)


@played
async def test_a_refused_act_is_parked_and_only_later_acts_on_its_case_wait(world: World):
    await world.centre.receive("case-1", "case-2")
    console = await world.console().online()
    await in_hand(world, console)
    await outage(world)
    replied = console.engine.submit(b.reply("case-1"))
    noted = console.engine.submit(c.AddNote(case=ONE, text="the key is at the gate"))
    other = console.engine.submit(c.SignFor(case=TWO))
    await world.centre.make(b.reply("case-1"), b.LEADER)
    world.centre.down = False
    await until(lambda: len(console.seen.settled) == 2)
    await asyncio.sleep(60)
    assert world.centre.submitted == [replied, other]
    assert console.seen.rows[ONE].pending is Pending.PARKED
    assert console.seen.rows[ONE].pending_what == "reply"
    assert {r.act.id: r.state for r in console.seen.outbox} == {
        replied: ActState.PARKED,
        noted: ActState.QUEUED,
    }
    console.engine.discard(replied, "replied by the leader")
    await until(lambda: not console.seen.outbox)
    assert world.centre.submitted == [replied, other, noted]
    assert console.seen.rows[ONE].state is CaseState.REPLIED
    console.engine.list_receipts(10)
    kept = {receipt.act.id: receipt for receipt in console.seen.listed}
    assert (kept[replied].state, kept[replied].note) == (ActState.DISCARDED, "replied by the leader")
    assert isinstance(kept[replied].verdict, Refused)


@played
async def test_a_parked_act_tried_again_is_a_new_act_and_what_waited_behind_it_follows(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await in_hand(world, console)
    await outage(world)
    console.engine.submit(b.reply("case-1"))
    await world.centre.make(b.reply("case-1"), b.LEADER)
    world.centre.down = False
    await until(lambda: console.seen.settled)
    await outage(world)
    parked = console.seen.outbox[0].act.id
    noted = console.engine.submit(c.AddNote(case=ONE, text="the key is at the gate"))
    console.engine.retry(parked)
    answer = console.seen.answers[-1]
    assert answer.refused is not None, "it is still replied to"
    assert [receipt.act.id for receipt in console.seen.outbox] == [parked, noted]
    console.engine.discard(parked, "")
    world.centre.down = False
    console.engine.reconnect()
    await until(lambda: not console.seen.outbox)
    assert world.centre.cases[ONE].history[-1].act == noted


@played
async def test_the_second_of_two_signatures_made_offline_is_kept_as_a_record_and_moves_nothing(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await outage(world)
    await world.centre.make(c.SignFor(case=ONE), b.LEADER)
    first = world.centre.cases[ONE].signed_at
    await asyncio.sleep(5)
    signed = console.engine.submit(c.SignFor(case=ONE))
    world.centre.down = False
    await until(lambda: console.seen.settled)
    assert console.seen.settled[0].state is ActState.ACCEPTED
    case = world.centre.cases[ONE]
    assert (case.signed_at, case.state) == (first, CaseState.SIGNED)
    assert (case.history[-1].act, case.history[-1].late) == (signed, True)


@played
async def test_what_happened_earlier_is_judged_here_and_counts_at_its_time(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    dispatched = world.centre.now()
    await asyncio.sleep(1200)
    too_early = console.engine.submit(c.SignFor(case=ONE), happened_at=dispatched - dt.timedelta(hours=1))
    refused = console.seen.answer(too_early).refused
    assert refused is not None
    assert (refused.reason, refused.field) == (Reason.BEFORE_THE_CASE, "happened_at")
    happened = dispatched + dt.timedelta(minutes=3)
    act = console.engine.submit(c.SignFor(case=ONE), happened_at=happened)
    await until(lambda: console.seen.settled)
    recorded = world.centre.cases[ONE].history[-1]
    assert (recorded.act, recorded.at, recorded.caught_up) == (act, happened, True)
    assert world.centre.cases[ONE].signed_at == happened


@played
async def test_ones_own_last_act_is_undone_also_before_the_centre_has_heard_of_either(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    before = console.seen.rows[ONE]
    await outage(world)
    signed = console.engine.submit(c.SignFor(case=ONE))
    assert console.seen.rows[ONE].state is CaseState.SIGNED
    undone = console.engine.submit(c.Undo(case=ONE, act=signed))
    shown = console.seen.rows[ONE]
    assert (shown.state, shown.clock, shown.due_ms) == (before.state, before.clock, before.due_ms)
    world.centre.down = False
    await until(lambda: len(console.seen.settled) == 2)
    assert world.centre.submitted == [signed, undone]
    assert [receipt.state for receipt in console.seen.settled] == [ActState.ACCEPTED] * 2
    assert world.centre.cases[ONE].signed_at is None


@played
async def test_what_waits_behind_a_parked_act_keeps_its_place_behind_the_new_one(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await in_hand(world, console)
    await outage(world)
    console.engine.submit(b.reply("case-1"))
    await world.centre.make(b.reply("case-1"), b.DISPATCHER)
    world.centre.down = False
    await until(lambda: console.seen.settled)
    parked = console.seen.outbox[0].act.id
    await world.centre.make(c.SendBackReply(case=ONE, reason="shorter"), b.LEADER)
    await until(lambda: console.seen.rows[ONE].state is CaseState.IN_HAND)
    waiting = console.engine.submit(c.Assign(case=ONE, assignee="team"))
    before = list(world.centre.submitted)
    console.engine.retry(parked)
    await until(lambda: len(world.centre.submitted) == len(before) + 2)
    sent = world.centre.submitted[len(before) :]
    assert parked not in sent
    assert waiting not in sent, "made anew, behind the new one"
    await until(lambda: console.seen.outbox and console.seen.outbox[0].state is ActState.PARKED)
    assert world.centre.cases[ONE].state is CaseState.REPLY_REVIEW, "the reply went first"


@played
async def test_an_emergency_whistle_that_outlived_its_validity_never_goes_off(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await outage(world)
    blown = console.engine.submit(b.blow("case-1"))
    assert console.seen.rows[ONE].whistles_out == 2
    await asyncio.sleep(601)
    receipt = console.seen.settled[-1]
    assert (receipt.state, receipt.sent_at) == (ActState.EXPIRED, None)
    assert console.seen.rows[ONE].whistles_out == 0
    assert console.seen.rows[ONE].pending is Pending.EXPIRED
    world.centre.down = False
    await until(lambda: has_state(console, LinkState.ONLINE))
    await asyncio.sleep(60)
    assert world.centre.submitted == []
    console.engine.retry(blown)
    await until(lambda: world.centre.cases[ONE].whistles)
    assert world.centre.submitted != [blown]
    await until(lambda: not console.seen.outbox)
    assert console.seen.rows[ONE].pending is Pending.NONE


@played
async def test_a_whistle_that_may_have_gone_off_is_not_called_unsent_but_asked_after(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    world.centre.cut_after_judging = True
    blown = console.engine.submit(b.blow("case-1"))
    await until(lambda: world.centre.submitted)
    await outage(world)
    await asyncio.sleep(1200)
    assert [receipt.state for receipt in console.seen.outbox] == [ActState.SENT]
    world.centre.down = False
    await until(lambda: console.seen.settled)
    assert console.seen.settled[0].state is ActState.ACCEPTED
    assert world.centre.submitted == [blown, blown]
    assert len(world.centre.cases[ONE].whistles) == 1


@played
async def test_a_whistle_whose_frame_was_lost_is_refused_as_stale_by_the_centre(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    world.centre.cut_before_judging = True
    console.engine.submit(b.blow("case-1"))
    await until(lambda: not world.centre.cut_before_judging)
    await outage(world)
    await asyncio.sleep(1200)
    world.centre.down = False
    await until(lambda: console.seen.settled)
    assert console.seen.settled[0].state is ActState.EXPIRED
    assert console.seen.settled[0].sent_at is not None
    assert world.centre.cases[ONE].whistles == ()


@played
async def test_a_lost_answer_settles_once(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    world.centre.cut_after_judging = True
    act = console.engine.submit(c.RecordContact(case=ONE, reached=False))
    assert console.seen.answer(act).refused is not None
    act = console.engine.submit(c.SignFor(case=ONE))
    await until(lambda: console.seen.settled)
    await asyncio.sleep(30)
    assert world.centre.submitted == [act, act]
    assert [receipt.act.id for receipt in console.seen.settled] == [act]
    assert len(world.centre.cases[ONE].history) == 2
    assert console.seen.rows[ONE].pending is Pending.NONE


@played
async def test_an_act_stored_before_a_crash_is_sent_by_the_next_start(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await outage(world)
    act = console.engine.submit(c.SignFor(case=ONE))
    await console.stop()
    world.centre.down = False
    again = await world.console(store=console.store).online()
    assert again.seen.sets[0].rows[0].pending is Pending.PENDING, "painted as pending before the first dial"
    await until(lambda: again.seen.settled)
    assert world.centre.submitted == [act]


@played
async def test_many_acts_leave_through_the_window_each_once(world: World):
    cases = [f"case-{n}" for n in range(3 * WINDOW)]
    await world.centre.receive(*cases)
    console = await world.console().online()
    await outage(world)
    made = [console.engine.submit(c.SignFor(case=CaseId(case))) for case in cases]
    made += [console.engine.submit(c.RecordContact(case=CaseId(case), reached=True)) for case in cases]
    world.centre.down = False
    await until(lambda: not console.seen.outbox)
    assert sorted(world.centre.submitted) == sorted(made)
    assert world.centre.most_at_once <= WINDOW
    assert all(case.state is CaseState.IN_HAND for case in world.centre.cases.values())


@played
async def test_what_a_centre_restored_from_a_backup_has_lost_is_in_doubt_until_it_is_sent_again(world: World):
    """Also when new acts have been judged there since, so that its head says nothing."""
    await world.centre.receive("case-1")
    console = await world.console().online()
    act = console.engine.submit(c.SignFor(case=ONE))
    await until(lambda: not console.seen.outbox)
    await console.stop()
    world.centre.restart("ledger-1+1", keep=0)
    await world.centre.receive("case-1", "case-2", "case-3")
    again = await world.console(store=console.store).online()
    await until(lambda: [receipt.state for receipt in again.seen.outbox] == [ActState.DOUBTED])
    assert world.centre.submitted == [act], "nothing in doubt leaves by itself"
    again.engine.resend(act)
    await until(lambda: not again.seen.outbox)
    assert world.centre.submitted == [act, act]
    assert world.centre.cases[ONE].signed_at is not None


@played
async def test_another_centre_is_told_nothing_of_what_this_one_has_accepted(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    console.engine.submit(c.SignFor(case=ONE))
    await until(lambda: not console.seen.outbox)
    await console.stop()
    world.centre.restart("ledger-2+1", keep=0)
    await world.centre.receive("case-1")
    other = await world.console(store=console.store).online()
    assert not other.seen.outbox
    assert len(world.centre.submitted) == 1


@played
async def test_revealing_the_caller_gives_name_and_phone_and_is_journaled(world: World):
    await world.centre.make(b.receive("case-1", caller=Caller("Zhang", "13800001111")), b.HOTLINE)
    console = await world.console(b.LEADER).online()
    act = console.engine.submit(c.RevealCaller(case=ONE, reason="to call back"))
    assert console.seen.answer(act).caller == Caller("Zhang", "13800001111")
    await until(lambda: console.seen.settled)
    assert "Zhang" not in repr(world.centre.cases[ONE])
    bare = console.engine.submit(c.RevealCaller(case=ONE, reason=" "))
    assert console.seen.answer(bare).caller is None


@played
async def test_acts_wait_for_the_person_who_made_them(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await outage(world)
    act = console.engine.submit(c.SignFor(case=ONE))
    world.centre.down = False
    console.engine.use_token("token-wang")
    await until(lambda: console.seen.sessions[-1].actor == b.LEADER and has_state(console, LinkState.ONLINE))
    await asyncio.sleep(60)
    assert world.centre.submitted == []
    console.engine.use_token("token-li")
    await until(lambda: console.seen.settled)
    assert world.centre.submitted == [act]


@played
async def test_nobody_acts_before_the_first_sign_in(world: World):
    world.centre.down = True
    console = world.console()
    await until(lambda: console.seen.sets)
    act = console.engine.submit(c.SignFor(case=ONE))
    assert console.seen.answer(act).trouble == words.NOT_SIGNED_IN


@played
async def test_an_act_too_long_for_the_wire_is_not_taken(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    act = console.engine.submit(c.Assign(case=ONE, assignee="x" * 300_000))
    assert console.seen.answer(act).trouble == words.TOO_LONG
    assert console.store.receipts(1) == ()
