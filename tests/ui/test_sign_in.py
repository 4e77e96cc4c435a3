"""Signing in: what is missing is said, what went wrong is said, and the password never stands in the clear."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from dispatcher.ui.dialogs.sign_in import SignInDialog
from tests.ui import looking
from tests.ui.conftest import Dress


@pytest.fixture
def dialog(qtbot: QtBot, dress: Dress) -> Iterator[SignInDialog]:
    made = SignInDialog(dress("zh", "dark"), "http://centre:8345", "chen")
    qtbot.addWidget(made)
    made.open()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()


@pytest.mark.parametrize(("language", "theme"), looking.LOOKS)
def test_nothing_is_cut_in_any_look(qtbot: QtBot, dress: Dress, language: str, theme: str) -> None:
    made = SignInDialog(dress(language, theme), "http://centre:8345", "chen")
    qtbot.addWidget(made)
    made.open()
    made.tell(
        "the centre cannot be reached at http://centre:8345: connection refused; check the address and the network"
    )
    looking.settle()
    assert looking.cut_texts(made) == []
    assert looking.outside(made) == []
    made.close()


def test_the_keyboard_stands_in_the_first_empty_field(dialog: SignInDialog) -> None:
    assert dialog.password.hasFocus()
    assert dialog.password.echoMode() is QLineEdit.EchoMode.Password


def test_enter_asks_once_and_the_answer_closes_it(qtbot: QtBot, dialog: SignInDialog) -> None:
    asked: list[tuple[str, ...]] = []
    dialog.sign_in_requested.connect(lambda *what: asked.append(what))
    qtbot.keyClicks(dialog.password, "secret")
    qtbot.keyClick(dialog.password, Qt.Key.Key_Return)
    qtbot.keyClick(dialog.password, Qt.Key.Key_Return)
    assert asked == [("http://centre:8345", "chen", "secret", "", "")]
    dialog.tell("")
    assert not dialog.isVisible()


def test_trouble_is_said_and_one_may_try_again(qtbot: QtBot, dialog: SignInDialog) -> None:
    asked: list[object] = []
    dialog.sign_in_requested.connect(lambda *what: asked.append(what))
    qtbot.keyClicks(dialog.password, "wrong")
    qtbot.keyClick(dialog.password, Qt.Key.Key_Return)
    dialog.tell("用户名或密码不对")
    assert dialog.isVisible()
    assert dialog.said.text() == "用户名或密码不对"
    assert dialog.password.hasFocus()
    assert dialog.password.selectedText()
    qtbot.keyClick(dialog.password, Qt.Key.Key_Return)
    assert len(asked) == 2


@pytest.mark.parametrize("field", ["centre", "person", "password"])
def test_what_is_missing_is_said_and_nothing_is_asked(qtbot: QtBot, dialog: SignInDialog, field: str) -> None:
    dialog.sign_in_requested.connect(lambda *_: pytest.fail("asked with a field empty"))
    dialog.password.setText("secret")
    line = getattr(dialog, field)
    line.clear()
    qtbot.keyClick(dialog.person, Qt.Key.Key_Return)
    assert dialog.said.isVisible()
    assert line.hasFocus()


def test_escape_gives_up(qtbot: QtBot, dialog: SignInDialog) -> None:
    gave_up: list[bool] = []
    dialog.rejected.connect(lambda: gave_up.append(True))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert gave_up == [True]
    assert not dialog.isVisible()


@pytest.mark.parametrize(("language", "theme"), looking.LOOKS)
def test_code_passphrase_and_note_are_whole_in_any_look(qtbot: QtBot, dress: Dress, language: str, theme: str) -> None:
    note = "This station was without the centre for more than 30 days: its data has been destroyed."
    made = SignInDialog(dress(language, theme), "https://centre:8345", "chen", passphrase=True, note=note)
    qtbot.addWidget(made)
    made.open()
    made.tell("a one-time code is wanted", code_wanted=True)
    looking.settle()
    assert made.code.isVisible()
    assert made.passphrase.isVisible()
    assert looking.cut_texts(made) == []
    assert looking.outside(made) == []
    made.close()


def test_a_code_is_asked_for_when_the_centre_wants_one(qtbot: QtBot, dialog: SignInDialog) -> None:
    asked: list[tuple[str, ...]] = []
    dialog.sign_in_requested.connect(lambda *what: asked.append(what))
    assert not dialog.code.isVisible()
    qtbot.keyClicks(dialog.password, "secret")
    qtbot.keyClick(dialog.password, Qt.Key.Key_Return)
    dialog.tell("需要验证码", code_wanted=True)
    assert dialog.code.hasFocus()
    qtbot.keyClick(dialog.code, Qt.Key.Key_Return)
    assert len(asked) == 1, "an empty code is not sent"
    qtbot.keyClicks(dialog.code, "123 456")
    qtbot.keyClick(dialog.code, Qt.Key.Key_Return)
    assert asked[-1] == ("http://centre:8345", "chen", "secret", "123 456", "")
