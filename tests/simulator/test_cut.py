"""A cut cable is a real outage: connections die, new ones are refused, and the same port works again when mended."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from dispatcher.simulator.cut import Cut, CutThread

WITHIN_S = 5.0


@contextlib.asynccontextmanager
async def echo() -> AsyncIterator[str]:
    """Run a server that gives back what it gets."""
    writers: list[asyncio.StreamWriter] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def cable(target: str) -> AsyncIterator[Cut]:
    cut = Cut(target)
    await cut.open()
    try:
        yield cut
    finally:
        await cut.close()


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def says(url: str, words: bytes) -> bytes:
    reader, writer = await connect(url)
    try:
        writer.write(words)
        return await asyncio.wait_for(reader.readexactly(len(words)), WITHIN_S)
    finally:
        writer.transport.abort()


async def ended(reader: asyncio.StreamReader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(), WITHIN_S) == b""
    except ConnectionError:
        return True


def test_bytes_pass_both_ways_in_any_amount() -> None:
    async def story() -> None:
        async with echo() as target, cable(target) as cut:
            assert await says(cut.url, b"hello") == b"hello"
            reader, writer = await connect(cut.url)
            whole = bytes(range(256)) * 8192
            sending = asyncio.create_task(_send(writer, whole))
            assert await asyncio.wait_for(reader.readexactly(len(whole)), WITHIN_S) == whole
            await sending
            writer.write_eof()
            assert await ended(reader)
            writer.close()

    asyncio.run(story())


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


def test_a_cut_drops_what_is_open_and_refuses_what_is_new_until_it_is_mended() -> None:
    async def story() -> None:
        async with echo() as target, cable(target) as cut:
            url = cut.url
            open_ones = [await connect(url) for _ in range(3)]
            for _, writer in open_ones:
                writer.write(b"x")
            for reader, _ in open_ones:
                await asyncio.wait_for(reader.readexactly(1), WITHIN_S)
            await cut.cut()
            assert cut.is_cut
            for reader, writer in open_ones:
                assert await ended(reader)
                writer.transport.abort()
            for _ in range(3):
                with pytest.raises(ConnectionError):
                    await connect(url)
            await cut.cut()
            await cut.mend()
            assert cut.url == url
            assert await says(url, b"again") == b"again"
            await cut.cut()
            await cut.mend()
            await cut.mend()
            assert await says(url, b"and again") == b"and again"

    asyncio.run(story())


def test_a_centre_that_is_away_ends_the_connection() -> None:
    async def story() -> None:
        async with echo() as target:
            pass
        async with cable(target) as cut:
            reader, writer = await connect(cut.url)
            assert await ended(reader)
            writer.transport.abort()

    asyncio.run(story())


def test_a_centre_that_dies_ends_the_connection() -> None:
    async def story() -> None:
        async with contextlib.AsyncExitStack() as stack:
            target = await stack.enter_async_context(echo())
            async with cable(target) as cut:
                reader, writer = await connect(cut.url)
                writer.write(b"x")
                await asyncio.wait_for(reader.readexactly(1), WITHIN_S)
                await stack.aclose()
                assert await ended(reader)
                writer.transport.abort()

    asyncio.run(story())


def test_it_works_from_a_thread_of_its_own() -> None:
    async def story() -> None:
        async with echo() as target:
            cut = await asyncio.to_thread(CutThread, target)
            try:
                assert await says(cut.url, b"hello") == b"hello"
                await asyncio.to_thread(cut.cut)
                with pytest.raises(ConnectionError):
                    await connect(cut.url)
                await asyncio.to_thread(cut.mend)
                assert await says(cut.url, b"hello") == b"hello"
            finally:
                await asyncio.to_thread(cut.close)
                cut.close()

    asyncio.run(story())


@pytest.mark.parametrize("target", ["", "localhost", "http://localhost"])
def test_a_target_without_a_port_is_refused(target: str) -> None:
    with pytest.raises(ValueError, match="host and port"):
        Cut(target)
