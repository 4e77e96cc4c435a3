"""Every key of a window, kept where its action is made, so that the map on F1 cannot lie."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class Entry:
    """One line of the map: the group it stands in and the action with its words and keys."""

    group: str
    action: QAction


class KeyBook:
    """Makes a window's actions and lists them by group in the order they were made."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._entries: list[Entry] = []

    def add(self, group: str, words: str, keys: str, act: Callable[[], object]) -> QAction:
        """Make an action on `keys` ("F2", "Ctrl+K, Ctrl+F" has two) that works anywhere in the window."""
        action = QAction(words, self._window)
        action.setShortcuts([QKeySequence(key.strip()) for key in keys.split(", ")] if keys else [])
        action.setAutoRepeat(False)
        action.triggered.connect(lambda: act())
        self._window.addAction(action)
        self._entries.append(Entry(group, action))
        return action

    def take(self, group: str, action: QAction) -> None:
        """List an action that a panel made."""
        self._entries.append(Entry(group, action))

    def note(self, group: str, words: str, keys: str) -> None:
        """List a key that a widget handles by itself."""
        action = QAction(words, self._window)
        action.setData(keys)
        self._entries.append(Entry(group, action))

    def groups(self) -> dict[str, list[tuple[str, str]]]:
        """List words and keys by group; the keys are written as on a keycap: `Ctrl 8`."""
        found: dict[str, list[tuple[str, str]]] = {}
        for entry in self._entries:
            keys = entry.action.data()
            if not isinstance(keys, str):
                keys = "  ".join(cap(sequence.toString()) for sequence in entry.action.shortcuts())
            if keys:
                found.setdefault(entry.group, []).append((entry.action.text(), keys))
        return found


def cap(keys: str) -> str:
    """Write keys as on a keycap: Ctrl+8 -> Ctrl 8."""
    return keys.replace("++", "+ +").replace("+", " ") if keys != "+" else keys
