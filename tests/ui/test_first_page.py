"""The first page: told as painted once its rows are on the screen, and garbage is looked for again in any case."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from dispatcher.app import FirstPage, collect_again
from dispatcher.bridge import Bridge
from dispatcher.models.changes import ChangeSet


@pytest.fixture
def collector() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


def test_it_is_painted_when_the_window_is_painted_after_the_first_rows(qtbot: QtBot):
    bridge, window = Bridge(), QLabel("…")
    qtbot.addWidget(window)
    first = FirstPage(bridge)
    told: list[str] = []
    first.painted.connect(lambda: told.append(window.text()))
    window.show()
    first.watch(window)
    qtbot.waitExposed(window)
    window.setText("blank")
    assert told == []
    bridge.rows_changed.connect(lambda: window.setText("rows"))
    with qtbot.waitSignal(first.painted):
        bridge.rows_changed.emit(ChangeSet(reset=True))
    bridge.rows_changed.emit(ChangeSet(reset=True))
    window.repaint()
    assert told == ["rows"]


@pytest.mark.usefixtures("collector")
def test_the_collector_is_let_go_on_past_what_the_start_made():
    frozen = gc.get_freeze_count()
    collect_again()
    assert gc.get_freeze_count() == frozen
    gc.disable()
    collect_again()
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen
