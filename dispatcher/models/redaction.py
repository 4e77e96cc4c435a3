"""Which field of a case is which detail, and a case without the details that somebody is not sent.

`FIELDS` is complete: a test walks everything a case can hold and finds each text either here or in `OPEN`, which
lists what is sent wherever the case is. Blanked are texts alone, never an instant, a state or a unit: clocks, lights
and folding come out the same at every console.
"""

import functools
from collections.abc import Mapping
from typing import Final, TypeVar, cast, get_args, get_type_hints

import msgspec

from dispatcher.models import events as e
from dispatcher.models.case import Case, Supervision, Suspension
from dispatcher.models.order import Order, Place, Point
from dispatcher.models.organisation import Detail, Scope
from dispatcher.models.queue import SEPARATOR, QueueRow, where
from dispatcher.models.whistle import Departure, Meeting, MeetingTask, Passed, Score, Summons, Whistle

_HINT, _DEMAND = Detail.HINT, Detail.DEMAND
_CITIZEN, _STREET, _SUMMONS = Detail.CITIZENS_WORDS, Detail.STREETS_WORDS, Detail.SUMMONS_WORDS

FIELDS: Final[Mapping[type[msgspec.Struct], Mapping[str, Detail]]] = {
    Order: {
        "caller_name_hint": _HINT,
        "caller_phone_hint": _HINT,
        "title": _DEMAND,
        "text": _DEMAND,
        "reported_party": _DEMAND,
    },
    Place: {"address": _DEMAND, "spot": _DEMAND, "point": _DEMAND},
    e.Child: {"title": _DEMAND, "text": _DEMAND},
    e.ContactRecorded: {"note": _CITIZEN},
    e.CallBackRecorded: {"words": _CITIZEN},
    e.Urged: {"note": _CITIZEN},
    e.ReplyWritten: {"talked_with": _CITIZEN, "accepted": _STREET, "done": _STREET, "result": _STREET},
    e.NoteAdded: {"text": _STREET},
    e.Assigned: {"note": _STREET},
    e.ProgressReported: {"text": _STREET},
    e.ClosedElsewhere: {"result": _STREET},
    e.ReplySentBack: {"reason": _STREET},
    e.RedoOrdered: {"reason": _STREET},
    e.CaseReopened: {"reason": _STREET},
    e.CaseClosed: {"note": _STREET},
    e.CallerRevealed: {"reason": _STREET},
    e.Request: {"reason": _STREET, "evidence": _STREET, "public_reason": _STREET, "answer": _STREET},
    e.RequestDropped: {"reason": _STREET},
    e.RequestGranted: {"answer": _STREET},
    e.RequestRefused: {"answer": _STREET},
    e.Transferred: {"reason": _STREET},
    e.OrderWithdrawn: {"reason": _STREET},
    e.CaseSplit: {"reason": _STREET},
    e.CaseMerged: {"reason": _STREET},
    e.CaseResumed: {"reason": _STREET},
    e.Supervised: {"reason": _STREET},
    e.SupervisionLifted: {"reason": _STREET},
    e.UrgencyChanged: {"reason": _STREET},
    Suspension: {"public_reason": _STREET},
    Supervision: {"reason": _STREET},
    Whistle: {"demand": _SUMMONS, "place": _SUMMONS, "contact": _SUMMONS},
    Summons: {"refused_reason": _SUMMONS},
    Passed: {"note": _SUMMONS, "place": _SUMMONS, "person": _SUMMONS, "evidence": _SUMMONS},
    Departure: {"note": _SUMMONS},
    Score: {"note": _SUMMONS},
    Meeting: {"place": _SUMMONS, "findings": _SUMMONS, "photos": _SUMMONS},
    MeetingTask: {"what": _SUMMONS},
    e.PersonalDataErased: {"reason": Detail.STREETS_WORDS},
    e.MilestonePassed: {"note": _SUMMONS, "place": _SUMMONS, "person": _SUMMONS, "evidence": _SUMMONS},
    e.StreetContacted: {"note": _SUMMONS},
    e.DepartureRecorded: {"note": _SUMMONS},
    e.NoShowDeclared: {"note": _SUMMONS},
    e.SummonsRefused: {"reason": _SUMMONS},
    e.SummonsAdjudicated: {"reason": _SUMMONS},
    e.WorkSentBack: {"reason": _SUMMONS},
    e.WhistleApproved: {"note": _SUMMONS},
    e.WhistleAccepted: {"note": _SUMMONS},
    e.WhistleWithdrawn: {"reason": _SUMMONS},
}
"""Of each record and fact, the fields that are a detail; `point` is no text, and absent instead of blank."""

