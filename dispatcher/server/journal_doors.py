"""The auditor's doors: the journal and the sign-ins, filtered, page by page.

Promises: only the auditor is let in; each page is journaled as a reading before it is given; a page costs a bounded
look at the ledger. What stands in a line is said by `storage.auditing`.
"""

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dispatcher.models.accounts import ReadJournal
from dispatcher.models.ids import Instant, PersonId
from dispatcher.models.organisation import Actor, Right, may
from dispatcher.server.answers import Refusal, as_json, bearer, unknown_token
from dispatcher.server.desk import Desk
from dispatcher.server.identity import Identity
from dispatcher.storage.auditing import SignedIn
from dispatcher.storage.fitness import LONGEST_KEY, fits
from dispatcher.sync.ports import Clock

FILTERS: Final = {"case": str, "person": str, "since": Instant, "until": Instant}
"""What a reading may be narrowed by; `case` is an id or an order's whole number."""


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The query of a reading; `after` is the `next` of the page before."""

    case: str = ""
    person: str = ""
    since: Instant | None = None
    until: Instant | None = None
    after: int = 0


class SignIns(msgspec.Struct, frozen=True):
    """The newest sign-ins of what was asked for, newest first."""

    sign_ins: tuple[SignedIn, ...]


class JournalDoors:
    """The doors of one centre."""

    def __init__(self, desk: Desk, identity: Identity, clock: Clock) -> None:
        self._desk = desk
        self._identity = identity
        self._clock = clock

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [
            Route("/journal", self.journal, methods=["GET"]),
            Route("/journal/sign-ins", self.sign_ins, methods=["GET"]),
        ]

    async def journal(self, request: Request) -> Response:
        """Give a page of the journal."""
        actor, asked = await self._auditor(request), _asked(request)
        reading = await self._noted(asked, actor, sign_ins=False)
        return as_json(await self._desk.read(lambda ledger: ledger.audit.page(reading, asked.after)))

    async def sign_ins(self, request: Request) -> Response:
        """Give who signed in."""
        actor, asked = await self._auditor(request), _asked(request)
        reading = await self._noted(asked, actor, sign_ins=True)
        return as_json(SignIns(await self._desk.read(lambda ledger: ledger.audit.sign_ins(reading))))

    async def _noted(self, asked: Asked, actor: Actor, *, sign_ins: bool) -> ReadJournal:
        """Journal the reading; gives what is read."""
        reading = ReadJournal(
            case=asked.case, person=PersonId(asked.person), since=asked.since, until=asked.until, sign_ins=sign_ins
        )
        now = self._clock.now()
        await self._desk.write(lambda ledger: ledger.audit.note(reading, actor.person, now))
        return reading

    async def _auditor(self, request: Request) -> Actor:
        actor = await self._identity.who(bearer(request))
        if actor is None:
            raise unknown_token()
        if not may(actor, Right.READ_JOURNAL):
            raise Refusal(
                403, f"{actor.person} 没有审计角色 | has not the role auditor", "换账号 | use another account"
            )
        return actor


def _asked(request: Request) -> Asked:
    remedy = (
        "可用 case、person、since、until（2026-11-28T08:00:00+08:00）、after"
        " | use case, person, since, until (2026-11-28T08:00:00+08:00), after"
    )
    try:
        asked = msgspec.convert(dict(request.query_params), Asked, strict=False)
    except msgspec.ValidationError as error:
        raise Refusal(400, str(error), remedy) from None
    for name in ("case", "person"):
        if not fits(getattr(asked, name), LONGEST_KEY):
            raise Refusal(400, f"{name}: 过长或含空字符 | too long, or with a character NUL", remedy)
    if not 0 <= asked.after < 1 << 62:
        raise Refusal(400, f"after {asked.after}", remedy)
    return asked
