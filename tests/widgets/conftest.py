"""Themes for the widgets' tests."""

import pytest

from dispatcher.widgets.theme import THEMES, Theme, load_theme


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest, qapp: object) -> Theme:
    """Each of the looks."""
    return load_theme(request.param)


@pytest.fixture
def dark(qapp: object) -> Theme:
    """The dark look alone."""
    return load_theme("dark")
