"""One act of this station in words: what was done to which case, and where it stands with the centre."""

import datetime as dt
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from dispatcher.bridge import ActState, Receipt
from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.queue import Pending, QueueRow
from dispatcher.models.verdicts import Refused
from dispatcher.ui import language, strings

translate = QCoreApplication.translate

RowOf = Callable[[CaseId], QueueRow | None]
UnitName = Callable[[UnitId], str]


def tag_of(command: c.Command) -> str:
    """Give a command's tag, the name it has on the wire."""
    return str(type(command).__struct_config__.tag)


def short_number(number: str) -> str:
    """Give the tail by which people call a case: 临江-20261118-07387 -> 07387; a short or local number stays whole."""
    return number if len(number) <= 6 or number.startswith("L-") else number[-5:]


def what(command: c.Command) -> str:
    """Say the act itself: 签收, 应急哨：抢修止水, 报到."""
    if isinstance(command, c.BlowWhistle):
        return translate("acts", "{kind}：{demand}").format(
            kind=strings.whistle_kind(command.kind), demand=command.demand
        )
    if isinstance(command, c.PassMilestone):
        return strings.milestone(command.milestone)
    said = strings.command_word(tag_of(command))
    match command:
        case c.Assign():
            return translate("acts", "{what}：{words}").format(what=said, words=command.assignee)
        case c.ReportProgress():
            return translate("acts", "{what}：{words}").format(what=said, words=command.text)
        case c.Reply():
            return translate("acts", "{what}：{words}").format(what=said, words=command.result)
        case _:
            return said


def title(command: c.Command, row_of: RowOf) -> str:
    """Say the act with its case: 07387 签收."""
    row = row_of(command.case)
    if row is None and isinstance(command, c.ReceiveOrder):  # taken in here, and no row before the centre has it
        return f"{short_number(command.order.number)} {what(command)}"
    return f"{short_number(row.number)} {what(command)}" if row else what(command)


def units(command: c.BlowWhistle, unit_name: UnitName) -> str:
    """List whom a whistle calls, the lead first."""
    return translate("acts", "、").join(unit_name(unit) for unit in (command.lead, *command.assisting))


def detail(receipt: Receipt, now: dt.datetime, row_of: RowOf, unit_name: UnitName) -> str:
    """Say where an act stands: made when, for whom, until when it is good, why it was refused."""
    act = receipt.act
    parts: list[str] = []
    row = row_of(act.command.case)
    if isinstance(act.command, c.BlowWhistle):
        parts.append(translate("acts", "召 {units}").format(units=units(act.command, unit_name)))
    elif row:
        parts.append(row.title)
    made = translate("acts", "{at} 办").format(at=language.moment_text(receipt.made_at, now))
    if act.offline:
        made = translate("acts", "{at} 离线办").format(at=language.moment_text(receipt.made_at, now))
    parts.append(made)
    if receipt.state is ActState.EXPIRED:
        if act.valid_until is not None:
            at = language.moment_text(act.valid_until, now)
            parts.append(translate("acts", "有效期 {at} 已过，部门没有收到").format(at=at))
    elif act.valid_until is not None and act.valid_until > now:
        parts.append(
            translate("acts", "有效至 {at}，还剩 {left}").format(
                at=language.moment_text(act.valid_until, now), left=language.length_text(act.valid_until - now)
            )
        )
    if isinstance(receipt.verdict, Refused):
        parts.append(strings.refusal(receipt.verdict, unit_name))
    return translate("acts", "，").join(parts)


def look(state: ActState) -> Pending:
    """Give how an act's card looks."""
    match state:
        case ActState.QUEUED | ActState.SENT:
            return Pending.PENDING
        case ActState.PARKED | ActState.DOUBTED:
            return Pending.PARKED
        case ActState.EXPIRED:
            return Pending.EXPIRED
        case ActState.ACCEPTED | ActState.DISCARDED:
            return Pending.NONE
