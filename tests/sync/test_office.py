"""An office without its centre: one picture for all, every act exactly once when the centre is back."""

import asyncio

from dispatcher.models import commands as c
from dispatcher.models.case import CaseState
from dispatcher.models.ids import CaseId
from dispatcher.models.order import Caller
from dispatcher.models.queue import Pending
from dispatcher.models.verdicts import Accepted
from dispatcher.models.whistle import WhistleKind
from dispatcher.sync.desk import HOLD_S
from dispatcher.sync.engine import Engine
from dispatcher.sync.office_ports import OfficePlan, OfficeStatus
from dispatcher.sync.ports import ActState, LinkState, Trouble
from dispatcher.wire.office import Fate
from tests import builders as b
from tests.fakes import MemoryStore, until
from tests.sync.world import Console, World

GUO = b.person("guo")
OTHERS = b.person("zhao", b.OTHER_STREET)
ACTORS = (b.DISPATCHER, b.LEADER, GUO, b.SUPERVISOR, OTHERS, b.LIAISON)
CASE = CaseId("case-1")


def plan(number: int, **more: object) -> OfficePlan:
    return OfficePlan(address=f"station-{number}:8346", **more)  # type: ignore[arg-type]


def office(console: Console) -> OfficeStatus:
    status = console.seen.status.office
    assert status is not None
    return status


def joined(*consoles: Console) -> bool:
    return all(console.seen.statuses and console.seen.status.office and office(console).relay for console in consoles)


async def three(world: World, *, serving: int = 0) -> list[Console]:
    """Three consoles that were online with two orders, one of them chosen as the relay; the centre goes away."""
    await world.centre.receive("case-1", "case-2", caller=Caller(name="刘丽华", phone="19900001234"))
    consoles = [
        world.console(actor, plan=plan(number, serves=number == serving))
        for number, actor in enumerate((b.DISPATCHER, b.LEADER, GUO))
    ]
    for console in consoles:
        await console.online()
    await until(lambda: all(office(console).can_serve for console in consoles))
    await until(lambda: all(len(console.store.office_memory().stations) == 3 for console in consoles))  # type: ignore[union-attr]
    await away(world)
    return consoles


async def away(world: World) -> None:
    world.centre.down = True
    await world.centre.cut()


def state(console: Console, case: str = CASE) -> tuple[CaseState, Pending]:
    row = console.seen.rows[CaseId(case)]
    return row.state, row.pending


def confirmed(console: Console) -> dict[str, tuple[object, bytes]]:
    return {row.row.id: (row.row, bytes(row.body)) for row in console.store.wire_rows()}


def test_an_act_at_one_desk_is_seen_at_all_and_judged_once() -> None:
    async def story(world: World) -> None:
        consoles = await three(world)
        await until(lambda: joined(*consoles))
        await until(lambda: [office(console).colleagues for console in consoles] == [2, 2, 2])
        act = consoles[1].engine.submit(c.SignFor(case=CASE))
        await until(lambda: all(state(console)[0] is CaseState.SIGNED for console in consoles))
        assert [state(console)[1] for console in consoles] == [Pending.OFFICE, Pending.PENDING, Pending.OFFICE]
        consoles[0].engine.watch(CASE)
        await until(lambda: consoles[0].seen.views)
        view = consoles[0].seen.views[-1]
        assert view is not None
        assert [(entry.act.id, entry.maker.name) for entry in view.office] == [(act, "Wang")]
        assert len(view.case.history) == view.confirmed + 1
        assert world.centre.head == 2, "nobody stands in for the centre"
        assert all(status.state is not LinkState.ONLINE for status in consoles[0].seen.statuses[-1:])

        world.centre.down = False
        await until(lambda: all(console.seen.status.state is LinkState.ONLINE for console in consoles))
        await until(lambda: all(state(console) == (CaseState.SIGNED, Pending.NONE) for console in consoles))
        assert world.centre.journal.count((act, CASE)) == 1
        assert all(console.store.office_acts() == () for console in consoles)
        assert confirmed(consoles[0]) == confirmed(consoles[1]) == confirmed(consoles[2])

    World(*ACTORS).play(story)


