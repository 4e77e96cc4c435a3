"""Fields and plain parts of forms: radio buttons, texts, labels, their style; reading and filling any field."""

import datetime as dt
from collections.abc import Callable

from PySide6.QtCore import QDateTime, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from dispatcher.models.workcalendar import BEIJING
from dispatcher.widgets.theme import Theme

Value = str | bool
"""What a draft keeps of a field."""

# A box for texts of several lines, and a radio button whose ring stays when it is chosen.
_SHEET = """
QPlainTextEdit {{ background: {sunken}; border: 1px solid {line}; border-radius: 4px; padding: 1px 5px; }}
QPlainTextEdit:focus {{ border: 2px solid {ring}; padding: 0 4px; }}
QPlainTextEdit[class~="mistake"] {{ border-color: {red}; }}
QPlainTextEdit:disabled {{ border-color: {dim}; }}
QListWidget {{ background: {sunken}; border: 1px solid {dim}; border-radius: 4px; }}
QListWidget::item {{ padding: 3px 8px; }}
QDateTimeEdit::drop-down {{ border: 0; width: 24px; }}
QRadioButton::indicator:checked {{
  width: 14px; height: 14px; border: 1px solid {accent}; border-radius: 8px;
  background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5,
    stop: 0 {accent}, stop: 0.55 {accent}, stop: 0.65 {sunken}, stop: 1 {sunken});
}}
"""
_INKS = {
    "sunken": "sunken",
    "line": "line_strong",
    "dim": "line",
    "ring": "focus.ring",
    "red": "sla.red.mark",
    "accent": "accent",
}


def form_style(theme: Theme) -> str:
    """Give the style sheet of forms in a theme's colours."""
    return _SHEET.format(**{name: theme.colour(path).name() for name, path in _INKS.items()})


class Choice(QFrame):
    """A row of radio buttons; the arrow keys move in it, `value` is the chosen one's name or empty."""

    changed = Signal()

    def __init__(self, options: tuple[tuple[str, str], ...], columns: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QRadioButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for index, (name, text) in enumerate(options):
            button = QRadioButton(text, self)
            button.toggled.connect(self._toggled)
            grid.addWidget(button, *divmod(index, columns))
            self._buttons[name] = button
        grid.setColumnStretch(columns, 1)
        if self._buttons:
            self.setFocusProxy(next(iter(self._buttons.values())))

    def value(self) -> str:
        """Give the name of the chosen option, empty when none is."""
        return next((name for name, button in self._buttons.items() if button.isChecked()), "")

    def choose(self, name: str) -> None:
        """Choose an option by name; a name it does not have changes nothing."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)
            self.setFocusProxy(self._buttons[name])

    def button(self, name: str) -> QRadioButton:
        """Give one option's button."""
        return self._buttons[name]

    def _toggled(self, on: bool) -> None:
        if on:
            self.changed.emit()


class Lines(QPlainTextEdit):
    """A text of a few lines: Tab leaves it, Enter makes a line, Ctrl+Enter is the dialog's."""

    def __init__(self, rows: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * rows + 24)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Ctrl+Enter through."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        super().keyPressEvent(event)


def label(text: str, classes: str, *, wraps: bool = False) -> QLabel:
    """Make a label of the style sheet's classes; its text is never read as markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("class", classes)
    made.setWordWrap(wraps)
    return made


def rule() -> QFrame:
    """Make a line of one pixel."""
    line = QFrame()
    line.setProperty("class", "line")
    line.setFixedHeight(1)
    return line


def restyle(widget: QWidget, classes: str) -> None:
    """Change a widget's classes and have the style sheet read again."""
    if widget.property("class") == classes:
        return
    widget.setProperty("class", classes)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def value_of(widget: QWidget) -> Value | None:
    """Give what stands in a field as a draft keeps it; None for what is no field."""
    match widget:
        case QCheckBox():
            return widget.isChecked()
        case QLineEdit():
            return widget.text().strip()
        case QPlainTextEdit():
            return widget.toPlainText().strip()
        case Choice():
            return widget.value()
        case QComboBox():
            return str(widget.currentData() or "")
        case QDateTimeEdit():
            return instant_of(widget).isoformat()
        case _:
            return None


def put_value(widget: QWidget, value: object) -> None:
    """Fill a field with what `value_of` gave or a command holds; what does not fit leaves it as it is."""
    match widget, value:
        case QCheckBox(), bool():
            widget.setChecked(value)
        case Choice(), bool():
            widget.choose("yes" if value else "no")
        case QDateTimeEdit(), dt.datetime():
            set_instant(widget, value)
        case QDateTimeEdit(), str() if value:
            set_instant(widget, dt.datetime.fromisoformat(value))
        case QPlainTextEdit(), tuple():
            widget.setPlainText("\n".join(str(each) for each in value))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  (texts of a command)
        case QLineEdit(), str():
            widget.setText(value)
        case QPlainTextEdit(), str():
            widget.setPlainText(value)
        case Choice(), str() | int():
            widget.choose(str(value))
        case QComboBox(), str():
            widget.setCurrentIndex(widget.findData(str(value)))
        case _:
            return


def on_change(widget: QWidget, do: Callable[[], object]) -> None:
    """Have `do` called whenever what stands in a field changes."""
    match widget:
        case QCheckBox():
            widget.toggled.connect(lambda: do())
        case QLineEdit():
            widget.textChanged.connect(lambda: do())
        case QPlainTextEdit():
            widget.textChanged.connect(lambda: do())
        case Choice():
            widget.changed.connect(lambda: do())
        case QComboBox():
            widget.currentIndexChanged.connect(lambda: do())
        case QDateTimeEdit():
            widget.dateTimeChanged.connect(lambda: do())
        case _:
            return


def instant_of(edit: QDateTimeEdit) -> dt.datetime:
    """Give a date and time of Beijing, to the minute, as an aware instant."""
    found = edit.dateTime()
    day, time = found.date(), found.time()
    return dt.datetime(day.year(), day.month(), day.day(), time.hour(), time.minute(), tzinfo=BEIJING)


def set_instant(edit: QDateTimeEdit, at: dt.datetime) -> None:
    """Put an instant into a field, cut to the minute, in Beijing's time."""
    local = at.astimezone(BEIJING)
    edit.setDateTime(QDateTime(local.year, local.month, local.day, local.hour, local.minute, 0))
