"""What a test must not leave behind: threads, event loops, asyncio tasks, windows, running timers, warnings in the log.

Each `check_…` is a context manager around one test and yields nothing. What it finds it first puts out of action, so
that one leak fails one test, and then fails the test that made it, naming what leaked. Qt is looked at only where it
has been imported already: this module must not import it for tests that need no window.
"""

import asyncio
import contextlib
import gc
import logging
import re
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

JOIN_TIMEOUT_S = 2.0

_loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()


def watch_event_loops() -> Callable[[], None]:
    """Remember every event loop that is made from now on; returns what ends the watch."""
    original = asyncio.BaseEventLoop.__init__

    def remember(loop: asyncio.BaseEventLoop, *args: Any, **kwargs: Any) -> None:
        original(loop, *args, **kwargs)
        _loops.add(loop)

    asyncio.BaseEventLoop.__init__ = remember

    def end() -> None:
        asyncio.BaseEventLoop.__init__ = original

    return end


@contextlib.contextmanager
def check_threads() -> Iterator[None]:
    """Fail where a thread outlives the test by more than JOIN_TIMEOUT_S."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + JOIN_TIMEOUT_S
    leaked: list[str] = []
    for thread in set(threading.enumerate()) - before:
        if isinstance(thread, threading._DummyThread):
            continue  # a thread of Qt's or of a library that once called into Python; not ours to join
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            leaked.append(thread.name)
    if leaked:
        pytest.fail(f"threads left running: {sorted(leaked)}", pytrace=False)


@contextlib.contextmanager
def check_loops_and_tasks() -> Iterator[None]:
    """Fail where an event loop is left open or a task is left pending, on any loop."""
    loops_before = set(_loops)
    tasks_before = {id(task) for loop in loops_before for task in asyncio.all_tasks(loop)}
    yield
    leaked: list[str] = []
    for loop in set(_loops):
        leaked += [
            f"pending task {task.get_name()}: {task.get_coro()}"
            for task in asyncio.all_tasks(loop)
            if id(task) not in tasks_before
        ]
        if loop not in loops_before and not loop.is_closed():
            leaked.append(f"open event loop {loop!r}")
        if loop not in loops_before:
            _loops.discard(loop)
    if leaked:
        pytest.fail("\n".join(["asyncio left behind:", *leaked]), pytrace=False)


@contextlib.contextmanager
def check_log(expected: Sequence[str]) -> Iterator[None]:
    """Fail at a record of WARNING or worse that matches none of `expected`, and at an expected one not seen."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = records.append
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
    said = [f"{record.name}: {record.levelname}: {record.getMessage()}" for record in records]
    stray = [line for line in said if not any(re.search(pattern, line) for pattern in expected)]
    unseen = [pattern for pattern in expected if not any(re.search(pattern, line) for line in said)]
    if stray:
        pytest.fail("\n".join(["logged at WARNING or worse, unexpected:", *stray]), pytrace=False)
    if unseen:
        pytest.fail(f"never logged, though expected: {unseen}", pytrace=False)


@contextlib.contextmanager
def check_windows(failed: Callable[[], bool]) -> Iterator[None]:
    """Fail where a top-level widget or a running timer outlives the test; say nothing after a failed one.

    A failed test's traceback keeps its windows alive, which is no leak of its own.
    """
    widgets_before = _widgets()
    timers_before = _running_timers()
    yield
    if failed():
        return
    _delete_what_was_told_to_go()
    widgets = [widget for widget in _widgets() if widget not in widgets_before]
    if widgets:  # a cycle that only the collector ends is not a window a person would see
        gc.collect()
        widgets = [widget for widget in _widgets() if widget not in widgets_before]
    timers = [timer for timer in _running_timers() if timer not in timers_before]
    leaked = [f"widget {widget!r}" for widget in widgets]
    leaked += [f"timer {timer!r} of {timer.parent()!r}" for timer in timers]
    for timer in timers:
        timer.stop()
    for widget in widgets:
        widget.hide()
        widget.deleteLater()
    if leaked:
        pytest.fail("\n".join(["left behind in Qt:", *leaked]), pytrace=False)


def _widgets() -> list[Any]:
    qt = sys.modules.get("PySide6.QtWidgets")
    application = qt and qt.QApplication.instance()
    if not qt or not isinstance(application, qt.QApplication):
        return []
    # Menus, completers and tool tips are windows too, but belong to a widget or to Qt.
    return [
        widget
        for widget in qt.QApplication.topLevelWidgets()
        if widget.parent() is None and widget.metaObject().className() != "QTipLabel"
    ]


def _running_timers() -> list[Any]:
    core, shiboken = sys.modules.get("PySide6.QtCore"), sys.modules.get("shiboken6")
    if not core or not shiboken or core.QCoreApplication.instance() is None:
        return []
    return [
        timer
        for timer in gc.get_objects()
        if issubclass(type(timer), core.QTimer) and shiboken.isValid(timer) and timer.isActive()
    ]


def _delete_what_was_told_to_go() -> None:
    core = sys.modules.get("PySide6.QtCore")
    if core and core.QCoreApplication.instance() is not None:
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
