"""What the console puts on paper: asks for the open cases, has them written as a PDF, and opens it in a viewer.

The window goes on meanwhile. Files go to the documents' folder of whoever sits at the station; what is there is theirs
to print, hand back and destroy.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from dispatcher.bridge import Bridge, OpenCases
from dispatcher.ui.console import paper_pack
from dispatcher.ui.console.paper import Block, Paper


def documents() -> Path:
    """Give the folder papers are put in."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)) / "dispatcher"


def show_file(path: Path) -> None:
    """Open a file in the system's viewer, from where it is printed."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class Printing(QObject):
    """One window's papers, one at a time. `told(str)` says how it goes; `written(Path)` when a paper is there."""

    told = Signal(str)
    written = Signal(object)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.directory: Path | None = None
        self.show: Callable[[Path], object] = show_file
        self._bridge = bridge
        self._paper: Paper | None = None
        self._asked = False
        bridge.open_cases_listed.connect(self._take_cases)

    def print_pack(self) -> None:
        """Make the paper pack of all open cases."""
        if self._asked or self._paper is not None:
            self.told.emit(self.tr("纸质包正在做，请稍等"))
            return
        self._asked = True
        self.told.emit(self.tr("正在做纸质包……"))
        self._bridge.list_open_cases()

    def write(self, name: str, foot: str, blocks: Iterable[Block]) -> None:
        """Write blocks as a PDF of a name; one paper at a time."""
        if self._paper is not None:
            self.told.emit(self.tr("前一份还没有做完，请稍等"))
            return
        path = (self.directory or documents()) / name
        paper = self._paper = Paper(path, path.stem, foot, paper_pack.page_words(), self)
        paper.written.connect(self._written)
        paper.failed.connect(self._failed)
        paper.begin(blocks)

    def stop(self) -> None:
        """Leave what is not finished."""
        if self._paper is not None:
            self._paper.cancel()
            self._paper = None

    def _take_cases(self, listed: OpenCases) -> None:
        if not self._asked:
            return
        self._asked = False
        bridge = self._bridge
        where = bridge.unit_name(bridge.session.actor.unit) if bridge.session else ""
        name = paper_pack.file_name(where, bridge.now())
        self.write(name, paper_pack.foot(bridge, listed.as_of), paper_pack.blocks(listed, bridge))

    def _written(self, path: Path) -> None:
        self._forget()
        self.told.emit(self.tr("已存 {path}").format(path=path))
        self.written.emit(path)
        self.show(path)

    def _failed(self, why: str) -> None:
        self._forget()
        self.told.emit(self.tr("没有写成：{why}。请检查文件夹和磁盘空间。").format(why=why))

    def _forget(self) -> None:
        if self._paper is not None:
            self._paper.deleteLater()
            self._paper = None
