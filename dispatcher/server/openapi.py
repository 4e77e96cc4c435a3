"""The OpenAPI 3.1 description of the centre's HTTP doors, made from the message types that the doors themselves use.

Promises: every door there is stands here (a test compares them with the routes), with every status it answers. Knows
nothing of what stands behind a door.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

import msgspec

from dispatcher import __version__
from dispatcher.models.lawbook import LawBook
from dispatcher.models.ranking import Kind, Table
from dispatcher.server.answers import Problem
from dispatcher.server.doors import LawChange, LawProblem
from dispatcher.server.journal_doors import FILTERS, SignIns
from dispatcher.server.reports import StreetReport
from dispatcher.server.sign_in_doors import (
    Admission,
    CodeProblem,
    Credentials,
    Ended,
    Ending,
    NewPassword,
    OpenSessions,
)
from dispatcher.storage.auditing import JournalPage
from dispatcher.wire import Erased, ErasureAsked, Health, OrderAnswer
from dispatcher.wire.orders import PostedOrder

PATH: Final = "/openapi.json"
_JSON: Final = "application/json"
_LINES: Final = "application/x-ndjson"
_TEXT: Final = "text/plain"
_SNAPSHOT: Final = "application/vnd.dispatcher.snapshot+zstd"
_WORDS: Final[Mapping[int, str]] = {
    200: "well",
    201: "taken in",
    204: "done",
    206: "the rest, from the byte that was asked for",
    400: "the request cannot be read",
    401: "no token, or one that is worth nothing",
    403: "not with these roles",
    404: "there is no such thing",
    409: "the law book stays as it is",
    413: "the body is too large",
    415: "no such content type here",
    416: "there is no such byte",
    422: "what was sent cannot be taken: what is wrong, and the remedy",
    429: "too many failures: wait",
    503: "the centre cannot now: try again",
}


class Door(NamedTuple):
    """One door: how it is asked, and the types of the body of each answer.

    None is no body, str plain text, bytes a snapshot.
    """

    method: str
    path: str
    summary: str
    answers: Mapping[int, Any]
    takes: Mapping[str, Any] = {}
    needs_token: bool = False
    query: Mapping[str, Any] = {}
    headers: Mapping[str, Any] = {}


DOORS: Final = (
    Door("get", "/health", "Whether the process lives.", {200: Health}),
    Door("get", "/ready", "Whether acts can be judged.", {200: Health, 503: Problem}),
    Door(
        "get",
        "/metrics",
        "Figures for Prometheus: to this machine, elsewhere to an administrator or auditor.",
        {200: str, 401: Problem, 403: Problem, 503: Problem},
    ),
    Door(
        "post",
        "/sign-in",
        "A token for a name, a password and, where it is asked for, a one-time code.",
        {200: Admission, 400: Problem, 401: (Problem, CodeProblem), 413: Problem, 429: Problem, 503: Problem},
        {_JSON: Credentials},
    ),
    Door("post", "/sign-out", "Makes the token worthless.", {204: None, 401: Problem, 503: Problem}, needs_token=True),
    Door(
        "post",
        "/password",
        "Takes another password; every other session of the person ends.",
        {204: None, 400: Problem, 401: Problem, 403: Problem, 413: Problem, 422: Problem, 429: Problem, 503: Problem},
        {_JSON: NewPassword},
        needs_token=True,
    ),
    Door(
        "get",
        "/sessions",
        "One's own sessions, or for an administrator another's.",
        {200: OpenSessions, 401: Problem, 403: Problem, 503: Problem},
        needs_token=True,
        query={"person": str},
    ),
    Door(
        "post",
        "/sessions/end",
        "Ends sessions: one's own, or by an administrator another's.",
        {200: Ended, 400: Problem, 401: Problem, 403: Problem, 413: Problem, 503: Problem},
        {_JSON: Ending},
        needs_token=True,
    ),
    Door(
        "post",
        "/intake/orders",
        "Takes in one order, or one on each line.",
        {
            200: OrderAnswer,
            201: OrderAnswer,
            401: Problem,
            403: Problem,
            413: Problem,
            415: Problem,
            422: OrderAnswer,
            503: (OrderAnswer, Problem),
        },
        {_JSON: PostedOrder, _LINES: PostedOrder},
        needs_token=True,
        headers={"Idempotency-Key": str},
    ),
    Door(
        "get",
        "/snapshot",
        "All that the person is sent, to be taken over whole; Range with If-Range goes on where it broke off.",
        {200: bytes, 206: bytes, 401: Problem, 416: None, 503: Problem},
        needs_token=True,
        headers={"Range": str, "If-Range": str},
    ),
    Door("get", "/law", "The law book.", {200: LawBook, 401: Problem, 503: Problem}, needs_token=True),
    Door(
        "post",
        "/law",
        "Changes the law book.",
        {200: LawBook, 400: Problem, 401: Problem, 403: LawProblem, 409: LawProblem, 413: Problem, 503: Problem},
        {_JSON: LawChange},
        needs_token=True,
    ),
    Door(
        "post",
        "/erasures",
        "Erases the personal data of a case that is ended, and of its parts.",
        {
            200: tuple[Erased, ...],
            400: Problem,
            401: Problem,
            403: Problem,
            404: Problem,
            413: Problem,
            503: Problem,
        },
        {_JSON: ErasureAsked},
        needs_token=True,
    ),
    Door(
        "get",
        "/report/street/{unit}",
        "A street's figures.",
        {200: StreetReport, 401: Problem, 403: Problem, 503: Problem},
        needs_token=True,
    ),
    Door(
        "get",
        "/report/rates/{period}",
        "The rates of a period (2026-11) or a day's bulletin (2026-11-05).",
        {200: Table, 400: Problem, 401: Problem, 403: Problem, 404: Problem, 503: Problem},
        needs_token=True,
        query={"kind": Kind},
    ),
    Door(
        "get",
        "/journal",
        "Who did what when, for the auditor: a page of the chain's links; `next` is the `after` of the next page.",
        {200: JournalPage, 400: Problem, 401: Problem, 403: Problem, 503: Problem},
        needs_token=True,
        query={**FILTERS, "after": int},
    ),
    Door(
        "get",
        "/journal/sign-ins",
        "Who signed in, for the auditor: the newest 500 of what is asked for.",
        {200: SignIns, 400: Problem, 401: Problem, 403: Problem, 503: Problem},
        needs_token=True,
        query=FILTERS,
    ),
    Door("get", PATH, "This description.", {200: dict}),
)


@functools.cache
def document() -> bytes:
    """Give the description as JSON."""
    kinds = list(_kinds(DOORS))
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    found = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for door in DOORS:
        paths.setdefault(door.path, {})[door.method] = _operation(door, found)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "dispatcher centre", "version": __version__},
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def _kinds(doors: Sequence[Door]) -> dict[Any, None]:
    """Name every type that a door takes or gives, each once."""
    kinds: dict[Any, None] = {}
    for door in doors:
        for kind in (*door.takes.values(), *door.answers.values(), *door.query.values(), *door.headers.values()):
            kinds.update(dict.fromkeys(_each(kind)))
    return kinds


def _each(kind: object) -> tuple[object, ...]:
    if isinstance(kind, tuple):
        return cast("tuple[object, ...]", kind)
    return () if kind is None else (kind,)


def _operation(door: Door, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    names = [part[1:-1] for part in door.path.split("/") if part.startswith("{")]
    parameters = [
        *(_parameter(name, "path", {"type": "string", "minLength": 1}, required=True) for name in names),
        *(_parameter(name, "query", schemas[kind]) for name, kind in door.query.items()),
        *(_parameter(name, "header", schemas[kind]) for name, kind in door.headers.items()),
    ]
    operation: dict[str, Any] = {
        "summary": door.summary,
        "responses": {str(status): _answer(door, status, kind, schemas) for status, kind in door.answers.items()},
    }
    if parameters:
        operation["parameters"] = parameters
    if door.takes:
        content = {media: {"schema": schemas[kind]} for media, kind in door.takes.items()}
        operation["requestBody"] = {"required": True, "content": content}
    if door.needs_token:
        operation["security"] = [{"token": []}]
    return operation


def _answer(door: Door, status: int, kind: object, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": _WORDS[status]}
    if kind is None:
        return answer
    if kind is bytes:
        answer["content"] = {_SNAPSHOT: {"schema": {"type": "string", "format": "binary"}}}
        return answer
    media = _TEXT if kind is str else _JSON
    possible = [schemas[each] for each in _each(kind)]
    schema = possible[0] if len(possible) == 1 else {"anyOf": possible}
    answer["content"] = {media: {"schema": schema}}
    if status == 200 and _LINES in door.takes:
        answer["content"][_LINES] = {"schema": schema}
    return answer


def _parameter(name: str, where: str, schema: object, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": where, "required": required, "schema": schema}
