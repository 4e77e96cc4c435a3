"""The way to a centre, one step at a time: its name, its port, its certificate, its answer, its feed.

For a doctor: a client that goes all of it at once can only say that it did not arrive. Each step takes some seconds at
most, tells the centre nothing of who asks, and raises LinkLost with what is wrong there, in words.
"""

import asyncio
import contextlib
import datetime as dt
import errno
import socket
import ssl
import time
from collections.abc import Generator
from typing import Final, NamedTuple, cast
from urllib.parse import urlsplit

import httpx
import msgspec

from dispatcher.sync.clock import CentreTime
from dispatcher.sync.ports import LinkLost
from dispatcher.transport.trust import certificate_words
from dispatcher.transport.websocket import WebSocketDialer, feed_url
from dispatcher.wire import Health

STEP_S: Final = 5.0
"""So long a step may take."""
ROUND_TRIPS: Final = 4
_PORTS: Final = {"http": 80, "https": 443}
_REFUSED: Final = (
    "端口拒绝连接：那里没有中心在运行，或端口不对 | the port refuses: no centre runs there, or it is another port"
)
_SILENT: Final = (
    "没有应答：网络不通，或被防火墙拦截 | nothing answers: the network is down, or a firewall stands between"
)
_NO_WAY: Final = "网络不可达：请检查网线、网卡和路由 | there is no way to it: check cable, network card and routes"


class Host(NamedTuple):
    """Where a centre listens."""

    name: str
    port: int


class Met(NamedTuple):
    """What a centre answered: its state, its own words where it cannot judge, and the time between both ends."""

    health: Health
    trouble: str
    round_trip_s: float


def host_of(centre: str) -> Host:
    """Give host and port of a centre's address."""
    parts = urlsplit(centre)
    return Host(parts.hostname or "", parts.port or _PORTS[parts.scheme])


def resolve(host: Host) -> tuple[str, ...]:
    """Give the addresses of a name, the preferred one first."""
    try:
        found = socket.getaddrinfo(host.name, host.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise LinkLost(
            f"{host.name}：查不到这个名称的地址：DNS 不通，或名称写错"
            f" | {host.name}: no address of this name can be found: DNS is away, or the name is wrong ({error})"
        ) from error
    return tuple(dict.fromkeys(str(address[4][0]) for address in found))


def connect(host: Host) -> None:
    """Open a connection and close it."""
    with _connected(host):
        return


def certificate(host: Host, tls: ssl.SSLContext) -> dt.datetime:
    """Give when the certificate that is shown ends, having verified its chain and its name."""
    try:
        with _connected(host) as plain, tls.wrap_socket(plain, server_hostname=host.name) as sealed:
            shown = sealed.getpeercert()
    except OSError as error:  # an SSLError is one
        raise LinkLost(certificate_words(error) or f"{_SILENT} ({error})") from error
    ends = cast("str", shown.get("notAfter", "")) if shown else ""
    return dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), dt.UTC)


def ask(centre: str, time_: CentreTime, tls: ssl.SSLContext | None) -> Met:
    """Ask how a centre is and whether it can judge, and measure its clock on the way."""
    shortest_s, health = STEP_S, None
    with httpx.Client(base_url=centre, timeout=STEP_S, trust_env=False, verify=tls or True) as client:
        try:
            for _ in range(ROUND_TRIPS):
                asked_s, sent = time.perf_counter(), time_.monotonic()
                health = _health(client.get("/health"))
                shortest_s = min(shortest_s, time.perf_counter() - asked_s)
                if health.now is not None:
                    time_.measured(sent, time_.monotonic(), health.now)
            ready = client.get("/ready")
        except httpx.HTTPError as error:
            words = certificate_words(error) or (
                "端口能连上，却没有像中心那样应答 | it takes connections and does not answer as a centre does"
            )
            raise LinkLost(f"{words} ({type(error).__name__})") from error
    assert health is not None, "ROUND_TRIPS is not 0"
    return Met(health, _problem(ready) if ready.is_error else "", shortest_s)


def open_feed(centre: str, tls: ssl.SSLContext | None) -> None:
    """Open the feed's WebSocket and close it without a word."""

    async def open_and_close() -> None:
        await (await WebSocketDialer(feed_url(centre), tls=tls).dial()).close()

    asyncio.run(open_and_close())


@contextlib.contextmanager
def _connected(host: Host) -> Generator[socket.socket]:
    try:
        with socket.create_connection(host, STEP_S) as connection:
            yield connection
    except ssl.SSLError:
        raise
    except ConnectionRefusedError as error:
        raise LinkLost(_at(host, _REFUSED)) from error
    except TimeoutError as error:
        raise LinkLost(_at(host, _SILENT)) from error
    except OSError as error:
        words = _NO_WAY if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH) else _SILENT
        raise LinkLost(f"{_at(host, words)} ({error.strerror})") from error


def _at(host: Host, words: str) -> str:
    zh, _, en = words.partition(" | ")
    return f"{host.name}:{host.port} {zh} | {host.name}:{host.port}: {en}"


class _Told(msgspec.Struct, frozen=True):
    problem: str = ""


def _health(answer: httpx.Response) -> Health:
    try:
        if answer.is_success:
            return msgspec.json.decode(answer.content, type=Health)
    except msgspec.DecodeError:
        pass  # it is no centre
    raise LinkLost(
        f"应答的不是中心（HTTP {answer.status_code}）：地址或代理不对"
        f" | what answers is no centre (HTTP {answer.status_code}): another address, or a proxy in between"
    )


def _problem(answer: httpx.Response) -> str:
    try:
        told = msgspec.json.decode(answer.content, type=_Told)
    except msgspec.DecodeError:
        told = _Told()
    return told.problem or f"HTTP {answer.status_code}"
