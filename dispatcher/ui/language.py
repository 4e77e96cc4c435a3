"""The interface's language: which translation is in place, and how dates, times and ages are written.

Chinese is the source and needs no file; English is `resources/translations/en.qm`. Instants come in as aware UTC and
are shown in Beijing's time, whatever the station's zone is.
"""

import datetime as dt
import enum
from importlib import resources

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from dispatcher.bridge import LinkState, LinkStatus
from dispatcher.models.workcalendar import BEIJING

translate = QCoreApplication.translate


class Language(enum.StrEnum):
    """The languages of the interface."""

    ZH = "zh"
    EN = "en"


class NoTranslation(RuntimeError):
    """The installation lacks its translation file; reinstalling is the remedy."""


def install(language: Language, application: QCoreApplication) -> None:
    """Put a language in place for everything built from now on; texts that stand already do not change."""
    for translator in application.findChildren(QTranslator):
        application.removeTranslator(translator)
        translator.setParent(None)
        translator.deleteLater()
    QLocale.setDefault(QLocale("zh_CN" if language is Language.ZH else "en_GB"))
    stock = QTranslator(application)
    if language is Language.ZH and stock.load(
        "qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    ):
        application.installTranslator(stock)
    if language is not Language.ZH:
        translator = QTranslator(application)
        entry = resources.files("dispatcher.resources").joinpath("translations", f"{language}.qm")
        with resources.as_file(entry) as file:
            if not translator.load(str(file)):
                raise NoTranslation(f"{entry}: no such translation; reinstall the program")
        application.installTranslator(translator)


def clock_text(instant: dt.datetime) -> str:
    """Write the time of day to the second: 14:26:08."""
    return instant.astimezone(BEIJING).strftime("%H:%M:%S")


def minute_text(instant: dt.datetime) -> str:
    """Write the time of day to the minute: 14:26."""
    return instant.astimezone(BEIJING).strftime("%H:%M")


def weekday_text(instant: dt.datetime) -> str:
    """Write the day of the week: 周三."""
    names = (
        translate("language", "周一"),
        translate("language", "周二"),
        translate("language", "周三"),
        translate("language", "周四"),
        translate("language", "周五"),
        translate("language", "周六"),
        translate("language", "周日"),
    )
    return names[instant.astimezone(BEIJING).weekday()]


def date_text(instant: dt.datetime) -> str:
    """Write the date with its weekday: 11月18日 周三."""
    local = instant.astimezone(BEIJING)
    months = translate("language", "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月").split()
    return translate("language", "{month}{day}日 {weekday}").format(
        month=months[local.month - 1], day=local.day, weekday=weekday_text(instant)
    )


def moment_text(instant: dt.datetime, now: dt.datetime) -> str:
    """Write an instant as shortly as is unmistakable today: 14:12:00, 11-17 23:40 or 2025-12-31 23:40."""
    local, today = instant.astimezone(BEIJING), now.astimezone(BEIJING)
    if local.date() == today.date():
        return local.strftime("%H:%M:%S")
    return local.strftime("%m-%d %H:%M" if local.year == today.year else "%Y-%m-%d %H:%M")


def length_text(length: dt.timedelta) -> str:
    """Write a length in its two largest units, floored: 14 分 08 秒, 3 时 05 分, 2 天 04 时, 8 秒."""
    seconds = max(0, int(length.total_seconds()))
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return translate("language", "{days} 天 {hours:02d} 时").format(days=days, hours=hour)
    if hours:
        return translate("language", "{hours} 时 {minutes:02d} 分").format(hours=hours, minutes=minute)
    if minutes:
        return translate("language", "{minutes} 分 {seconds:02d} 秒").format(minutes=minutes, seconds=second)
    return translate("language", "{seconds} 秒").format(seconds=second)


def age_text(length: dt.timedelta) -> str:
    """Write an age in its largest unit: 3 秒前, 14 分前, 2 天前."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return translate("language", "{n} 秒前").format(n=seconds)
    if seconds < 3600:
        return translate("language", "{n} 分前").format(n=seconds // 60)
    if seconds < 86400:
        return translate("language", "{n} 小时前").format(n=seconds // 3600)
    return translate("language", "{n} 天前").format(n=seconds // 86400)


def as_of_text(status: LinkStatus | None, now: dt.datetime) -> str:
    """Say up to when the data is complete: 截至 14:26:07 while online, with its age when it is not."""
    if status is None or status.as_of is None:
        return translate("language", "还没有数据")
    at = moment_text(status.as_of, now)
    if status.state is LinkState.ONLINE:
        return translate("language", "截至 {at}").format(at=at)
    return translate("language", "截至 {at}，{age}").format(at=at, age=age_text(now - status.as_of))
