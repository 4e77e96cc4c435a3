"""`dispatcher admin webhook`: who outside is told of accepted acts, and what could not be delivered."""

import argparse
import asyncio
import datetime as dt
import sys
from typing import get_args
from urllib.parse import urlsplit

import httpx

from dispatcher.centre.admin import Tasks, opened
from dispatcher.centre.serving import failed
from dispatcher.models.commands import AnyCommand
from dispatcher.models.ids import UnitId
from dispatcher.settings import AdminSettings
from dispatcher.storage.webhooks import Webhook

_KINDS = frozenset(str(command.__struct_config__.tag) for command in get_args(AnyCommand))
_NEAR = ("127.0.0.1", "::1", "localhost")


def add_tasks(tasks: Tasks) -> None:
    """Say what can be done and by which flags."""
    webhook = tasks.add_parser("webhook", help="tell programs outside of accepted acts")
    does = webhook.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = does.add_parser("add", help="tell an address from now on; prints its secret once")
    add.add_argument("url", metavar="URL", help="https://…; http:// only for this machine itself")
    add.add_argument("--kind", action="append", default=[], help="only of this command (sign_for, blow_whistle …)")
    add.add_argument("--unit", default="", metavar="CODE", help="only of cases held in this street or district")
    add.set_defaults(do=_add)
    does.add_parser("list", help="who is told, how far, and what is stuck").set_defaults(do=_list)
    remove = does.add_parser("remove", help="tell it no more")
    remove.add_argument("id", metavar="ID")
    remove.set_defaults(do=_remove)
    dead = does.add_parser("dead", help="what could not be delivered within a day")
    dead.add_argument("id", nargs="?", default="", metavar="ID")
    dead.set_defaults(do=_dead)
    again = does.add_parser("again", help="deliver the dead letters of a webhook now")
    again.add_argument("id", metavar="ID")
    again.set_defaults(do=_again)


def _add(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    url: str = parsed.url
    parts = urlsplit(url)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _NEAR)):
        return failed(f"URL {url!r}: write it like https://example.cn/hook", 2)
    unknown = [kind for kind in parsed.kind if kind not in _KINDS]
    if unknown:
        return failed(f"--kind {unknown[0]}: no such command; choose from {', '.join(sorted(_KINDS))}", 2)
    with opened(settings) as ledger:
        if parsed.unit and UnitId(parsed.unit) not in {unit.id for unit in ledger.units()}:
            return failed(f"--unit {parsed.unit}: no such unit in this centre's directory", 2)
        hook = ledger.webhooks.add(url, parsed.kind, UnitId(parsed.unit))
    print(f"{hook.id}: {hook.secret}")  # noqa: T201  the one time it is shown
    return 0


def _list(settings: AdminSettings, _parsed: argparse.Namespace) -> int:
    with opened(settings) as ledger:
        head = ledger.head()
        for hook in ledger.webhooks.all():
            kinds, where = ", ".join(sorted(hook.kinds)) or "every act", hook.unit or "everywhere"
            stuck = f"; try {hook.tries} failed: {hook.error}" if hook.tries else ""
            sys.stdout.write(f"{hook.id}  {hook.url}  {kinds}  {where}  {head - hook.cursor} behind{stuck}\n")
    return 0


def _remove(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    with opened(settings) as ledger:
        return 0 if ledger.webhooks.remove(parsed.id) else failed(f"{parsed.id}: no such webhook; see: webhook list")


def _dead(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    with opened(settings) as ledger:
        for letter in ledger.webhooks.dead_letters(parsed.id):
            when = letter.given_up_at.isoformat(timespec="seconds")
            sys.stdout.write(
                f"{letter.webhook}  revision {letter.revision}  {letter.tries} tries  {when}  {letter.error}\n"
            )
    return 0


def _again(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Deliver the dead letters of a webhook, oldest first, until one fails."""
    from dispatcher.server.webhooks import ANSWER_WITHIN_S, deliver

    async def again(hook: Webhook) -> str:
        async with httpx.AsyncClient(timeout=ANSWER_WITHIN_S, trust_env=False) as client:
            for letter in ledger.webhooks.dead_letters(hook.id):
                notice = ledger.webhooks.notice(letter.revision)
                error = await deliver(client, hook, notice, dt.datetime.now(dt.UTC)) if notice else ""
                if error:
                    return f"revision {letter.revision}: {error}"
                ledger.webhooks.delivered(letter)
                sys.stdout.write(f"revision {letter.revision} delivered\n")
        return ""

    with opened(settings) as ledger:
        hook = next((hook for hook in ledger.webhooks.all() if hook.id == parsed.id), None)
        if hook is None:
            return failed(f"{parsed.id}: no such webhook; see: webhook list")
        error = asyncio.run(again(hook))
    return failed(error) if error else 0