def test_an_act_rests_on_a_colleague_s_and_waits_for_it() -> None:
    """The contact was recorded at a desk that hears the centre first; it goes up after the signature it rests on."""

    async def story(world: World) -> None:
        consoles = await three(world)
        await until(lambda: joined(*consoles))
        signed = consoles[1].engine.submit(c.SignFor(case=CASE))
        await until(lambda: state(consoles[0])[0] is CaseState.SIGNED)
        contacted = consoles[0].engine.submit(c.RecordContact(case=CASE, reached=True))
        assert consoles[0].seen.answer(contacted).refused is None
        await until(lambda: state(consoles[1])[0] is CaseState.IN_HAND)
        world.centre.people.pop("token-wang")  # her console is refused for a while
        world.centre.down = False
        await consoles[0].online()
        await asyncio.sleep(20)
        assert contacted not in world.centre.submitted
        world.centre.people["token-wang"] = b.LEADER
        consoles[1].engine.use_token("token-wang")
        await until(lambda: contacted in world.centre.verdicts)
        assert [act for act, _ in world.centre.journal[2:]] == [signed, contacted]
        assert all(isinstance(world.centre.verdicts[act], Accepted) for act in (signed, contacted))

    World(*ACTORS).play(story)


def test_an_act_behind_one_whose_maker_never_comes_back_goes_up_after_a_minute() -> None:
    async def story(world: World) -> None:
        consoles = await three(world)
        await until(lambda: joined(*consoles))
        consoles[1].engine.submit(c.SignFor(case=CASE))
        await until(lambda: state(consoles[0])[0] is CaseState.SIGNED)
        noted = consoles[0].engine.submit(c.AddNote(case=CASE, text="called"))
        await until(lambda: len(office(consoles[2]).acts) == 2)
        await consoles[1].stop()  # for good
        world.centre.down = False
        await consoles[0].online()
        await asyncio.sleep(HOLD_S - 10)
        assert noted not in world.centre.submitted
        await until(lambda: noted in world.centre.verdicts)
        assert isinstance(world.centre.verdicts[noted], Accepted)

    World(*ACTORS).play(story)


def test_a_full_disk_costs_an_office_no_act() -> None:
    async def story(world: World) -> None:
        consoles = await three(world)
        await until(lambda: joined(*consoles))
        consoles[2].store.failing_writes = Trouble("the disk is full")
        act = consoles[1].engine.submit(c.SignFor(case=CASE))
        await until(lambda: [entry.act.id for entry in office(consoles[0]).acts] == [act])
        await until(lambda: consoles[2].seen.troubles)
        assert office(consoles[2]).acts == ()
        consoles[2].store.failing_writes = None
        await until(lambda: [entry.act.id for entry in office(consoles[2]).acts] == [act])

    World(*ACTORS).play(story)


def test_who_signs_in_after_another_gives_up_nothing_of_his() -> None:
    async def story(world: World) -> None:
        consoles = await three(world)
        await until(lambda: joined(*consoles))
        act = consoles[1].engine.submit(c.SignFor(case=CASE))
        await until(lambda: all(act in {entry.act.id for entry in office(console).acts} for console in consoles[::2]))
        consoles[1].engine.use_token("token-gao")
        world.centre.down = False
        await until(lambda: consoles[1].seen.sessions[-1].actor.person == "gao")
        await asyncio.sleep(10)
        assert [entry.act.id for entry in office(consoles[0]).acts] == [act]
        assert office(consoles[0]).gone == ()

    World(*ACTORS).play(story)


def test_a_person_of_another_street_sees_and_lends_nothing_of_the_office_before() -> None:
    async def story(world: World) -> None:
        consoles = await three(world, serving=1)
        await until(lambda: joined(*consoles))
        consoles[0].engine.submit(c.SignFor(case=CASE))
        await until(lambda: len(office(consoles[1]).acts) == 1)
        consoles[1].engine.use_token("token-zhao")
        world.centre.people.pop("token-li")
        world.centre.people.pop("token-guo")
        world.centre.down = False
        await until(lambda: consoles[1].seen.sessions[-1].actor.person == "zhao")
        assert consoles[1].store.office_acts() == ()
        await until(lambda: office(consoles[1]).acts == () and office(consoles[0]).relay is None)
        await world.centre.receive("case-9", holder=b.OTHER_STREET)
        await until(lambda: "case-9" in consoles[1].seen.rows)
        await asyncio.sleep(10)
        assert all("case-9" not in console.seen.rows for console in consoles[::2])

    World(*ACTORS).play(story)


