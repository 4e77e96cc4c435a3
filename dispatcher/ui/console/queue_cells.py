"""What a row of the queue says, prepared once: words, chip, flags, glyphs. The painter only paints it.

Words depend on language, unit names and, for instants and waiting times, on the minute; the queue's model
throws prepared cells away when one of these changes.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from PySide6.QtCore import QCoreApplication

from dispatcher.models.case import CaseState
from dispatcher.models.ids import UnitId
from dispatcher.models.order import Urgency
from dispatcher.models.queue import NEVER_MS, SEPARATOR, Flag, Pending, QueueRow, from_epoch_ms
from dispatcher.models.workcalendar import BEIJING
from dispatcher.ui import strings
from dispatcher.ui.console.act_words import short_number
from dispatcher.ui.console.queue_lights import DAY_MS
from dispatcher.widgets.countdown import language, spoken, write
from dispatcher.widgets.paint import ChipLook, urgency_chip

translate = QCoreApplication.translate


class Column(enum.IntEnum):
    """The cells of a row, left to right."""

    COUNTDOWN = 0
    ORDER = 1
    DEMAND = 2
    STATE = 3
    WHISTLES = 4


@dataclass(frozen=True, slots=True)
class Cells:
    """One row's words. `clock` is 反馈 and `clock_line` 反馈 14:48; `number` is the tail people say aloud."""

    clock: str
    clock_line: str
    number: str
    chip: str
    chip_look: ChipLook
    title: str
    place: str
    strong: bool
    state: str
    state_line: str
    pending: Pending
    whistles: str
    flags: str
    review: str
    spoken_tail: str


def prepare(row: QueueRow, now_ms: int, unit_name: Callable[[UnitId], str], unseen: bool) -> Cells:
    """Write a row's cells as they are true at `now_ms`."""
    clock = strings.clock_kind(row.clock) if row.clock is not None else ""
    pending = row.pending is not Pending.NONE
    state = strings.pending_mark(row.pending, row.pending_what) if pending else strings.case_state(row.state)
    number = short_number(row.number)
    return Cells(
        clock,
        _clock_line(clock, row, now_ms),
        number,
        *_chip(row),
        row.title,
        row.place.removeprefix(SEPARATOR) or "—",
        unseen or row.urgency in (Urgency.EMERGENCY, Urgency.FLOOD),
        state,
        _state_line(row, now_ms, unit_name),
        row.pending,
        f"{row.whistles_in}/{row.whistles_out}" if row.whistles_out else "",
        " ".join(strings.flag(flag) for flag in Flag if row.flags & flag),
        "" if row.is_open else when_text(row.closed_ms, now_ms),
        "，".join(part for part in (clock, number) if part),
    )


def spoken_row(row: QueueRow, cells: Cells, now_ms: int) -> str:
    """Say a row as a screen reader should: 超时 21 分 08 秒，反馈，06871."""
    if row.clock is None:
        return f"{cells.state}，{cells.spoken_tail}"
    return f"{spoken(row.due_ms - now_ms)}，{cells.spoken_tail}"


def text_of(row: QueueRow, cells: Cells, column: Column, now_ms: int) -> str:
    """Give the text of one cell."""
    match column:
        case Column.COUNTDOWN:
            if row.clock is None:
                return cells.review
            return f"{write(row.due_ms - now_ms, language()).text} {cells.clock_line}"
        case Column.ORDER:
            return f"{cells.chip} {cells.number}"
        case Column.DEMAND:
            return f"{cells.title} {cells.place}"
        case Column.STATE:
            return f"{cells.state} {cells.state_line}".rstrip()
        case Column.WHISTLES:
            return f"{cells.whistles} {cells.flags}".strip()
        case _:
            assert_never(column)


def column_name(column: Column) -> str:
    """Give the name of a column; the list shows no header, a screen reader says it."""
    match column:
        case Column.COUNTDOWN:
            return translate("queue", "倒计时")
        case Column.ORDER:
            return translate("queue", "紧急程度和编号")
        case Column.DEMAND:
            return translate("queue", "诉求")
        case Column.STATE:
            return translate("queue", "状态")
        case Column.WHISTLES:
            return translate("queue", "哨和标记")
        case _:
            assert_never(column)


def when_text(instant_ms: int, now_ms: int) -> str:
    """Write an instant as briefly as is clear: 14:48 within a day of now, 11-19 beyond."""
    there = from_epoch_ms(instant_ms).astimezone(BEIJING)
    return f"{there:%H:%M}" if abs(instant_ms - now_ms) < DAY_MS else f"{there:%m-%d}"


def short_length(length_ms: int) -> str:
    """Write how long somebody has waited in one unit: 24分, 3时, 2天; floored."""
    minutes = max(0, length_ms) // 60_000
    if minutes < 60:
        return translate("queue", "{count}分").format(count=minutes)
    if minutes < 48 * 60:
        return translate("queue", "{count}时").format(count=minutes // 60)
    return translate("queue", "{count}天").format(count=minutes // 1440)


def _clock_line(clock: str, row: QueueRow, now_ms: int) -> str:
    if row.clock is None:
        return ""
    line = f"{clock} {when_text(row.due_ms, now_ms)}"
    if row.provisional:
        line += translate("queue", " 暂定")
    return line


def _chip(row: QueueRow) -> tuple[str, ChipLook]:
    if row.state is CaseState.REDO:
        return translate("queue", "重办"), ChipLook.REDO
    if row.state is CaseState.SUSPENDED:
        return translate("queue", "挂账"), ChipLook.SUSPENDED
    return strings.urgency(row.urgency), urgency_chip(row.urgency)


def _state_line(row: QueueRow, now_ms: int, unit_name: Callable[[UnitId], str]) -> str:
    if row.waiting_for and row.waiting_ms != NEVER_MS:
        return translate("queue", "等 {unit} {length}").format(
            unit=strings.waited_for(row.waiting_for, unit_name), length=short_length(now_ms - row.waiting_ms)
        )
    if row.assignee:
        return row.assignee
    return translate("queue", "未分派") if row.is_open else unit_name(row.holder)
