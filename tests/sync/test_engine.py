"""The whole life of a console over a link of two queues, in driven time."""

import asyncio
import datetime as dt

import pytest

from dispatcher import wire
from dispatcher.models import commands as c
from dispatcher.models.case import CaseState
from dispatcher.models.ids import CaseId
from dispatcher.models.order import Caller
from dispatcher.models.queue import Pending
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.sync import words
from dispatcher.sync.outbox import WINDOW
from dispatcher.sync.ports import ActState, LinkState, StoreDamaged, StoreNewer, Trouble
from tests import builders as b
from tests.fakes import MemoryStore, until
from tests.sync.world import Console, World, played

ONE, TWO = CaseId("case-1"), CaseId("case-2")


async def filled_store(world: World, *cases: str) -> MemoryStore:
    """Give the store of a console that has been online and was shut down."""
    await world.centre.receive(*cases)
    console = await world.console().online()
    await console.stop()
    return console.store


async def outage(world: World) -> None:
    """Cut every link and let the consoles notice."""
    world.centre.down = True
    await world.centre.cut()
    await asyncio.sleep(0.01)


def has_state(console: Console, *states: LinkState) -> bool:
    return bool(console.seen.statuses) and console.seen.status.state in states


# ---- from the centre to the rows


@played
async def test_first_sync_brings_every_case_and_then_the_link_is_online(world: World):
    await world.centre.receive(*(f"case-{n}" for n in range(120)))
    console = await world.console().online()
    assert len(console.seen.rows) == console.store.count() == 120
    assert console.seen.states == [LinkState.CONNECTING, LinkState.CATCHING_UP, LinkState.ONLINE]
    assert console.seen.status.received == 120
    assert console.seen.status.as_of is not None
    assert world.centre.now() - console.seen.status.as_of < dt.timedelta(seconds=1)


@played
async def test_the_cache_is_told_in_pages_before_the_first_dial(world: World):
    store = await filled_store(world, *(f"case-{n}" for n in range(250)))
    dials = world.centre.dials
    world.centre.down = True
    console = world.console(store=store)
    await until(lambda: world.centre.dials > dials)
    seen = console.seen
    assert [(s.reset, len(s.rows)) for s in seen.sets] == [(True, 100), (False, 100), (False, 50)]
    assert seen.sessions[0].actor == b.DISPATCHER
    assert seen.told.index("session") < seen.told.index("rows")
    assert [row.due_ms for row in seen.sets[0].rows] == sorted(row.due_ms for row in seen.rows.values())[:100]
    assert seen.status.as_of is not None


@played
async def test_an_empty_cache_is_told_as_empty(world: World):
    world.centre.down = True
    console = world.console()
    await until(lambda: console.seen.sets)
    assert console.seen.sets[0].reset
    assert console.seen.rows == {}
    assert console.seen.sessions == []
    assert console.seen.status.as_of is None


@played
async def test_a_live_order_is_told_after_it_is_durable(world: World):
    console = await world.console().online()
    console.seen.told.clear()
    await world.centre.receive("case-1")
    await until(lambda: ONE in console.seen.rows)
    assert console.store.row(ONE) == console.seen.rows[ONE]
    assert console.seen.told.index("arrived") < console.seen.told.index("rows")
    assert console.seen.arrivals[-1].cases == ((ONE, console.seen.rows[ONE].revision),)


