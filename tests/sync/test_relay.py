"""The relay by itself: places, callers, what ends, and peers that do not keep to the rules."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import msgspec

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId, LedgerId, Revision
from dispatcher.models.order import Caller
from dispatcher.models.queue import summarise
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.sync.clock import CentreTime
from dispatcher.sync.office_ports import OfficeLink
from dispatcher.sync.ports import Link, LinkLost
from dispatcher.sync.relay import SILENT_S, Relay
from dispatcher.transport.memory import pair
from dispatcher.wire import NO_CALLER, PROTOCOL, CaseRow, Fault, Goodbye, Message, Ping, encode
from dispatcher.wire.office import (
    End,
    Ended,
    Fate,
    FromRelay,
    Here,
    Join,
    Look,
    OfficeAct,
    Serving,
    Share,
    Spread,
    decode_from_relay,
)
from tests import builders as b
from tests.fakes import DrivenLoop, FakeClock

SERVING = Serving(station="relay", address="10.0.0.1:8346", keeper="Li", since=b.NOON)
RIVAL = Serving(station="rival", address="10.0.0.2:8346", keeper="Wang", since=b.NOON, by_hand=True)
CALLER = Caller("刘丽华", "13800001234")


def entry(name: str, station: str, command: c.AnyCommand | None = None) -> OfficeAct:
    act = msgspec.structs.replace(b.act(command or c.SignFor(case=CaseId("case-1"))), id=CommandId(name))
    return OfficeAct(act=act, maker=b.DISPATCHER, station=station)


class Member:
    def __init__(self, relay: Relay, *, with_caller: bool = True) -> None:
        self.link, far = pair()
        self.heard: list[FromRelay] = []
        self._talk = asyncio.get_running_loop().create_task(relay.serve(OfficeLink(_as_link(far), with_caller)))

    async def say(self, *messages: Message) -> None:
        for message in messages:
            await self.link.send(encode(message))

    async def join(self, station: str, cursor: int = 0, ledger: str = "ledger") -> "Member":
        await self.say(Join(protocol=PROTOCOL, station=station, ledger=LedgerId(ledger), cursor=Revision(cursor)))
        await self.until(lambda heard: isinstance(heard, Spread))
        return self

    async def until(self, holds: Callable[[FromRelay], object]) -> FromRelay:
        while True:
            message = decode_from_relay(await self.link.receive())
            self.heard.append(message)
            if holds(message):
                return message

    async def spread(self) -> list[tuple[str, int]]:
        message = await self.until(lambda heard: isinstance(heard, Spread) and heard.acts)
        assert isinstance(message, Spread)
        return [(each.act.id, each.place) for each in message.acts]

    async def end(self) -> None:
        await self.link.close()
        await self._talk


def _as_link(link: Link) -> Link:
    return link


def row(revision: int) -> CaseRow:
    case = msgspec.structs.replace(b.new_case(f"case-{revision}"), revision=Revision(revision))
    encoded = msgspec.json.encode
    return CaseRow(summarise(case, b.law()), msgspec.Raw(encoded(case)), msgspec.Raw(encoded(CALLER)))


def lend(after: Revision) -> Iterator[tuple[CaseRow, ...]]:
    yield tuple(row(revision) for revision in range(after + 1, 4))


def play(story: Callable[[Relay], Awaitable[None]], *pool: OfficeAct) -> None:
    clock = FakeClock()

    async def whole() -> None:
        relay = Relay(SERVING, lambda: LedgerId("ledger"), pool, lend, CentreTime(clock))
        async with asyncio.timeout(300):
            await story(relay)
        await relay.close()

    with asyncio.Runner(loop_factory=lambda: DrivenLoop(clock)) as runner:
        runner.run(whole())


def test_acts_have_the_places_of_their_arrival_and_those_given_before_stay() -> None:
    async def story(relay: Relay) -> None:
        one, two = await Member(relay).join("one"), await Member(relay).join("two")
        await one.say(Share(acts=(entry("b", "one"), entry("old", "gone"))))
        assert await two.spread() == [("b", 8)]
        await two.say(Share(acts=(entry("c", "two"), entry("b", "one"))))
        assert await one.spread() == [("b", 8)]
        assert await one.spread() == [("c", 9)]
        late = Member(relay)
        await late.say(Join(protocol=PROTOCOL, station="late", ledger=LedgerId("other"), cursor=Revision(0)))
        assert await late.spread() == [("old", 7), ("b", 8), ("c", 9)]
        assert not any("rows" in heard.__struct_fields__ for heard in late.heard), "another ledger's rows are no use"
        for member in (one, two, late):
            await member.end()

    play(story, msgspec.structs.replace(entry("old", "gone"), place=7))


def test_callers_are_taken_out_for_who_is_not_entitled_and_rows_are_lent_from_the_cursor() -> None:
    desk = c.ReceiveOrder(case=CaseId("case-9"), order=b.order(), holder=b.STREET, caller=CALLER)

    async def story(relay: Relay) -> None:
        for with_caller in (True, False):
            member = Member(relay, with_caller=with_caller)
            await member.join("one", cursor=1)
            rows = [each for heard in member.heard if hasattr(heard, "rows") for each in heard.rows]
            assert [each.row.revision for each in rows] == [2, 3]
            assert [each.caller != NO_CALLER for each in rows] == [with_caller] * 2
            relay.confirmed([row(9)])
            live = await member.until(lambda heard: hasattr(heard, "rows"))
            assert [each.caller != NO_CALLER for each in live.rows] == [with_caller]  # type: ignore[union-attr]
            acts = next(heard.acts for heard in member.heard if isinstance(heard, Spread))
            assert (getattr(acts[0].act.command, "caller", None) is not None) is with_caller
            await member.end()

    play(story, entry("a", "one", desk))


def test_an_act_that_has_ended_does_not_come_back_with_a_late_copy() -> None:
    refused = Refused(reason=Reason.WRONG_STATE)

    async def story(relay: Relay) -> None:
        one, two = await Member(relay).join("one"), await Member(relay).join("two")
        await one.say(Ended(ends=(End(act=CommandId("a"), fate=Fate.REFUSED, refused=refused),)))
        ended = await two.until(lambda heard: isinstance(heard, Ended))
        assert ended == Ended(ends=(End(act=CommandId("a"), fate=Fate.REFUSED, refused=refused),))
        await two.say(Share(acts=(entry("a", "one"),)))
        assert await two.until(lambda heard: isinstance(heard, Ended)) == ended
        await one.say(Ended(ends=(End(act=CommandId("b"), fate=Fate.ACCEPTED),)))
        late = Member(relay)
        await late.say(Join(protocol=PROTOCOL, station="late", ledger=LedgerId("x"), cursor=Revision(0)))
        assert await late.spread() == [("b", 2)], "an acceptance counts once the relay's own rows have it"
        own = await Member(relay).join("relay")
        await own.say(Ended(ends=(End(act=CommandId("b"), fate=Fate.ACCEPTED),)), Share(acts=(entry("c", "relay"),)))
        await late.until(lambda heard: isinstance(heard, Spread))
        later = Member(relay)
        await later.say(Join(protocol=PROTOCOL, station="later", ledger=LedgerId("x"), cursor=Revision(0)))
        assert await later.spread() == [("c", 3)]
        for member in (one, two, late, own, later):
            await member.end()

    play(story, entry("a", "one"), entry("b", "one"))


def test_rivals_are_told_to_all_and_forgotten_when_nobody_meets_them() -> None:
    async def story(relay: Relay) -> None:
        member = await Member(relay).join("one")
        beating = asyncio.get_running_loop().create_task(relay.beat())
        asker = Member(relay)
        await asker.say(Look(station="two", seen=(RIVAL, SERVING)))
        here = await asker.until(lambda heard: isinstance(heard, Here))
        assert here.relay == SERVING  # type: ignore[union-attr]
        await member.until(lambda heard: isinstance(heard, Here) and heard.rivals == (RIVAL,))

        async def stay() -> None:
            while True:
                await member.say(Ping(sent_ms=0))
                await asyncio.sleep(3)

        staying = asyncio.get_running_loop().create_task(stay())
        await member.until(lambda heard: isinstance(heard, Here) and not heard.rivals)
        for task in (beating, staying):
            task.cancel()
        await member.end()
        await asker.end()

    play(story)


def test_a_peer_that_breaks_the_rules_is_parted_from_and_harms_nobody() -> None:
    wrong = msgspec.structs.replace(entry("x", "one"), maker=b.LEADER)
    rubbish: list[tuple[bytes, Fault]] = [
        (b"\xff\x00", Fault.RUBBISH),
        (b"[]", Fault.RUBBISH),
        (encode(Share(acts=())), Fault.HELLO_FIRST),
        (encode(Join(protocol=1, station="x", ledger=LedgerId(""), cursor=Revision(0))), Fault.OLDER_PROTOCOL),
        (encode(Join(protocol=3, station="x", ledger=LedgerId(""), cursor=Revision(0))), Fault.NEWER_PROTOCOL),
        (b'{"type":"join","protocol":2}', Fault.BAD_FIELD),
    ]

    async def story(relay: Relay) -> None:
        good = await Member(relay).join("good")
        for frame, fault in rubbish:
            bad = Member(relay)
            await bad.link.send(frame)
            goodbye = await bad.until(lambda heard: isinstance(heard, Goodbye))
            assert goodbye.fault is fault, frame  # type: ignore[union-attr]
            await bad.end()
        bad = await Member(relay).join("bad")
        await bad.say(Share(acts=(wrong,)))
        assert (await bad.until(lambda heard: isinstance(heard, Goodbye))).fault is Fault.BAD_FIELD  # type: ignore[union-attr]
        await bad.end()
        await good.say(Share(acts=(entry("a", "good"),)))
        assert await good.spread() == [("a", 1)]
        await good.end()

    play(story)


def test_a_station_that_falls_silent_is_let_go() -> None:
    async def story(relay: Relay) -> None:
        member = await Member(relay).join("one")
        await asyncio.sleep(SILENT_S + 1)
        try:
            await member.until(lambda _: False)
        except LinkLost:
            await member.end()
        else:
            raise AssertionError("still there")

    play(story)
