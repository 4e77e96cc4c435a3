"""`dispatcher admin`: personal data erased, by a rule or because it is asked for, and the keys that seal it."""

import argparse
import asyncio
import datetime as dt
import sys
from typing import TYPE_CHECKING

from dispatcher.centre.admin import Tasks, opened
from dispatcher.centre.serving import administrator, failed, password_of
from dispatcher.models.ids import PersonId
from dispatcher.settings import AdminSettings
from dispatcher.wire import Erased, ErasureAsked

if TYPE_CHECKING:
    from dispatcher.models.law import Law
    from dispatcher.storage.ledger import Ledger


def add_tasks(tasks: Tasks) -> None:
    """Say what can be done and by which flags."""
    erase = tasks.add_parser("erase", help="erase the personal data of a case that is ended, and of its parts")
    erase.add_argument("case", metavar="CASE", help="a case's id, or how its order's number ends")
    erase.add_argument("--reason", required=True, metavar="WORDS", help="why, for the record")
    erase.set_defaults(do=_erase)
    retention = tasks.add_parser("retention", help="erase personal data of all cases ended so many days ago")
    retention.add_argument("--days", required=True, type=int, metavar="DAYS", help="how long it is kept after closing")
    retention.add_argument("--dry-run", action="store_true", help="only count")
    retention.set_defaults(do=_retention)
    rotate = tasks.add_parser("rotate-keys", help="seal everything by a new key, while the centre runs")
    rotate.add_argument("--prepare", action="store_true", help="only make the new key's file, to be copied first")
    rotate.set_defaults(do=_rotate)


def _erase(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Erase through the running centre, or in the ledger itself; gives 0 when every case meant is erased."""
    asked = ErasureAsked(case=parsed.case, reason=parsed.reason)
    if settings.centre:
        found = asyncio.run(_erase_at_centre(settings, asked))
    else:
        with opened(settings) as ledger:
            found = _erase_directly(ledger, asked, PersonId(settings.person))
    if not found:
        return failed(f"{parsed.case}: 不是恰好一件案件，请写全单号 | does not mean exactly one case; give more of it")
    for each in found:
        what = "已抹除 | erased" if each.refused is None else f"{each.refused.reason} {each.refused.detail}".strip()
        sys.stdout.write(f"{each.number}  {each.case}: {what}\n")
    return int(any(each.refused is not None for each in found))


async def _erase_at_centre(settings: AdminSettings, asked: ErasureAsked) -> tuple[Erased, ...]:
    from dispatcher.centre.serving import trust_of
    from dispatcher.transport.doors import erase, sign_in

    tls = trust_of(settings)
    token = await sign_in(settings.centre, PersonId(settings.person), password_of(settings), tls)
    return await erase(settings.centre, token, asked, tls)


def _erase_directly(ledger: "Ledger", asked: ErasureAsked, person: PersonId) -> tuple[Erased, ...]:
    """Judge the erasure here."""
    from dispatcher.server.retention import answers, asked_for, meant_by

    now = dt.datetime.now(dt.UTC)
    actor = administrator(ledger, person)
    cases = meant_by(ledger, asked.case)
    acts = asked_for(cases, asked.reason, person, now)
    return answers(cases, ledger.judge([(act, actor) for act in acts], _law(ledger, now), now))


def _retention(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Erase what is over in the ledger itself, or count it; a running centre does so by itself (--keep-days)."""
    from dispatcher.models.organisation import CENTRE
    from dispatcher.models.verdicts import Refused
    from dispatcher.server.retention import overdue

    if parsed.days < 1:
        return failed(f"--days {parsed.days}: 至少 1 天 | give at least 1", 2)
    now = dt.datetime.now(dt.UTC)
    count = 0
    with opened(settings) as ledger:
        if parsed.dry_run:
            count = ledger.custody.count_erasable(now - dt.timedelta(days=parsed.days))
        while not parsed.dry_run:
            acts = overdue(ledger, parsed.days, now)
            outcomes = ledger.judge([(act, CENTRE) for act in acts], _law(ledger, now), now)
            done = sum(not isinstance(outcome.verdict, Refused) for outcome in outcomes)
            count += done
            if not done:
                break
    words = ("将抹除 | to be erased") if parsed.dry_run else "已抹除 | erased"
    sys.stdout.write(f"{words}: {count}\n")
    return 0


def _rotate(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    """Put a new key in the place of the present one."""
    with opened(settings) as ledger:
        if parsed.prepare:
            path = ledger.custody.keyring.path(ledger.custody.prepare_key())
            sys.stdout.write(
                f"{path}: 已生成，尚未启用；请先复制到每台服务器"
                " | made and not in use yet; copy it to every server first\n"
            )
            return 0
        before = ledger.custody.key_versions()
        version = ledger.custody.rotate_keys(_show if sys.stderr.isatty() else lambda sealed: None)
        old = "、".join(str(ledger.custody.keyring.path(each)) for each in before if each != version)
        sys.stdout.write(
            f"已改用密钥 {ledger.custody.keyring.path(version)}；旧密钥 {old} 须与此前的备份一起保管"
            f" | now sealed by {ledger.custody.keyring.path(version)}; keep {old} as long as backups made before\n"
        )
    return 0


def _show(sealed: int) -> None:
    sys.stderr.write(f"\r{sealed}")
    sys.stderr.flush()


def _law(ledger: "Ledger", now: dt.datetime) -> "Law":
    from dispatcher.assets import load_calendar, load_policy
    from dispatcher.models.lawbook import book_of, law_at

    return law_at(ledger.law_book() or book_of(load_policy(), load_calendar()), now, ledger.units())