@played
async def test_a_gap_is_never_guessed_over(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    hellos = len(world.centre.hellos)
    world.centre.skip = 1
    await world.centre.receive("case-2")
    await until(lambda: TWO in console.seen.rows)
    assert len(world.centre.hellos) == hellos + 1
    assert world.centre.hellos[-1].cursor == 1
    assert LinkState.OFFLINE not in console.seen.states


@played
async def test_other_streets_cases_move_the_cursor_and_are_not_shown(world: World):
    console = await world.console().online()
    await world.centre.make(b.receive("far", holder=b.OTHER_STREET), b.HOTLINE)
    await world.centre.receive("case-1")
    await until(lambda: ONE in console.seen.rows)
    assert list(console.seen.rows) == [ONE]
    assert len(world.centre.hellos) == 1


@played
async def test_a_case_closed_a_day_ago_leaves_the_lists(world: World):
    console = await world.console().online()
    closed_at = world.centre.now() - dt.timedelta(hours=23, minutes=30)
    order = b.order(dispatched_at=closed_at - dt.timedelta(hours=1))
    await world.centre.make(c.ReceiveOrder(case=ONE, order=order, holder=b.STREET, closed_at=closed_at), b.HOTLINE)
    await until(lambda: ONE in console.seen.rows)
    await asyncio.sleep(1200)
    assert ONE in console.seen.rows
    await asyncio.sleep(1300)
    assert ONE not in console.seen.rows
    assert console.store.row(ONE) is not None


@played
async def test_a_watched_case_is_told_now_and_at_every_change(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    console.engine.watch(ONE)
    assert len(console.seen.views) == 1
    console.engine.submit(c.SignFor(case=ONE))
    view = console.seen.views[-1]
    assert view is not None
    assert view.case.state is CaseState.SIGNED
    assert (view.confirmed, len(view.case.history), len(view.acts)) == (1, 2, 1)
    await until(lambda: console.seen.settled)
    view = console.seen.views[-1]
    assert view is not None
    assert (view.confirmed, len(view.acts)) == (2, 0)
    told = len(console.seen.views)
    console.engine.watch(None)
    await world.centre.make(c.Assign(case=ONE, assignee="team"), b.LEADER)
    await until(lambda: console.seen.rows[ONE].assignee == "team")
    assert len(console.seen.views) == told


@played
async def test_watching_a_case_that_is_not_here_says_so(world: World):
    console = await world.console().online()
    console.engine.watch(CaseId("nowhere"))
    assert console.seen.views == [None]


# ---- acts


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


@played
async def test_a_refused_act_is_parked_and_only_later_acts_on_its_case_wait(world: World):
    await world.centre.receive("case-1", "case-2")
    console = await world.console().online()
    await outage(world)
    signed = console.engine.submit(c.SignFor(case=ONE))
    contacted = console.engine.submit(c.RecordContact(case=ONE, reached=True))
    other = console.engine.submit(c.SignFor(case=TWO))
    await world.centre.make(c.SignFor(case=ONE), b.LEADER)
    world.centre.down = False
    await until(lambda: len(console.seen.settled) == 2)
    await asyncio.sleep(60)
    assert world.centre.submitted == [signed, other]
    assert console.seen.rows[ONE].pending is Pending.PARKED
    assert console.seen.rows[ONE].pending_what == "sign_for"
    assert {r.act.id: r.state for r in console.seen.outbox} == {
        signed: ActState.PARKED,
        contacted: ActState.QUEUED,
    }
    console.engine.discard(signed, "signed by the leader")
    await until(lambda: not console.seen.outbox)
    assert world.centre.submitted == [signed, other, contacted]
    assert console.seen.rows[ONE].state is CaseState.IN_HAND
    console.engine.list_receipts(10)
    kept = {receipt.act.id: receipt for receipt in console.seen.listed}
    assert (kept[signed].state, kept[signed].note) == (ActState.DISCARDED, "signed by the leader")
    assert isinstance(kept[signed].verdict, Refused)


@played
async def test_a_parked_act_tried_again_is_a_new_act_and_what_waited_behind_it_follows(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await outage(world)
    console.engine.submit(c.SignFor(case=ONE))
    await world.centre.make(c.SignFor(case=ONE), b.LEADER)
    world.centre.down = False
    await until(lambda: console.seen.settled)
    await outage(world)
    parked = console.seen.outbox[0].act.id
    assigned = console.engine.submit(c.Assign(case=ONE, assignee="team"))
    console.engine.retry(parked)
    answer = console.seen.answers[-1]
    assert answer.refused is not None, "it is still signed for"
    assert [receipt.act.id for receipt in console.seen.outbox] == [parked, assigned]
    console.engine.discard(parked, "")
    world.centre.down = False
    console.engine.reconnect()
    await until(lambda: not console.seen.outbox)
    assert world.centre.cases[ONE].assignee == "team"


@played
async def test_what_waits_behind_a_parked_act_keeps_its_place_behind_the_new_one(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    world.centre.law = b.law()
    reached = c.RecordContact(case=ONE, reached=True)
    await world.centre.make(c.SignFor(case=ONE), b.LEADER)
    await world.centre.make(reached, b.LEADER)
    await until(lambda: console.seen.rows[ONE].state is CaseState.IN_HAND)
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


# ---- ledgers, scopes and the store


@played
async def test_another_ledger_empties_the_rows_and_keeps_the_outbox(world: World):
    await world.centre.receive("case-1", "case-2")
    console = await world.console().online()
    await outage(world)
    act = console.engine.submit(c.SignFor(case=ONE))
    world.centre.restart("ledger-2")
    await world.centre.receive("case-1")
    world.centre.down = False
    await until(lambda: console.seen.settled)
    assert list(console.seen.rows) == [ONE]
    assert console.store.standing().ledger == "ledger-2"
    assert world.centre.submitted == [act]
    assert console.seen.rows[ONE].state is CaseState.SIGNED


@played
async def test_a_centre_set_back_makes_the_cache_begin_anew(world: World):
    await world.centre.receive("case-1", "case-2")
    console = await world.console().online()
    await outage(world)
    world.centre.restart()
    await world.centre.receive("case-2")
    world.centre.down = False
    await until(lambda: has_state(console, LinkState.ONLINE))
    assert list(console.seen.rows) == [TWO]
    assert console.store.count() == 1


@played
async def test_a_sign_in_with_another_scope_fetches_that_scope(world: World):
    await world.centre.receive("case-1")
    await world.centre.make(b.receive("far", holder=b.OTHER_STREET), b.HOTLINE)
    console = await world.console().online()
    assert list(console.seen.rows) == [ONE]
    console.engine.use_token("token-zhao")
    await until(lambda: list(console.seen.rows) == ["far"])
    assert console.store.count() == 1


@played
async def test_a_damaged_store_begins_anew_from_revision_nothing(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    console.store.failing_writes = StoreDamaged("the file is broken")
    fresh = MemoryStore()
    await world.centre.receive("case-2")
    await until(lambda: console.seen.troubles)
    console.store = fresh
    await until(lambda: fresh.count() == 2 and has_state(console, LinkState.ONLINE))
    assert set(console.seen.rows) == {ONE, TWO}
    assert console.seen.troubles == ["the file is broken"]


@played
async def test_a_full_disk_is_said_and_nothing_is_lost_when_there_is_room_again(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    console.store.failing_writes = Trouble("the disk is full")
    act = console.engine.submit(c.SignFor(case=ONE))
    assert console.seen.answer(act).trouble == "the disk is full"
    assert console.seen.rows[ONE].pending is Pending.NONE
    await world.centre.receive("case-2")
    await asyncio.sleep(60)
    assert TWO not in console.seen.rows, "nobody hears of what is not durable"
    assert not has_state(console, LinkState.ONLINE)
    console.store.failing_writes = None
    await until(lambda: TWO in console.seen.rows)
    console.engine.submit(c.SignFor(case=ONE))
    await until(lambda: console.seen.settled)


@played
async def test_a_store_that_cannot_be_opened_is_tried_again_and_wishes_wait(world: World):
    await world.centre.receive("case-1")
    store = MemoryStore()
    store.failing = Trouble("no such folder")
    console = world.console(store=store)
    await until(lambda: console.seen.troubles)
    act = console.engine.submit(c.SignFor(case=ONE))
    store.failing = None
    await console.online()
    assert console.seen.answer(act).trouble == words.NOT_SIGNED_IN


@played
async def test_a_newer_store_is_left_alone(world: World):
    store = MemoryStore()
    store.failing = StoreNewer("made by a newer version")
    console = world.console(store=store)
    await until(lambda: console.seen.troubles)
    await asyncio.sleep(60)
    assert console.seen.troubles == ["made by a newer version"]
    assert world.centre.dials == 0


@played
async def test_an_idle_link_does_not_write_at_every_beat(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await asyncio.sleep(10)
    before = console.store.writes
    await asyncio.sleep(60)
    assert 6 <= console.store.writes - before <= 13
    as_of = console.store.standing().as_of
    assert as_of is not None
    assert world.centre.now() - as_of < dt.timedelta(seconds=10)


# ---- the link's health


@played
async def test_silence_is_stale_after_five_seconds_and_offline_after_ten(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await asyncio.sleep(30)
    world.centre.mute = True
    began = world.centre.now()
    await until(lambda: has_state(console, LinkState.STALE))
    as_of = console.seen.status.as_of
    assert dt.timedelta(seconds=3) <= world.centre.now() - began <= dt.timedelta(seconds=6)
    await until(lambda: has_state(console, LinkState.OFFLINE))
    assert dt.timedelta(seconds=8) <= world.centre.now() - began <= dt.timedelta(seconds=11)
    assert console.seen.status.as_of == as_of
    assert console.seen.status.detail == words.SILENT
    world.centre.mute = False
    await until(lambda: has_state(console, LinkState.ONLINE))


@played
async def test_a_stale_link_that_speaks_again_is_online_again_without_a_new_dial(world: World):
    console = await world.console().online()
    world.centre.mute = True
    await until(lambda: has_state(console, LinkState.STALE))
    world.centre.mute = False
    await until(lambda: has_state(console, LinkState.ONLINE))
    assert world.centre.dials == 1


@played
async def test_a_closed_socket_is_offline_at_once(world: World):
    console = await world.console().online()
    closed = world.centre.now()
    await outage(world)
    await until(lambda: has_state(console, LinkState.OFFLINE))
    assert world.centre.now() - closed < dt.timedelta(seconds=0.1)


@played
async def test_an_outage_is_one_outage_and_is_retried_for_ever_ever_more_slowly(world: World):
    console = await world.console().online()
    await asyncio.sleep(5)
    await outage(world)
    await asyncio.sleep(120)
    statuses = [s for s in console.seen.statuses if s.state is LinkState.OFFLINE and s.retry_in_s is not None]
    assert len({s.since for s in statuses}) == 1
    pauses = [s.retry_in_s for s in statuses if s.retry_in_s is not None]
    assert pauses == sorted(pauses)
    assert pauses[0] == pytest.approx(0.2, abs=0.06)
    assert 7 <= pauses[-1] <= 15
    assert console.seen.states[-1] is LinkState.OFFLINE, "no flicker of connecting in between"
    dials = world.centre.dials
    await asyncio.sleep(3600)
    assert world.centre.dials - dials > 3600 / 16
    world.centre.down = False
    await until(lambda: has_state(console, LinkState.ONLINE), 16)
    await asyncio.sleep(5)
    await world.centre.cut()
    await until(lambda: has_state(console, LinkState.OFFLINE))
    assert console.seen.status.retry_in_s == pytest.approx(0.2, abs=0.06), "it begins anew"


@played
async def test_a_person_can_hurry_the_next_try_and_a_link_that_is_up_is_left_alone(world: World):
    console = await world.console().online()
    await outage(world)
    await asyncio.sleep(300)
    world.centre.down = False
    console.engine.reconnect()
    await until(lambda: has_state(console, LinkState.ONLINE), 0.2)
    dials = world.centre.dials
    console.engine.reconnect()
    await asyncio.sleep(1)
    assert world.centre.dials == dials


@played
async def test_a_hurried_try_that_fails_does_not_make_the_outage_younger(world: World):
    console = await world.console().online()
    await outage(world)
    await asyncio.sleep(300)
    since = console.seen.status.since
    console.engine.reconnect()
    await asyncio.sleep(1)
    assert console.seen.states[-2:] == [LinkState.CONNECTING, LinkState.OFFLINE]
    assert console.seen.status.since == since


@played
async def test_a_refused_console_says_so_tries_slowly_and_comes_back_with_a_good_token(world: World):
    console = world.console(b.person("nobody"))
    await until(lambda: has_state(console, LinkState.REFUSED))
    assert words.REFUSED in console.seen.status.detail
    dials = world.centre.dials
    await asyncio.sleep(95)
    assert world.centre.dials - dials == 3
    console.engine.use_token("token-li")
    await until(lambda: has_state(console, LinkState.ONLINE), 1)


@played
async def test_another_protocol_is_refused_with_words(world: World):
    world.centre.refusing = wire.Fault.NEWER_PROTOCOL
    console = world.console()
    await until(lambda: has_state(console, LinkState.REFUSED))
    assert words.OTHER_PROTOCOL in console.seen.status.detail


@played
async def test_a_stopping_centre_is_an_outage_not_a_refusal(world: World):
    world.centre.refusing = wire.Fault.STOPPING
    console = world.console()
    await until(lambda: has_state(console, LinkState.OFFLINE))
    world.centre.refusing = None
    await console.online()


@played
async def test_our_own_pause_is_not_taken_for_the_centres_silence(world: World):
    console = await world.console().online()
    await asyncio.sleep(1)
    world.clock.advance(30)  # the thread was away: a long load, a sleeping machine
    await asyncio.sleep(20)
    assert console.seen.states[-1] is LinkState.ONLINE
    assert LinkState.STALE not in console.seen.states
    assert LinkState.OFFLINE not in console.seen.states


@played
async def test_a_wrong_station_clock_is_said_and_acts_carry_the_centres_time(world: World):
    await world.centre.receive("case-1")
    console = await world.console().online()
    await asyncio.sleep(5)
    assert not console.seen.status.station_clock_wrong
    world.clock.set_wall(-3600)
    await until(lambda: console.seen.status.station_clock_wrong, 2)
    assert console.seen.status.offset_ms == pytest.approx(3_600_000, abs=100)
    console.engine.submit(c.SignFor(case=ONE))
    await until(lambda: console.seen.settled)
    assert world.centre.now() - console.seen.settled[0].act.made_at < dt.timedelta(seconds=1)
    world.clock.set_wall(3600)
    await until(lambda: not console.seen.status.station_clock_wrong, 2)
