"""The wall: figures, what is overdue or due soon, whistles out, today's arrivals; and, loudest of all, its own age.

No personal data: of a case it shows topic and community. A wall whose data is not live says so across its full width.
"""

import datetime as dt

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import (
    QFontMetricsF,
    QHideEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from dispatcher.bridge import Bridge, LinkState, LinkStatus, Remembered
from dispatcher.models.changes import ChangeSet
from dispatcher.models.workcalendar import BEIJING
from dispatcher.ui import language
from dispatcher.ui.console.topbar import Sign
from dispatcher.ui.wall.arrivals import ArrivalsChart
from dispatcher.ui.wall.board import Board
from dispatcher.ui.wall.lettering import Words, letter
from dispatcher.ui.wall.lists import PressingList, WhistleList
from dispatcher.ui.wall.panel import WallPanel
from dispatcher.ui.wall.sizes import Sizes, wall_sizes
from dispatcher.widgets.figures import FigureTile
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.link import LinkLook, link_colours, link_glyph
from dispatcher.widgets.paint import Painted
from dispatcher.widgets.theme import Theme


class StaleBar(Painted):
    """Across the wall's full width: this picture is not of now."""

    def __init__(self, theme: Theme, sizes: Sizes, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._sizes = sizes
        self.words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_sizes(self, sizes: Sizes) -> None:
        """Take the sizes of another screen."""
        self._sizes = sizes
        self.updateGeometry()

    def say(self, words: str) -> None:
        """Say how old the picture is."""
        if words != self.words:
            self.words = words
            self.setAccessibleName(words)
            self.update()

    def sizeHint(self) -> QSize:
        """One line at the wall's size."""
        return QSize(600, round(self._sizes.row * 1.15))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Field, hatching, glyph, words."""
        del event
        painter, theme = QPainter(self), self.theme
        height, size = float(self.height()), self._sizes.text
        painter.fillRect(self.rect(), theme.colour("link.offline.fill"))
        ink = "link.offline.on_fill"
        self.glyphs.draw(painter, Glyph.HATCH, 0, 0, height, ink)
        x = height + size * 0.5
        self.glyphs.draw(painter, Glyph.LINK_OFFLINE, x, height / 2 - size * 0.5, size, ink)
        x += size * 1.5
        font = theme.font_px(size, bold=True)
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(self.words, Qt.TextElideMode.ElideRight, self.width() - x - size * 0.5)
        letter(painter, x, (height + metrics.capHeight()) / 2, shown, font, theme.colour(ink))
        painter.end()


class WallWindow(QWidget):
    """For a screen of `diagonal_in` inches seen from `distance_m`; Escape leaves full screen, F11 goes back."""

    def __init__(
        self,
        bridge: Bridge,
        theme: Theme,
        *,
        diagonal_in: float = 55.0,
        distance_m: float = 4.0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.theme = theme
        self._diagonal_in = diagonal_in
        self._distance_m = distance_m
        self._board = Board()
        self._link: LinkStatus | None = bridge.link
        self.setWindowTitle(self.tr("指挥大屏"))
        self.setMinimumSize(960, 540)
        self.setAutoFillBackground(True)
        self.sizes = wall_sizes(1920, 1080, diagonal_in, distance_m)
        self._build()
        self._style()
        for keys, act in (("Esc", self.leave_full_screen), ("F11", self.toggle_full_screen)):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        bridge.rows_changed.connect(self._see_rows)
        bridge.link_changed.connect(self._see_link)
        bridge.session_changed.connect(self._see_session)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.tick)
        if bridge.session is not None:
            self._see_session(bridge.session)
        self.tick()

    def _build(self) -> None:
        sizes, theme = self.sizes, self.theme
        self.sign = Sign(theme, Glyph.WHISTLE, "accent", sizes.text)
        self.where, self.as_of = Words(theme, bold=True), Words(theme, "text_muted")
        self.day, self.clock = Words(theme, "text_muted"), Words(theme, bold=True)
        self.dot = Sign(theme, Glyph.LINK_CATCHING_UP, "link.catching_up.mark", sizes.text // 2)
        head = self._head = QHBoxLayout()
        for part in (self.sign, self.where):
            head.addWidget(part)
        head.addSpacing(sizes.text)
        head.addWidget(self.dot)
        head.addWidget(self.as_of)
        head.addStretch(1)
        head.addWidget(self.day)
        head.addSpacing(sizes.text // 2)
        head.addWidget(self.clock)
        self.stale = StaleBar(theme, sizes)
        self.open = FigureTile(theme, self.tr("未结"))
        self.overdue = _late(theme, self.tr("超时"))
        self.due_soon = FigureTile(
            theme, self.tr("临期"), glyph=Glyph.TRIANGLE, ink="sla.orange.mark", text_ink="sla.orange.text"
        )
        self.out = FigureTile(theme, self.tr("吹哨中"), glyph=Glyph.WHISTLE, ink="accent_text")
        self.late = _late(theme, self.tr("应哨超时"))
        self.pressing = PressingList(theme, sizes, self.tr("超时与临期"))
        self.whistles = WhistleList(theme, sizes, self.tr("在外的哨"), self.bridge.unit_name)
        self.arrivals = ArrivalsChart(theme, sizes, self.tr("今日到件"))
        tiles = self._tiles = QHBoxLayout()
        for tile in self._figures():
            tiles.addWidget(tile, 1)
        lists = self._lists = QGridLayout()
        lists.addWidget(self.pressing, 0, 0)
        lists.addWidget(self.whistles, 0, 1)
        # Departments have longer names than communities.
        lists.setColumnStretch(0, 9)
        lists.setColumnStretch(1, 11)
        outer = self._outer = QVBoxLayout(self)
        outer.addLayout(head)
        outer.addWidget(self.stale)
        outer.addLayout(tiles)
        outer.addLayout(lists, 3)
        outer.addWidget(self.arrivals, 2)

    def _figures(self) -> tuple[FigureTile, ...]:
        return (self.open, self.overdue, self.due_soon, self.out, self.late)

    def _head_words(self) -> tuple[Words, ...]:
        return (self.where, self.as_of, self.day, self.clock)

    def _panels(self) -> tuple[WallPanel, ...]:
        return (self.pressing, self.whistles, self.arrivals)

    def _style(self) -> None:
        sizes, theme = self.sizes, self.theme
        gap = sizes.gap
        self.sign.set_size(sizes.text)
        self.dot.set_size(round(sizes.text * 0.7))
        self._outer.setContentsMargins(gap * 2, gap, gap * 2, gap * 2)
        for layout in (self._outer, self._tiles, self._lists):
            layout.setSpacing(gap)
        self._head.setSpacing(gap)
        for part in (self.where, self.as_of, self.day):
            part.set_sizes(sizes.text, sizes.clock)
        self.clock.set_sizes(sizes.clock, sizes.clock)
        palette = self.palette()
        palette.setColor(self.backgroundRole(), theme.colour("background"))
        self.setPalette(palette)
        for tile in self._figures():
            tile.set_sizes(sizes.text, sizes.figure)
        for panel in self._panels():
            panel.set_sizes(sizes)
        self.stale.set_sizes(sizes)
        self._fit()

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self.theme = theme
        for part in (self.sign, self.dot, self.stale, *self._head_words(), *self._figures(), *self._panels()):
            part.set_theme(theme)
        self._style()
        self.tick()

    def toggle_full_screen(self) -> None:
        """Go to full screen or back."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def leave_full_screen(self) -> None:
        """Leave full screen; a window stays as it is."""
        if self.isFullScreen():
            self.showNormal()

    def tick(self) -> None:
        """Write everything that moves with time."""
        now, now_ms = self.bridge.now(), self.bridge.now_ms()
        self.clock.say(language.clock_text(now))
        self.day.say(language.weekday_text(now))
        known = self._link is not None and self._link.as_of is not None
        figures = self._board.figures(now_ms)
        for tile, value in zip(
            self._figures(),
            (figures.open, figures.overdue, figures.due_soon, figures.whistles, figures.late),
            strict=True,
        ):
            tile.set_figure(value if known else None)
        total = figures.overdue + figures.due_soon
        as_of = language.as_of_text(self._link, now)
        rows = self._board.pressing(now_ms, self.pressing.room())
        more = self.tr("共 {count} 件").format(count=total) if known else ""
        nothing = self.tr("没有超时。{as_of}").format(as_of=as_of) if known else as_of
        self.pressing.set_rows(rows if known else (), more, nothing, now_ms)
        out = self._board.whistles(self.whistles.room())
        more = self.tr("报到 / 应到，最慢一家") if known and out else ""
        nothing = self.tr("没有哨在外。{as_of}").format(as_of=as_of) if known else as_of
        self.whistles.set_rows(out if known else (), more, nothing, now_ms)
        note = self.tr("已归档 {closed}  待签收 {unsigned}  待回访 {waiting}").format(
            closed=figures.closed_today, unsigned=figures.unsigned, waiting=figures.awaiting_call_back
        )
        self.arrivals.title = self.tr("今日到件 {count}").format(count=figures.received_today if known else "–")
        self.arrivals.note = note if known else ""
        self.arrivals.set_hours(self._board.arrivals(now_ms) if known else None, now.astimezone(BEIJING).hour)
        self.arrivals.update()
        self._say_link(now, as_of)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the program's language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.tick()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """The clock runs while the wall is seen."""
        self._second.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """And stops when it is not."""
        self._second.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Sizes follow from the screen, or from the window standing for one."""
        super().resizeEvent(event)
        sizes = wall_sizes(self.width(), self.height(), self._diagonal_in, self._distance_m)
        if sizes != self.sizes:
            self.sizes = sizes
            self._style()
            self.tick()
        else:
            self._fit()

    def _fit(self) -> None:
        sizes = self.sizes
        used = sizes.clock * 1.4 + sizes.figure * 1.15 + sizes.text * 1.6 + sizes.gap * 6
        left = self.height() - used - (self.stale.sizeHint().height() if self.stale.isVisibleTo(self) else 0)
        self.arrivals.setVisible(left >= sizes.row * 4.4 + self.arrivals.minimumSizeHint().height())

    def _see_rows(self, changes: ChangeSet) -> None:
        self._board.see(changes)
        self.tick()

    def _see_link(self, status: LinkStatus) -> None:
        self._link = status
        self.tick()

    def _see_session(self, session: Remembered) -> None:
        self.where.say(self.tr("{street}指挥中心").format(street=self.bridge.unit_name(session.actor.unit)))

    def _say_link(self, now: dt.datetime, as_of: str) -> None:
        status = self._link
        look = LinkLook(status.state.value) if status else LinkLook.CONNECTING
        live = look in (LinkLook.ONLINE, LinkLook.CATCHING_UP)
        self.dot.set_sign(link_glyph(look), f"{link_colours(look)}.mark")
        said = self.tr("数据{as_of}").format(as_of=as_of) if status and status.as_of else as_of
        self.as_of.say(said, "text_muted" if live else f"{link_colours(look)}.text")
        if status is None or live:
            shown = ""
        elif status.as_of is None:
            shown = self.tr("还没有收到数据，正在连接中心")
        else:
            at = language.moment_text(status.as_of, now)
            age = language.length_text(now - status.as_of)
            if status.state is LinkState.STALE:
                shown = self.tr("中心没有回应 {age}，画面停在 {at}，不是现在").format(age=age, at=at)
            elif status.state is LinkState.REFUSED:
                shown = self.tr("中心拒绝接入，画面停在 {at}，不是现在").format(at=at)
            else:
                shown = self.tr("链路中断 {age}，画面停在 {at}，不是现在").format(age=age, at=at)
        self.stale.say(shown)
        if self.stale.isVisibleTo(self) != bool(shown):
            self.stale.setVisible(bool(shown))
            self._fit()


def _late(theme: Theme, words: str) -> FigureTile:
    return FigureTile(theme, words, glyph=Glyph.DIAMOND, ink="sla.red.mark", text_ink="sla.red.text")
