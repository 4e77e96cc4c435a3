"""Quiet is a claim that must be proved: link badge, as-of stamp, outage banner.

They show what they are told; when data is stale, words, colour and glyph change together.
"""

import datetime as dt
import enum
from dataclasses import dataclass
from typing import assert_never

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from dispatcher.models.workcalendar import BEIJING
from dispatcher.widgets.buttons import KeyButton
from dispatcher.widgets.countdown import CountdownPainter, language, write_length
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.paint import LEFT, Painted
from dispatcher.widgets.theme import Theme


class LinkLook(enum.StrEnum):
    """The link's state; its values are those of the engine's."""

    CONNECTING = "connecting"
    CATCHING_UP = "catching_up"
    ONLINE = "online"
    STALE = "stale"
    OFFLINE = "offline"
    REFUSED = "refused"


def link_glyph(look: LinkLook) -> Glyph:
    """Give the shape of a link state."""
    match look:
        case LinkLook.ONLINE:
            return Glyph.LINK_ONLINE
        case LinkLook.CATCHING_UP | LinkLook.CONNECTING:
            return Glyph.LINK_CATCHING_UP
        case LinkLook.STALE:
            return Glyph.LINK_STALE
        case LinkLook.OFFLINE | LinkLook.REFUSED:
            return Glyph.LINK_OFFLINE
        case _:
            assert_never(look)


def link_colours(look: LinkLook) -> str:
    """Give the path of a link state's colours."""
    match look:
        case LinkLook.CONNECTING:
            return "link.catching_up"
        case LinkLook.REFUSED:
            return "link.offline"
        case _:
            return f"link.{look.value}"


_BAR_PX = 3


