"""The commands about the law: policies checked, compared and activated, floods, calendars, and why a case is due then.

What changes the law goes through the running centre's door, or straight into a ledger on which no centre runs.
"""

import asyncio
import datetime as dt
import sys
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from dispatcher.assets import BadAsset, load_calendar, load_organisation, load_policy
from dispatcher.centre.serving import administrator, failed, password_of
from dispatcher.centre.step_words import CLOCKS, step_words
from dispatcher.models.deadlines import ClockKind
from dispatcher.models.explaining import why
from dispatcher.models.ids import CommandId, PersonId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import (
    ActivatePolicy,
    AnyLawCommand,
    LawAct,
    LawBook,
    LawRefused,
    ReplaceCalendar,
    SwitchFlood,
    book_of,
    law_at,
)
from dispatcher.models.policy_changes import differences, effect, say, under
from dispatcher.models.workcalendar import BEIJING, WorkCalendar
from dispatcher.settings import LawSettings, WhySettings
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.ports import Trouble

SHOWN: Final = 10
"""Cases listed at most when a few words mean several."""

Change = Callable[[LawBook], AnyLawCommand]
"""Makes the command of the book as it stands."""


def check_policy(name: str) -> int:
    """Say whether a policy's file can be used; gives the exit status."""
    try:
        policy = load_policy(name)
    except BadAsset as error:
        return failed(error)
    _say(
        f"{name}: 可用，版本 {policy.version}，{policy.effective_from} 起 | "
        f"sound, version {policy.version}, effective from {policy.effective_from}"
    )
    return 0


def diff_policies(settings: LawSettings, old: str, new: str) -> int:
    """Say what differs between two policies and, with a database, what that does to its open cases."""
    try:
        before, after = load_policy(old), load_policy(new)
        for difference in differences(before, after):
            _say(say(difference))
        if before != after and not differences(before, after):
            _say("条款相同 | the clauses are the same")
        if settings.database:
            now = dt.datetime.now(dt.UTC)
            with _opened(settings.database, settings.keys) as ledger:
                present = _law(ledger, now)
                law = msgspec.structs.replace(present, policy=before, regimes=())
                found = effect(ledger.open_cases(), law, under(law, after, now), now)
            _say(
                f"{found.changed} 件在办改变时限，{found.newly_overdue} 件转为超期，"
                f"{found.no_longer_overdue} 件不再超期"
                f" | {found.changed} open cases change, {found.newly_overdue} become overdue,"
                f" {found.no_longer_overdue} are overdue no more"
            )
    except (BadAsset, Trouble) as error:
        return failed(error)
    return 0


def activate_policy(settings: LawSettings, name: str, from_: str) -> int:
    """Have a policy hold from a day on; gives the exit status."""
    try:
        policy = load_policy(name)
        if from_:
            policy = msgspec.structs.replace(policy, effective_from=dt.date.fromisoformat(from_))
    except BadAsset as error:
        return failed(error)
    except ValueError:
        return failed(f"--from {from_}: 写成 2026-07-01 这样的日期 | write a day like 2026-07-01", 2)

    def told(book: LawBook) -> str:
        edition = next((e for e in book.editions if e.policy.version == policy.version), book.editions[-1])
        since = edition.since.astimezone(BEIJING).isoformat(" ", "minutes")[:16]
        return f"政策 {policy.version} 自 {since} 起生效 | policy {policy.version} holds from {since}"

    return _change(settings, lambda book: ActivatePolicy(policy=policy), told)


def switch_flood(settings: LawSettings, *, on: bool, reason: str) -> int:
    """Throw the flood-season switch; gives the exit status."""

    def told(book: LawBook) -> str:
        return "汛期开关已开 | the flood-season switch is on" if on else "汛期开关已关 | the flood-season switch is off"

    return _change(settings, lambda book: SwitchFlood(on=on, reason=reason), told)


def check_calendar(name: str) -> int:
    """Say whether a calendar's file can be used; gives the exit status."""
    try:
        _say(_calendar_words(name, load_calendar(name)))
    except BadAsset as error:
        return failed(error)
    return 0


