"""Whatever one connection says or does, it is told why it ends, and a witness beside it notices nothing."""

import asyncio
import contextlib
import datetime as dt
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId
from dispatcher.server import feed
from dispatcher.server.socket import Patience
from dispatcher.wire import MAX_FRAME_BYTES, PROTOCOL, Fault, Hello, Ping, Submit, decode_downward, encode
from tests.server.centre import QUICK, TIMEOUT_S, Centre, Client, act, order, running_centre


@contextlib.asynccontextmanager
async def witnessed(tmp_path: Path, patience: Patience = QUICK) -> AsyncIterator[Centre]:
    """Run a centre with a witness that must keep its connection, its beats and its changes."""
    async with (
        running_centre(f"sqlite:///{tmp_path / 'centre.db'}", patience) as centre,
        centre.console("wang") as witness,
    ):
        yield centre
        beats = witness.beats
        (case,) = await centre.accepted(order())
        sign = act(c.SignFor(case=case), "wang")
        await witness.until(lambda w: case in w.rows)
        await witness.submit(sign)
        await witness.settled(sign)
        await witness.until(lambda w: w.beats > beats)
        assert witness.goodbye is None


HELLO = msgspec.json.decode(encode(Hello(protocol=PROTOCOL, token="x", station="T1")))

FIRST_WORDS: dict[str, tuple[bytes | str, Fault]] = {
    "rubbish": (b"\x00\x01\xff", Fault.RUBBISH),
    "text that is no JSON": ("hello there", Fault.RUBBISH),
    "half a message": (encode(Hello(protocol=PROTOCOL, token="x", station="T1"))[:20], Fault.RUBBISH),
    "nothing": (b"", Fault.RUBBISH),
    "deeply nested": (b"[" * 100_000, Fault.RUBBISH),
    "unknown message": (b'{"type":"dance"}', Fault.UNKNOWN_MESSAGE),
    "a field of another type": (msgspec.json.encode(HELLO | {"token": 7}), Fault.BAD_FIELD),
    "newer protocol": (msgspec.json.encode(HELLO | {"protocol": PROTOCOL + 1}), Fault.NEWER_PROTOCOL),
    "newer protocol of another shape": (
        msgspec.json.encode({"type": "hello", "protocol": PROTOCOL + 1, "who": []}),
        Fault.NEWER_PROTOCOL,
    ),
    "older protocol": (msgspec.json.encode(HELLO | {"protocol": 0}), Fault.OLDER_PROTOCOL),
    "wrong token": (msgspec.json.encode(HELLO), Fault.NOT_SIGNED_IN),
    "ping before hello": (encode(Ping(sent_ms=1)), Fault.HELLO_FIRST),
    "submit before hello": (encode(Submit(acts=())), Fault.HELLO_FIRST),
}


@pytest.mark.parametrize("words", FIRST_WORDS.values(), ids=FIRST_WORDS.keys())
def test_wrong_first_words_get_their_reason(tmp_path: Path, words: tuple[bytes | str, Fault]) -> None:
    async def story() -> None:
        async with witnessed(tmp_path) as centre, centre.open() as client:
            await client.socket.send(words[0])
            goodbye = await client.parting()
            assert goodbye.fault is words[1]
            assert client.welcome is None
            assert client.close_code == 1008

    asyncio.run(story())


def test_who_says_nothing_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with witnessed(tmp_path) as centre:
            monkeypatch.setattr(feed, "HELLO_WITHIN_S", 0.2)
            async with centre.open() as client:
                assert (await client.parting()).fault is Fault.HELLO_FIRST

    asyncio.run(story())


def bad_act(**changes: object) -> c.Act:
    return act(c.SignFor(case=CaseId("c")), "zhao", **changes)


LATER_WORDS: dict[str, tuple[bytes, Fault]] = {
    "a second hello": (encode(Hello(protocol=PROTOCOL, token="x", station="T1")), Fault.BAD_FIELD),
    "rubbish": (b"}{", Fault.RUBBISH),
    "an act without an id": (encode(Submit(acts=(bad_act(id=CommandId("")),))), Fault.BAD_FIELD),
    "an act with the intake's id": (encode(Submit(acts=(bad_act(id=CommandId("intake:a:b")),))), Fault.BAD_FIELD),
    "an instant without a zone": (
        encode(Submit(acts=(bad_act(made_at=dt.datetime(2026, 7, 1)),))),  # noqa: DTZ001
        Fault.BAD_FIELD,
    ),
    "an instant at the end of time": (
        encode(Submit(acts=(bad_act(made_at=dt.datetime.max.replace(tzinfo=dt.UTC)),))),
        Fault.BAD_FIELD,
    ),
    "a text with NUL": (
        encode(Submit(acts=(act(c.CloseCase(case=CaseId("c"), note="a\0"), "zhao"),))),
        Fault.BAD_FIELD,
    ),
    "a text without end": (
        encode(Submit(acts=(act(c.CloseCase(case=CaseId("c"), note="a" * 100_000), "zhao"),))),
        Fault.BAD_FIELD,
    ),
}


@pytest.mark.parametrize("words", LATER_WORDS.values(), ids=LATER_WORDS.keys())
def test_wrong_later_words_get_their_reason(tmp_path: Path, words: tuple[bytes, Fault]) -> None:
    async def story() -> None:
        async with witnessed(tmp_path) as centre, centre.console("zhao") as client:
            await client.socket.send(words[0])
            assert (await client.parting()).fault is words[1]

    asyncio.run(story())


