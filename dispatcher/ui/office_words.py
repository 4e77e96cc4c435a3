"""The office's work without its centre, in words: through whom, with how many, two relays at once, what went away.

Nothing here ever reads as if the centre had judged: what an office does together is pending until it has.
"""

import datetime as dt

from PySide6.QtCore import QCoreApplication

from dispatcher.bridge import Fate, Gone, LinkStatus, Obstacle, OfficeAct, OfficeStatus, Serving
from dispatcher.models.commands import Command
from dispatcher.models.workcalendar import BEIJING
from dispatcher.ui import language, strings
from dispatcher.ui.console import act_words

translate = QCoreApplication.translate


def badge(status: LinkStatus, now: dt.datetime) -> tuple[str, str] | None:
    """Give the link badge's words and detail while a relay carries the office; None without one."""
    office = status.office
    if office is None or office.relay is None:
        return None
    words = translate("Office", "经本所中继（{keeper}）").format(keeper=_keeper(office))
    away = language.length_text(now - status.since)
    detail = translate("Office", "同事 {n} 台 · 中心中断 {length}").format(n=office.colleagues, length=away)
    return words, detail


def joined(office: OfficeStatus | None) -> str:
    """Say for the banner through whom the office works together; empty when it does not."""
    if office is None or office.relay is None:
        return ""
    return translate("Office", "经本所中继（{keeper}）与同事 {n} 台一起办理，{acts} 项同事所办未经中心裁定。").format(
        keeper=_keeper(office), n=office.colleagues, acts=len(office.acts)
    )


def two_relays(office: OfficeStatus | None, now: dt.datetime) -> tuple[str, str] | None:
    """Say loudly that several stations serve at once: a title, and what is to be done; None where they do not."""
    if office is None or len(office.rivals) < 2:
        return None
    title = translate("Office", "本所有 {n} 个中继同时在开").format(n=len(office.rivals))
    first, *later = office.rivals
    each = translate("Office", "、").join(chosen(rival, now) for rival in office.rivals)
    if office.serving is not None and office.serving in later:
        advice = translate("Office", "全所跟随 {first}；本机后开，请按 Alt R 停用本机中继。").format(first=first.keeper)
    else:
        names = translate("Office", "、").join(rival.keeper for rival in later)
        advice = translate("Office", "全所跟随 {first}；请 {later} 停用中继。").format(first=first.keeper, later=names)
    return title, translate("Office", "{each}。{advice}").format(each=each, advice=advice)


def chosen(serving: Serving, now: dt.datetime) -> str:
    """Say of a relay who keeps it, since when, and who chose it."""
    how = translate("Office", "人工指定") if serving.by_hand else translate("Office", "按设置")
    since = language.moment_text(serving.since, now)
    return translate("Office", "{keeper}（{since} 起，{how}）").format(keeper=serving.keeper, since=since, how=how)


def gone(what: Gone, row_of: act_words.RowOf, unit_name: act_words.UnitName) -> str:
    """Say why a colleague's act is shown no more."""
    title, maker = act_words.title(what.entry.act.command, row_of), what.entry.maker.name
    match what.end.fate:
        case Fate.ACCEPTED:
            return translate("Office", "{maker} 的“{what}”中心已受理").format(maker=maker, what=title)
        case Fate.REFUSED:
            why = strings.refusal(what.end.refused, unit_name) if what.end.refused is not None else ""
            said = translate("Office", "{maker} 的“{what}”被中心退回，画面已还原").format(maker=maker, what=title)
            return translate("Office", "{said}：{why}").format(said=said, why=why) if why else said
        case Fate.EXPIRED if what.end.refused is None:  # only its maker and the centre know
            return translate("Office", "{maker} 的“{what}”已过有效期，是否发出以中心为准").format(
                maker=maker, what=title
            )
        case Fate.EXPIRED:
            return translate("Office", "{maker} 的“{what}”已过有效期，没有发出").format(maker=maker, what=title)
        case Fate.GIVEN_UP:
            return translate("Office", "{maker} 的“{what}”已放弃，画面已还原").format(maker=maker, what=title)


def standing(entry: OfficeAct, office: OfficeStatus) -> str:
    """Say by whom a colleague's act goes up: by its own station, or from here because that one is lost; or why not."""
    if entry.act.id not in office.lost:
        return translate("Office", "待其工作站上传")
    match office.lost[entry.act.id]:
        case None:
            return translate("Office", "工作站已报失，代传中")
        case Obstacle.NOT_PROVED:
            return translate("Office", "无法证明是本人所办，须人工补录")
        case Obstacle.NOT_LOST:
            return translate("Office", "工作站没有报失，待其上传")
        case Obstacle.MADE_AFTER:
            return translate("Office", "报失之后所办，中心不收")
        case Obstacle.MAKER_DISABLED:
            return translate("Office", "经办人账号已停用，中心不收")
        case Obstacle.MAKER_MOVED:
            return translate("Office", "经办人已不在本所，须人工补录")
        case Obstacle.NEEDS_ANOTHER:
            return translate("Office", "同案前一步未获受理，中心不收")
        case Obstacle.LACKS_CALLER:
            return translate("Office", "待有来电人信息的工作站代传")


def lines(acts: tuple[OfficeAct, ...], row_of: act_words.RowOf) -> list[tuple[str, ...]]:
    """Give colleagues' acts as lines of a table for a person to work from: number, maker, act, instant, words.

    A caller's name and phone are never among the words.
    """
    found: list[tuple[str, ...]] = []
    for entry in acts:
        row = row_of(entry.act.command.case)
        found.append(
            (
                row.number if row else "",
                entry.maker.name,
                act_words.what(entry.act.command),
                f"{entry.act.made_at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
                _fields(entry.act.command),
            )
        )
    return found


def _fields(command: Command) -> str:
    parts: list[str] = []
    for field in command.__struct_fields__:
        value: object = getattr(command, field)
        if field == "order":
            parts.append(str(getattr(value, "title", "")))
        elif field not in _UNSAID and isinstance(value, str) and value:
            parts.append(f"{strings.field_word(field)}: {value}")
    return translate("Office", "；").join(parts)


_UNSAID = frozenset({"case", "caller", "whistle", "act", "holder", "parent"})


def _keeper(office: OfficeStatus) -> str:
    if office.serving is not None and office.serving == office.relay:
        return translate("Office", "本机")
    return office.relay.keeper if office.relay is not None else ""
