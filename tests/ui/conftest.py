"""What window tests share: a language and a look put in place for one test and taken away again."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from dispatcher.ui.language import Language, install
from dispatcher.widgets.theme import Theme, load_theme

Dress = Callable[[str, str], Theme]


@pytest.fixture
def dress(qapp: QApplication) -> Iterator[Dress]:
    """Give what puts a language and a theme in place."""

    def put(language: str, theme: str) -> Theme:
        install(Language(language), qapp)
        found = load_theme(theme)
        found.apply(qapp)
        return found

    yield put
    install(Language.ZH, qapp)
    qapp.setStyleSheet("")
