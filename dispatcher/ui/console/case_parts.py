"""Parts of the case panel: a clock in words, whom the case waits for, chips that wrap.

The functions are pure but for Qt's translations; the two widgets paint what they are told.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import Clock, ClockKind
from dispatcher.models.law import Law
from dispatcher.models.policy import Limit, Measure
from dispatcher.models.queue import epoch_ms
from dispatcher.models.summons_clocks import summons_clock
from dispatcher.models.waiting import WaitingFor, for_people
from dispatcher.models.whistle import Milestone
from dispatcher.ui import language, strings
from dispatcher.ui.console.history import UnitName
from dispatcher.ui.console.spans import limit_words
from dispatcher.widgets.clocks import ClockLine
from dispatcher.widgets.countdown import CountdownPainter, write_length
from dispatcher.widgets.countdown import language as written_language
from dispatcher.widgets.paint import CHIP_HEIGHT, LEFT, ChipLook, Painted, chip_ink, chip_width, draw_chip, outline
from dispatcher.widgets.theme import Theme

translate = language.translate


def clock_line(clock: Clock, law: Law, now: dt.datetime) -> ClockLine:
    """Put one clock into words: its limit, its instant, the time used once it is met, and why it is due then."""
    limit = translate("CasePanel", "热线定")
    if clock.limit is not None:
        limit = limit_words(clock.limit)
        if clock.kind is ClockKind.PROGRESS:
            limit = translate("CasePanel", "每 {limit}").format(limit=limit)
    if clock.stopped:
        due, used = translate("CasePanel", "停表"), translate("CasePanel", "恢复后再算")
    elif clock.met_at is not None:
        due = language.moment_text(clock.met_at, now)
        used = translate("CasePanel", "用 {length}").format(length=language.length_text(_used(clock, law)))
    else:
        form = translate("CasePanel", "暂定 {at}") if clock.provisional else translate("CasePanel", "至 {at}")
        due, used = form.format(at=language.moment_text(clock.due, now)), ""
    return ClockLine(
        kind=clock.kind,
        name=strings.word(clock.kind),
        limit=limit,
        due=due,
        start_ms=epoch_ms(clock.start),
        yellow_ms=epoch_ms(clock.yellow_at),
        orange_ms=epoch_ms(clock.orange_at),
        due_ms=epoch_ms(clock.due),
        met_ms=epoch_ms(clock.met_at) if clock.met_at else None,
        stopped=clock.stopped,
        used=used,
        why=_why(clock, law, now),
    )


def _used(clock: Clock, law: Law) -> dt.timedelta:
    met = clock.met_at or clock.start
    if clock.limit is not None and clock.limit.measure is Measure.WORKING_TIME:
        return law.calendar.worked_between(clock.start, met)
    return met - clock.start


def _why(clock: Clock, law: Law, now: dt.datetime) -> str:
    start, due = language.moment_text(clock.start, now), language.moment_text(clock.due, now)
    if clock.limit is None:
        return translate("CasePanel", "热线给定 {due}").format(due=due)
    said = translate("CasePanel", "{start} 起 {limit}，到 {due}。政策 {policy}").format(
        start=start, limit=_measure(clock.limit), due=due, policy=law.policy.version
    )
    if clock.provisional:
        through = law.calendar.published_through.isoformat()
        more = translate("CasePanel", "。暂定：假日历只发布到 {through}，以后只按周末算")
        said += more.format(through=through)
    return said


def _measure(limit: Limit) -> str:
    words = limit_words(limit)
    if limit.measure is Measure.NATURAL:
        return words
    return translate("CasePanel", "{limit}（只算工作时间）").format(limit=words)


def chips(case: Case, now: dt.datetime) -> tuple[tuple[str, ChipLook], ...]:
    """Give the case's state, flags and what has been asked or decided about it as chips."""
    order = case.order
    found = [(strings.word(case.state), ChipLook.REDO if case.state is CaseState.REDO else ChipLook.STATE)]
    plain = [each for each in (*_standing(case, now), *_decided(case, now)) if each]
    if order.confidential:
        plain.insert(0, translate("CasePanel", "保密"))
    if order.wants_answer:
        plain.append(translate("CasePanel", "要求回复"))
    if order.previous_number:
        plain.append(translate("CasePanel", "重复诉求，前单 {number}").format(number=order.previous_number))
    found.extend((each, ChipLook.PLAIN) for each in plain)
    if case.redo_count:
        found.append((translate("CasePanel", "重办 {n}").format(n=case.redo_count), ChipLook.REDO))
    found.extend((each, ChipLook.PLAIN) for each in order.labels)
    return tuple(found)


