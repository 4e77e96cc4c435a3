"""What a bench prints: verdicts, cases and figures as mappings that JSON can hold, instants in Beijing's time.

Values that say nothing (None, false, an empty list, a field at its default) are left out.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.deadlines import Clock, clocks
from dispatcher.models.law import Law
from dispatcher.models.policy import Limit, Measure
from dispatcher.models.verdicts import Refused
from dispatcher.models.workcalendar import BEIJING
from dispatcher.scenario.form import Wish

Line = dict[str, object]


def local(at: dt.datetime) -> str:
    """Say an instant in Beijing's time."""
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def plain(value: object) -> object:
    """Say any value of the models in what JSON can hold, without fields at their defaults."""
    match msgspec.to_builtins(value, builtin_types=(dt.datetime,)):
        case dt.datetime() as at:
            return local(at)
        case dict() as table:
            return {str(key): plain(each) for key, each in cast("dict[object, object]", table).items()}
        case list() | tuple() as items:
            return [plain(each) for each in cast("Sequence[object]", items)]
        case rest:
            return rest


def limit_text(limit: Limit) -> str:
    """Say a limit the way a policy's file does."""
    if limit.measure is Measure.SAME_DAY:
        return "same day"
    if limit.measure is Measure.WORKING_DAYS:
        return f"{limit.minutes} WD"
    working = " W" if limit.measure is Measure.WORKING_TIME else ""
    for unit, minutes in (("d", 24 * 60), ("h", 60)):
        if limit.minutes % minutes == 0 and limit.minutes >= minutes * (2 if unit == "d" else 1):
            return f"{limit.minutes // minutes} {unit}{working}"
    return f"{limit.minutes} min{working}"


def verdict(found: Sequence[e.Recorded] | Refused, judged_at: dt.datetime) -> Line:
    """Say what came of an act: its facts with what the judge added to the wish, or why nothing happened."""
    if isinstance(found, Refused):
        line: Line = {"verdict": "refused", "reason": found.reason.value}
        return line | ({"field": found.field} if found.field else {})
    first = found[0]
    line = {"verdict": "accepted", "events": [event(each.event) for each in found]}
    if first.at != judged_at:
        line["counts_at"] = local(first.at)
    line |= {key: True for key in ("late", "caught_up") if any(getattr(each, key) for each in found)}
    if first.clock_error_ms is not None:
        line["clock_error_ms"] = first.clock_error_ms
    return line


_TELLING: Mapping[type[e.Event], tuple[str, ...]] = {
    e.OrderReceived: ("holder", "policy", "parent"),
    e.SignedFor: ("instead_of",),
    e.NoteAdded: ("instead_of",),
    e.ContactRecorded: ("counts", "moves"),
    e.ReplyWritten: ("review",),
    e.CallBackRecorded: ("by_hotline",),
    e.RequestSent: ("kind",),
    e.RequestDropped: ("kind",),
    e.RequestGranted: ("kind", "to", "final"),
    e.RequestRefused: ("kind", "final"),
    e.MilestonePassed: ("unit", "milestone", "by_street"),
    e.DepartureRecorded: ("unit", "by_street", "with_leave"),
    e.LadderClimbed: ("unit", "milestone", "share", "told"),
    e.ChildEnded: ("child", "again"),
    e.DuplicateAbsorbed: ("duplicate",),
    e.ActUndone: ("act",),
}
"""What is told of an event beside its tag: what the judge decided, not what the act said anyway."""


def event(found: e.AnyEvent) -> Line:
    """Say one fact: its tag and what the judge decided in it."""
    line: Line = {"event": type(found).__struct_config__.tag}
    match found:
        case e.Requested():
            line |= {"kind": found.request.kind.value} | ({"sent": True} if found.request.sent_at else {})
        case e.WhistleBlown():
            whistle = found.whistle
            line |= {"kind": whistle.kind.value}
            line |= {"approved": True} if whistle.approved_at else {}
        case e.DepartmentScored():
            line |= {"unit": found.unit, "total": found.score.total}
        case e.CaseSplit():
            line["children"] = [{"case": child.case, "number": child.number} for child in found.children]
        case _:
            told = cast("dict[str, object]", plain(found))
            line |= {key: told[key] for key in _TELLING.get(type(found), ()) if told.get(key)}
    return line


def clock_line(clock: Clock) -> Line:
    """Say one clock."""
    line: Line = {"kind": clock.kind.value, "start": local(clock.start)}
    line["limit"] = limit_text(clock.limit) if clock.limit is not None else "given"
    line["due"] = local(clock.due)
    if clock.provisional:
        line["provisional"] = True
    if clock.met_at is not None:
        line["met_at"] = local(clock.met_at)
    return line


def case_line(case: Case, law: Law, now: dt.datetime, wish: Wish) -> Line:
    """Say a case as it stands: the parts that are wished for, or all of them."""
    found = [clock for clock in clocks(case, law) if not wish.kinds or clock.kind.value in wish.kinds]
    line: Line = {"what": case.id}
    for part in wish.only or ("state", "holder", "clocks", "lights", "waiting", "whistles"):
        match part:
            case "clocks":
                line[part] = [clock_line(clock) for clock in found]
            case "lights":
                line[part] = {}
            case _:
                line[part] = plain(getattr(case, part))
    return line
