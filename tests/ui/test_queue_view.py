"""The queue on the screen: keys, what stays put, what is painted when."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor, QFontMetricsF, QRegion
from pytestqt.qtbot import QtBot

from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId
from dispatcher.models.queue import QueueRow
from dispatcher.ui.console.queue_model import Column, QueueModel
from dispatcher.ui.console.queue_painter import Density
from dispatcher.ui.console.queue_view import QueueView
from dispatcher.widgets.theme import THEMES, load_theme
from tests.ui.test_queue_model import MINUTE_MS, NOW_MS, row


class Now:
    """A clock that stands until it is told."""

    def __init__(self) -> None:
        self.ms = NOW_MS

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def view(qtbot: QtBot, now: Now) -> QueueView:
    model = QueueModel(now.ms)
    model.apply(ChangeSet(rows(40), reset=True))
    view = QueueView(model, load_theme("dark"), now)
    qtbot.addWidget(view)
    model.setParent(view)
    view.resize(760, 460)
    with qtbot.waitExposed(view):
        view.show()
    return view


def rows(count: int) -> tuple[QueueRow, ...]:
    return tuple(row(number, due_ms=NOW_MS + (number + 1) * 10 * MINUTE_MS) for number in range(count))


def queue_of(view: QueueView) -> QueueModel:
    model = view.model()
    assert isinstance(model, QueueModel)
    return model


def test_arrows_home_end_and_enter(qtbot: QtBot, view: QueueView) -> None:
    opened: list[CaseId] = []
    view.case_opened.connect(opened.append)
    view.select_case(CaseId("case-0"))
    for key, case in (
        (Qt.Key.Key_Down, "case-1"),
        (Qt.Key.Key_End, "case-39"),
        (Qt.Key.Key_Up, "case-38"),
        (Qt.Key.Key_Home, "case-0"),
    ):
        qtbot.keyClick(view, key)
        assert view.current_case == case
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened == ["case-0"]


def test_a_pressed_key_holds_the_list_and_r_lets_go(qtbot: QtBot, view: QueueView) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Down)
    model = queue_of(view)
    model.apply(ChangeSet((row(99, due_ms=NOW_MS),)))
    assert (model.changes_waiting, model.rowCount()) == (1, 40)
    qtbot.keyClick(view, Qt.Key.Key_R)
    assert (model.changes_waiting, model.rowCount()) == (0, 41)


def test_the_hold_of_a_key_ends_by_itself(qtbot: QtBot, view: QueueView) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Down)
    model = queue_of(view)
    model.apply(ChangeSet((row(99, due_ms=NOW_MS),)))
    qtbot.waitUntil(lambda: model.changes_waiting == 0, timeout=5000)
    assert model.rowCount() == 41


def test_a_pointer_that_moves_holds_the_list_and_one_that_lies_there_does_not(qtbot: QtBot, view: QueueView) -> None:
    model = queue_of(view)
    model.apply(ChangeSet((row(98, due_ms=NOW_MS),)))
    assert model.changes_waiting == 0
    qtbot.mouseMove(view.viewport(), QPoint(100, 100))
    qtbot.mouseMove(view.viewport(), QPoint(110, 110))
    model.apply(ChangeSet((row(99, due_ms=NOW_MS),)))
    assert model.changes_waiting == 1


def test_the_selected_case_keeps_its_place_on_the_screen(view: QueueView) -> None:
    model = queue_of(view)
    view.select_case(CaseId("case-20"))
    before = view.visualRect(view.currentIndex()).top()
    model.apply(ChangeSet((row(99, due_ms=NOW_MS), row(98, due_ms=NOW_MS)), gone=(CaseId("case-3"),)))
    assert view.current_case == "case-20"
    assert view.visualRect(view.currentIndex()).top() == before


def test_the_selection_survives_a_list_built_anew(view: QueueView) -> None:
    view.select_case(CaseId("case-5"))
    chosen: list[CaseId] = []
    view.case_chosen.connect(chosen.append)
    queue_of(view).apply(ChangeSet(rows(30), reset=True))
    assert view.current_case == "case-5"
    assert chosen == []


def test_a_second_paints_only_countdowns_that_changed(
    view: QueueView, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.tick()
    asked: list[QRegion] = []
    monkeypatch.setattr(view.viewport(), "update", lambda rect=None: asked.append(rect))
    now.ms += 1000
    view.tick()
    [dirty] = asked
    assert dirty.width() <= view.columnWidth(Column.COUNTDOWN)
    # Due in 10 to 60 minutes: five count seconds; of the rest the text stands for a minute but for the first second.
    assert dirty.top() == 0
    now.ms += 1000
    asked.clear()
    view.tick()
    [dirty] = asked
    assert dirty.height() <= 6 * view.rowHeight(0)


def test_what_is_painted_first_is_told_once(qtbot: QtBot, view: QueueView) -> None:
    view.watch_painting(True)
    told: list[tuple[CaseId, int]] = []
    view.painted.connect(told.extend)
    with qtbot.waitSignal(view.painted):
        view.viewport().update()
    assert ("case-0", 1) in told
    assert len(told) == len(set(told)) < 40
    told.clear()
    with qtbot.waitSignal(view.painted):
        queue_of(view).apply(ChangeSet((row(2, due_ms=NOW_MS + 30 * MINUTE_MS, revision=9),)))
    assert told == [("case-2", 9)]


def test_nothing_is_told_while_nobody_watches(qtbot: QtBot, view: QueueView) -> None:
    with qtbot.assertNotEmitted(view.painted):
        view.viewport().repaint()


def test_the_row_under_the_pointer_is_lit_whole(qtbot: QtBot, view: QueueView) -> None:
    view.select_case(CaseId("case-0"))
    calm = view.grab().toImage()
    before = [calm.pixelColor(x, 3 * view.rowHeight(0) + 2) for x in (2, view.viewport().width() - 3)]
    pointer = view.viewport().mapToGlobal(QPoint(300, 3 * view.rowHeight(0) + 10))
    QCursor.setPos(pointer)
    qtbot.waitUntil(lambda: view.viewport().underMouse())
    lit = view.grab().toImage()
    after = [lit.pixelColor(x, 3 * view.rowHeight(0) + 2) for x in (2, view.viewport().width() - 3)]
    assert before == [load_theme("dark").colour("surface")] * 2
    assert after == [load_theme("dark").colour("selection.hover")] * 2


@pytest.mark.parametrize("density", Density)
@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("width", [520, 760, 1100])
def test_rows_hold_their_text(qtbot: QtBot, view: QueueView, name: str, density: Density, width: int) -> None:
    theme = load_theme(name)
    view.set_look(theme, density)
    view.resize(width, 460)
    assert view.horizontalHeader().length() <= max(width, 560)
    lines = ["countdown_compact"] if density is Density.COMPACT else ["countdown", "caption"]
    ink = sum(QFontMetricsF(theme.font(role)).tightBoundingRect("超08国反").height() for role in lines)
    assert view.rowHeight(0) >= ink + 4
    assert not view.grab().isNull()
