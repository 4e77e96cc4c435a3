"""What a bench prints of an act and of a case: mappings that JSON can hold, instants in Beijing's time.

What says nothing (None, false, an empty list, a field at its default) is left out of facts and records.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.deadlines import Clock, ClockKind, clocks
from dispatcher.models.law import Law
from dispatcher.models.policy import Limit, Measure
from dispatcher.models.summons_clocks import WhistleClock, record_clock, summons_clocks
from dispatcher.models.verdicts import Refused
from dispatcher.models.waiting import waiting
from dispatcher.models.whistle import Summons, Whistle
from dispatcher.models.workcalendar import BEIJING
from dispatcher.scenario.fitting import Spot
from dispatcher.scenario.form import Show, Wish

Line = dict[str, object]

_ORDER = tuple(ClockKind)
_PARTS = ("state", "holder", "clocks", "lights", "waiting", "whistles", "limits", "rungs", "scores")
_USUAL = ("state", "holder", "clocks", "lights", "waiting", "whistles", "limits", "rungs")
_OF_THE_RECORD = (*Case.__struct_fields__, "urgency", "suspended_since", "supervision", "held_since")


def local(at: dt.datetime) -> str:
    """Say an instant in Beijing's time, to the second."""
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def plain(value: object) -> object:
    """Say any value of the models in what JSON can hold, without fields at their defaults."""
    built: object = msgspec.to_builtins(value, builtin_types=(dt.datetime,))
    if isinstance(built, dt.datetime):
        return local(built)
    if isinstance(built, dict):
        return {str(key): plain(each) for key, each in cast("dict[object, object]", built).items()}
    if isinstance(built, list | tuple):
        return [plain(each) for each in cast("Sequence[object]", built)]
    return built


def limit_text(limit: Limit | None) -> str:
    """Say a limit the way a policy's file does; "given" for a date that somebody set."""
    if limit is None:
        return "given"
    if limit.measure is Measure.SAME_DAY:
        return "same day"
    if limit.measure is Measure.WORKING_DAYS:
        return f"{limit.minutes} WD"
    working = " W" if limit.measure is Measure.WORKING_TIME else ""
    day, hour = 24 * 60, 60
    if limit.minutes > day and limit.minutes % day == 0:
        return f"{limit.minutes // day} d{working}"
    if limit.minutes % hour == 0:
        return f"{limit.minutes // hour} h{working}"
    return f"{limit.minutes} min{working}"


def verdict(found: Sequence[e.Recorded] | Refused, judged_at: dt.datetime) -> Line:
    """Say what came of an act: its facts with what the judge added to the wish, or why nothing happened."""
    if isinstance(found, Refused):
        line: Line = {"verdict": "refused", "reason": found.reason.value}
        line |= {"field": found.field} if found.field else {}
        return line | ({"changed": plain(found.changed)} if found.changed is not None else {})
    first = found[0]
    line = {"verdict": "accepted", "events": [event(each.event) for each in found]}
    if first.at != judged_at:
        line["counts_at"] = local(first.at)
    line |= {key: True for key in ("late", "caught_up") if any(getattr(each, key) for each in found)}
    if first.clock_error_ms is not None:
        line["clock_error_ms"] = first.clock_error_ms
    if first.replaces:
        line["replaces"] = first.replaces
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
    e.Supervised: ("level",),
    e.MilestonePassed: ("unit", "milestone", "by_street"),
    e.DepartureRecorded: ("unit", "by_street", "with_leave"),
    e.LadderClimbed: ("unit", "milestone", "share", "told"),
    e.ChildEnded: ("child", "again"),
    e.DuplicateAbsorbed: ("duplicate",),
    e.ActUndone: ("act",),
}
"""What is told of a fact beside its tag: what the judge decided, or whom it is about."""


def event(found: e.AnyEvent) -> Line:
    """Say one fact: its tag and what the judge decided in it."""
    line: Line = {"event": found.__struct_config__.tag}
    match found:
        case e.Requested():
            line |= {"kind": found.request.kind.value} | ({"sent": True} if found.request.sent_at else {})
        case e.WhistleBlown():
            line |= {"kind": found.whistle.kind.value} | ({"approved": True} if found.whistle.approved_at else {})
        case e.DepartmentScored():
            line |= {"unit": found.unit, "total": found.score.total}
        case e.CaseSplit():
            line["children"] = [{"case": child.case, "number": child.number} for child in found.children]
        case _:
            told = cast("dict[str, object]", plain(found))
            line |= {key: told[key] for key in _TELLING.get(type(found), ()) if told.get(key)}
    return line


def light_word(clock: Clock, now: dt.datetime) -> str:
    """Say the light of a running clock."""
    light = clock.light(now)
    assert light is not None, "a clock that does not run has no light"
    return light.value


