"""A case's history as the timeline shows it: who did what, and how it came in; the words stand in `history_words`.

Pure but for Qt's translations: a record goes in, a `Line` comes out, newest first. It knows no widget, and it
never invents: what a record does not say is not said here either.
"""

import datetime as dt
import enum
from dataclasses import dataclass

from dispatcher.bridge import CaseView
from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.organisation import CENTRE, Role
from dispatcher.ui import strings
from dispatcher.ui.console.history_words import UnitName, delivered, words


class Mark(enum.StrEnum):
    """Which sign stands between the time and the actor."""

    DOT = "dot"
    WHISTLE = "whistle"
    ALARM = "alarm"
    PENDING = "pending"


@dataclass(frozen=True)
class Line:
    """One line of the timeline.

    `pending` has not been judged by the centre, `office` is so of a colleague; `late` was uploaded afterwards,
    `caught_up` written down afterwards; `undone` was taken back. `trust_ms` is how far the station's clock could be
    trusted for a late one.
    """

    at: dt.datetime
    entered_at: dt.datetime
    mark: Mark
    actor: str
    text: str
    pending: bool = False
    office: bool = False
    late: bool = False
    caught_up: bool = False
    undone: bool = False
    trust_ms: int | None = None


def lines(view: CaseView, unit_name: UnitName) -> tuple[Line, ...]:
    """Give the history of a case for the timeline, newest first; what the centre has not confirmed is pending."""
    case = view.case
    of_office = {entry.act.id for entry in view.office}
    undone = {recorded.event.act for recorded in case.history if isinstance(recorded.event, e.ActUndone)}
    numbered = [
        line_of(
            recorded,
            case,
            unit_name,
            pending=index >= view.confirmed,
            office=index >= view.confirmed and recorded.act in of_office,
            undone=recorded.act in undone,
        )
        for index, recorded in enumerate(case.history)
    ]
    numbered.reverse()
    return tuple(sorted(numbered, key=lambda line: line.at, reverse=True))


def line_of(
    recorded: e.Recorded,
    case: Case,
    unit_name: UnitName,
    *,
    pending: bool,
    office: bool = False,
    undone: bool = False,
) -> Line:
    """Put one recorded fact into words."""
    at_the_desk = recorded.unit == case.holder
    if recorded.by == CENTRE.person:
        actor = strings.word(Role.CENTRE)
    else:
        actor = recorded.by_name if at_the_desk or not recorded.unit else unit_name(recorded.unit)
    mark = _mark(recorded.event)
    text = words(recorded.event, unit_name)
    if recorded.delivered_by is not None:
        text = delivered(text, recorded.delivered_by)
    return Line(
        at=recorded.at,
        entered_at=recorded.entered_at,
        mark=Mark.PENDING if pending else mark,
        actor=actor or recorded.by_name,
        text=text,
        pending=pending,
        office=office,
        late=recorded.late and not pending,
        caught_up=recorded.caught_up,
        undone=undone,
        trust_ms=recorded.clock_error_ms,
    )


def _mark(event: e.AnyEvent) -> Mark:
    match event:
        case e.WhistleBlown():
            return Mark.WHISTLE
        case (
            e.RedoOrdered()
            | e.CaseReopened()
            | e.SummonsRefused()
            | e.ReplySentBack()
            | e.RequestRefused()
            | e.Supervised()
            | e.NoShowDeclared()
            | e.WorkSentBack()
            | e.LadderClimbed()
        ):
            return Mark.ALARM
        case _:
            return Mark.DOT
