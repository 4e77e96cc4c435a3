"""The doors of people: signing in and out, another password, and the sessions somebody has.

Promises: what is wrong is said without telling a stranger whether a name exists; a right password without its code
says that a code is wanted; an administrator may end anybody's sessions, anybody else his own.
"""

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dispatcher.models.ids import PersonId
from dispatcher.models.organisation import Actor, Right, may
from dispatcher.server.answers import Problem, Refusal, as_json, bearer, body_of, unknown_token
from dispatcher.server.identity import CodeWanted, Identity, SignedIn, Wait, WrongCode
from dispatcher.server.metrics import Metrics
from dispatcher.server.session_watch import SessionWatch
from dispatcher.storage.sessions import Session

MAX_WORDS_BYTES: Final = 16 * 1024


class Credentials(msgspec.Struct, frozen=True):
    """Who signs in. `device` is what an earlier sign-in there was given."""

    person: str
    password: str
    code: str = ""
    device: str = ""


class Admission(msgspec.Struct, frozen=True):
    """A token for the Authorization header and the feed's Hello, whose it is, and what names this device later."""

    token: str
    actor: Actor
    device: str = ""


class CodeProblem(Problem, frozen=True, kw_only=True):
    """The password is right, and a one-time code is wanted."""

    code_wanted: bool


class NewPassword(msgspec.Struct, frozen=True):
    """Another password for whoever is signed in."""

    old: str
    new: str


class OpenSession(Session, frozen=True, kw_only=True):
    """A session as its person sees it; `this` is the one that asks."""

    this: bool = False


class OpenSessions(msgspec.Struct, frozen=True):
    """Somebody's sessions, the newest first."""

    sessions: tuple[OpenSession, ...]


class Ending(msgspec.Struct, frozen=True):
    """Which sessions to end: one's own, or (an administrator) another's; all of them without an id."""

    person: PersonId = PersonId("")
    id: str = ""


class Ended(msgspec.Struct, frozen=True):
    """How many sessions have ended."""

    count: int


class SignInDoors:
    """The routes and what stands behind each."""

    def __init__(self, identity: Identity, watch: SessionWatch, metrics: Metrics) -> None:
        self._identity = identity
        self._metrics = metrics
        self._watch = watch

    def routes(self) -> list[Route]:
        """List the routes."""
        return [
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/password", self.change_password, methods=["POST"]),
            Route("/sessions", self.sessions, methods=["GET"]),
            Route("/sessions/end", self.end, methods=["POST"]),
        ]

    async def sign_in(self, request: Request) -> Response:
        """Give a token for a name, a password and (where it is asked for) a one-time code."""
        try:
            asked = _credentials.decode(await body_of(request, MAX_WORDS_BYTES))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            remedy = '送 {"person": …, "password": …} | send {"person": …, "password": …}'
            raise Refusal(400, str(error), remedy) from None
        found = await self._identity.sign_in(
            asked.person, asked.password, code=asked.code, device=asked.device, address=_address(request)
        )
        self._count(found)
        match found:
            case SignedIn():
                return as_json(Admission(found.token, found.actor, found.device))
            case CodeWanted() | WrongCode():
                wrong = isinstance(found, WrongCode)
                problem = CodeProblem(
                    problem="验证码不对或已用过 | the code is wrong or has been used"
                    if wrong
                    else "需要验证码 | a one-time code is wanted",
                    remedy="填写验证器上的六位数字或恢复码 | give the authenticator's six digits, or a recovery code",
                    code_wanted=True,
                )
                return as_json(problem, 401)
            case Wait():
                raise _too_many(found)
            case None:
                raise _wrong()

    def _count(self, found: SignedIn | CodeWanted | WrongCode | Wait | None) -> None:
        self._metrics.sign_in(
            "wait" if isinstance(found, Wait) else "admitted" if isinstance(found, SignedIn) else "wrong"
        )

    async def sign_out(self, request: Request) -> Response:
        """Make the token worthless and end what was opened with it."""
        await self._identity.sign_out(bearer(request))
        await self._watch.look()
        return Response(status_code=204)

    async def change_password(self, request: Request) -> Response:
        """Take another password; every other session of the person ends."""
        actor, token = await self._actor(request)
        try:
            asked = _new_password.decode(await body_of(request, MAX_WORDS_BYTES))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refusal(400, str(error), '送 {"old": …, "new": …} | send {"old": …, "new": …}') from None
        found = await self._identity.change_password(actor.person, token, asked.old, asked.new)
        if isinstance(found, Wait):
            raise _too_many(found)
        if found is None:
            raise Refusal(403, "原密码不对 | the old password is wrong", "重新输入 | try again")
        if found:
            raise Refusal(422, found, "换一个密码 | choose another password")
        await self._watch.look()
        return Response(status_code=204)

    async def sessions(self, request: Request) -> Response:
        """List somebody's sessions: one's own, or with ?person= another's for an administrator."""
        actor, token = await self._actor(request)
        person = self._allowed(actor, PersonId(request.query_params.get("person", "")))
        own = self._identity.session_id(token)
        found = await self._identity.sessions(person)
        return as_json(OpenSessions(tuple(OpenSession(**msgspec.structs.asdict(s), this=s.id == own) for s in found)))

    async def end(self, request: Request) -> Response:
        """End sessions; what is open with them ends at once."""
        actor, _ = await self._actor(request)
        try:
            asked = _ending.decode(await body_of(request, MAX_WORDS_BYTES))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refusal(400, str(error), '送 {"id": …} | send {"id": …}') from None
        person = self._allowed(actor, asked.person)
        count = await self._identity.end_sessions(person, actor.person, asked.id)
        await self._watch.look()
        return as_json(Ended(count))

    def _allowed(self, actor: Actor, person: PersonId) -> PersonId:
        if person and person != actor.person and not may(actor, Right.ADMINISTER):
            raise Refusal(403, "只能查看自己的会话 | only your own sessions", "换账号 | use another account")
        return person or actor.person

    async def _actor(self, request: Request) -> tuple[Actor, str]:
        token = bearer(request)
        actor = await self._identity.who(token)
        if actor is None:
            raise unknown_token()
        return actor, token


def _wrong() -> Refusal:
    return Refusal(401, "账号或密码不对 | wrong name or password", "重新输入 | try again")


def _too_many(wait: Wait) -> Refusal:
    return Refusal(
        429,
        "错误次数过多 | too many failures",
        f"{wait.seconds} 秒后再试 | try again in {wait.seconds} s",
        {"retry-after": str(wait.seconds)},
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


_credentials = msgspec.json.Decoder(Credentials)
_new_password = msgspec.json.Decoder(NewPassword)
_ending = msgspec.json.Decoder(Ending)
