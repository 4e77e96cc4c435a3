"""The HTTP doors of the centre: health, sign-in and sign-out, intake, the law, reports. Requests to values and back.

Promises: every refusal is JSON with what was wrong and what to do; a body is never read past its limit; nothing
posted is logged. The feed's WebSocket is not here: it stands directly on the transport (socket.py).
"""

import functools
import ipaddress
from collections.abc import Callable
from typing import Final

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dispatcher.models.ids import CommandId, UnitId
from dispatcher.models.lawbook import AnyLawCommand, LawAct, LawReason, LawRefused
from dispatcher.models.organisation import Actor, Right, in_scope, may, scope_of
from dispatcher.models.periods import BadPeriod
from dispatcher.models.ranking import Kind
from dispatcher.server.answers import Problem, Refusal, as_json, bearer, body_of, refused, unknown_token
from dispatcher.server.desk import Desk
from dispatcher.server.duty import Duty
from dispatcher.server.feed import Feed
from dispatcher.server.figures import Figures
from dispatcher.server.hub import Hub
from dispatcher.server.identity import Identity
from dispatcher.server.intake import MAX_LINES, Intake, lines_of
from dispatcher.server.journal_doors import JournalDoors
from dispatcher.server.law_words import law_words
from dispatcher.server.lawgiving import LawGiver
from dispatcher.server.metrics import CONTENT_TYPE
from dispatcher.server.orders import MAX_ORDER_BYTES
from dispatcher.server.rates_door import table_of
from dispatcher.server.reports import street_report
from dispatcher.server.retention import Retention
from dispatcher.server.sign_in_doors import SignInDoors
from dispatcher.server.snapshots import Snapshots
from dispatcher.sync.ports import Clock, Trouble
from dispatcher.wire import PROTOCOL, ErasureAsked, Health, OrderAnswer

MAX_LINES_BYTES: Final = 16 * 1024 * 1024
MAX_WORDS_BYTES: Final = 16 * 1024
MAX_LAW_BYTES: Final = 1024 * 1024
_RETRY_S: Final = "2"


class LawChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the law book as it is posted; the id is made by the sender, so that sending it twice is harmless."""

    id: CommandId
    command: AnyLawCommand


class LawProblem(Problem, frozen=True, kw_only=True):
    """Why the law book stays as it is: in words, and as the reason with the field and its value."""

    refused: LawRefused


class Doors:
    """The routes and what stands behind each."""

    def __init__(
        self,
        desk: Desk,
        hub: Hub,
        identity: Identity,
        intake: Intake,
        feed: Feed,
        giver: LawGiver,
        snapshots: Snapshots,
        retention: Retention,
        sign_in: SignInDoors,
        journal: JournalDoors,
        clock: Clock,
        duty: Duty,
        figures: Figures,
    ) -> None:
        self._desk = desk
        self._hub = hub
        self._identity = identity
        self._intake = intake
        self._feed = feed
        self._giver = giver
        self._snapshots = snapshots
        self._retention = retention
        self._sign_in = sign_in
        self._journal = journal
        self._clock = clock
        self._duty = duty
        self._figures = figures

    def application(self, described: Callable[[], bytes] = bytes) -> Starlette:
        """Give the ASGI application; `described` gives the OpenAPI description of these very doors."""

        async def description(_request: Request) -> Response:
            return Response(described(), media_type="application/json")

        return Starlette(
            routes=[
                Route("/openapi.json", description, methods=["GET"]),
                Route("/health", self.health, methods=["GET"]),
                Route("/ready", self.ready, methods=["GET"]),
                Route("/metrics", self.metrics, methods=["GET"]),
                *self._sign_in.routes(),
                *self._journal.routes(),
                Route("/intake/orders", self.orders, methods=["POST"]),
                Route("/snapshot", self.snapshot, methods=["GET"]),
                Route("/law", self.law, methods=["GET"]),
                Route("/law", self.change_law, methods=["POST"]),
                Route("/erasures", self.erase, methods=["POST"]),
                Route("/report/street/{unit}", self.street, methods=["GET"]),
                Route("/report/rates/{period}", self.rates, methods=["GET"]),
            ],
            exception_handlers={Refusal: refused, Trouble: _troubled},
        )

    async def health(self, _request: Request) -> Response:
        """Answer as long as the process can."""
        return as_json(self._health("live", self._hub.head))

    async def ready(self, _request: Request) -> Response:
        """Answer well only when acts can be judged."""
        await self._desk.probe()
        return as_json(self._health("ready", await self._desk.read(lambda ledger: ledger.head())))

    async def metrics(self, request: Request) -> Response:
        """Give the centre's figures for Prometheus to this machine; elsewhere to an administrator or auditor."""
        if not _is_near(request) and not may(await self._actor(request), Right.READ_METRICS):
            raise Refusal(403, "没有查看指标的角色 | no role that is given metrics", "换账号 | use another account")
        return Response(await self._figures.page(), media_type=CONTENT_TYPE)

    async def orders(self, request: Request) -> Response:
        """Take in one order (JSON) or up to MAX_LINES of them (NDJSON)."""
        actor = await self._actor(request)
        if not may(actor, Right.HAND_IN_ORDERS):
            raise Refusal(
                403, f"{actor.person} 没有热线角色 | has not the role hotline", "换账号 | use another account"
            )
        match request.headers.get("content-type", "").partition(";")[0].strip().lower():
            case "application/json" | "":
                return await self._one(request, actor)
            case "application/x-ndjson":
                return await self._many(request, actor)
            case other:
                remedy = "application/json 或 application/x-ndjson | application/json or application/x-ndjson"
                raise Refusal(415, f"content-type {other[:80]}", remedy)

    async def snapshot(self, request: Request) -> Response:
        """Give all that the person is sent, to be taken over whole (wire.snapshots); Range goes on with an etag."""
        return await self._snapshots.answer(request, await self._actor(request))

    async def law(self, request: Request) -> Response:
        """Give the law book to anybody who is signed in."""
        await self._actor(request)
        return as_json(self._giver.book)

    async def change_law(self, request: Request) -> Response:
        """Take a change of the law book: 200 with the book after it, or 409 with the reason and words for it."""
        actor = await self._actor(request)
        try:
            change = _law_change.decode(await body_of(request, MAX_LAW_BYTES))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            remedy = '送 {"id": …, "command": {"command": "switch_flood", …}} | send {"id": …, "command": {…}}'
            raise Refusal(400, str(error), remedy) from None
        act = LawAct(id=change.id, command=change.command, by=actor.person, made_at=self._clock.now())
        found = await self._giver.enact(act, actor)
        if isinstance(found, LawRefused):
            return as_json(_law_problem(found), 403 if found.reason is LawReason.NOT_YOUR_ROLE else 409)
        return as_json(found)

    async def erase(self, request: Request) -> Response:
        """Erase the personal data of a case, asked for by an administrator: what became of it and of its parts."""
        actor = await self._actor(request)
        if not may(actor, Right.ADMINISTER):
            raise Refusal(
                403, f"{actor.person} 没有管理员角色 | has not the role administrator", "换账号 | use another account"
            )
        try:
            asked = _erasure.decode(await body_of(request, MAX_WORDS_BYTES))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            remedy = '送 {"case": …, "reason": …} | send {"case": …, "reason": …}'
            raise Refusal(400, str(error), remedy) from None
        found = await self._retention.erase(asked, actor)
        if not found:
            remedy = "写全单号或案件编号 | give the whole number or the case's id"
            raise Refusal(404, f"{asked.case[:80]}: 不是恰好一件案件 | does not mean exactly one case", remedy)
        return Response(msgspec.json.encode(found), media_type="application/json")

    async def street(self, request: Request) -> Response:
        """Give a street's figures from the journal."""
        actor = await self._actor(request)
        unit = UnitId(request.path_params["unit"])
        if not may(actor, Right.READ_STREET) or not in_scope(scope_of(actor), unit, UnitId(""), ()):
            raise Refusal(403, "不是本街道 | not your street", "换账号 | use another account")
        return as_json(await street_report(self._desk, unit))

    async def rates(self, request: Request) -> Response:
        """Give the rates of a period or a day's bulletin; `kind` is street, department or district."""
        if not may(await self._actor(request), Right.READ_RATES):
            raise Refusal(403, "没有查看通报的角色 | no role that is given rates", "换账号 | use another account")
        try:
            kind = Kind(request.query_params.get("kind", Kind.STREET))
        except ValueError:
            raise Refusal(400, "kind", ", ".join(Kind)) from None
        asked = functools.partial(table_of, law=self._desk.law, period=request.path_params["period"], kind=kind)
        try:
            return as_json(await self._desk.read(asked))
        except BadPeriod as error:
            raise Refusal(404, str(error), "2026-11, 2026-11-05") from None

    def _health(self, status: str, head: int) -> Health:
        return Health(status, self._feed.talking, head, self._duty.is_held, PROTOCOL, self._clock.now())

    async def _one(self, request: Request, actor: Actor) -> Response:
        body = await body_of(request, MAX_ORDER_BYTES)
        key = request.headers.get("idempotency-key", "")
        (answer,) = await self._intake.take(actor, [(0, body)], key)
        match answer.status:
            case "accepted":
                status = 201
            case "already_there":
                status = 200
            case "failed":
                return as_json(answer, 503, {"retry-after": _RETRY_S})
            case _:
                status = 422
        return as_json(answer, status)

    async def _many(self, request: Request, actor: Actor) -> Response:
        lines = lines_of(await body_of(request, MAX_LINES_BYTES))
        if len(lines) > MAX_LINES:
            remedy = f"每次至多 {MAX_LINES} 行 | send at most {MAX_LINES} lines at a time"
            raise Refusal(413, f"{len(lines)} 行 | lines", remedy)
        answers = await self._intake.take(actor, lines)
        return Response(_encode_lines(answers), media_type="application/x-ndjson")

    async def _actor(self, request: Request) -> Actor:
        actor = await self._identity.who(bearer(request))
        if actor is None:
            raise unknown_token()
        return actor


def _is_near(request: Request) -> bool:
    """Tell whether a request comes from this very machine, and not through a proxy on it."""
    near = request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    return near and "x-forwarded-for" not in request.headers and "forwarded" not in request.headers


def _encode_lines(answers: list[OrderAnswer]) -> bytes:
    return msgspec.json.Encoder().encode_lines(answers)


async def _troubled(_request: Request, error: Exception) -> Response:
    problem = Problem(problem=str(error), remedy="稍后再试 | try again later")
    return as_json(problem, 503, {"retry-after": _RETRY_S})


def _law_problem(refused: LawRefused) -> LawProblem:
    problem, remedy = law_words(refused)
    return LawProblem(problem=problem, remedy=remedy, refused=refused)


_law_change = msgspec.json.Decoder(LawChange)
_erasure = msgspec.json.Decoder(ErasureAsked)
