"""The style sheet of the program, with the tokens as `$names`; `Theme.stylesheet` fills it in.

Only plain Qt controls are styled here. Widgets of ours paint themselves. `class` properties in use:
`muted`, `caption`, `title`, `headline`, `dialog-title`, `warning`, `mistake` on labels, `panel`, `bar`,
`raised`, `sunken`, `line`, `vline` on frames. No rule sets a font for all: it would win over `setFont`.
"""

TEMPLATE = """
QWidget { color: $text; }
QMainWindow, QDialog, QMessageBox { background: $background; }
QDialog { border: 1px solid $line_strong; }
QLabel { background: transparent; }
QLabel[class~="muted"] { color: $text_muted; }
QLabel[class~="caption"] { color: $text_muted; font-size: $px_caption; }
QLabel[class~="title"] { font-size: $px_title; font-weight: 700; }
QLabel[class~="headline"] { font-size: $px_headline; font-weight: 700; }
QLabel[class~="dialog-title"] { font-size: $px_dialog_title; font-weight: 700; }
QLabel[class~="warning"] { color: $sla_orange_text; }
QLabel[class~="mistake"] { color: $sla_red_text; }
QFrame[class~="panel"] { background: $surface; border: 0; }
QFrame[class~="bar"] { background: $background; border: 0; }
QFrame[class~="raised"] { background: $raised; border: 0; border-radius: $px_radius_button; }
QFrame[class~="sunken"] { background: $sunken; border: 0; border-radius: $px_radius_button; }
QFrame[class~="line"] { background: $line; border: 0; max-height: 1px; }
QFrame[class~="vline"] { background: $line; border: 0; max-width: 1px; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDateTimeEdit, QDateEdit, QTimeEdit, QComboBox {
  background: $sunken; color: $text; border: 1px solid $line_strong; border-radius: $px_radius_button;
  padding: 5px 9px; selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit, QSpinBox, QDateTimeEdit, QDateEdit, QTimeEdit, QComboBox { min-height: 20px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDateTimeEdit:focus, QDateEdit:focus,
QTimeEdit:focus, QComboBox:focus { border: 2px solid $focus_ring; padding: 4px 8px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled, QComboBox:disabled {
  color: $text_disabled; border-color: $line; background: $surface;
}
QLineEdit[class~="mistake"], QPlainTextEdit[class~="mistake"] { border-color: $sla_red_mark; }
QComboBox::drop-down { border: 0; width: 24px; }
QComboBox QAbstractItemView {
  background: $raised; color: $text; border: 1px solid $line_strong; outline: 0;
  selection-background-color: $selection_background; selection-color: $selection_text;
}

QPushButton, QToolButton {
  background: transparent; color: $text; border: 1px solid $line_strong; border-radius: $px_radius_button;
  padding: 5px 12px; min-height: 20px;
}
QPushButton:hover, QToolButton:hover { background: $selection_hover; }
QPushButton:pressed, QToolButton:pressed { background: $selection_background; }
QPushButton:focus, QToolButton:focus { border: 2px solid $focus_ring; padding: 4px 11px; }
QPushButton:disabled, QToolButton:disabled { color: $text_disabled; border-color: $line; }
QPushButton:default { background: $accent; color: $on_accent; border-color: $accent; font-weight: 700; }
QPushButton:default:focus { border: 2px solid $focus_ring; }

QCheckBox, QRadioButton { background: transparent; spacing: 8px; padding: 3px; border: 2px solid transparent; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $focus_ring; border-radius: $px_radius_button; }
QCheckBox::indicator, QRadioButton::indicator {
  width: 14px; height: 14px; border: 1px solid $line_strong; background: $sunken;
}
QCheckBox::indicator { border-radius: 3px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; }
QRadioButton::indicator:checked { background: $accent; border: 4px solid $sunken; width: 8px; height: 8px; }
QCheckBox:disabled, QRadioButton:disabled { color: $text_disabled; }

QAbstractScrollArea { background: $surface; border: 0; outline: 0; }
QScrollArea > QWidget > QWidget { background: transparent; }
QAbstractItemView { background: $surface; alternate-background-color: $surface; border: 0; outline: 0; }
QAbstractItemView::item:selected { background: $selection_background; color: $selection_text; }
QHeaderView::section {
  background: $surface; color: $text_muted; border: 0; border-bottom: 1px solid $line; padding: 4px 8px;
}

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line_strong; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTabWidget::pane { border: 0; border-top: 1px solid $line; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab {
  background: transparent; color: $text_muted; padding: 8px 4px; margin-right: 16px;
  border: 0; border-bottom: 2px solid transparent;
}
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; font-weight: 700; }
QTabBar::tab:hover { color: $text; }
QTabBar:focus { border: 2px solid $focus_ring; border-radius: $px_radius_button; }

QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover { background: $accent; }

QMenu { background: $raised; border: 1px solid $line_strong; padding: 4px 0; }
QMenu::item { padding: 6px 24px 6px 16px; }
QMenu::item:selected { background: $selection_background; color: $selection_text; }
QMenu::item:disabled { color: $text_disabled; }
QMenu::separator { height: 1px; background: $line; margin: 4px 0; }
QToolTip {
  background: $raised; color: $text; border: 1px solid $line_strong; padding: 4px 8px; font-size: $px_caption;
}
QProgressBar { background: $line; border: 0; max-height: 2px; }
QProgressBar::chunk { background: $accent; }
"""
