"""Two consoles at one case: what merges, what parks with both values, and what a person's decision leaves behind."""

import asyncio

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.ids import CaseId
from dispatcher.models.queue import Pending
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.sync.ports import ActState, Draft, LinkState
from tests import builders as b
from tests.fakes import until
from tests.sync.world import Console, World, has_state, outage, played

ONE = CaseId("case-1")
TWO_DAYS_S = 2 * 86_400


async def in_hand(world: World, *consoles: Console) -> None:
    await world.centre.receive("case-1")
    await world.centre.make(c.SignFor(case=ONE), b.HOTLINE if not consoles else b.LEADER)
    await world.centre.make(c.RecordContact(case=ONE, reached=True), b.LEADER)
    for console in consoles:
        await until(lambda console=console: ONE in console.seen.rows and console.seen.rows[ONE].state == "in_hand")


async def collided(world: World) -> tuple[Console, Console]:
    """One console two days without a link, another at work: both gave the case to somebody."""
    away, here = await world.console().online(), await world.console(b.LEADER).online()
    await in_hand(world, away, here)
    await outage(world)
    await until(lambda: has_state(away, LinkState.OFFLINE))
    away.engine.submit(c.ReportProgress(case=ONE, text="the owner was told"))
    away.engine.submit(c.Assign(case=ONE, assignee="team 2"))
    await world.centre.make(c.Assign(case=ONE, assignee="team 1"), b.LEADER)
    world.clock.advance(TWO_DAYS_S)
    world.centre.down = False
    await until(lambda: any(receipt.state is ActState.PARKED for receipt in away.seen.settled))
    await until(lambda: away.seen.rows[ONE].assignee == "team 1")
    return away, here


@played
async def test_after_two_days_what_adds_merges_and_what_collides_parks_with_both_values(world: World):
    away, _ = await collided(world)
    parked = next(receipt for receipt in away.seen.outbox if receipt.state is ActState.PARKED)
    refused = parked.verdict
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.CHANGED_MEANWHILE
    assert refused.changed is not None
    assert (refused.changed.seen, refused.changed.mine, refused.changed.theirs) == ("", "team 2", "team 1")
    assert refused.changed.by_name == b.LEADER.name
    assert away.seen.rows[ONE].pending is Pending.PARKED
    assert world.centre.cases[ONE].assignee == "team 1"
    assert any(isinstance(recorded.event, e.ProgressReported) for recorded in world.centre.cases[ONE].history)


@played
async def test_keeping_mine_leaves_both_in_the_history(world: World):
    away, here = await collided(world)
    parked = away.seen.outbox[0]
    away.engine.retry(parked.act.id)
    await until(lambda: not away.seen.outbox)
    await until(lambda: here.seen.rows[ONE].assignee == "team 2")
    history = world.centre.cases[ONE].history
    assert [r.event.assignee for r in history if isinstance(r.event, e.Assigned)] == ["team 1", "team 2"]
    assert history[-1].replaces == parked.act.id
    kept = {receipt.act.id: receipt for receipt in away.store.receipts(10)}
    assert kept[parked.act.id].state is ActState.DISCARDED
    assert kept[parked.act.id].note == history[-1].act


@played
async def test_taking_theirs_keeps_what_was_given_up_as_a_note(world: World):
    away, _ = await collided(world)
    parked = away.seen.outbox[0]
    away.engine.take_theirs(parked.act.id)
    await until(lambda: not away.seen.outbox)
    case = world.centre.cases[ONE]
    assert case.assignee == "team 1"
    assert case.history[-1].event == e.NoteAdded(text="team 2", instead_of="assign")
    assert case.history[-1].replaces == parked.act.id


@played
async def test_an_edited_act_takes_the_place_of_the_parked_one_and_what_waits_behind_it_follows(world: World):
    away, _ = await collided(world)
    parked = away.seen.outbox[0]
    behind = away.engine.submit(c.AddNote(case=ONE, text="call before noon"))
    assert [receipt.act.id for receipt in away.seen.outbox] == [parked.act.id, behind]
    shown = away.store.case(ONE)
    away.engine.submit(c.Assign(case=ONE, assignee="team 3"), seen=shown, replaces=parked.act.id)
    await until(lambda: not away.seen.outbox)
    case = world.centre.cases[ONE]
    assert case.assignee == "team 3"
    assert isinstance(case.history[-1].event, e.NoteAdded)
    assert case.history[-2].replaces == parked.act.id


@played
async def test_a_form_opened_before_the_change_is_refused_on_the_spot(world: World):
    console = await world.console().online()
    await in_hand(world, console)
    opened = console.store.case(ONE)
    await world.centre.make(c.Assign(case=ONE, assignee="team 1"), b.LEADER)
    await until(lambda: console.seen.rows[ONE].assignee == "team 1")
    act = console.engine.submit(c.Assign(case=ONE, assignee="team 2"), seen=opened)
    refused = console.seen.answer(act).refused
    assert refused is not None
    assert refused.changed is not None
    assert (refused.changed.seen, refused.changed.theirs) == ("", "team 1")
    assert world.centre.submitted == []
    again = console.engine.submit(c.Assign(case=ONE, assignee="team 2"), seen=console.store.case(ONE))
    assert console.seen.answer(again).refused is None