def _standing(case: Case, now: dt.datetime) -> Iterator[str]:
    """Say what weighs on the case now."""
    if case.supervision:
        levels = (translate("CasePanel", "街道"), translate("CasePanel", "区"), translate("CasePanel", "市"))
        yield translate("CasePanel", "{level}督办").format(level=levels[case.supervision - 1])
    if case.suspended_since is not None:
        review = language.moment_text(case.suspensions[-1].review_at, now)
        yield translate("CasePanel", "停表，{at} 复核").format(at=review)
    for request in case.requests:
        if request.granted is None:
            kind = strings.word(request.kind)
            draft = translate("CasePanel", "{kind}待值班长送出").format(kind=kind)
            yield translate("CasePanel", "{kind}待审定").format(kind=kind) if request.sent_at else draft
    if case.urged or case.order.urged:
        yield translate("CasePanel", "催办 {n}").format(n=max(case.urged, case.order.urged))


def _decided(case: Case, now: dt.datetime) -> Iterator[str]:
    """Say what has been decided about the case."""
    if case.no_return:
        yield translate("CasePanel", "禁止退回")
    if case.extension is not None:
        yield translate("CasePanel", "延期至 {at}").format(at=language.moment_text(case.extension.until, now))
    if case.exclusion is not None:
        yield translate("CasePanel", "不计入考核：{ground}").format(ground=strings.word(case.exclusion.ground))
    if case.former:
        yield translate("CasePanel", "转自 {n} 家").format(n=len(case.former))
    if case.parent:
        yield translate("CasePanel", "子案")
    if case.children:
        done = len(case.children_ended)
        yield translate("CasePanel", "子案 {done}/{n} 办完").format(done=done, n=len(case.children))
    if case.duplicates:
        yield translate("CasePanel", "并入 {n} 件").format(n=len(case.duplicates))


@dataclass(frozen=True)
class Wait:
    """Whom the case waits for, what for, and since when."""

    words: str
    since: dt.datetime


def waiting_for(case: Case, law: Law, unit_name: UnitName) -> Wait | None:
    """Tell whose turn it is when it is not the desk's: a person's who decides, or the department that is due first."""
    people = for_people(case)
    if people:
        first = people[0]
        words = translate("CasePanel", "正等 {whom} {what}")
        if first.for_what is WaitingFor.CITIZEN:
            words = translate("CasePanel", "正等 {what}")
        return Wait(words.format(whom=strings.word(first.for_what), what=strings.word(first.why)), first.since)
    owed = [
        (clock.due, summons, clock.milestone)
        for whistle in case.whistles
        for summons in whistle.summons
        if (clock := summons_clock(whistle, summons, law)) is not None
    ]
    if not owed or not case.is_open:
        return None
    _, summons, milestone = min(owed, key=lambda each: each[0])
    since = max((passed.at for passed in summons.passed), default=case.order.dispatched_at)
    if milestone is Milestone.DONE and summons.at(Milestone.MEASURE_AGREED) is None:
        milestone = Milestone.MEASURE_AGREED
    said = translate("CasePanel", "正等 {unit} {step}")
    return Wait(said.format(unit=unit_name(summons.unit), step=strings.word(milestone)), since)


