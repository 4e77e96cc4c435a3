"""Rubbish over the socket and through the doors, while a witness works: nothing falls over, nothing leaks.

A centre as a process of its own is sent mutated messages, random bytes, wrong types, deep nesting, too long and half
frames, broken framing and connections that dribble a byte at a time; schemathesis goes through its HTTP doors by their
OpenAPI description. Meanwhile orders come in, and a strict console must hear of each in time. Memory, open files and
threads of the centre are compared before and after; its log must hold no traceback, nor may anybody be sent one.
"""

import argparse
import asyncio
import contextlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import msgspec
from hypothesis import HealthCheck, given, settings

from benchmarks import Result, summary, table
from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId, PersonId
from dispatcher.wire import MAX_FRAME_BYTES, PROTOCOL, Hello, Ping, Submit, encode
from tests import builders
from tests.server.centre import PASSWORD, Centre, order

ROOT: Final = Path(__file__).parents[1]
AT_ONCE: Final = 8
LORISES: Final = 20
WITHIN_S: Final = 10.0
LATE_S: Final = 10.0
"""How long the witness may wait for a row on a machine that has other things to do."""
_HANDSHAKE: Final = (
    b"GET /feed HTTP/1.1\r\nHost: c\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
_LAST: Final = 424_242
_ANSWERED: Final = b'"sent_ms":%d' % _LAST


class Flooded(NamedTuple):
    """What a flood came to: messages and connections, how often each farewell was said, and tracebacks among it."""

    messages: int
    connections: int
    farewells: Counter[str]
    tracebacks: int


# ---- what a rogue says


def frame(payload: bytes, opcode: int = 2, *, fin: bool = True, masked: bool = True, reserved: int = 0) -> bytes:
    """Make a client's frame; its mask is zero, so that the payload goes as it is."""
    first = (0x80 if fin else 0) | reserved << 4 | opcode
    mask_bit = 0x80 if masked else 0
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", first, mask_bit | length)
    elif length < 65536:
        head = struct.pack("!BBH", first, mask_bit | 126, length)
    else:
        head = struct.pack("!BBQ", first, mask_bit | 127, length)
    return head + (b"\0\0\0\0" if masked else b"") + payload


class Rogue:
    """Makes frames that no console would send, from a seed."""

    def __init__(self, rng: random.Random, token: str) -> None:
        self._rng = rng
        self._hello = Hello(protocol=PROTOCOL, token=token, station="rogue")
        self._trees = [msgspec.json.decode(encode(message)) for message in self._messages()]

    def hello(self) -> bytes:
        """Give a first word that is taken."""
        return frame(encode(self._hello))

    def frames(self) -> list[bytes]:
        """Give what is said on one connection, most of it after a proper hello."""
        rng = self._rng
        said = [] if rng.random() < 0.15 else [self.hello()]
        return said + [self.one() for _ in range(rng.randrange(1, 12))]

    def one(self) -> bytes:
        """Give one message."""
        rng = self._rng
        kind = rng.random()
        if kind < 0.62:
            tree = self.mutated(rng.choice(self._trees))
            return frame(msgspec.json.encode(tree), rng.choice((1, 2)))
        if kind < 0.72:
            return frame(rng.randbytes(rng.randrange(0, 400)), rng.choice((1, 2)))
        if kind < 0.78:
            return frame(rng.choice((b"[", b'{"a":', b'{"type":"submit","acts":[')) * rng.randrange(1, 30_000))
        if kind < 0.82:
            return frame(b"")[:2] + rng.randbytes(rng.randrange(0, 4))
        if kind < 0.85:
            return struct.pack("!BBQ", 0x82, 0xFF, MAX_FRAME_BYTES + rng.randrange(1, 2**62)) + b"\0\0\0\0"
        if kind < 0.86:
            return frame(b'{"type":"ping","sent_ms":1,"x":"' + b"x" * 200_000 + b'"}')
        if kind < 0.91:
            return frame(encode(Ping(sent_ms=1)), rng.randrange(0, 16), masked=rng.random() < 0.5)
        if kind < 0.94:
            return frame(encode(Ping(sent_ms=1)), reserved=rng.randrange(1, 8))
        if kind < 0.97:
            return frame(b"part", rng.choice((0, 2, 9)), fin=False)
        whole = frame(msgspec.json.encode(rng.choice(self._trees)))
        return whole[: rng.randrange(1, len(whole))]

    def mutated(self, tree: object) -> object:
        """Change one or two places of a valid message."""
        for _ in range(self._rng.randrange(1, 3)):
            tree = self._changed(tree)
        return tree

    def _changed(self, tree: object) -> object:
        rng = self._rng
        if isinstance(tree, dict) and tree and rng.random() < 0.8:
            key = rng.choice(list(tree))
            changed = dict(tree)
            if rng.random() < 0.15:
                del changed[key]
            elif rng.random() < 0.1:
                changed[self._value_text()] = changed[key]
            else:
                changed[key] = self._changed(changed[key])
            return changed
        if isinstance(tree, list) and tree and rng.random() < 0.8:
            place = rng.randrange(len(tree))
            return [*tree[:place], self._changed(tree[place]), *tree[place + rng.randrange(2) :]]
        return self._value()

    def _value(self) -> object:
        rng = self._rng
        return rng.choice(
            (
                None,
                True,
                -1,
                0,
                2**63,
                -(2**70),
                1.5e308,
                self._value_text(),
                [],
                {},
                [[[[]]]],
                {"type": "hello"},
                "0001-01-01T00:00:00Z",
                "9999-12-31T23:59:59.999999+00:00",
                "2026-07-01T00:00:00",
                "x" * rng.choice((100, 10_000)),
            )
        )

    def _value_text(self) -> str:
        return "".join(chr(self._rng.choice((0, 9, 34, 92, 127, 0x4E2D, 0xFFFF, 0x1F600))) for _ in range(4))

    def _messages(self) -> Iterator[Hello | Ping | Submit]:
        yield self._hello
        yield Ping(sent_ms=7)
        commands = (
            c.SignFor(case=CaseId("case")),
            c.RecordContact(case=CaseId("case"), reached=True),
            builders.reply("case"),
            builders.blow("case"),
            builders.receive("case"),
            c.SplitCase(case=CaseId("case"), parts=(c.Part(case=CaseId("a"), title="a"),)),
        )
        for number, command in enumerate(commands):
            act = c.Act(id=CommandId(f"act-{number}"), command=command, by=PersonId("zhao"), made_at=builders.NOON)
            yield Submit(acts=(act,))


# ---- the flood


async def flood(port: int, token: str, messages: int, seed: int, at_once: int = AT_ONCE) -> Flooded:
    """Send so many messages, on as many connections as it takes, `at_once` at a time."""
    farewells: Counter[str] = Counter()
    sent = connections = tracebacks = 0

    async def one(number: int) -> None:
        nonlocal sent, connections, tracebacks
        rogue = Rogue(random.Random(f"{seed} {number}"), token)
        while sent < messages:
            frames = rogue.frames()
            sent += len(frames)
            connections += 1
            heard = await _say(port, frames, random.Random(f"{seed} {number} {connections}"))
            tracebacks += b"Traceback" in heard
            for fault in re.findall(rb'"type":"goodbye","fault":"(\w+)"', heard):
                farewells[fault.decode()] += 1

    await asyncio.gather(*(one(number) for number in range(at_once)))
    return Flooded(sent, connections, farewells, tracebacks)


async def _say(port: int, frames: list[bytes], rng: random.Random) -> bytes:
    """Say frames on one connection, and give what is heard until it ends, or until the rogue has had enough."""
    heard = b""
    with contextlib.suppress(OSError, TimeoutError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            async with asyncio.timeout(WITHIN_S):
                writer.write(_HANDSHAKE)
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"".join(frames))
                await writer.drain()
                if rng.random() < 0.85:
                    writer.write(frame(encode(Ping(sent_ms=_LAST))))  # whoever still understands will answer it
                    heard = await _until_end(reader)
        finally:
            if rng.random() < 0.5:
                writer.transport.abort()
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    return heard


async def _until_end(reader: asyncio.StreamReader) -> bytes:
    heard = bytearray()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            while part := await reader.read(65536):
                heard += part
                if _ANSWERED in heard:
                    break
    return bytes(heard)


@contextlib.asynccontextmanager
async def lorises(port: int, how_many: int = LORISES) -> AsyncIterator[None]:
    """Keep connections open that dribble a byte of a handshake or of a frame now and then."""

    async def dribble(number: int) -> None:
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    words = _HANDSHAKE
                    if number % 2:
                        writer.write(_HANDSHAKE)
                        await reader.readuntil(b"\r\n\r\n")
                        words = frame(encode(Hello(protocol=PROTOCOL, token="x" * 300, station="loris")))
                    for byte in words:
                        writer.write(bytes([byte]))
                        await writer.drain()
                        await asyncio.sleep(0.2)
                finally:
                    writer.transport.abort()

    tasks = [asyncio.create_task(dribble(number)) for number in range(how_many)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Witness:
    """A strict console beside the flood, and the hotline that gives it something to hear of."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self.late_s: list[float] = []

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator["Witness"]:
        """Post an order now and then and wait until the console has its row."""
        async with self._centre.console("wang") as console:
            done = asyncio.Event()

            async def watch() -> None:
                while not done.is_set():
                    begun_s = time.monotonic()
                    (case,) = await self._centre.accepted(order())
                    await console.until(lambda seen, case=case: case in seen.rows)
                    self.late_s.append(time.monotonic() - begun_s)
                    await asyncio.sleep(0.1)
                assert console.goodbye is None

            watching = asyncio.create_task(watch())
            try:
                yield self
            finally:
                done.set()
                await watching


# ---- the doors


def knock(url: str, person: str, examples: int) -> int:
    """Let schemathesis go through the doors; raises at the first answer that is not as described."""
    # Here, not above: the lowest versions are tried without the developers' tools.
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    token = httpx.post(f"{url}/sign-in", json={"person": person, "password": PASSWORD}, trust_env=False).json()["token"]
    description = httpx.get(f"{url}/openapi.json", trust_env=False).json()
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    schema = schemathesis.openapi.from_dict(description)
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path == "/sign-out":
            continue  # it would end the token that the others need; the tests of identity ask it

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(base_url=url, headers={"Authorization": f"Bearer {token}"}, checks=checks)

        ask()
    return asked


# ---- the run


class Body(NamedTuple):
    """What a process holds at the moment."""

    memory_mb: float
    files: int
    threads: int


def body_of(pid: int) -> Body:
    """Read it from the system."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    memory = int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
    threads = int(re.findall(r"Threads:\s+(\d+)", status)[0])
    return Body(memory, sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()), threads)


async def run_socket(url: str, pid: int, messages: int, seed: int) -> list[Result]:
    """Flood a running centre and compare it before and after."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
        centre = Centre(_At(url), http)  # pyright: ignore[reportArgumentType]  # it looks at the address alone
        return await _run_socket(centre, pid, messages, seed)


async def _run_socket(centre: Centre, pid: int, messages: int, seed: int) -> list[Result]:
    token = await centre.token("zhao")
    await flood(centre.port, token, messages // 10, seed)  # memory that is taken once is no leak
    await asyncio.sleep(1.0)
    before = body_of(pid)
    witness = Witness(centre)
    begun_s = time.monotonic()
    async with lorises(centre.port), witness.watching():
        flooded = await flood(centre.port, token, messages, seed + 1)
    took_s = time.monotonic() - begun_s
    after = await _settled(pid, before)
    live = (await centre.http.get("/health")).status_code == 200
    worst_s = max(witness.late_s)
    grown = after.memory_mb - before.memory_mb
    farewells = ", ".join(f"{name} {count:,}" for name, count in flooded.farewells.most_common())
    return [
        Result("messages sent", flooded.messages, f"in {took_s:.0f} s", None, f"≥ {messages:,}", True),
        Result(f"connections (farewells heard: {farewells})", flooded.connections, ""),
        Result("tracebacks sent to a client", flooded.tracebacks, "", None, "0", flooded.tracebacks == 0),
        Result("the centre answers afterwards", float(live), "", None, "1", live),
        Result("witness: rows heard of meanwhile", len(witness.late_s), ""),
        Result("witness: the latest row", worst_s, "s", None, f"≤ {LATE_S:g} s", worst_s <= LATE_S),
        Result("memory grown", grown, "MB", None, "≤ 30 MB", grown <= 30),
        Result("open files grown", after.files - before.files, "", None, "≤ 2", after.files - before.files <= 2),
        Result("threads grown", after.threads - before.threads, "", None, "≤ 1", after.threads - before.threads <= 1),
    ]


async def _settled(pid: int, before: Body) -> Body:
    """Wait until the connections of the flood are gone, for as long as the centre may keep them."""
    deadline_s = time.monotonic() + 90
    while True:
        body = body_of(pid)
        if body.files <= before.files or time.monotonic() > deadline_s:
            return body
        await asyncio.sleep(0.5)


def run_all(messages: int, examples: int, seed: int) -> list[Result]:
    """Run a centre as a process, flood it, and knock at its doors."""
    with tempfile.TemporaryDirectory(prefix="rubbish-") as directory:
        log = Path(directory, "log")
        command = [sys.executable, "-m", "tests.server.standalone", f"sqlite:///{directory}/centre.db", "0"]
        with (
            log.open("wb") as output,
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=output, text=True) as child,
        ):
            try:
                assert child.stdout is not None
                url = child.stdout.readline().strip().removeprefix("listening on ")
                results = asyncio.run(run_socket(url, child.pid, messages, seed))
                asked = sum(knock(url, person, examples) for person in ("hotline", "admin"))
                alive = httpx.get(f"{url}/ready", trust_env=False, timeout=60).status_code == 200
            finally:
                child.terminate()
                ended = child.wait()
        words = log.read_text("utf-8", "replace")
    clean = "Traceback" not in words and "CRITICAL" not in words
    if not clean:
        print(words[-4000:])
    return [
        *results,
        Result("requests by schemathesis, each answered as described", asked, "", None, "no failure", alive),
        Result("the centre's log is free of tracebacks", float(clean), "", None, "1", clean),
        Result("it ends with", ended, "", None, "0", ended == 0),
    ]


class _At:
    """Where a centre is that runs elsewhere."""

    def __init__(self, url: str) -> None:
        self.url = url


def main() -> int:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rubbish", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--examples", type=int, default=200, help="for each HTTP door and each of two people")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    begun_s = time.monotonic()
    results = run_all(asked.messages, asked.examples, asked.seed)
    what = f"{asked.messages:,} messages of rubbish, seed {asked.seed}"
    print(f"{table(results)}\n\n{summary(what, results, time.monotonic() - begun_s)}")
    return int(any(not result.ok for result in results))


if __name__ == "__main__":
    sys.exit(main())
