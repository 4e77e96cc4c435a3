"""How a test looks at a page: in which looks and languages, whether any text is cut, and a picture of it."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics, QInputMethodEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QCheckBox,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QTabBar,
    QWidget,
)

LOOKS = [(language, theme) for language in ("zh", "en") for theme in ("dark", "light", "high_contrast")]


def cut_texts(page: QWidget) -> list[str]:
    """List the texts of visible labels, buttons and tabs that do not fit where they stand.

    A label that elides or wraps on purpose says so by its property `may_be_cut`.
    """
    return [said for widget in page.findChildren(QWidget) if widget.isVisibleTo(page) for said in _cut(widget)]


def _cut(widget: QWidget) -> Iterator[str]:
    if widget.property("may_be_cut"):
        return
    if isinstance(widget, QLabel):
        text = widget.text()
        if not text or not widget.width():
            return
        if widget.wordWrap():
            room = widget.contentsRect()
            needs = widget.heightForWidth(widget.width())
            if needs > widget.height() + 1:
                yield f"label {text!r}: {needs} px high in {room.height()}"
        elif widget.sizeHint().width() > widget.width() + 1:
            yield f"label {text!r}: {widget.sizeHint().width()} px in {widget.width()}"
        elif widget.sizeHint().height() > widget.height() + 1:
            yield f"label {text!r}: {widget.sizeHint().height()} px high in {widget.height()}"
    elif isinstance(widget, QAbstractButton):
        stock = isinstance(widget, QCheckBox | QRadioButton | QPushButton)
        hint = widget.minimumSizeHint() if stock else widget.sizeHint()
        if widget.text() and hint.width() > widget.width() + 1:
            yield f"button {widget.text()!r}: {hint.width()} px in {widget.width()}"
    elif isinstance(widget, QTabBar):
        for index in range(widget.count()):
            needs = QFontMetrics(widget.font()).horizontalAdvance(widget.tabText(index))
            if needs > widget.tabRect(index).width():
                yield f"tab {widget.tabText(index)!r}"
        if widget.sizeHint().width() > widget.width() + 1 and not widget.usesScrollButtons():
            yield f"tabs: {widget.sizeHint().width()} px in {widget.width()}"


def outside(page: QWidget) -> list[str]:
    """List visible widgets that stick out of the page, where nobody can see them; what scrolls may."""
    found = [
        f"inside of {area.parentWidget()}: {area.widget().width()} px in {area.viewport().width()}"
        for area in page.findChildren(QScrollArea)
        if area.isVisibleTo(page)
        and area.horizontalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        and area.widget().width() > area.viewport().width() + 1
    ]
    for widget in page.findChildren(QWidget):
        if not widget.isVisibleTo(page) or widget.isWindow() or not widget.width() or _scrolls(widget, page):
            continue
        place = widget.mapTo(page, QPoint(0, 0))
        if place.x() + widget.width() > page.width() + 1 or place.y() + widget.height() > page.height() + 1:
            found.append(f"{type(widget).__name__} {widget.objectName()}")
    return found


def _scrolls(widget: QWidget, page: QWidget) -> bool:
    """Tell whether a widget lies in a scrolling view."""
    above = widget.parentWidget()
    while above is not None and above is not page:
        if isinstance(above, QAbstractScrollArea):
            return True
        above = above.parentWidget()
    return False


def picture(page: QWidget, directory: Path, name: str) -> Path:
    """Paint the page into a file for people to look at."""
    path = directory / f"{name}.png"
    assert page.grab().save(str(path)), path
    return path


def show(page: QWidget, width: int, height: int) -> None:
    """Give a page its size and lay it out, without waiting for a window system."""
    page.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    page.resize(width, height)
    page.show()


def write(widget: QWidget, text: str) -> None:
    """Type text into a widget as a Chinese input method does; QTest's own keys are those of ASCII alone."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def settle() -> None:
    """Let layouts that follow from layouts be done: a wrapped label's height is known one round later."""
    for _ in range(6):
        QApplication.sendPostedEvents()
        QApplication.processEvents()