def test_the_relay_dies_another_is_chosen_and_nothing_is_lost() -> None:
    async def story(world: World) -> None:
        consoles = await three(world)
        await until(lambda: joined(*consoles))
        first = consoles[1].engine.submit(c.SignFor(case=CASE))
        await until(lambda: state(consoles[2])[1] is Pending.OFFICE)
        await consoles[0].stop()
        await until(lambda: not joined(consoles[1]))
        second = consoles[2].engine.submit(c.ReportProgress(case=CASE, text="on the way"))
        assert state(consoles[2])[1] is Pending.PENDING
        assert state(consoles[1]) == (CaseState.SIGNED, Pending.PENDING)
        consoles[1].engine.serve_office(True)
        await until(lambda: joined(*consoles[1:]))
        assert office(consoles[2]).relay.keeper == "Wang"  # type: ignore[union-attr]
        await until(lambda: [entry.act.id for entry in office(consoles[1]).acts] == [second])
        again = world.console(b.DISPATCHER, consoles[0].store, plan(0))
        await until(lambda: joined(again))
        await until(lambda: [entry.act.id for entry in office(again).acts] == [first, second])
        world.centre.down = False
        await until(lambda: all(act in world.centre.verdicts for act in (first, second)))
        assert [act for act, _ in world.centre.journal[2:]] == [first, second]

    World(*ACTORS).play(story)


def test_two_relays_are_said_by_all_and_everybody_stays_with_the_first() -> None:
    async def story(world: World) -> None:
        consoles = await three(world)
        await until(lambda: joined(*consoles))
        await asyncio.sleep(5)
        consoles[2].engine.serve_office(True)
        await until(lambda: all(len(office(console).rivals) == 2 for console in consoles))
        for console in consoles:
            assert [rival.keeper for rival in office(console).rivals] == ["Li", "Guo"]
            assert [rival.by_hand for rival in office(console).rivals] == [False, True]
            assert office(console).relay == office(consoles[0]).serving
        act = consoles[2].engine.submit(c.SignFor(case=CASE))
        await until(lambda: all(state(console)[0] is CaseState.SIGNED for console in consoles))
        consoles[2].engine.serve_office(False)
        await until(lambda: not any(office(console).rivals for console in consoles))
        assert consoles[2].store.office_memory().serving_since is None  # type: ignore[union-attr]
        assert act not in world.centre.verdicts

    World(*ACTORS).play(story)


def test_a_split_office_comes_together_again() -> None:
    """Two halves each with a relay of its own: acts of both are at all desks once they meet."""

    async def story(world: World) -> None:
        consoles = await three(world)
        await until(lambda: joined(*consoles))
        await world.office.cut("station-0:8346")
        await until(lambda: not joined(consoles[1]) and not joined(consoles[2]))
        consoles[1].engine.serve_office(True)
        await until(lambda: joined(consoles[1], consoles[2]))
        one = consoles[1].engine.submit(c.SignFor(case=CASE))
        other = consoles[0].engine.submit(c.SignFor(case=CaseId("case-2")))
        await until(lambda: state(consoles[2])[1] is Pending.OFFICE)
        assert state(consoles[2], "case-2")[1] is Pending.NONE
        world.office.mend("station-0:8346")
        await until(lambda: all(state(console)[0] is CaseState.SIGNED for console in consoles))
        await until(lambda: all(state(console, "case-2")[0] is CaseState.SIGNED for console in consoles))
        assert len(office(consoles[0]).rivals) == 2
        world.centre.down = False
        await until(lambda: {one, other} <= world.centre.verdicts.keys())
        await until(lambda: all(state(console)[1] is Pending.NONE for console in consoles))

    World(*ACTORS).play(story)


