"""The link over a WebSocket, against a real server on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest
from websockets.asyncio.server import Request, Response, ServerConnection, serve

from dispatcher.sync import words
from dispatcher.sync.ports import LinkLost, LinkRefused
from dispatcher.transport.websocket import WebSocketDialer
from dispatcher.wire import MAX_FRAME_BYTES

Talk = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def centre(talk: Talk, status: HTTPStatus | None = None) -> AsyncIterator[str]:
    def answer(connection: ServerConnection, _request: Request) -> Response | None:
        return None if status is None else connection.respond(status, "no")

    async with serve(talk, "127.0.0.1", 0, process_request=answer, max_size=None, close_timeout=1) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed"


async def echo(connection: ServerConnection) -> None:
    async for frame in connection:
        await connection.send(frame)


def test_frames_go_out_and_back_as_bytes():
    async def story() -> None:
        async with centre(echo) as url:
            dialer = WebSocketDialer(url)
            assert dialer.own_host == ""
            link = await dialer.dial()
            assert dialer.own_host == "127.0.0.1"
            await link.send("接诉即办".encode())
            assert await link.receive() == "接诉即办".encode()
            await link.close()
            await link.close()
            with pytest.raises(LinkLost):
                await link.send(b"late")
            with pytest.raises(LinkLost):
                await link.receive()

    asyncio.run(story())


def test_headers_go_with_the_handshake():
    seen: list[str | None] = []

    async def look(connection: ServerConnection) -> None:
        assert connection.request is not None
        seen.append(connection.request.headers.get("X-Station"))

    async def story() -> None:
        async with centre(look) as url:
            link = await WebSocketDialer(url, {"X-Station": "desk-1"}).dial()
            with pytest.raises(LinkLost):
                await link.receive()
            await link.close()

    asyncio.run(story())
    assert seen == ["desk-1"]


@pytest.mark.parametrize("status", [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN])
def test_a_centre_that_refuses_at_the_door_is_a_refusal(status: HTTPStatus):
    async def story() -> None:
        async with centre(echo, status) as url:
            with pytest.raises(LinkRefused, match=words.REFUSED):
                await WebSocketDialer(url).dial()

    asyncio.run(story())


def test_any_other_answer_at_the_door_is_worth_another_try():
    async def story() -> None:
        async with centre(echo, HTTPStatus.SERVICE_UNAVAILABLE) as url:
            with pytest.raises(LinkLost, match="503"):
                await WebSocketDialer(url).dial()

    asyncio.run(story())


def test_nobody_listening_is_worth_another_try():
    async def story() -> None:
        async with centre(echo) as url:
            pass
        with pytest.raises(LinkLost):
            await WebSocketDialer(url).dial()

    asyncio.run(story())


def test_something_that_is_no_websocket_is_worth_another_try():
    async def rubbish(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x00\x01 not http\r\n\r\n")
        writer.close()

    async def story() -> None:
        server = await asyncio.start_server(rubbish, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(LinkLost):
                await WebSocketDialer(f"ws://127.0.0.1:{port}/feed").dial()

    asyncio.run(story())


@pytest.mark.parametrize("url", ["http://127.0.0.1/feed", "nonsense"])
def test_an_address_that_is_none_is_a_refusal(url: str):
    with pytest.raises(LinkRefused):
        asyncio.run(WebSocketDialer(url).dial())


def test_a_frame_above_the_limit_ends_the_link():
    async def flood(connection: ServerConnection) -> None:
        await connection.send("x" * (MAX_FRAME_BYTES + 1))
        await connection.wait_closed()

    async def story() -> None:
        async with centre(flood) as url:
            link = await WebSocketDialer(url).dial()
            with pytest.raises(LinkLost):
                await link.receive()
            await link.close()

    asyncio.run(story())


def test_a_frame_at_the_limit_comes_through():
    async def send(connection: ServerConnection) -> None:
        await connection.send("x" * MAX_FRAME_BYTES)
        await connection.wait_closed()

    async def story() -> None:
        async with centre(send) as url:
            link = await WebSocketDialer(url).dial()
            assert len(await link.receive()) == MAX_FRAME_BYTES
            await link.close()

    asyncio.run(story())


def test_a_server_that_goes_away_ends_the_link():
    async def leave(connection: ServerConnection) -> None:
        connection.transport.abort()

    async def story() -> None:
        async with centre(leave) as url:
            link = await WebSocketDialer(url).dial()
            with pytest.raises(LinkLost):
                await link.receive()
            await link.close()

    asyncio.run(story())