OPEN: Final = frozenset(
    {
        "id", "case", "act", "whistle", "number", "source", "previous_number", "local_number", "policy", "kind",
        "parent", "child", "children", "children_ended", "merged_into", "into", "duplicates", "duplicate", "cases",
        "holder", "unit", "to", "to_scene", "street", "community", "community_code", "assigned_community",
        "invited", "arrived",
        "category", "labels", "instead_of", "replaces",
        "by", "by_name", "blown_by", "blown_by_name", "approved_by", "decided_by", "assignee", "told",
    }
)  # fmt: skip
"""Names of fields that everybody is sent who is sent the case: numbers, units, and who did it in office."""

_S = TypeVar("_S", bound=msgspec.Struct)
IN_BODY: Final = frozenset(detail for fields in FIELDS.values() for detail in fields.values())


def leaves_body(scope: Scope, confidential: bool) -> bool:
    """Tell whether a scope is sent a case's body as it is kept."""
    return scope.details >= IN_BODY and (not confidential or Detail.CONFIDENTIAL_CALLER in scope.details)


def case_for(scope: Scope, case: Case) -> Case:
    """Give a case with what the scope does not have blanked; the masked hints of a confidential order too."""
    return _without(case, _withheld(scope, case.order.confidential))


def row_for(scope: Scope, row: QueueRow) -> QueueRow:
    """Give a row with what the scope does not have blanked; it is the row of the case given by `case_for`."""
    if Detail.DEMAND in scope.details:
        return row
    _, found, community = row.place.rpartition(SEPARATOR)
    return msgspec.structs.replace(row, title="", place=where(Place(community=community if found else "")))


def _withheld(scope: Scope, confidential: bool) -> frozenset[Detail]:
    withheld = IN_BODY - scope.details
    return withheld | {_HINT} if confidential and Detail.CONFIDENTIAL_CALLER not in scope.details else withheld


def _without(record: _S, withheld: frozenset[Detail]) -> _S:
    changed: dict[str, object] = {}
    for name, is_detail in _to_look_at(type(record), withheld):
        value: object = getattr(record, name)
        if is_detail:
            if value:
                changed[name] = _BLANK[type(value)]
        elif isinstance(value, msgspec.Struct):
            less = _without(value, withheld)
            if less is not value:
                changed[name] = less
        elif isinstance(value, tuple) and value:
            parts = cast("tuple[msgspec.Struct, ...]", value)
            fewer = tuple(_without(part, withheld) for part in parts)
            if any(one is not other for one, other in zip(parts, fewer, strict=True)):
                changed[name] = fewer
    return msgspec.structs.replace(record, **changed) if changed else record


@functools.cache
def _to_look_at(kind: type[msgspec.Struct], withheld: frozenset[Detail]) -> tuple[tuple[str, bool], ...]:
    """Name the fields of a record that are withheld, and those within which something may be; tells which is which."""
    details = FIELDS.get(kind, {})
    fields: list[tuple[str, bool]] = []
    for name, hint in get_type_hints(kind).items():
        if name in details:
            if details[name] in withheld:
                fields.append((name, True))
        elif any(not withheld.isdisjoint(FIELDS.get(part, {}).values()) for part in _within(hint)):
            fields.append((name, False))
    return tuple(fields)


def _within(hint: object) -> set[type[msgspec.Struct]]:
    """List the records that a value of a type may hold, at whatever depth."""
    found: set[type[msgspec.Struct]] = set()
    waiting = [hint]
    while waiting:
        one = waiting.pop()
        waiting += get_args(one)
        if isinstance(one, type) and issubclass(one, msgspec.Struct) and one not in found:
            found.add(one)
            waiting += get_type_hints(one).values()
    return found


_BLANK: Final[Mapping[type[object], object]] = {str: "", tuple: (), Point: None}