class LinkBadge(Painted):
    """Glyph, state in words, detail: ● 已连中心 38 毫秒. With a share, a bar below shows how much of it is done."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._look = LinkLook.CONNECTING
        self._words = ""
        self._detail = ""
        self._share: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def share(self) -> float | None:
        """How much is shown as done, None without a bar."""
        return self._share

    def set_link(self, look: LinkLook, words: str, detail: str = "", share: float | None = None) -> None:
        """Show a state: its words, a detail such as the round trip, and of what is under way the share from 0 to 1."""
        if (look, words, detail, share) == (self._look, self._words, self._detail, self._share):
            return
        self._look, self._words, self._detail, self._share = look, words, detail, share
        self.setAccessibleName(f"{words} {detail}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        strong, plain = self._metrics()
        width = 14 + 6 + strong.horizontalAdvance(self._words)
        if self._detail:
            width += 8 + plain.horizontalAdvance(self._detail)
        return QSize(round(width + 1), max(20, round(plain.height())))

    def minimumSizeHint(self) -> QSize:
        """Words of the link are never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint glyph and words."""
        del event
        painter = QPainter(self)
        theme, path = self.theme, link_colours(self._look)
        strong, _ = self._metrics()
        middle = self.height() / 2
        self.glyphs.draw(painter, link_glyph(self._look), 0, middle - 7, 14, f"{path}.mark")
        calm = self._look is LinkLook.ONLINE
        painter.setPen(theme.colour("text" if calm else f"{path}.text"))
        painter.setFont(theme.font("caption", True))
        painter.drawText(QRectF(20, 0, self.width(), self.height()), LEFT, self._words)
        if self._detail:
            x = 20 + strong.horizontalAdvance(self._words) + 8
            painter.setPen(theme.colour(f"{path}.text"))
            painter.setFont(theme.font("caption"))
            painter.drawText(QRectF(x, 0, self.width(), self.height()), LEFT, self._detail)
        if self._share is not None:
            bar = QRectF(20, self.height() - _BAR_PX, self.width() - 20, _BAR_PX)
            painter.fillRect(bar, theme.colour("line"))
            bar.setWidth(bar.width() * min(1.0, max(0.0, self._share)))
            painter.fillRect(bar, theme.colour(f"{path}.mark"))
        painter.end()

    def _metrics(self) -> tuple[QFontMetricsF, QFontMetricsF]:
        return QFontMetricsF(self.theme.font("caption", True)), QFontMetricsF(self.theme.font("caption"))


class AsOf(Painted):
    """截至 14:26:07: until when the panel's data is known complete; stale, it says how old it is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._as_of: dt.datetime | None = None
        self._look = LinkLook.CONNECTING
        self._age_minutes = 0
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._write()

    @property
    def text(self) -> str:
        """What it says now."""
        return self._text

    @property
    def is_stale(self) -> bool:
        """Tell whether it warns."""
        return self._look not in (LinkLook.ONLINE, LinkLook.CATCHING_UP)

    def set_as_of(self, as_of: dt.datetime | None, look: LinkLook, now: dt.datetime) -> None:
        """Show the instant (aware) the data is complete to, None for never; `now` gives the age when stale."""
        if look is not self._look:
            self._look = look
            self.updateGeometry()
            self.update()
        self._as_of = as_of
        self._age_minutes = int((now - as_of).total_seconds() // 60) if as_of else 0
        self._write()

    def retranslate(self) -> None:
        """Say it in the new language."""
        self._write()

    def sizeHint(self) -> QSize:
        """As wide as its words, with room for digits of another width."""
        metrics = QFontMetricsF(self.theme.font("caption"))
        width = metrics.horizontalAdvance(self._text) + (20 if self.is_stale else 0)
        return QSize(round(width + 2), max(20, round(metrics.height())))

    def minimumSizeHint(self) -> QSize:
        """The stamp is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the stamp."""
        del event
        painter = QPainter(self)
        theme, x = self.theme, 0
        ink = theme.colour("text_muted")
        if self.is_stale:
            path = link_colours(self._look)
            self.glyphs.draw(painter, link_glyph(self._look), 0, self.height() / 2 - 7, 14, f"{path}.mark")
            ink, x = theme.colour(f"{path}.text"), 20
        painter.setPen(ink)
        painter.setFont(theme.font("caption"))
        painter.drawText(QRectF(x, 0, self.width(), self.height()), LEFT, self._text)
        painter.end()

    def _write(self) -> None:
        if self._as_of is None:
            text = self.tr("还没有数据")
        else:
            text = self.tr("截至 {time}").format(time=f"{self._as_of.astimezone(BEIJING):%H:%M:%S}")
            if self.is_stale:
                age = self._age_minutes
                if age < 1:
                    text += self.tr("，不到 1 分前")
                elif age < 120:
                    text += self.tr("，{minutes} 分前").format(minutes=age)
                else:
                    text += self.tr("，{hours} 时前").format(hours=age // 60)
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()


@dataclass(frozen=True, slots=True)
class BannerKey:
    """One of the banner's buttons: what is said by `key_pressed`, its words and its key."""

    name: str
    words: str
    key: str


class OutageBanner(Painted):
    """Loud, across the window: since when the link is cut, what still works, what to do. `key_pressed(str)`."""

    key_pressed = Signal(str)

    def __init__(self, theme: Theme, keys: tuple[BannerKey, ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._title = ""
        self._words = ""
        self._since_ms = 0
        self._now_ms = 0
        self._counts = True
        self._field = "link.offline"
        self._buttons: list[KeyButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 16, 0)
        row.setSpacing(8)
        row.addStretch(1)
        for entry in keys:
            button = KeyButton(entry.words, theme, key=entry.key)
            button.set_field(self._field)
            button.clicked.connect(lambda _=False, name=entry.name: self.key_pressed.emit(name))
            row.addWidget(button)
            self._buttons.append(button)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def set_outage(self, title: str, words: str, since_ms: int | None) -> None:
        """Say what is cut, and in a second line what still works; None for a title without a running time."""
        self._title, self._words = title, words
        self._counts = since_ms is not None
        self._since_ms = since_ms or 0
        self._tell()
        self.update()

    def tick(self, now_ms: int) -> None:
        """Write the time since anew."""
        self._now_ms = now_ms
        if self.isVisible():
            self.update()

    def restyle(self) -> None:
        """Take fonts and pass the theme on to the buttons."""
        self._time = CountdownPainter(self.theme.font("headline", True), self.theme.font("body"))
        for button in self._buttons:
            button.set_theme(self.theme)

    def sizeHint(self) -> QSize:
        """64 px high or what two lines need."""
        lines = QFontMetricsF(self.theme.font("headline")).height() + QFontMetricsF(self.theme.font("body")).height()
        return QSize(640, max(64, round(lines + 8)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Field, hatching, glyph, two lines."""
        del event
        theme, painter = self.theme, QPainter(self)
        height = float(self.height())
        painter.fillRect(self.rect(), theme.colour(f"{self._field}.fill"))
        ink = f"{self._field}.on_fill"
        painter.save()
        painter.setClipRect(QRectF(0, 0, 24, height))
        for top in range(0, self.height(), 32):
            self.glyphs.draw(painter, Glyph.HATCH, -4, top, 32, ink)
        painter.restore()
        self.glyphs.draw(painter, Glyph.LINK_OFFLINE, 38, height / 2 - 16, 32, ink)
        title = QFontMetricsF(theme.font("headline", True))
        words = QFontMetricsF(theme.font("body"))
        x, room = 86.0, self._room()
        top = (height - title.height() - words.height()) / 2
        baseline = top + title.ascent()
        painter.setPen(theme.colour(ink))
        painter.setFont(theme.font("headline", True))
        shown = title.elidedText(self._title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(x, top, room, title.height()), LEFT, shown)
        if self._counts:
            written = write_length(self._now_ms - self._since_ms, language())
            right = x + title.horizontalAdvance(shown) + 16 + self._time.width(written)
            self._time.paint(painter, right, baseline, written, theme.colour(ink))
        painter.setFont(theme.font("body"))
        line = words.elidedText(self._words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(x, top + title.height(), room, words.height()), LEFT, line)
        painter.end()

    def _room(self) -> float:
        left = self._buttons[0].x() if self._buttons else self.width()
        return max(40.0, left - 86.0 - 16.0)

    def _tell(self) -> None:
        self.setAccessibleName(self._title)
        self.setAccessibleDescription(self._words)
        self.setToolTip(self._words)
