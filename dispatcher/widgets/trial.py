"""A trial of Qt in a process of its own: `python -m dispatcher.widgets.trial` starts it and says what it found (JSON).

Where Qt finds no platform it ends the whole process, so whoever wants to know whether windows can be shown has to let
another process try.
"""

import sys

import msgspec
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from dispatcher.screen import Tried
from dispatcher.widgets.fonts import NoChineseFont, chinese_family


def try_qt() -> Tried:
    """Start Qt in this process and look around; ends the process where there is no platform."""
    application = QGuiApplication([])
    try:
        family = chinese_family()
    except NoChineseFont:
        family = ""
    screen = application.primaryScreen()
    size = screen.size()
    return Tried(
        qt=qVersion(),
        platform=application.platformName(),
        family=family,
        width=size.width(),
        height=size.height(),
        scale=screen.devicePixelRatio(),
    )


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.encode(try_qt()).decode())
