"""The wall: its counting against counting everything, its sizes, its silence about persons, its own age."""

import datetime as dt
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.bridge import LinkState
from dispatcher.models.case import CaseState
from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId
from dispatcher.models.queue import NEVER_MS, QueueRow, epoch_ms, summarise
from dispatcher.ui.wall.board import Board, community_of
from dispatcher.ui.wall.sizes import font_px, wall_sizes
from dispatcher.ui.wall.window import WallWindow
from tests.ui import looking, scene
from tests.ui.conftest import Dress
from tests.ui.fake_bridge import FakeBridge

NOW_MS = epoch_ms(scene.NOW)
MINUTE = 60_000
ROWS = tuple(summarise(case, scene.LAW) for case in scene.cases())


@pytest.fixture
def bridge() -> FakeBridge:
    return scene.bridge()


@pytest.fixture
def wall(qtbot: QtBot, dress: Dress, bridge: FakeBridge) -> Iterator[WallWindow]:
    made = WallWindow(bridge, dress("zh", "dark"))
    qtbot.addWidget(made)
    looking.show(made, 1920, 1080)
    yield made
    made.hide()


def test_the_sizes_follow_from_screen_and_distance() -> None:
    # The worked example of the look: 55 inches, 1080p, 4 m.
    assert font_px(4.0, 0.634, 18, 0.92) == pytest.approx(36, abs=0.5)
    assert font_px(4.0, 0.634, 16, 0.733) == pytest.approx(40, abs=0.5)
    assert wall_sizes(1920, 1080, 55, 4).text >= 41
    assert wall_sizes(1920, 1080, 55, 4).legible
    assert wall_sizes(3840, 2160, 55, 4).text == pytest.approx(2 * wall_sizes(1920, 1080, 55, 4).text, abs=1)
    assert not wall_sizes(1366, 768, 24, 8).legible


def test_it_counts_the_afternoon() -> None:
    board = Board()
    board.see(ChangeSet(ROWS, reset=True))
    figures = board.figures(NOW_MS)
    assert (figures.open, figures.overdue, figures.due_soon, figures.whistles, figures.late) == (14, 2, 3, 3, 2)
    assert [row.number[-5:] for row in board.pressing(NOW_MS, 3)] == ["06934", "06871", "07433"]
    assert [row.number[-5:] for row in board.whistles(2)] == ["07387", "06871"]
    assert sum(board.arrivals(NOW_MS)) == figures.received_today


@given(
    st.lists(st.tuples(st.sampled_from(["row", "gone", "reset"]), st.integers(0, 7), st.integers(0, 9999)), max_size=40)
)
def test_counting_in_steps_is_counting_everything(taken: list[tuple[str, int, int]]) -> None:
    board, rows = Board(), dict[CaseId, QueueRow]()
    for what, number, seed in taken:
        case = CaseId(str(number))
        if what == "gone":
            rows.pop(case, None)
            board.see(ChangeSet(gone=(case,)))
            continue
        if what == "reset":
            rows.clear()
        rows[case] = _random_row(random.Random(seed), case)
        board.see(ChangeSet((rows[case],), reset=what == "reset"))
    open_rows = [row for row in rows.values() if row.is_open]
    dated = [row for row in open_rows if row.clock is not None]
    figures = board.figures(NOW_MS)
    assert figures.open == len(open_rows)
    assert figures.overdue == sum(row.due_ms <= NOW_MS for row in dated)
    assert figures.due_soon == sum(row.orange_ms <= NOW_MS < row.due_ms for row in dated)
    assert figures.whistles == sum(row.whistles_out > 0 for row in open_rows)
    assert figures.late == sum(row.whistles_out > 0 and row.whistle_due_ms <= NOW_MS for row in open_rows)
    assert figures.unsigned == sum(row.state is CaseState.DISPATCHED for row in open_rows)
    pressing = sorted((row for row in dated if row.orange_ms <= NOW_MS), key=lambda row: (row.due_ms, row.id))
    assert list(board.pressing(NOW_MS, 99)) == pressing


