"""Words for limits, and instants to the minute, as the panels and dialogs write them: units spelt out.

Pure but for Qt's translations. Instants come in as aware UTC and are shown in Beijing's time.
"""

import datetime as dt
from typing import assert_never

from PySide6.QtCore import QCoreApplication

from dispatcher.models.policy import Limit, Measure
from dispatcher.models.workcalendar import BEIJING

_DAY = 24 * 60


def limit_words(limit: Limit) -> str:
    """Say a limit the way the trade does: 30 分, 2 时, 7 天, 2 工作时, 3 工作日."""
    match limit.measure:
        case Measure.WORKING_DAYS:
            return QCoreApplication.translate("Spans", "{n} 工作日").format(n=limit.minutes)
        case Measure.WORKING_TIME:
            if limit.minutes % 60:
                return QCoreApplication.translate("Spans", "{n} 工作分").format(n=limit.minutes)
            return QCoreApplication.translate("Spans", "{n} 工作时").format(n=limit.minutes // 60)
        case Measure.NATURAL:
            if limit.minutes % _DAY == 0 and limit.minutes > _DAY:
                return QCoreApplication.translate("Spans", "{n} 天").format(n=limit.minutes // _DAY)
            if limit.minutes % 60 == 0:
                return QCoreApplication.translate("Spans", "{n} 时").format(n=limit.minutes // 60)
            return QCoreApplication.translate("Spans", "{n} 分").format(n=limit.minutes)
        case Measure.SAME_DAY:
            return QCoreApplication.translate("Spans", "当天")
        case _:
            assert_never(limit.measure)


def minute_moment(instant: dt.datetime, now: dt.datetime) -> str:
    """Write an instant to the minute: 14:48 today, 11-19 14:48 on another day."""
    local, today = instant.astimezone(BEIJING), now.astimezone(BEIJING)
    if local.date() == today.date():
        return local.strftime("%H:%M")
    return local.strftime("%m-%d %H:%M" if local.year == today.year else "%Y-%m-%d %H:%M")
