"""My account: what is wrong is said, wishes go out once, and nobody ends the session he sits at by mistake."""

import datetime as dt
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dispatcher.ui.dialogs.account import AccountDialog, Place
from dispatcher.ui.dialogs.notice import NoticeDialog
from tests.ui import looking
from tests.ui.conftest import Dress

NOW = dt.datetime(2026, 7, 1, 8, tzinfo=dt.UTC)
PLACES = [
    Place("here", NOW, NOW + dt.timedelta(days=30), "DESK-3-7f2a91c04b6d", is_here=True),
    Place("there", NOW, NOW + dt.timedelta(days=30), "10.0.0.9", is_here=False),
]


@pytest.fixture
def dialog(qtbot: QtBot, dress: Dress) -> Iterator[AccountDialog]:
    made = AccountDialog(dress("zh", "dark"), 3)
    qtbot.addWidget(made)
    made.open()
    made.show_places(PLACES)
    yield made
    made.close()


@pytest.mark.parametrize(("language", "theme"), looking.LOOKS)
def test_nothing_is_cut_in_any_look(qtbot: QtBot, dress: Dress, language: str, theme: str) -> None:
    account, notice = (
        AccountDialog(dress(language, theme), 3),
        NoticeDialog(dress(language, theme), "lost on the way home " * 8),
    )
    for made in (account, notice):
        qtbot.addWidget(made)
        made.open()
    account.show_places(PLACES)
    looking.settle()
    for made in (account, notice):
        assert looking.cut_texts(made) == []
        assert looking.outside(made) == []
        made.close()


def test_only_another_place_can_be_ended(qtbot: QtBot, dialog: AccountDialog) -> None:
    ended: list[str] = []
    dialog.end_requested.connect(ended.append)
    dialog.table.selectRow(0)
    assert not dialog.end.isEnabled()
    dialog.table.selectRow(1)
    qtbot.mouseClick(dialog.end, Qt.MouseButton.LeftButton)
    assert ended == ["there"]


def test_a_new_password_is_typed_twice(qtbot: QtBot, dialog: AccountDialog) -> None:
    asked: list[tuple[str, ...]] = []
    dialog.password_requested.connect(lambda *what: asked.append(what))
    dialog.old.setText("old")
    dialog.new.setText("0123456789")
    dialog.again.setText("012345678")
    qtbot.mouseClick(dialog.change, Qt.MouseButton.LeftButton)
    assert asked == []
    assert dialog.said.isVisible()
    dialog.again.setText("0123456789")
    qtbot.mouseClick(dialog.change, Qt.MouseButton.LeftButton)
    assert asked == [("old", "0123456789")]
    dialog.password_changed()
    assert dialog.new.text() == ""


def test_handing_over_closes_it_and_says_so(qtbot: QtBot, dialog: AccountDialog) -> None:
    heard: list[bool] = []
    dialog.hand_over_requested.connect(lambda: heard.append(True))
    qtbot.mouseClick(dialog.hand_over, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(heard))
    assert not dialog.isVisible()
