"""An empty PySide6 window, shown and painted once: what every start is measured by.

Run as a script, so that it imports nothing else; prints when it was painted (monotonic clock).
"""

import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget


class EmptyWindow(QWidget):
    """Tells when it has been painted, and goes."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint nothing."""
        super().paintEvent(event)
        sys.stdout.write(f"{time.monotonic()}\n")
        sys.stdout.flush()
        QTimer.singleShot(0, self.close)


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    window = EmptyWindow()
    window.resize(1280, 720)
    window.show()
    sys.exit(application.exec())