def activate_calendar(settings: LawSettings, name: str) -> int:
    """Put a newer calendar in the place of the one in use, or lay a file that extends it over it."""
    return _change(
        settings,
        lambda book: ReplaceCalendar(calendar=load_calendar(name, book.calendar)),
        lambda book: _calendar_words(name, book.calendar),
    )


def explain(settings: WhySettings, words: str, clock: str) -> int:
    """Print why the clocks of a case are due when they are; gives the exit status."""
    if clock and clock not in set(ClockKind):
        return failed(f"--clock {clock}: 取其一 | choose one of {', '.join(ClockKind)}", 2)
    now = dt.datetime.now(dt.UTC)
    try:
        with _opened(settings.database, settings.keys) as ledger:
            law = _law(ledger, now)
            cases = ledger.meant_by(words, SHOWN)
    except (Trouble, BadAsset) as error:
        return failed(error)
    if not cases:
        return failed(f"{words}: 没有这个案件 | there is no such case")
    if len(cases) > 1:
        for case in cases:
            _say(f"{case.order.number}  {case.order.title}  {case.id}")
        return failed(f"{words}: 不止一件，请写全单号 | means several cases; give more of the number")
    (case,) = cases
    _say(f"{case.order.number}  {case.order.title}  {case.state.value}")
    told = False
    for kind in [ClockKind(clock)] if clock else ClockKind:
        steps = why(case, kind, law)
        if steps:
            told = True
            _say(f"{CLOCKS[kind]}:")
            for step in steps:
                _say(f"  {step_words(step)}")
    if not told:
        _say("没有此时限 | there is no such clock")
    return 0


def _change(settings: LawSettings, change: Change, told: Callable[[LawBook], str]) -> int:
    try:
        book = _directly(settings, change) if settings.database else asyncio.run(_through_centre(settings, change))
    except (Trouble, BadAsset, OSError) as error:
        return failed(error)
    if isinstance(book, str):
        return failed(book)
    _say(told(book))
    return 0


async def _through_centre(settings: LawSettings, change: Change) -> LawBook:
    from dispatcher.centre.serving import trust_of
    from dispatcher.transport.doors import change_law, law_book, sign_in

    tls = trust_of(settings)
    token = await sign_in(settings.centre, PersonId(settings.person), password_of(settings), tls)
    command = change(await law_book(settings.centre, token, tls))
    return await change_law(settings.centre, token, _new_id(), command, tls)


def _directly(settings: LawSettings, change: Change) -> LawBook | str:
    """Change the book in the ledger; gives it, or why not."""
    from dispatcher.server.law_words import law_words

    now = dt.datetime.now(dt.UTC)
    person = PersonId(settings.person)
    with _opened(settings.database, settings.keys) as ledger:
        book = _book(ledger)
        ledger.put_first_book(book)
        actor = administrator(ledger, person)
        act = LawAct(id=_new_id(), command=change(book), by=person, made_at=now)
        found = ledger.change_law(act, actor, now)
    if isinstance(found, LawRefused):
        (zh, en), (zh_remedy, en_remedy) = (words.split(" | ", 1) for words in law_words(found))
        return f"{zh}: {zh_remedy} | {en}: {en_remedy}"
    return found


def _book(ledger: Ledger) -> LawBook:
    return ledger.law_book() or book_of(load_policy(), load_calendar())


def _law(ledger: Ledger, now: dt.datetime) -> Law:
    return law_at(_book(ledger), now, ledger.units() or load_organisation())


@contextmanager
def _opened(database: str, keys: Path) -> Generator[Ledger]:
    file = Path(database.removeprefix("sqlite:///"))
    if database.startswith("sqlite:///") and not file.is_file():
        raise Trouble(f"{file}: 没有这个数据库 | there is no such database")
    ledger = Ledger.open(database, keys=keys)
    try:
        yield ledger
    finally:
        ledger.close()


def _calendar_words(name: str, calendar: WorkCalendar) -> str:
    through, holidays, makeup = calendar.published_through, len(calendar.holidays), len(calendar.makeup_workdays)
    return (
        f"{name}: 版本 {calendar.version}，公布至 {through}，节假日 {holidays} 天，调休上班 {makeup} 天"
        f" | version {calendar.version}, published through {through}, {holidays} holidays, {makeup} make-up workdays"
    )


def _new_id() -> CommandId:
    return CommandId(f"law:{uuid.uuid4()}")


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
