"""The centre's HTTP doors as a client: signing in, one's account, handing orders to the intake, and the law book.

Raises the port's Trouble and nothing else when the world fails. Works on any asyncio loop.
"""

import datetime as dt
import ssl
from collections.abc import Sequence

import httpx
import msgspec

from dispatcher.models.ids import CommandId, PersonId
from dispatcher.models.lawbook import AnyLawCommand, LawBook
from dispatcher.sync.ports import LinkLost, LinkRefused
from dispatcher.transport.trust import certificate_words
from dispatcher.wire import Erased, ErasureAsked

TIMEOUT_S = 30.0
_UNAUTHORIZED = 401


class SignedIn(msgspec.Struct, frozen=True):
    """What the door of sign-in answers; token and device are secrets."""

    token: str
    device: str = ""


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    """One of a person's sessions; `this` is the one that asked."""

    id: str
    created_at: dt.datetime
    expires_at: dt.datetime
    station: str = ""
    address: str = ""
    this: bool = False


class CodeWanted(LinkRefused):
    """The password is right; a one-time code is wanted, or the one given was wrong."""


class WrongPassword(LinkRefused):
    """The centre answered that name or password is wrong."""


class _Told(msgspec.Struct, frozen=True):
    problem: str = ""
    remedy: str = ""
    code_wanted: bool = False


class _Sessions(msgspec.Struct, frozen=True):
    sessions: tuple[OpenSession, ...]


async def admit(
    centre: str,
    person: PersonId,
    password: str,
    *,
    code: str = "",
    device: str = "",
    tls: ssl.SSLContext | None = None,
) -> SignedIn:
    """Trade a password for a token; raises LinkLost when the centre is away, else LinkRefused with its words.

    Of these CodeWanted and WrongPassword are told apart.
    """
    asked = {"person": person, "password": password, "code": code, "device": device}
    async with httpx.AsyncClient(base_url=centre, timeout=TIMEOUT_S, trust_env=False, verify=tls or True) as client:
        response = await _post(client, "/sign-in", msgspec.json.encode(asked))
    if response.is_error:
        if _told(response).code_wanted:
            raise CodeWanted(_words(response))
        raise (WrongPassword if response.status_code == _UNAUTHORIZED else LinkRefused)(_words(response))
    return msgspec.json.decode(response.content, type=SignedIn)


async def sign_in(centre: str, person: PersonId, password: str, tls: ssl.SSLContext | None = None) -> str:
    """Trade a password for a token; raises LinkLost when the centre is away, LinkRefused with the centre's words."""
    return (await admit(centre, person, password, tls=tls)).token


class Account:
    """What a signed-in person may ask about himself. Every method raises LinkLost, LinkRefused."""

    def __init__(self, centre: str, token: str, tls: ssl.SSLContext | None = None) -> None:
        self._centre = centre
        self._token = token
        self._tls = tls

    async def change_password(self, old: str, new: str) -> None:
        """Take another password; all other sessions of the person end."""
        await self._ask("/password", {"old": old, "new": new})

    async def sessions(self) -> tuple[OpenSession, ...]:
        """List the person's sessions, the newest first."""
        async with _client(self._centre, self._token, self._tls) as client:
            try:
                response = await client.get("/sessions")
            except httpx.HTTPError as error:
                raise _lost(client, error) from None
        if response.is_error:
            raise LinkRefused(_words(response))
        return msgspec.json.decode(response.content, type=_Sessions).sessions

    async def end(self, session: str) -> None:
        """End one of the person's sessions by its id."""
        await self._ask("/sessions/end", {"id": session})

    async def sign_out(self) -> None:
        """Make the token worthless."""
        await self._ask("/sign-out", {})

    async def _ask(self, path: str, what: dict[str, str]) -> None:
        async with _client(self._centre, self._token, self._tls) as client:
            response = await _post(client, path, msgspec.json.encode(what))
        if response.is_error:
            raise LinkRefused(_words(response))


class Intake:
    """One connection to the intake, for many batches. Use as an async context manager."""

    def __init__(self, centre: str, token: str, tls: ssl.SSLContext | None = None) -> None:
        self._client = _client(centre, token, tls)

    async def __aenter__(self) -> "Intake":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(self, lines: Sequence[bytes]) -> list[bytes]:
        """Hand lines of JSON over; gives the answers' lines in the same order. Raises LinkLost, LinkRefused."""
        response = await _post(
            self._client, "/intake/orders", b"\n".join(lines), {"content-type": "application/x-ndjson"}
        )
        if response.is_error:
            raise LinkRefused(_words(response))
        return response.content.splitlines()


async def law_book(centre: str, token: str, tls: ssl.SSLContext | None = None) -> LawBook:
    """Ask for the law book; raises LinkLost, LinkRefused."""
    async with _client(centre, token, tls) as client:
        try:
            response = await client.get("/law")
        except httpx.HTTPError as error:
            raise _lost(client, error) from None
    if response.is_error:
        raise LinkRefused(_words(response))
    return msgspec.json.decode(response.content, type=LawBook)


async def change_law(
    centre: str, token: str, act: CommandId, command: AnyLawCommand, tls: ssl.SSLContext | None = None
) -> LawBook:
    """Have the law book changed; gives it as it is then. Raises LinkLost, and LinkRefused with the centre's words."""
    async with _client(centre, token, tls) as client:
        response = await _post(client, "/law", msgspec.json.encode({"id": act, "command": command}))
    if response.is_error:
        raise LinkRefused(_words(response))
    return msgspec.json.decode(response.content, type=LawBook)


async def erase(centre: str, token: str, asked: ErasureAsked, tls: ssl.SSLContext | None = None) -> tuple[Erased, ...]:
    """Have the personal data of a case erased; raises LinkLost, and LinkRefused with the centre's words."""
    async with _client(centre, token, tls) as client:
        response = await _post(client, "/erasures", msgspec.json.encode(asked))
    if response.is_error:
        raise LinkRefused(_words(response))
    return msgspec.json.decode(response.content, type=tuple[Erased, ...])


def _client(centre: str, token: str, tls: ssl.SSLContext | None) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=centre, timeout=TIMEOUT_S, headers=headers, trust_env=False, verify=tls or True)


async def _post(
    client: httpx.AsyncClient, path: str, content: bytes, headers: dict[str, str] | None = None
) -> httpx.Response:
    try:
        return await client.post(path, content=content, headers=headers or {"content-type": "application/json"})
    except httpx.HTTPError as error:
        raise _lost(client, error) from None


def _lost(client: httpx.AsyncClient, error: httpx.HTTPError) -> LinkLost:
    certificate = certificate_words(error)
    if certificate:
        return LinkLost(certificate)
    return LinkLost(
        f"连不上中心 {client.base_url}，请检查地址和网络 ({error})"
        f" | The centre at {client.base_url} cannot be reached; check address and network ({error})"
    )


def _told(response: httpx.Response) -> _Told:
    try:
        return msgspec.json.decode(response.content, type=_Told)
    except msgspec.DecodeError:
        return _Told()


def _words(response: httpx.Response) -> str:
    told = _told(response)
    if not told.problem:
        return f"中心答复 {response.status_code} | The centre answered {response.status_code}"
    if not told.remedy:
        return told.problem
    # Both stand as "Chinese | English"; the pair keeps that form.
    problems, remedies = (text.split(" | ", 1) for text in (told.problem, told.remedy))
    return " | ".join(f"{problem}: {remedy}" for problem, remedy in zip(problems, remedies, strict=False))