def case_line(case: Case, law: Law, show: Show, file: str) -> Line:
    """Say a case as it stands: the parts that are wished for, or the usual ones."""
    wish = show.wish
    line: Line = {}
    for part in wish.only or _USUAL:
        match part:
            case "clocks":
                line[part] = [_clock(clock) for clock in _clocks(case, law, wish)]
            case "lights":
                running = [clock for clock in _clocks(case, law, wish) if clock.is_running]
                line[part] = {clock.kind.value: light_word(clock, show.at) for clock in running}
            case "waiting":
                line[part] = [
                    {"for": each.unit or each.for_what.value, "since": local(each.since), "why": each.why.value}
                    for each in waiting(case, law)
                ]
            case "whistles":
                line[part] = [_whistle(each) for each in case.whistles]
            case "limits":
                line[part] = [limit for each in case.whistles for limit in _limits(each, law, wish)]
            case "rungs":
                line[part] = [plain(rung) for each in case.whistles for rung in each.ladder]
            case "scores":
                line[part] = [
                    {"unit": each.unit, **_score(each)} for whistle in case.whistles for each in whistle.summons
                ]
            case _ if part in _OF_THE_RECORD:
                line[part] = plain(getattr(case, part))
            case _:
                raise Spot(file, f"step {show.step}").unknown("only", (*_PARTS, *_OF_THE_RECORD), part)
    return line


def _clocks(case: Case, law: Law, wish: Wish) -> list[Clock]:
    found = [
        clock
        for clock in clocks(case, law)
        if (not wish.kinds or clock.kind.value in wish.kinds) and not (wish.running and clock.met_at is not None)
    ]
    return sorted(found, key=lambda clock: (_ORDER.index(clock.kind), clock.start_us))


def _clock(clock: Clock) -> Line:
    line: Line = {"kind": clock.kind.value, "start": local(clock.start), "limit": limit_text(clock.limit)}
    if clock.stopped:
        return line | {"stopped": True}
    line["due"] = local(clock.due)
    if clock.provisional:
        line["provisional"] = True
    if clock.due_before is not None:
        line["due_before"] = local(clock.due_before)
    if clock.too_late:
        line["extended_too_late"] = True
    return line | ({"met_at": local(clock.met_at)} if clock.met_at is not None else {})


def _whistle(whistle: Whistle) -> Line:
    line: Line = {"whistle": whistle.id, "kind": whistle.kind.value, "state": whistle.state.value}
    if whistle.approved_at is not None:
        line["approved_at"] = local(whistle.approved_at)
    line["summons"] = [_summons(each) for each in whistle.summons]
    if whistle.meetings:
        line["meetings"] = [meeting.id for meeting in whistle.meetings]
    return line


def _summons(summons: Summons) -> Line:
    line: Line = {"unit": summons.unit}
    if summons.lead:
        line["lead"] = True
    line["passed"] = [
        {"milestone": each.milestone.value, "at": local(each.at)} | ({"by_street": True} if each.by_street else {})
        for each in summons.passed
    ]
    if summons.departures:
        line["departures"] = [
            {"at": local(each.at)}
            | ({"by_street": True} if each.by_street else {})
            | ({"with_leave": True} if each.with_leave else {})
            for each in summons.departures
        ]
    for key in ("contacted_at", "refused_at", "released", "no_show_at", "finish_by", "sent_back"):
        value = getattr(summons, key)
        if value is not None and value != 0:
            line[key] = plain(value)
        elif value is False and key == "released":
            line[key] = False
    return line


def _limits(whistle: Whistle, law: Law, wish: Wish) -> list[Line]:
    found: list[Line] = []
    for summons in whistle.summons:
        if wish.units and summons.unit not in wish.units:
            continue
        found += [
            {"unit": clock.unit, "duty": clock.duty.value, **_dated(clock)}
            for clock in summons_clocks(whistle, summons, law)
            if not wish.kinds or clock.duty.value in wish.kinds
        ]
    record = record_clock(whistle, law)
    if record is not None and not wish.units and (not wish.kinds or "record" in wish.kinds):
        found.append({"duty": "record", **_dated(record)})
    return found


def _dated(clock: WhistleClock) -> Line:
    line: Line = {"start": local(clock.start), "limit": limit_text(clock.limit), "due": local(clock.due)}
    line |= {"provisional": True} if clock.provisional else {}
    return line | ({"met_at": local(clock.met_at)} if clock.met_at is not None else {})


def _score(summons: Summons) -> Line:
    if summons.score is None:
        return {}
    said = cast("Line", plain(summons.score))
    return {key: value for key, value in said.items() if key not in ("by", "at", "note")}
