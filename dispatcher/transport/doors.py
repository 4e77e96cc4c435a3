"""The centre's HTTP doors as a client: signing in, handing orders to the intake, and the law book.

Raises the port's Trouble and nothing else when the world fails. Works on any asyncio loop.
"""

from collections.abc import Sequence

import httpx
import msgspec

from dispatcher.models.ids import CommandId, PersonId
from dispatcher.models.lawbook import AnyLawCommand, LawBook
from dispatcher.sync.ports import LinkLost, LinkRefused
from dispatcher.wire import Erased, ErasureAsked

TIMEOUT_S = 30.0


class SignedIn(msgspec.Struct, frozen=True):
    """What the door of sign-in answers; the token is a secret."""

    token: str


class _Told(msgspec.Struct, frozen=True):
    problem: str = ""
    remedy: str = ""


async def sign_in(centre: str, person: PersonId, password: str) -> str:
    """Trade a password for a token; raises LinkLost when the centre is away, LinkRefused with the centre's words."""
    async with httpx.AsyncClient(base_url=centre, timeout=TIMEOUT_S, trust_env=False) as client:
        response = await _post(client, "/sign-in", msgspec.json.encode({"person": person, "password": password}))
    if response.is_error:
        raise LinkRefused(_words(response))
    return msgspec.json.decode(response.content, type=SignedIn).token


class Intake:
    """One connection to the intake, for many batches. Use as an async context manager."""

    def __init__(self, centre: str, token: str) -> None:
        self._client = _client(centre, token)

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


async def law_book(centre: str, token: str) -> LawBook:
    """Ask for the law book; raises LinkLost, LinkRefused."""
    async with _client(centre, token) as client:
        try:
            response = await client.get("/law")
        except httpx.HTTPError as error:
            raise _lost(client, error) from None
    if response.is_error:
        raise LinkRefused(_words(response))
    return msgspec.json.decode(response.content, type=LawBook)


async def change_law(centre: str, token: str, act: CommandId, command: AnyLawCommand) -> LawBook:
    """Have the law book changed; gives it as it is then. Raises LinkLost, and LinkRefused with the centre's words."""
    async with _client(centre, token) as client:
        response = await _post(client, "/law", msgspec.json.encode({"id": act, "command": command}))
    if response.is_error:
        raise LinkRefused(_words(response))
    return msgspec.json.decode(response.content, type=LawBook)


async def erase(centre: str, token: str, asked: ErasureAsked) -> tuple[Erased, ...]:
    """Have the personal data of a case erased; raises LinkLost, and LinkRefused with the centre's words."""
    async with _client(centre, token) as client:
        response = await _post(client, "/erasures", msgspec.json.encode(asked))
    if response.is_error:
        raise LinkRefused(_words(response))
    return msgspec.json.decode(response.content, type=tuple[Erased, ...])


def _client(centre: str, token: str) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=centre, timeout=TIMEOUT_S, headers=headers, trust_env=False)


async def _post(
    client: httpx.AsyncClient, path: str, content: bytes, headers: dict[str, str] | None = None
) -> httpx.Response:
    try:
        return await client.post(path, content=content, headers=headers or {"content-type": "application/json"})
    except httpx.HTTPError as error:
        raise _lost(client, error) from None


def _lost(client: httpx.AsyncClient, error: httpx.HTTPError) -> LinkLost:
    return LinkLost(
        f"连不上中心 {client.base_url}，请检查地址和网络 ({error})"
        f" | The centre at {client.base_url} cannot be reached; check address and network ({error})"
    )


def _words(response: httpx.Response) -> str:
    try:
        told = msgspec.json.decode(response.content, type=_Told)
    except msgspec.DecodeError:
        told = _Told()
    if not told.problem:
        return f"中心答复 {response.status_code} | The centre answered {response.status_code}"
    if not told.remedy:
        return told.problem
    # Both stand as "Chinese | English"; the pair keeps that form.
    problems, remedies = (text.split(" | ", 1) for text in (told.problem, told.remedy))
    return " | ".join(f"{problem}: {remedy}" for problem, remedy in zip(problems, remedies, strict=False))
