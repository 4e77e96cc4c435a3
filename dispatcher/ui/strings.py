"""Words for every value people see, in the language of the moment: `vocabulary` holds them in Chinese.

Chinese is the source; English comes from the Qt translation that `language.install` puts in place. Every function
answers in the language of the moment, so a page that is rebuilt after a switch needs nothing else.
"""

import datetime as dt
import enum
from collections.abc import Callable
from typing import assert_never

from PySide6.QtCore import QCoreApplication

from dispatcher.bridge import ActState, LinkState
from dispatcher.models.case import CaseState
from dispatcher.models.deadlines import ClockKind, Light
from dispatcher.models.events import Ground, Satisfied, Solved
from dispatcher.models.ids import UnitId
from dispatcher.models.merging import Value
from dispatcher.models.order import Channel, DemandKind, Urgency
from dispatcher.models.organisation import Role, UnitKind
from dispatcher.models.queue import Flag, Pending
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.waiting import WaitingFor
from dispatcher.models.whistle import Milestone, WhistleKind, WhistleState
from dispatcher.ui import language
from dispatcher.ui.vocabulary import COMMANDS, FIELDS, REFUSALS, SHORT_KINDS, TROUBLES, WORDS
from dispatcher.widgets import countdown

translate = QCoreApplication.translate


def word(value: enum.Enum) -> str:
    """Give the word for a member of any enum that people see; KeyError for one they never do."""
    return translate("words", WORDS[type(value)][value])


def case_state(value: CaseState) -> str:
    """Give the word for a state of a case."""
    return word(value)


def urgency(value: Urgency) -> str:
    """Give the word for an urgency, short enough for a chip."""
    return word(value)


def clock_kind(value: ClockKind) -> str:
    """Give the word for the duty a clock times."""
    return word(value)


def light(value: Light) -> str:
    """Give the word for a light."""
    return word(value)


def whistle_kind(value: WhistleKind) -> str:
    """Give the word for a kind of whistle."""
    return word(value)


def whistle_state(value: WhistleState) -> str:
    """Give the word for a state of a whistle."""
    return word(value)


def milestone(value: Milestone) -> str:
    """Give the word for a milestone."""
    return word(value)


def role(value: Role) -> str:
    """Give the word for a role."""
    return word(value)


def unit_kind(value: UnitKind) -> str:
    """Give the word for a kind of unit."""
    return word(value)


def link_state(value: LinkState) -> str:
    """Give the word for a state of the link."""
    return word(value)


def act_state(value: ActState) -> str:
    """Give the word for a state of an act."""
    return word(value)


def demand_kind(value: DemandKind) -> str:
    """Give the word for a kind of demand."""
    return word(value)


def channel(value: Channel) -> str:
    """Give the word for a channel."""
    return word(value)


def solved(value: Solved) -> str:
    """Give the word for the citizen's answer on the matter."""
    return word(value)


def satisfied(value: Satisfied) -> str:
    """Give the word for the citizen's answer on the work."""
    return word(value)


def flag(value: Flag) -> str:
    """Give the word for one flag, a single character in Chinese."""
    return word(value)


def waited_for(name: str, unit_name: Callable[[UnitId], str] = str) -> str:
    """Give the word for whom a row waits: a unit's name, or the role whose turn it is."""
    if name in frozenset(WaitingFor):
        return word(WaitingFor(name))
    return unit_name(UnitId(name))


def trouble(said: str) -> str:
    """Give what the engine or the centre said in the language of the moment; what stands in brackets stays as it is.

    Engine's words are looked up; the centre and the cache say both languages at once, "Chinese | English".
    """
    for words in TROUBLES:
        if said.startswith(words):
            return translate("sync", words) + said[len(words) :]
    chinese, both, english = said.partition(" | ")
    return english if both and countdown.language() is countdown.Language.EN else chinese


def whistle_short(kind: WhistleKind) -> str:
    """Give the two-character name of a kind of whistle, for lists."""
    return translate("words", SHORT_KINDS[kind])


def command_word(tag: str) -> str:
    """Give the word for a command by its tag ("sign_for"), the tag itself when it is of a newer version."""
    return translate("words", COMMANDS[tag]) if tag in COMMANDS else tag


def pending_mark(pending: Pending, tag: str) -> str:
    """Say what the station still owes the centre for a row: 签收待发, 吹哨未发出; empty when nothing."""
    what = command_word(tag)
    match pending:
        case Pending.NONE:
            return ""
        case Pending.OFFICE:
            return translate("words", "{what}·所内").format(what=what)
        case Pending.PENDING:
            return translate("words", "{what}待发").format(what=what)
        case Pending.PARKED:
            return translate("words", "{what}搁置").format(what=what)
        case Pending.EXPIRED:
            return translate("words", "{what}未发出").format(what=what)
        case _:
            assert_never(pending)


def field_word(name: str) -> str:
    """Give the label of a command's field, the name itself when it has none."""
    return translate("words", FIELDS[name]) if name in FIELDS else name


def refusal(refused: Refused, unit_name: Callable[[UnitId], str] = str) -> str:
    """Say in a full sentence why nothing happened and what to do about it."""
    detail = refused.detail
    return translate("words", REFUSALS[refused.reason]).format(
        field=field_word(refused.field),
        detail=word(CaseState(detail)) if detail in frozenset(CaseState) else detail,
        unit=unit_name(UnitId(detail)),
        milestone=word(Milestone(detail)) if detail in frozenset(Milestone) else detail,
    )


def reason(value: Reason, detail: str = "") -> str:
    """Say why a kind of act is not possible now, for a disabled button."""
    return refusal(Refused(reason=value, detail=detail))


def value(name: str, text: str, now: dt.datetime, unit_name: Callable[[UnitId], str] = str) -> str:
    """Say a value of a case (`merging.Value`) as people read it; a dash where there is none."""
    if not text:
        return translate("words", "（空）")
    match Value(name):
        case Value.ASSIGNEE | Value.REPLY:
            return text
        case Value.URGENCY:
            return word(Urgency(text))
        case Value.HOLDER:
            return unit_name(UnitId(text))
        case Value.RETURN | Value.EXTENSION | Value.SUSPENSION | Value.EXCLUSION:
            return "\n".join(_part(part, now) for part in text.split("\n"))


def collision(refused: Refused, now: dt.datetime, unit_name: Callable[[UnitId], str] = str) -> str:
    """Say what collided: whose value stands there since when, and what was seen; the form still has the own one."""
    changed = refused.changed
    if changed is None:
        return refusal(refused, unit_name)
    at = "" if changed.at is None else language.moment_text(changed.at, now)
    said = translate(
        "words",
        "“{field}”已由 {name} {at} 改为“{theirs}”，您看到的是“{seen}”。您写的都在；再提交一次，就以您的为准。",
    )
    return said.format(
        field=field_word(refused.field),
        name=changed.by_name,
        at=at,
        theirs=_one_line(value(refused.field, changed.theirs, now, unit_name)),
        seen=_one_line(value(refused.field, changed.seen, now, unit_name)),
    )


def _part(part: str, now: dt.datetime) -> str:
    if part in frozenset(Ground):
        return word(Ground(part))
    if part in ("granted", "refused"):
        return translate("words", "已同意") if part == "granted" else translate("words", "未同意")
    try:
        at = dt.datetime.fromisoformat(part)
    except ValueError:
        return part
    return part if at.tzinfo is None else language.moment_text(at, now)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
