"""Paper: blocks of text laid out on A4 pages and written as one PDF, in short steps so that the window goes on.

Promises: a block is not torn apart where a page can hold it; every page says of when it is and which of how many; the
typeface is embedded, Chinese included; the file is readable by this user alone and appears whole or not at all.
"""

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

STEP_S = 0.008
"""How long one step may take: the window paints and answers between two."""
_DPI = 300
_MM = _DPI / 25.4
_WRAP = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere


class Text(NamedTuple):
    """A paragraph: `size` in points, `grey` for what is only looked up."""

    words: str
    size: float = 9.5
    bold: bool = False
    grey: bool = False


class Blanks(NamedTuple):
    """A line for handwriting: labels with room after each, shared out by `shares`."""

    labels: tuple[str, ...]
    shares: tuple[int, ...]


Part = Text | Blanks
Block = tuple[Part, ...]


class Paper(QObject):
    """One document on its way to a file: `written(Path)` or `failed(str)` at the end."""

    written = Signal(object)
    failed = Signal(str)

    def __init__(self, path: Path, title: str, foot: str, page_words: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._foot = foot
        self._page_words = page_words
        self._buffer = QBuffer(self)
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._writer = QPdfWriter(self._buffer)
        self._writer.setResolution(_DPI)
        self._writer.setTitle(title)
        self._writer.setPageLayout(
            QPageLayout(
                QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(14, 12, 14, 12),
                QPageLayout.Unit.Millimeter,
            )
        )  # fmt: skip
        self._painter = QPainter(self._writer)
        self._width = float(self._writer.width())
        self._height = float(self._writer.height()) - 8 * _MM
        self._fonts: dict[tuple[float, bool], QFont] = {}
        self._steps: Iterator[None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)

    def begin(self, blocks: Iterable[Block]) -> None:
        """Lay out and write these blocks; returns at once."""
        self._steps = self._work(blocks)
        self._timer.start()

    def cancel(self) -> None:
        """Stop; no file comes about."""
        self._timer.stop()
        self._end()

    def _go_on(self) -> None:
        until_s = time.monotonic() + STEP_S
        assert self._steps is not None
        for _ in self._steps:
            if time.monotonic() >= until_s:
                return
        self._timer.stop()
        self._end()
        try:
            self._write()
        except OSError as error:
            self.failed.emit(f"{self._path}: {error.strerror}")
        else:
            self.written.emit(self._path)

    def _end(self) -> None:
        if self._painter.isActive():
            self._painter.end()

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_name(self._path.name + ".part")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(bytes(self._buffer.data().data()))
        unfinished.replace(self._path)

    # ---- laying out and painting, in steps

    def _work(self, blocks: Iterable[Block]) -> Iterator[None]:
        """Lay out, a block a step, each made when its turn comes; then paint, a block a step."""
        pages: list[list[tuple[float, Block]]] = [[]]
        y = 0.0
        for block in blocks:
            height = self._block_height(block)
            if y and y + height > self._height:
                pages.append([])
                y = 0.0
            pages[-1].append((y, block))
            y += height + 2.5 * _MM
            yield
        for number, page in enumerate(pages, 1):
            if number > 1:
                self._writer.newPage()
            for top, block in page:
                self._paint_block(block, top)
                yield
            self._paint_foot(number, len(pages))

    def _block_height(self, block: Block) -> float:
        return sum(self._height_of(part) for part in block) + 2.4 * _MM

    def _height_of(self, part: Part) -> float:
        if isinstance(part, Blanks):
            return 8.5 * _MM
        self._painter.setFont(self._font(part.size, part.bold))
        room = QRectF(0, 0, self._width - 4 * _MM, 100_000)
        return self._painter.boundingRect(room, int(_WRAP), part.words).height() + 0.6 * _MM

    def _paint_block(self, block: Block, top: float) -> None:
        painter = self._painter
        height = self._block_height(block)
        painter.setPen(QPen(QColor(120, 120, 120), 2))
        painter.drawRect(QRectF(0, top, self._width, height))
        y = top + 1.2 * _MM
        for part in block:
            used = self._height_of(part)
            if isinstance(part, Blanks):
                self._paint_blanks(part, y, used)
            else:
                painter.setFont(self._font(part.size, part.bold))
                painter.setPen(QColor(90, 90, 90) if part.grey else QColor(0, 0, 0))
                painter.drawText(QRectF(2 * _MM, y, self._width - 4 * _MM, used), int(_WRAP), part.words)
            y += used

    def _paint_blanks(self, part: Blanks, top: float, height: float) -> None:
        painter = self._painter
        painter.setFont(self._font(8.0, False))
        unit = (self._width - 4 * _MM) / sum(part.shares)
        x, base = 2 * _MM, top + height - 1.4 * _MM
        for words, share in zip(part.labels, part.shares, strict=True):
            painter.setPen(QColor(0, 0, 0))
            painter.drawText(QRectF(x, top, unit * share, height - 1.0 * _MM), int(Qt.AlignmentFlag.AlignBottom), words)
            begins = x + painter.fontMetrics().horizontalAdvance(words) + 1 * _MM
            painter.setPen(QPen(QColor(120, 120, 120), 2))
            if begins < x + unit * share - 2 * _MM:
                painter.drawLine(round(begins), round(base), round(x + unit * share - 2 * _MM), round(base))
            x += unit * share

    def _paint_foot(self, number: int, of: int) -> None:
        painter = self._painter
        painter.setFont(self._font(8.0, False))
        painter.setPen(QColor(90, 90, 90))
        line = QRectF(0, self._height + 2 * _MM, self._width, 6 * _MM)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom), self._foot)
        page = self._page_words.format(number=number, of=of)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom), page)

    def _font(self, size: float, bold: bool) -> QFont:
        font = self._fonts.get((size, bold))
        if font is None:
            font = self._fonts[size, bold] = QFont()
            font.setPointSizeF(size)
            font.setBold(bold)
        return font