async def upgraded(centre: Centre, path: str = "/feed") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Shake hands by hand, to say afterwards what no library would."""
    reader, writer = await asyncio.open_connection("127.0.0.1", centre.port)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: c\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert b"101" in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


def frames_of(data: bytes) -> list[tuple[int, bytes]]:
    """Cut what the centre sent into (opcode, payload); its frames are not masked."""
    found: list[tuple[int, bytes]] = []
    while data:
        opcode, length, head = data[0] & 15, data[1] & 127, 2
        if length == 126:
            (length,), head = struct.unpack("!H", data[2:4]), 4
        elif length == 127:
            (length,), head = struct.unpack("!Q", data[2:10]), 10
        found.append((opcode, data[head : head + length]))
        data = data[head + length :]
    return found


async def a_broken_frame(centre: Centre) -> None:
    reader, writer = await upgraded(centre)
    writer.write(b"\xff\xff\xff\xff")  # reserved bits, an opcode nobody knows
    async with asyncio.timeout(TIMEOUT_S):
        (_, words), (opcode, close) = frames_of(await reader.read())
    assert decode_downward(words).fault is Fault.RUBBISH
    assert (opcode, struct.unpack("!H", close[:2])) == (8, (1002,))
    writer.close()


async def an_unmasked_frame(centre: Centre) -> None:
    reader, writer = await upgraded(centre)
    writer.write(b"\x82\x02{}")
    async with asyncio.timeout(TIMEOUT_S):
        (_, words), (opcode, _) = frames_of(await reader.read())
    assert decode_downward(words).fault is Fault.RUBBISH
    assert opcode == 8
    writer.close()


async def half_a_frame_and_gone(centre: Centre) -> None:
    _, writer = await upgraded(centre)
    writer.write(b"\x82\xfe\x10\x00abcd" + b"x" * 100)  # says 4,096 bytes, sends 100
    await writer.drain()
    writer.close()


async def half_a_frame_and_reset(centre: Centre) -> None:
    _, writer = await upgraded(centre)
    writer.write(b"\x82\xfe\x10\x00abcd" + b"x" * 100)
    await writer.drain()
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


async def half_a_frame_and_silence(centre: Centre) -> None:
    reader, writer = await upgraded(centre)
    writer.write(b"\x82\xfe\x10\x00abcd" + b"x" * 100)
    async with asyncio.timeout(TIMEOUT_S):
        frames = [(opcode, payload) for opcode, payload in frames_of(await reader.read()) if opcode != 9]
    assert decode_downward(frames[0][1]).fault is Fault.TOO_SLOW
    writer.close()


async def send_long_frame(centre: Centre, size: int) -> None:
    """Say that `size` bytes follow, and send them whatever the centre says meanwhile."""
    reader, writer = await upgraded(centre)
    writer.write(b"\x82\xff" + struct.pack("!Q", size) + b"mask")
    answer = asyncio.create_task(reader.read())
    with contextlib.suppress(ConnectionError):
        for _ in range(size // 65536 + 1):
            writer.write(b" " * 65536)
            await writer.drain()
    async with asyncio.timeout(TIMEOUT_S):
        (_, words), (opcode, close) = frames_of(await answer)
    assert decode_downward(words).fault is Fault.TOO_LARGE
    assert (opcode, struct.unpack("!H", close[:2])) == (8, (1009,))
    writer.close()


async def a_frame_of_64_mib(centre: Centre) -> None:
    await send_long_frame(centre, 64 * 1024 * 1024)


async def a_frame_one_byte_too_long(centre: Centre) -> None:
    await send_long_frame(centre, MAX_FRAME_BYTES + 1)


async def another_path(centre: Centre) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(centre.feed.replace("/feed", "/food")):
            pass
    assert refused.value.response.status_code == 404


@pytest.mark.parametrize(
    "mischief",
    [
        a_broken_frame,
        an_unmasked_frame,
        half_a_frame_and_gone,
        half_a_frame_and_reset,
        half_a_frame_and_silence,
        a_frame_of_64_mib,
        a_frame_one_byte_too_long,
        another_path,
    ],
)
def test_broken_frames_harm_only_their_own_connection(
    tmp_path: Path, mischief: Callable[[Centre], Awaitable[None]]
) -> None:
    async def story() -> None:
        async with witnessed(tmp_path, Patience(slow_s=1.0, silent_s=3.0, beat_s=0.2)) as centre:
            await mischief(centre)

    asyncio.run(story())


def test_a_console_that_does_not_read_is_cut_off_and_the_others_are_fed(tmp_path: Path) -> None:
    async def story() -> None:
        long = "长" * 30_000
        patience = Patience(slow_s=1.0, silent_s=60.0, linger_s=10.0, beat_s=0.2)
        async with witnessed(tmp_path, patience) as centre, centre.console("qian") as quick:
            token = await centre.token("zhao")
            raw = socket.socket()
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            raw.setblocking(False)
            await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", centre.port))
            hello = Hello(protocol=PROTOCOL, token=token, station="T2")
            async with connect(
                centre.feed, sock=raw, max_size=MAX_FRAME_BYTES, max_queue=1, compression=None, ping_interval=None
            ) as slow:
                await slow.send(encode(hello))
                client = Client(slow)
                await client.until(lambda c: c.beats)
                cases = [
                    case for _ in range(6) for case in await centre.accepted(*(order(text=long) for _ in range(10)))
                ]  # nobody takes them from `slow`: its library stops reading as well
                async with asyncio.timeout(TIMEOUT_S):
                    while (await centre.http.get("/health")).json()["consoles"] > 2:
                        await quick.until(lambda q, beats=quick.beats: q.beats > beats)
                assert (await client.parting()).fault is Fault.TOO_SLOW
                await quick.until(lambda q: set(cases) <= set(q.rows))

    asyncio.run(story())