def _random_row(seeded: random.Random, case: CaseId) -> QueueRow:
    due = NOW_MS + seeded.randint(-9, 9) * MINUTE
    out = seeded.randint(0, 2)
    return msgspec.structs.replace(
        ROWS[0],
        id=case,
        state=seeded.choice(list(CaseState)),
        clock=seeded.choice([None, ROWS[0].clock]),
        orange_ms=due - seeded.randint(0, 5) * MINUTE,
        due_ms=due,
        whistles_out=out,
        whistle_due_ms=NOW_MS + seeded.randint(-5, 5) * MINUTE if out else NEVER_MS,
        received_ms=NOW_MS - seeded.randint(0, 3000) * MINUTE,
        closed_ms=seeded.choice([NEVER_MS, NOW_MS - MINUTE]),
    )


def test_of_a_place_it_knows_the_community_alone() -> None:
    assert community_of(msgspec.structs.replace(ROWS[0], place="文昌路 118 号 · 文昌社区")) == "文昌社区"
    assert community_of(msgspec.structs.replace(ROWS[0], place="文昌路 118 号")) == ""
    assert community_of(msgspec.structs.replace(ROWS[0], place="")) == ""


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (3840, 2160)])
@pytest.mark.parametrize(("language", "theme"), looking.LOOKS)
def test_nothing_is_cut_in_any_look(
    qtbot: QtBot,
    dress: Dress,
    bridge: FakeBridge,
    tmp_path: Path,
    language: str,
    theme: str,
    size: tuple[int, int],
    cut: bool,
) -> None:
    bridge.language = language
    wall = WallWindow(bridge, dress(language, theme))
    qtbot.addWidget(wall)
    looking.show(wall, *size)
    bridge.open()
    if cut:
        bridge.cut(dt.timedelta(minutes=14, seconds=8))
    looking.settle()
    assert looking.cut_texts(wall) == []
    assert looking.outside(wall) == []
    assert not [words.text() for words in (wall.where, wall.as_of, wall.day, wall.clock) if words.is_cut]
    assert looking.picture(wall, tmp_path, "wall").stat().st_size > 10_000
    wall.hide()


def test_the_figures_are_the_afternoon_s(wall: WallWindow, bridge: FakeBridge) -> None:
    assert wall.open.figure == "–"
    bridge.open()
    figures = (wall.open, wall.overdue, wall.due_soon, wall.out, wall.late)
    assert [tile.figure for tile in figures] == ["14", "2", "3", "3", "2"]


def test_time_alone_makes_cases_overdue(wall: WallWindow, bridge: FakeBridge) -> None:
    bridge.open()
    bridge.advance(dt.timedelta(minutes=30))
    wall.tick()
    assert int(wall.overdue.figure) > 2


def test_it_says_its_own_age_across_its_width(wall: WallWindow, bridge: FakeBridge) -> None:
    bridge.open()
    assert not wall.stale.isVisible()
    for state in (LinkState.STALE, LinkState.OFFLINE, LinkState.REFUSED, LinkState.CONNECTING):
        bridge.tell_link(state, since=scene.ago(minutes=14, seconds=8), as_of=scene.ago(minutes=14, seconds=8))
        looking.settle()
        assert wall.stale.isVisible()
        assert "14:12:00" in wall.stale.words
        assert "不是现在" in wall.stale.words
        assert wall.stale.width() > wall.width() * 0.95
    bridge.restore()
    assert not wall.stale.isVisible()


def test_a_wall_that_never_had_data_shows_no_figures(wall: WallWindow, bridge: FakeBridge) -> None:
    bridge.tell_link(LinkState.OFFLINE, as_of=None)
    assert wall.open.figure == "–"
    assert wall.stale.words


