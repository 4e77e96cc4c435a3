"""What every HTTP door of the centre shares: reading a body within its limit, and answering in JSON, refusals too."""

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was not served, and what to do."""

    problem: str
    remedy: str


class Refusal(Exception):
    """Ends a request with a status and a Problem."""

    def __init__(self, status: int, problem: str, remedy: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem)
        self.status = status
        self.problem = Problem(problem=problem, remedy=remedy)
        self.headers = dict(headers or {})


def bearer(request: Request) -> str:
    """Give the token a request brings; raises Refusal where it brings none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unknown_token()
    return token.strip()


def unknown_token() -> Refusal:
    """Make the refusal of a token that is nobody's."""
    return Refusal(
        401,
        "令牌无效或已过期 | the token is unknown or has run out",
        "先 POST /sign-in，再带 Authorization: Bearer … | POST /sign-in, then send Authorization: Bearer …",
        {"www-authenticate": "Bearer"},
    )


async def body_of(request: Request, most_bytes: int) -> bytes:
    """Read a body, never past its limit; raises Refusal."""
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > most_bytes:
            remedy = f"至多 {most_bytes} 字节 | at most {most_bytes} bytes"
            raise Refusal(413, "请求过大 | the body is too large", remedy, {"connection": "close"})
    return bytes(parts)


def as_json(value: msgspec.Struct, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a value as JSON."""
    return Response(msgspec.json.encode(value), status, headers=headers, media_type="application/json")


async def refused(_request: Request, error: Exception) -> Response:
    """Answer a Refusal."""
    assert isinstance(error, Refusal)
    return as_json(error.problem, error.status, error.headers)