def test_who_is_behind_is_lent_rows_and_the_centre_sends_them_all_again() -> None:
    async def story(world: World) -> None:
        consoles = await three(world)
        world.centre.down = False
        await consoles[0].online()
        behind = consoles[1].store
        await consoles[1].stop()
        await world.centre.receive("case-3", caller=Caller(name="刘丽华", phone="19900001234"))
        await until(lambda: CaseId("case-3") in consoles[0].seen.rows)
        await away(world)
        again = world.console(b.LEADER, behind, plan(1))
        await until(lambda: CaseId("case-3") in again.seen.rows)
        assert again.store.standing().cursor == 2, "a neighbour's rows move no cursor"
        assert again.store.caller(CaseId("case-3")) is not None, "a shift leader is entitled"
        again.engine.submit(c.SignFor(case=CaseId("case-3")))
        await until(lambda: state(consoles[0], "case-3") == (CaseState.SIGNED, Pending.OFFICE))
        world.centre.down = False
        await again.online()
        await until(lambda: again.store.standing().cursor == world.centre.head == 4)
        assert confirmed(again) == confirmed(consoles[0])

    World(*ACTORS).play(story)


def test_callers_stay_with_those_entitled_and_nothing_can_be_read_on_the_network() -> None:
    async def story(world: World) -> None:
        consoles = await three(world)
        gao = world.console(b.SUPERVISOR, plan=plan(7))
        await until(lambda: joined(*consoles))
        world.centre.down = False
        await gao.online()
        await away(world)
        await until(lambda: joined(*consoles, gao))
        order = b.order(
            f"L-{b.STREET}-20260303-1", source=str(b.STREET), title="hydrant", dispatched_at=world.centre.now()
        )
        consoles[0].engine.submit(
            c.ReceiveOrder(
                case=CaseId("desk-1"), order=order, holder=b.STREET, caller=Caller(name="刘丽华", phone="19900001234")
            )
        )
        assert consoles[0].seen.answers[-1].refused is None
        await until(lambda: [len(office(console).acts) for console in (consoles[1], gao)] == [1, 1])
        told = [office(console).acts[0].act.command for console in (consoles[1], consoles[2], gao)]
        assert [getattr(command, "caller", None) is not None for command in told] == [True, True, False]
        assert gao.store.caller(CASE) is None
        on_the_wire = b"".join(world.office.frames)
        assert len(on_the_wire) > 1000
        for secret in ("刘丽华", "19900001234", "hydrant", "case-1", "receive_order"):
            assert secret.encode() not in on_the_wire

    World(*ACTORS).play(story)


def test_neither_another_street_nor_a_department_gets_in() -> None:
    async def story(world: World) -> None:
        consoles = await three(world)
        world.centre.down = False
        strangers = [
            world.console(actor, plan=plan(8 + n, relay="station-0:8346"))
            for n, actor in enumerate((OTHERS, b.LIAISON))
        ]
        for stranger in strangers:
            await stranger.online()
        await away(world)
        await until(lambda: joined(*consoles))
        consoles[0].engine.submit(c.SignFor(case=CASE))
        await asyncio.sleep(60)
        for stranger in strangers:
            assert office(stranger).relay is None
            assert office(stranger).acts == ()
        assert office(consoles[0]).colleagues == 2

    World(*ACTORS).play(story)


def test_a_refusal_of_the_centre_goes_to_the_maker_and_the_others_see_it_go() -> None:
    """The hotline withdraws the order meanwhile: the whistle blown in the outage is refused."""

    async def story(world: World) -> None:
        consoles = await three(world)
        world.centre.down = False
        for command in (c.SignFor(case=CASE), c.RecordContact(case=CASE, reached=True)):
            await world.centre.make(command, b.LEADER)
        await until(lambda: all(state(console)[0] is CaseState.IN_HAND for console in consoles))
        await away(world)
        await until(lambda: joined(*consoles))
        act = consoles[1].engine.submit(b.blow("case-1", WhistleKind.ROUTINE))
        assert consoles[1].seen.answer(act).refused is None
        await until(lambda: state(consoles[2])[1] is Pending.OFFICE)
        await world.centre.make(c.WithdrawOrder(case=CASE, reason="wrong street"), b.HOTLINE)
        await consoles[0].stop()  # the relay is gone: the others learn it from the centre alone
        world.centre.down = False
        await until(lambda: any(receipt.act.id == act for receipt in consoles[1].seen.settled))
        assert consoles[1].seen.settled[-1].state is ActState.PARKED
        await until(lambda: not office(consoles[2]).acts)
        assert [(gone.entry.act.id, gone.end.fate) for gone in office(consoles[2]).gone] == [(act, Fate.REFUSED)]
        assert office(consoles[2]).gone[0].end.refused is not None
        assert state(consoles[2])[1] is Pending.NONE

    World(*ACTORS).play(story)


