"""Office links: both ends prove a key of the office, and nobody between them reads or changes anything."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import pytest

from dispatcher.sync import words
from dispatcher.sync.office_ports import OfficeLink
from dispatcher.sync.ports import Link, LinkLost, LinkRefused, Trouble
from dispatcher.transport.memory import MemoryLink, pair
from dispatcher.transport.office import WebSocketOffice
from dispatcher.transport.sealed import answer, greet
from dispatcher.wire import MAX_FRAME_BYTES, OfficeKey

HIGH = OfficeKey(id="high", secret=b"h" * 32, with_caller=True)
OLD = OfficeKey(id="old", secret=b"o" * 32)
LOW = OfficeKey(id="low", secret=b"l" * 32)
FALSE = OfficeKey(id="low", secret=b"?" * 32)


async def met(dialler: Sequence[OfficeKey], door: Sequence[OfficeKey]) -> tuple[OfficeLink, OfficeLink]:
    near, far = pair()
    async with asyncio.timeout(5):
        one, other = await asyncio.gather(greet(near, dialler), answer(far, door), return_exceptions=True)
    for found in (one, other):
        if isinstance(found, BaseException):
            raise found
    return one, other  # type: ignore[return-value]


def test_frames_arrive_in_order_in_both_directions() -> None:
    async def story() -> None:
        one, other = await met((HIGH, LOW), (HIGH, LOW))
        for number in range(50):
            await one.link.send(f"向上 {number}".encode())
            await other.link.send(f"向下 {number}".encode())
        for number in range(50):
            assert await other.link.receive() == f"向上 {number}".encode()
            assert await one.link.receive() == f"向下 {number}".encode()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("dialler", "door", "with_caller"),
    [
        ((HIGH, LOW), (HIGH, LOW), True),
        ((HIGH, LOW), (LOW,), False),
        ((LOW,), (HIGH, LOW), False),
        ((LOW, OLD), (OLD,), False),
    ],
)
def test_a_link_is_worth_what_both_ends_can_prove(
    dialler: Sequence[OfficeKey], door: Sequence[OfficeKey], with_caller: bool
) -> None:
    one, other = asyncio.run(met(dialler, door))
    assert one.with_caller is other.with_caller is with_caller


@pytest.mark.parametrize(("dialler", "door"), [((LOW,), (HIGH,)), ((FALSE,), (LOW,)), ((LOW,), (FALSE,)), ((), (LOW,))])
def test_who_has_no_key_of_the_office_gets_no_further(dialler: Sequence[OfficeKey], door: Sequence[OfficeKey]) -> None:
    async def story() -> None:
        near, far = pair()
        dialling, answering = asyncio.create_task(greet(near, dialler)), asyncio.create_task(answer(far, door))
        done, _ = await asyncio.wait({dialling, answering}, return_when=asyncio.FIRST_EXCEPTION)
        await near.close()
        found = await asyncio.gather(dialling, answering, return_exceptions=True)
        assert any(isinstance(error, LinkRefused) for error in found)
        assert all(isinstance(error, LinkRefused | LinkLost) for error in found)
        assert done

    asyncio.run(story())


class _Between:
    """Somebody on the network who hands on what a function makes of each frame."""

    def __init__(self, change: Callable[[int, bytes], Sequence[bytes]]) -> None:
        self.near, self._left = pair()
        self._right, self.far = pair()
        self._change = change
        self.seen: list[bytes] = []

    async def run(self) -> None:
        await asyncio.gather(self._carry(self._left, self._right, True), self._carry(self._right, self._left, False))

    async def _carry(self, source: MemoryLink, target: MemoryLink, changing: bool) -> None:
        number = 0
        with suppress(LinkLost):
            while True:
                frame = await source.receive()
                self.seen.append(frame)
                for each in self._change(number, frame) if changing else (frame,):
                    await target.send(each)
                number += 1


async def through(between: _Between, talk: Callable[[Link, Link], Awaitable[None]]) -> None:
    carrying = asyncio.create_task(between.run())
    try:
        async with asyncio.timeout(5):
            one, other = await asyncio.gather(greet(between.near, (LOW,)), answer(between.far, (LOW,)))
            await talk(one.link, other.link)
    finally:
        carrying.cancel()
        await asyncio.gather(carrying, return_exceptions=True)


FIRST_FRAME = 2
"""The dialler's greeting and proof come before."""


@pytest.mark.parametrize(
    "change",
    [
        lambda n, frame: (bytes([frame[0] ^ 1]) + frame[1:],) if n == FIRST_FRAME else (frame,),
        lambda n, frame: (frame, frame) if n == FIRST_FRAME else (frame,),
        lambda n, frame: () if n == FIRST_FRAME else (frame,),
        lambda n, frame: (b"short",) if n == FIRST_FRAME else (frame,),
    ],
    ids=["changed", "repeated", "left out", "replaced"],
)
def test_whatever_somebody_does_to_a_frame_is_noticed(change: Callable[[int, bytes], Sequence[bytes]]) -> None:
    async def talk(one: Link, other: Link) -> None:
        await one.send(b"first")
        await one.send(b"second")
        heard = await asyncio.gather(other.receive(), other.receive(), return_exceptions=True)
        assert any(isinstance(each, LinkLost) and str(each) == words.TAMPERED for each in heard)

    asyncio.run(through(_Between(change), talk))


def test_somebody_between_reads_nothing_and_cannot_stand_in() -> None:
    async def talk(one: Link, other: Link) -> None:
        await one.send("欧阳植树 13912345678".encode())
        assert await other.receive() == "欧阳植树 13912345678".encode()

    between = _Between(lambda _, frame: (frame,))
    asyncio.run(through(between, talk))
    assert b"13912345678" not in b"".join(between.seen)

    def other_public_key(number: int, frame: bytes) -> Sequence[bytes]:
        return (frame.replace(b'"public":"', b'"public":"AAAA'),) if number == 0 else (frame,)

    with pytest.raises((LinkRefused, LinkLost)):
        asyncio.run(through(_Between(other_public_key), talk))


def test_stations_meet_over_real_sockets_and_a_closed_door_ends_their_links() -> None:
    async def story() -> None:
        network = WebSocketOffice()
        served: list[bool] = []

        async def echo(proven: OfficeLink) -> None:
            served.append(proven.with_caller)
            with suppress(LinkLost):
                while True:
                    await proven.link.send(await proven.link.receive())

        address = free_address()
        with pytest.raises(LinkLost):
            await network.dial(address, (LOW,))
        door = await network.open(address, lambda: (HIGH, LOW), echo)
        with pytest.raises(Trouble, match=address):
            await network.open(address, lambda: (LOW,), echo)
        proven = await network.dial(address, (LOW,))
        long = b"\xff" * (MAX_FRAME_BYTES - 100)
        await proven.link.send(long)
        assert await proven.link.receive() == long
        with pytest.raises((LinkRefused, LinkLost)):
            await network.dial(address, (FALSE,))
        await door.close()
        with pytest.raises(LinkLost):
            await proven.link.receive()
        with pytest.raises(LinkLost):
            await network.dial(address, (LOW,))
        assert served == [False]
        await proven.link.close()

    asyncio.run(story())


@pytest.mark.parametrize("address", ["", "nowhere", "127.0.0.1:port", "[::1:8"])
def test_an_address_that_is_none_is_nobody_there(address: str) -> None:
    with pytest.raises(LinkLost):
        asyncio.run(WebSocketOffice().dial(address, (LOW,)))


def free_address() -> str:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
