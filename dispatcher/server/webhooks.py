"""The courier: tells webhooks of accepted acts, in the journal's order, until each has answered well or is given up.

Promises: a webhook hears of an act at least once and in order, and knows a repeat by `webhook-id`. One that does
not answer holds up no other; its notice is tried again after 5 s, 10 s and so on up to ten minutes, with chance in it,
and after a day becomes a dead letter, and the next one's turn comes. Signed as Standard Webhooks says, so that a
receiver can use any library for it. Runs on the event loop of the centre on duty.
"""

import asyncio
import base64
import datetime as dt
import hashlib
import hmac
import logging
import random
from collections.abc import Callable
from typing import Final

import httpx
import msgspec

from dispatcher.server.desk import Desk
from dispatcher.storage.webhooks import DeadLetter, Notice, Webhook
from dispatcher.sync.ports import Clock, Trouble

LOOK_S: Final = 1.0
AT_A_TIME: Final = 200
"""Journal entries read for a webhook at a time."""
ANSWER_WITHIN_S: Final = 10.0
FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 600.0
GIVE_UP_AFTER: Final = dt.timedelta(hours=24)

log = logging.getLogger(__name__)


class Courier:
    """Delivers to every webhook of the ledger; `run` is its task."""

    def __init__(self, desk: Desk, clock: Clock, chance: Callable[[], float] = random.random) -> None:
        self._desk = desk
        self._clock = clock
        self._chance = chance
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(timeout=ANSWER_WITHIN_S, trust_env=False, follow_redirects=False) as client:
            try:
                while True:
                    try:
                        hooks = await self._desk.read(lambda ledger: ledger.webhooks.all())
                        for hook in hooks:
                            self._begin(hook, client)
                    except Trouble as trouble:
                        log.warning("webhooks wait: %s", trouble)
                    await asyncio.sleep(LOOK_S)
            finally:
                for task in self._under_way.values():
                    task.cancel()
                await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _begin(self, hook: Webhook, client: httpx.AsyncClient) -> None:
        """Let a webhook's deliveries go on in a task of their own, unless they are under way or must wait."""
        running = self._under_way.get(hook.id)
        if running is not None and not running.done():
            return
        if hook.next_try is not None and hook.next_try > self._clock.now():
            return
        self._under_way[hook.id] = asyncio.create_task(self._serve(hook, client), name=f"webhook {hook.id}")

    async def _serve(self, hook: Webhook, client: httpx.AsyncClient) -> None:
        """Tell one webhook all that is new, or as far as it answers."""
        try:
            while True:
                before = hook.cursor
                notices, upto = await self._desk.read(lambda ledger, hook=hook: ledger.webhooks.after(hook, AT_A_TIME))
                for notice in notices:
                    told = await self._tell(hook, notice, client)
                    if told is None:
                        return
                    hook = told
                if upto == before:
                    return
                hook = await self._keep(msgspec.structs.replace(hook, cursor=upto))
        except Trouble as trouble:
            log.warning("webhook %s waits: %s", hook.id, trouble)

    async def _tell(self, hook: Webhook, notice: Notice, client: httpx.AsyncClient) -> Webhook | None:
        """Deliver one notice; gives the webhook as it stands behind it, None where it has to wait."""
        error = await deliver(client, hook, notice, self._clock.now())
        if not error:
            return await self._keep(_past(hook, notice))
        now = self._clock.now()
        since, tries = hook.failing_since or now, hook.tries + 1
        if now - since >= GIVE_UP_AFTER:
            letter = DeadLetter(webhook=hook.id, revision=notice.revision, tries=tries, error=error, given_up_at=now)
            await self._desk.write_on_duty(lambda ledger: ledger.webhooks.give_up(letter))
            log.error("webhook %s: revision %d is given up after %d tries: %s", hook.id, notice.revision, tries, error)
            return await self._keep(_past(hook, notice))
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(tries - 1, 20)) * (0.5 + self._chance() / 2)
        next_try = now + dt.timedelta(seconds=pause_s)
        await self._keep(
            msgspec.structs.replace(hook, tries=tries, failing_since=since, next_try=next_try, error=error)
        )
        log.warning("webhook %s: try %d failed, again in %.0f s: %s", hook.id, tries, pause_s, error)
        return None

    async def _keep(self, hook: Webhook) -> Webhook:
        await self._desk.write_on_duty(lambda ledger: ledger.webhooks.keep(hook))
        return hook


def _past(hook: Webhook, notice: Notice) -> Webhook:
    return msgspec.structs.replace(hook, cursor=notice.revision, tries=0, failing_since=None, next_try=None, error="")


async def deliver(client: httpx.AsyncClient, hook: Webhook, notice: Notice, now: dt.datetime) -> str:
    """Post one notice; gives what went wrong, nothing when it was answered with a 2xx."""
    body = body_of(notice)
    name, seconds = f"{hook.id}-{notice.revision}", int(now.timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(hook.secret, name, seconds, body),
    }
    try:
        answer = await client.post(hook.url, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"{type(error).__name__}: {error}".rstrip(": ")
    return "" if answer.is_success else f"HTTP {answer.status_code}"


def body_of(notice: Notice) -> bytes:
    """Give what is posted: the command's name as `type`, when it counts, and `data`."""
    data = {name: getattr(notice, name) for name in ("revision", "act", "case", "number", "state", "holder")}
    return msgspec.json.encode(
        {"type": notice.kind, "timestamp": notice.at, "data": {**data, "committed_at": notice.committed_at}}
    )


def signature(secret: str, name: str, seconds: int, body: bytes) -> str:
    """Sign as Standard Webhooks says: `v1,` and the base64 of HMAC-SHA256 over "id.timestamp.body"."""
    signed = hmac.digest(bytes.fromhex(secret), f"{name}.{seconds}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode()}"