def test_what_the_maker_gives_up_is_gone_at_all_and_a_stale_whistle_is_shown_no_more() -> None:
    async def story(world: World) -> None:
        consoles = await three(world)
        await until(lambda: joined(*consoles))
        blown = consoles[0].engine.submit(b.blow("case-1"))
        signed = consoles[1].engine.submit(c.SignFor(case=CaseId("case-2")))
        await until(lambda: [entry.act.id for entry in office(consoles[2]).acts] == [blown, signed])
        assert consoles[2].seen.rows[CASE].whistles_out == 2
        consoles[1].engine.discard(signed, "by mistake")
        await until(lambda: [entry.act.id for entry in office(consoles[2]).acts] == [blown])
        assert office(consoles[2]).gone[-1].end.fate is Fate.GIVEN_UP
        await asyncio.sleep(11 * 60)
        assert office(consoles[2]).acts == ()
        assert office(consoles[2]).gone[-1].end.fate is Fate.EXPIRED
        assert consoles[2].seen.rows[CASE].whistles_out == 0
        world.centre.down = False
        await consoles[0].online()
        assert blown not in world.centre.submitted
        assert world.centre.head == 2

    World(*ACTORS).play(story)


def test_copies_outlive_a_restart_and_their_maker_and_go_when_a_person_says_so() -> None:
    async def story(world: World) -> None:
        consoles = await three(world)
        await until(lambda: joined(*consoles))
        act = consoles[1].engine.submit(c.SignFor(case=CASE))
        await until(lambda: len(office(consoles[0]).acts) == 1 and len(office(consoles[2]).acts) == 1)
        await consoles[1].stop()  # for good
        await consoles[2].stop()
        again = world.console(GUO, consoles[2].store, plan(2))
        await until(lambda: joined(again))
        assert [entry.act.id for entry in office(again).acts] == [act]
        world.centre.down = False
        await again.online()
        await until(lambda: act in world.centre.inquired)
        await asyncio.sleep(120)
        assert [entry.act.id for entry in office(again).acts] == [act], "only its maker sends it"
        assert act not in world.centre.verdicts
        again.engine.drop_colleague_act(act)
        await until(lambda: not office(again).acts)
        assert again.store.office_acts() == ()
        assert state(again) == (CaseState.DISPATCHED, Pending.NONE)

    World(*ACTORS).play(story)


def test_an_older_centre_is_not_asked_what_it_does_not_know() -> None:
    async def story(world: World) -> None:
        world.centre.tells_offices = False
        await world.centre.receive("case-1")
        console = await world.console(plan=plan(0, serves=True)).online()
        await asyncio.sleep(60)
        assert not office(console).can_serve
        assert world.centre.inquired == []
        assert world.office.doors == {}

    World(*ACTORS).play(story)


def test_a_port_that_is_taken_is_said() -> None:
    async def story(world: World) -> None:
        consoles = await three(world)
        await until(lambda: joined(*consoles))
        twin = world.console(b.LEADER, MemoryStore(), plan(0, serves=True))
        world.centre.down = False
        await twin.online()
        await until(lambda: office(twin).trouble)
        assert office(twin).serving is None

    World(*ACTORS).play(story)


def test_an_engine_without_a_network_says_nothing_of_an_office() -> None:
    async def story(world: World) -> None:
        console = await world.console().online()
        console.engine.serve_office(True)
        console.engine.drop_colleague_act(CaseId("x"))  # type: ignore[arg-type]
        assert console.seen.status.office is None
        assert world.centre.hellos[0].office is None
        assert isinstance(console.engine, Engine)

    World(*ACTORS).play(story)