class WaitStrip(Painted):
    """Whom we wait for with a timer of its own, and that the case's own clocks run on."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._words = self._since = self._runs_on = ""
        self._since_ms = self._now_ms = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def set_wait(self, words: str, since: str, since_ms: int, runs_on: str) -> None:
        """Show whom, since when in words, and what runs on meanwhile."""
        self._words, self._since, self._since_ms, self._runs_on = words, since, since_ms, runs_on
        self.setAccessibleName(f"{words} {since} {runs_on}")
        self.update()

    def tick(self, now_ms: int) -> None:
        """Write the time waited anew."""
        self._now_ms = now_ms
        self.update()

    def restyle(self) -> None:
        """Take the fonts."""
        self._figure = CountdownPainter(self.theme.font("body_strong", True), self.theme.font("caption", True))

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(320, max(30, round(QFontMetricsF(self.theme.font("body_strong")).height() + 8)))

    def minimumSizeHint(self) -> QSize:
        """Never cut in height."""
        return QSize(240, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words left; time and 不停总钟 right."""
        del event
        theme, painter = self.theme, QPainter(self)
        rect = QRectF(self.rect())
        outline(painter, rect, theme.size("radius.button"), None, theme.colour("raised"))
        caption, strong = QFontMetricsF(theme.font("caption")), QFontMetricsF(theme.font("body", True))
        right = rect.right() - 12 - caption.horizontalAdvance(self._runs_on)
        painter.setPen(theme.colour("text_muted"))
        painter.setFont(theme.font("caption"))
        painter.drawText(QRectF(right, 0, rect.width(), rect.height()), LEFT, self._runs_on)
        written = write_length(self._now_ms - self._since_ms, written_language())
        baseline = rect.center().y() + self._figure.cap / 2
        begins = self._figure.paint(painter, right - 12, baseline, written, theme.colour("text"))
        painter.setFont(theme.font("body", True))
        painter.setPen(theme.colour("text"))
        room = begins - 24
        words = strong.elidedText(self._words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(12, 0, room, rect.height()), LEFT, words)
        x = 12 + strong.horizontalAdvance(words) + 12
        if x + caption.horizontalAdvance(self._since) < begins - 8:
            painter.setFont(theme.font("caption"))
            painter.setPen(theme.colour("text_muted"))
            painter.drawText(QRectF(x, 0, 200, rect.height()), LEFT, self._since)
        painter.end()


class ChipFlow(Painted):
    """Chips one after the other, on as many lines as the width asks for."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._chips: tuple[tuple[str, ChipLook], ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def chips(self) -> tuple[str, ...]:
        """The words shown."""
        return tuple(text for text, _ in self._chips)

    def set_chips(self, chips: tuple[tuple[str, ChipLook], ...]) -> None:
        """Show these."""
        if chips != self._chips:
            self._chips = chips
            self.setAccessibleName(" ".join(self.chips))
            self.updateGeometry()
            self.update()

    def hasHeightForWidth(self) -> bool:
        """It wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As many lines as it takes."""
        places = self._places(width)
        return round(places[-1].bottom()) if places else 0

    def sizeHint(self) -> QSize:
        """For the width it has."""
        return QSize(240, self.heightForWidth(max(240, self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrapping depends on the width."""
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chips."""
        del event
        painter = QPainter(self)
        for (text, look), rect in zip(self._chips, self._places(self.width()), strict=True):
            draw_chip(painter, rect, text, chip_ink(look, self.theme), self.theme)
        painter.end()

    def _places(self, width: int) -> list[QRectF]:
        height = max(CHIP_HEIGHT, round(QFontMetricsF(self.theme.font("caption")).height() + 1))
        places: list[QRectF] = []
        x = y = 0.0
        for text, look in self._chips:
            wide = chip_width(text, self.theme, chip_ink(look, self.theme).bold)
            if x and x + wide > width:
                x, y = 0.0, y + height + 4
            places.append(QRectF(x, y, wide, height))
            x += wide + 6
        return places
