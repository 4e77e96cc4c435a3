"""The link of two queues."""

import asyncio

import pytest

from dispatcher.sync.ports import Link, LinkLost
from dispatcher.transport.memory import MemoryDialer, pair


def test_frames_come_whole_and_in_order():
    async def story() -> None:
        near, far = pair()
        await near.send(b"one")
        await near.send(b"two")
        await far.send(b"back")
        assert [await far.receive(), await far.receive(), await near.receive()] == [b"one", b"two", b"back"]

    asyncio.run(story())


def test_the_far_end_gets_what_was_sent_before_the_end_and_then_hears_of_it():
    async def story() -> None:
        near, far = pair()
        await near.send(b"last")
        await near.close()
        await near.close()
        assert await far.receive() == b"last"
        for _ in range(2):
            with pytest.raises(LinkLost):
                await far.receive()
        with pytest.raises(LinkLost):
            await far.send(b"too late")
        with pytest.raises(LinkLost):
            await near.send(b"too late")
        with pytest.raises(LinkLost):
            await near.receive()

    asyncio.run(story())


def test_one_who_waits_is_told_of_the_end():
    async def story() -> None:
        near, far = pair()
        waiting = asyncio.create_task(near.receive())
        await asyncio.sleep(0)
        await far.close()
        with pytest.raises(LinkLost):
            await waiting

    asyncio.run(story())


def test_a_dial_hands_over_the_far_end():
    async def story() -> None:
        taken: list[Link] = []
        near = await MemoryDialer(taken.append).dial()
        await near.send(b"hello")
        assert await taken[0].receive() == b"hello"

    asyncio.run(story())
