"""The paper pack (Ctrl+P): every open case of the street on paper, for working on when nothing else works.

What is due first comes first. A case says what whoever goes there must know, and has lines to write on. Callers are
masked as on the screen and hidden where the order is confidential. Made from this station's cache alone.
"""

import datetime as dt
from collections.abc import Iterator

from dispatcher.bridge import ActState, Bridge, CaseView, OpenCases
from dispatcher.models.case import Case
from dispatcher.models.deadlines import Clock, clocks
from dispatcher.models.whistle import Summons, Whistle
from dispatcher.models.workcalendar import BEIJING
from dispatcher.ui import language, strings
from dispatcher.ui.console import act_words
from dispatcher.ui.console.paper import Blanks, Block, Text
from dispatcher.ui.language import translate


def file_name(where: str, now: dt.datetime) -> str:
    """Name the file: 纸质包-柳湖街道-20261118-142608.pdf."""
    stamp = now.astimezone(BEIJING).strftime("%Y%m%d-%H%M%S")
    safe = "".join(char for char in where if char not in '\\/:*?"<>|')
    return translate("PaperPack", "纸质包-{where}-{stamp}").format(where=safe, stamp=stamp) + ".pdf"


def foot(bridge: Bridge, as_of: dt.datetime | None) -> str:
    """Say on every page of when it is."""
    return translate("PaperPack", "数据截至 {as_of}，打印于 {now}。内有群众诉求，用后交回值班台。").format(
        as_of=_at(as_of), now=_at(bridge.now())
    )


def page_words() -> str:
    """Give the words of the page's number."""
    return translate("PaperPack", "第 {number} 页，共 {of} 页")


def blocks(listed: OpenCases, bridge: Bridge) -> Iterator[Block]:
    """Write the cover and every case."""
    session, views = bridge.session, listed.views
    where = bridge.unit_name(session.actor.unit) if session else ""
    by = session.actor.name if session else ""
    yield (
        Text(
            translate("PaperPack", "{where} 未结案件 {count} 件").format(where=where, count=len(views)), 15.0, bold=True
        ),
        Text(
            translate("PaperPack", "数据截至 {as_of}，打印于 {now}，打印人 {by}。先到期的在前。").format(
                as_of=_at(listed.as_of), now=_at(bridge.now()), by=by
            )
        ),
        Text(
            translate("PaperPack", "每办一步写下时间和姓名；恢复后逐条补录，写明当时的时间。紧急的先打电话。"),
            grey=True,
        ),
    )
    for view in views:
        yield case_block(view, bridge)


def case_block(view: CaseView, bridge: Bridge) -> Block:
    """Write one case."""
    case, now = view.case, bridge.now()
    order = case.order
    title = f"{act_words.short_number(order.number)}  【{strings.word(case.urgency)}】{order.title}"
    holder = bridge.unit_name(case.holder)
    if case.assignee:
        holder = f"{holder} · {case.assignee}"
    about = (
        order.number,
        strings.word(case.state),
        translate("PaperPack", "承办 {holder}").format(holder=holder),
        translate("PaperPack", "派单 {at}").format(at=_at(order.dispatched_at)),
        strings.word(order.channel),
    )
    place = order.place
    where = dict.fromkeys(each for each in (place.address, place.community, place.spot) if each)
    parts: list[Text | Blanks] = [
        Text(title, 11.0, bold=True),
        Text("   ".join(each for each in about if each), 8.5, grey=True),
        Text(_limits(case, bridge, now), bold=True),
        Text(
            translate("PaperPack", "地址：{words}").format(words="，".join(where) or translate("PaperPack", "没有写"))
        ),
    ]
    if order.text and order.text != order.title:
        parts.append(Text(translate("PaperPack", "诉求：{words}").format(words=order.text)))
    parts.append(Text(translate("PaperPack", "来电人：{words}").format(words=_caller(case))))
    parts += [Text(_whistle(whistle, bridge, now)) for whistle in case.whistles if whistle.is_open]
    waiting = [act_words.what(r.act.command) for r in view.acts if r.state in (ActState.QUEUED, ActState.SENT)]
    if waiting:
        said = translate("PaperPack", "本机已办、中心还没收到：{acts}")
        parts.append(Text(said.format(acts=translate("PaperPack", "；").join(waiting)), grey=True))
    parts += _blanks()
    return tuple(parts)


def _blanks() -> list[Blanks]:
    return [
        Blanks(
            (
                translate("PaperPack", "签收"),
                translate("PaperPack", "联系"),
                translate("PaperPack", "接通 □ 未接通 □"),
                translate("PaperPack", "到场"),
            ),
            (3, 3, 3, 3),
        ),
        Blanks((translate("PaperPack", "办理情况"),), (1,)),
        Blanks(
            (translate("PaperPack", "结果"), translate("PaperPack", "办结"), translate("PaperPack", "经手人")),
            (6, 3, 3),
        ),
    ]


def _limits(case: Case, bridge: Bridge, now: dt.datetime) -> str:
    if bridge.law is None:
        return ""
    running = [clock for clock in clocks(case, bridge.law) if clock.is_running]
    running.sort(key=lambda clock: clock.due)
    return translate("PaperPack", "；").join(_limit(clock, now) for clock in running) or translate(
        "PaperPack", "没有在走的时限"
    )


def _limit(clock: Clock, now: dt.datetime) -> str:
    at = _at(clock.due)
    if clock.provisional:
        at = translate("PaperPack", "{at}（暂定）").format(at=at)
    said = translate("PaperPack", "{kind} {at} 前").format(kind=strings.word(clock.kind), at=at)
    if now >= clock.due:
        past = translate("PaperPack", "，已超 {length}").format(length=language.length_text(now - clock.due))
        return said + past
    return said


def _caller(case: Case) -> str:
    order = case.order
    if order.confidential:
        return translate("PaperPack", "保密，通过热线联系")
    return "  ".join(each for each in (order.caller_name_hint, order.caller_phone_hint) if each) or "–"


def _whistle(whistle: Whistle, bridge: Bridge, now: dt.datetime) -> str:
    summoned = translate("PaperPack", "；").join(_summons(each, bridge, now) for each in whistle.summons)
    return translate("PaperPack", "{kind} {at} 吹：{demand}。接头 {contact}，{place}。{summoned}").format(
        kind=strings.word(whistle.kind),
        at=_at(whistle.blown_at),
        demand=whistle.demand,
        contact=whistle.contact or "–",
        place=whistle.place,
        summoned=summoned,
    )


def _summons(summons: Summons, bridge: Bridge, now: dt.datetime) -> str:
    name = bridge.unit_name(summons.unit)
    if summons.lead:
        name = translate("PaperPack", "{unit}（主责）").format(unit=name)
    reached = summons.reached
    at = summons.at(reached) if reached is not None else None
    if reached is None or at is None:
        return translate("PaperPack", "{unit} 还没有签收").format(unit=name)
    return f"{name} {strings.word(reached)} {language.moment_text(at, now)}"


def _at(instant: dt.datetime | None) -> str:
    if instant is None:
        return translate("PaperPack", "（没有数据）")
    return instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