@played
async def test_a_pending_act_that_collides_by_now_is_not_shown_over_what_is_confirmed(world: World):
    console = await world.console().online()
    await in_hand(world, console)
    world.centre.mute = True
    console.engine.submit(c.Assign(case=ONE, assignee="team 2"))
    assert console.seen.rows[ONE].assignee == "team 2"
    await world.centre.make(c.Assign(case=ONE, assignee="team 1"), b.LEADER)
    world.centre.mute = False
    await until(lambda: console.seen.rows[ONE].assignee == "team 1")


@played
async def test_own_acts_one_after_the_other_never_collide(world: World):
    console = await world.console().online()
    await in_hand(world, console)
    await outage(world)
    for team in ("team 1", "team 2", "team 3"):
        console.engine.submit(c.Assign(case=ONE, assignee=team))
    world.centre.down = False
    await until(lambda: len(console.seen.settled) == 3)
    assert all(receipt.state is ActState.ACCEPTED for receipt in console.seen.settled)
    assert world.centre.cases[ONE].assignee == "team 3"


# ---- a centre that was set back


@played
async def test_what_a_centre_set_back_had_accepted_is_in_doubt_until_it_is_sent_again(world: World):
    console = await world.console().online()
    await world.centre.receive("case-1")
    await until(lambda: ONE in console.seen.rows)
    act = console.engine.submit(c.SignFor(case=ONE))
    await until(lambda: console.seen.settled)
    world.centre.restart(keep=0)
    await world.centre.cut()
    await until(lambda: console.seen.outbox)
    assert [(receipt.act.id, receipt.state) for receipt in console.seen.outbox] == [(act, ActState.DOUBTED)]
    await asyncio.sleep(60)
    assert world.centre.submitted == [act], "nothing in doubt leaves by itself"
    await world.centre.receive("case-1")
    console.engine.resend(act)
    await until(lambda: not console.seen.outbox)
    assert world.centre.submitted == [act, act]
    assert world.centre.cases[ONE].signed_at is not None
    kept = console.store.receipts(10)
    assert [(receipt.act.id, receipt.state) for receipt in kept] == [(act, ActState.ACCEPTED)]


@played
async def test_an_act_in_doubt_holds_nothing_back_and_can_be_given_up_with_a_reason(world: World):
    console = await world.console().online()
    await world.centre.receive("case-1")
    await until(lambda: ONE in console.seen.rows)
    act = console.engine.submit(c.SignFor(case=ONE))
    await until(lambda: console.seen.settled)
    world.centre.restart(keep=0)
    await world.centre.receive("case-1")
    await world.centre.cut()
    await until(lambda: console.seen.outbox)
    await until(lambda: has_state(console, LinkState.ONLINE))
    console.engine.submit(c.AddNote(case=ONE, text="signed on paper"))
    await until(lambda: len(console.seen.outbox) == 1)
    console.engine.discard(act, "entered anew by the leader")
    assert console.seen.outbox == ()
    assert console.store.receipts(10)[-1].note == "entered anew by the leader"


# ---- drafts and the paper pack


def draft(text: str, form: str = "reply") -> Draft:
    return Draft(case=ONE, form=form, fields={"done": text}, saved_at=b.NOON)


@played
async def test_a_draft_outlives_other_peoples_changes_and_a_restart(world: World):
    console = await world.console().online()
    await in_hand(world, console)
    console.engine.keep_draft(draft("half a"))
    console.engine.keep_draft(draft("half a sentence"))
    console.engine.keep_draft(draft("a note", "add_note"))
    await world.centre.make(c.Assign(case=ONE, assignee="team 1"), b.LEADER)
    await until(lambda: console.seen.rows[ONE].assignee == "team 1")
    await console.stop()
    again = world.console(store=console.store)
    await until(lambda: again.seen.drafts)
    assert {kept.form: kept.fields["done"] for kept in again.seen.drafts} == {
        "reply": "half a sentence",
        "add_note": "a note",
    }
    again.engine.drop_draft(ONE, "reply")
    assert [kept.form for kept in again.seen.drafts] == ["add_note"]


@played
async def test_open_cases_are_listed_due_first_with_what_waits_here(world: World):
    console = await world.console().online()
    await world.centre.receive(*(f"case-{n}" for n in range(1, 46)))
    await world.centre.make(c.WithdrawOrder(case=CaseId("case-7"), reason="x"), b.HOTLINE)
    await until(lambda: len(console.seen.rows) == 45)
    await outage(world)
    console.engine.submit(c.SignFor(case=ONE))
    console.engine.list_open_cases()
    await until(lambda: console.seen.pack is not None)
    assert console.seen.pack is not None
    views = console.seen.pack.views
    assert len(views) == 44
    assert console.seen.pack.as_of is not None
    due = [console.seen.rows[view.case.id].due_ms for view in views]
    assert due == sorted(due)
    signed = next(view for view in views if view.case.id == ONE)
    assert signed.case.signed_at is not None
    assert len(signed.acts) == 1
