"""The screen the window tests run on is one: windows get mapped, focused, typed into and painted."""

import os

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot


def test_a_window_is_mapped_focused_and_typed_into(qtbot: QtBot) -> None:
    line = QLineEdit()
    qtbot.addWidget(line)
    line.resize(300, 60)
    with qtbot.waitActive(line, timeout=10_000):
        line.show()
        line.activateWindow()
    line.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.keyClicks(line, "12345")
    assert line.text() == "12345"
    assert line.hasFocus()
    image = line.grab().toImage()
    colours = {image.pixel(x, image.height() // 2) for x in range(image.width())}
    assert len(colours) > 2, "nothing was painted"


def test_the_platform_asked_for_is_the_one_in_use(qapp: QGuiApplication) -> None:
    wanted = os.environ.get("QT_QPA_PLATFORM", qapp.platformName())
    assert qapp.platformName() == wanted
