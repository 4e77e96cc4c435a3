"""A form as data: its words, its fields, and how they become a command; `SpecDialog` shows one.

For acts that need no more than a few plain fields. What a field holds is read by `Values`, which gives the types a
command wants; a value that cannot be read is said beside its field and nothing is sent.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QComboBox, QDateTimeEdit, QLineEdit, QWidget

from dispatcher.bridge import Bridge
from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.ui.dialogs.fields import Choice, Lines, instant_of, set_instant
from dispatcher.ui.dialogs.form import ActDialog, Desk
from dispatcher.widgets.theme import Theme


@dataclass(frozen=True)
class Line:
    """One line of text."""

    placeholder: str = ""
    value: str = ""


@dataclass(frozen=True)
class Text:
    """A text of a few lines."""

    placeholder: str = ""
    rows: int = 3


@dataclass(frozen=True)
class Options:
    """One of a few, as radio buttons; `chosen` stands at the start."""

    options: tuple[tuple[str, str], ...]
    chosen: str = ""
    columns: int = 3


@dataclass(frozen=True)
class Pick:
    """One of many, as a list that drops down and can be typed in; (name, words)."""

    options: tuple[tuple[str, str], ...]
    chosen: str = ""


@dataclass(frozen=True)
class Tick:
    """Yes or no."""

    words: str
    on: bool = False


@dataclass(frozen=True)
class When:
    """A date and time of Beijing."""

    value: dt.datetime


Widget = Line | Text | Options | Pick | Tick | When


@dataclass(frozen=True)
class Field:
    """One field: the command's name for it, its label, and whether it may stay empty."""

    name: str
    words: str
    widget: Widget
    hint: str = ""
    needed: bool = True


class Values:
    """What stands in the fields, in the types a command wants."""

    def __init__(self, dialog: "SpecDialog") -> None:
        self._dialog = dialog

    def text(self, name: str) -> str:
        """Give a text, stripped."""
        return self._dialog.text(name)

    def lines(self, name: str) -> tuple[str, ...]:
        """Give a text's lines that are not empty."""
        return tuple(line.strip() for line in self.text(name).splitlines() if line.strip())

    def on(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return self._dialog.ticked(name)

    def when(self, name: str) -> dt.datetime:
        """Give an instant, to the minute."""
        return self._dialog.instant(name)


@dataclass(frozen=True)
class Form:
    """One form. `note` explains what follows; `fields` in their order; `make` gives the command."""

    name: str
    title: str
    act: str
    fields: tuple[Field, ...]
    make: Callable[[Values], c.AnyCommand]
    note: str = ""


class SpecDialog(ActDialog):
    """Shows a form and sends its command."""

    width_px = 600

    def __init__(
        self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, form: Form, parent: QWidget | None = None
    ) -> None:
        self.form = form.name
        super().__init__(bridge, theme, case, desk, parent)
        self._spec = form
        self._ticks: dict[str, QCheckBox] = {}
        self._picks: dict[str, QComboBox] = {}
        self._whens: dict[str, QDateTimeEdit] = {}
        self.name_it(form.title, form.act)
        for field in form.fields:
            self.add(field.name, field.words, self._made(field), field.hint)
        if form.note:
            self.add_note(form.note)
        self.restore()
        for field in form.fields:
            if not isinstance(field.widget, Options) or not field.widget.chosen:
                self._fields[field.name].setFocus()
                break

    def _made(self, field: Field) -> QWidget:
        match field.widget:
            case Line(placeholder=placeholder, value=value):
                line = QLineEdit(value)
                line.setPlaceholderText(placeholder)
                return line
            case Text(placeholder=placeholder, rows=rows):
                text = Lines(rows)
                text.setPlaceholderText(placeholder)
                return text
            case Options(options=options, chosen=chosen, columns=columns):
                choice = Choice(options, columns)
                choice.choose(chosen)
                return choice
            case Pick(options=options, chosen=chosen):
                box = QComboBox()
                for name, words in options:
                    box.addItem(words, name)
                box.setMaxVisibleItems(14)
                box.setCurrentIndex(max(0, box.findData(chosen)) if chosen else -1)
                self._picks[field.name] = box
                return box
            case Tick(words=words, on=on):
                tick = QCheckBox(words)
                tick.setChecked(on)
                self._ticks[field.name] = tick
                return tick
            case When(value=value):
                edit = QDateTimeEdit()
                edit.setCalendarPopup(True)
                edit.setDisplayFormat("yyyy-MM-dd HH:mm")
                set_instant(edit, value)
                self._whens[field.name] = edit
                return edit

    def ticked(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return self._ticks[name].isChecked()

    def instant(self, name: str) -> dt.datetime:
        """Give a date and time of Beijing as an aware instant."""
        return instant_of(self._whens[name])

    def text(self, name: str) -> str:
        """See ActDialog; the name of what was picked from a list."""
        box = self._picks.get(name)
        if box is not None:
            return str(box.currentData() or "")
        return super().text(name)

    def missing(self) -> str:
        """See ActDialog."""
        for field in self._spec.fields:
            if field.needed and not isinstance(field.widget, Tick | When) and not self.text(field.name):
                return field.name
        return ""

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        return self._spec.make(Values(self))