def test_no_personal_data_reaches_it(wall: WallWindow, bridge: FakeBridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the wall paints or says is caught, and holds no address, title, name or number of any case."""
    said: list[str] = []
    for panel in (wall.pressing, wall.whistles):
        monkeypatch.setattr(
            panel, "words", lambda _p, _r, text, *_more, said=said: (said.append(text), 10.0)[1], raising=True
        )
    bridge.open()
    wall.grab()
    assert "施工噪声" in said
    assert "文昌社区" in said
    everything = "\n".join(said)
    for case in bridge.confirmed.values():
        order = case.order
        for secret in (order.place.address, order.title, order.text, order.number, order.caller_name_hint):
            assert not secret or secret not in everything


def test_escape_leaves_full_screen(qtbot: QtBot, dress: Dress, bridge: FakeBridge) -> None:
    wall = WallWindow(bridge, dress("zh", "dark"))
    qtbot.addWidget(wall)
    wall.showFullScreen()
    wall.activateWindow()
    qtbot.waitUntil(wall.isActiveWindow)
    qtbot.keyClick(wall, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not wall.isFullScreen())
    qtbot.keyClick(wall, Qt.Key.Key_F11)
    qtbot.waitUntil(wall.isFullScreen)
    QApplication.processEvents()
    wall.hide()


def test_its_bars_are_the_counts_it_is_given(qtbot: QtBot, wall: WallWindow, bridge: FakeBridge) -> None:
    bridge.open()
    qtbot.waitUntil(lambda: wall.arrivals.bars is not None)
    bars = wall.arrivals.bars
    assert bars is not None
    board = Board()
    board.see(ChangeSet(ROWS, reset=True))
    assert bars.heights == board.arrivals(NOW_MS)
    assert sum(bars.heights) == 6
    assert bars.figure_at == (12.5, 2.0)
    more = msgspec.structs.replace(ROWS[0], received_ms=NOW_MS - 1)
    bridge.rows_changed.emit(ChangeSet(tuple(msgspec.structs.replace(more, id=CaseId(str(n))) for n in range(30))))
    assert bars.heights[14] == 31
    assert bars.figure_at == (14.5, 31.0)
    assert "14: 31" in wall.arrivals.accessibleDescription()


def test_its_bars_take_another_look_and_size(qtbot: QtBot, wall: WallWindow, bridge: FakeBridge, dress: Dress) -> None:
    bridge.open()
    qtbot.waitUntil(lambda: wall.arrivals.bars is not None)
    bars = wall.arrivals.bars
    assert bars is not None
    before = wall.grab().toImage()
    wall.set_theme(dress("zh", "light"))
    looking.settle()
    assert wall.grab().toImage() != before
    wall.resize(1366, 768)
    looking.settle()
    assert wall.arrivals.rect().contains(bars.geometry())


def test_without_data_no_bars_are_loaded(wall: WallWindow, bridge: FakeBridge) -> None:
    bridge.tell_link(LinkState.OFFLINE, as_of=None)
    wall.grab()
    looking.settle()
    assert wall.arrivals.bars is None
    assert wall.arrivals.title == "今日到件 –"


_FIRST_PAINT = """
import sys
from PySide6.QtWidgets import QApplication, QWidget
from dispatcher.ui.wall.window import WallWindow
from dispatcher.widgets.theme import load_theme
from tests.ui import scene
application = QApplication([])
bridge = scene.bridge()
wall = WallWindow(bridge, load_theme("dark"))
bridge.open()
assert "pyqtgraph" not in sys.modules, "imported with the window"
wall.show()
wall.repaint()
assert "pyqtgraph" not in sys.modules, "imported by the first paint"
while wall.arrivals.bars is None:
    application.processEvents()
assert "pyqtgraph" in sys.modules
wall.close()
"""


def test_the_chart_s_library_is_loaded_after_the_first_paint() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_PAINT],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)])
def test_headings_and_clock_are_truly_bold_at_any_size(
    qtbot: QtBot, dress: Dress, bridge: FakeBridge, size: tuple[int, int]
) -> None:
    """Bold strokes cover more: Qt alone leaves letters of 64 px and more as thin as plain ones."""
    wall = WallWindow(bridge, dress("zh", "dark"))
    qtbot.addWidget(wall)
    looking.show(wall, *size)
    bridge.open()
    for words in (wall.where, wall.clock):
        bold = _ink(words)
        words._bold = False
        words.restyle()
        assert bold > _ink(words) * 1.15, words.text()
    wall.hide()


def _ink(widget: QWidget) -> int:
    image = widget.grab().toImage()
    ground = image.pixelColor(0, 0).lightness()
    steps = 2 if image.width() > 1000 else 1
    return sum(
        abs(image.pixelColor(x, y).lightness() - ground)
        for x in range(0, image.width(), steps)
        for y in range(0, image.height(), steps)
    )
