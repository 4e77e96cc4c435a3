"""The whistle panel: who was called on this case, who has reported in, who is late; what did not leave this station;
what else is out in the street.

A whistle that nobody has heard is never shown as one that was blown: pending and not-sent ones are cards of their
own, with the telephone first.
"""

import functools
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from dispatcher.bridge import UNSETTLED, ActAnswer, Bridge, CaseView, LinkStatus
from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.queue import QueueRow
from dispatcher.models.rules import possible
from dispatcher.models.verdicts import Reason
from dispatcher.models.whistle import Milestone, Whistle
from dispatcher.ui import language, strings
from dispatcher.ui.console import act_words
from dispatcher.ui.console.held_whistles import HeldWhistles
from dispatcher.ui.console.others import OthersList
from dispatcher.ui.console.whistle_card import WhistleCard
from dispatcher.ui.dialogs.fields import label, restyle, rule
from dispatcher.ui.dialogs.form import ActDialog, Desk
from dispatcher.widgets.buttons import KeyButton
from dispatcher.widgets.link import AsOf, LinkLook
from dispatcher.widgets.theme import Theme

_FOLDS_BY_PX = 62
"""By how much a folded department is lower than a full one, about: decides when to unfold again."""


class WhistlePanel(QFrame):
    """Whistles of the watched case, of the outbox and of the street. Its `actions()` are its acts with their keys."""

    case_requested = Signal(object)
    """CaseId: show this case."""

    def __init__(
        self,
        bridge: Bridge,
        theme: Theme,
        desk: Desk | None = None,
        row_of: act_words.RowOf = lambda case: None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.theme = theme
        self.desk = desk or Desk()
        self.view: CaseView | None = None
        self._row_of = row_of
        self._others: tuple[QueueRow, ...] = ()
        self._compact = False
        self.cards: list[WhistleCard] = []
        self._buttons: dict[str, KeyButton] = {}
        self.setProperty("class", "panel")
        self.setMinimumWidth(330)
        self._build()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.tick)
        bridge.case_changed.connect(self.set_view)
        bridge.outbox_changed.connect(self._outbox_changed)
        bridge.link_changed.connect(self._link_changed)
        bridge.session_changed.connect(lambda: self._show())
        bridge.act_answered.connect(self._answered)
        self._show()

    # ---- building

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(12, 10, 12, 10)
        head.setSpacing(12)
        self._title, self._counts = label("", "title"), label("", "caption", wraps=True)
        self._as_of = AsOf(self.theme)
        head.addWidget(self._title)
        head.addWidget(self._counts, 1)
        head.addWidget(self._as_of)
        column.addLayout(head)
        column.addWidget(rule())
        page = QWidget()
        self._page = QVBoxLayout(page)
        self._page.setContentsMargins(0, 0, 0, 8)
        self._page.setSpacing(0)
        self._empty = label("", "muted", wraps=True)
        self._empty.setContentsMargins(12, 12, 12, 12)
        self._whistles = QVBoxLayout()
        self._whistles.setSpacing(0)
        self._others_title = label("", "title")
        self._others_title.setContentsMargins(12, 12, 12, 4)
        self.others = OthersList(self.theme, self.bridge.unit_name)
        self.others.case_requested.connect(self.case_requested)
        self.held = HeldWhistles(self.bridge, self.theme, self._row_of)
        self._page.addWidget(self.held)
        self._page.addWidget(self._empty)
        self._page.addLayout(self._whistles)
        self._page.addWidget(self._others_title)
        self._page.addWidget(self.others)
        self._page.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(page)
        column.addWidget(self._scroll, 1)
        column.addWidget(rule())
        column.addLayout(self._make_foot())

    def _make_foot(self) -> QVBoxLayout:
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 6, 12, 8)
        foot.setSpacing(4)
        self._said = label("", "caption mistake", wraps=True)
        self._said.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        for name, key in (("arrival", "Alt+D"), ("accept", "Alt+Y"), ("withdraw", "")):
            button = KeyButton("", self.theme, key=key.replace("+", " "))
            button.setObjectName(name)
            button.clicked.connect(functools.partial(self.act, name))
            button.refused.connect(self.say)
            row.addWidget(button)
            self._buttons[name] = button
            action = QAction(self)
            action.setObjectName(name)
            if key:
                action.setShortcut(QKeySequence(key))
            action.triggered.connect(button.trigger)
            self.addAction(action)
        row.addStretch(1)
        foot.addWidget(self._said)
        foot.addLayout(row)
        return foot

    # ---- what it is told

    def set_view(self, view: CaseView | None) -> None:
        """Show the whistles of another case, or of the same as it is now."""
        if view is None or self.view is None or view.case.id != self.view.case.id:
            self.say("")
        self.view = view
        self._show()

    def set_others(self, rows: Sequence[QueueRow]) -> None:
        """Show the street's cases that have departments out; the one on screen is left out of the list."""
        self._others = tuple(rows)
        self._show_others()

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self.theme = theme
        for part in (self._as_of, self.others, self.held, *self._buttons.values()):
            part.set_theme(theme)
        self._show()

    def say(self, words: str) -> None:
        """Say something over the buttons; empty takes it away."""
        restyle(self._said, "caption mistake")
        self._said.setText(words)
        self._said.setVisible(bool(words))

    @property
    def said(self) -> str:
        """What it says over the buttons."""
        return self._said.text()

    def button(self, name: str) -> KeyButton:
        """Give an act's button: arrival, accept, withdraw."""
        return self._buttons[name]

    def _outbox_changed(self) -> None:
        if any(card.whistle.id in self.held.pending() for card in self.cards) or self._held_back():
            self._show_whistles(compact=self._compact)
        self.held.show_outbox()
        self._fold()

    def _held_back(self) -> bool:
        """Tell whether a whistle of the case is not among the cards."""
        case = self._case()
        return case is not None and len(case.whistles) != len(self.cards)

    def _link_changed(self, status: LinkStatus) -> None:
        self._set_link(status)
        if any(receipt.state in UNSETTLED for receipt in self.bridge.outbox):
            self._show_whistles(compact=self._compact)
            self._outbox_changed()

    def _set_link(self, status: LinkStatus) -> None:
        self._as_of.set_as_of(status.as_of, LinkLook(status.state.value), self.bridge.now())

    # ---- showing

    def _show(self) -> None:
        self._title.setText(self.tr("哨"))
        for name, words in (("arrival", self.tr("记到场")), ("accept", self.tr("验收")), ("withdraw", self.tr("撤哨"))):
            self._buttons[name].set_words(words)
        for action in self.actions():
            action.setText(self._buttons[action.objectName()].text())
        if self.bridge.link is not None:
            self._set_link(self.bridge.link)
        self._show_whistles(compact=False)
        self._show_keycaps()
        self.held.show_outbox()
        self._show_others()
        self._allow()
        self._fold()

    def _show_whistles(self, *, compact: bool) -> None:
        self._compact = compact
        for card in self.cards:
            self._whistles.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        case, law = self._case(), self.bridge.law
        whistles = _ordered(case) if case else ()
        self._empty.setVisible(not whistles)
        if case is None:
            self._empty.setText(self.tr("没有打开案件。"))
        else:
            as_of = language.as_of_text(self.bridge.link, self.bridge.now())
            self._empty.setText(self.tr("本案没有吹过哨。{as_of}。吹哨按 F9。").format(as_of=as_of))
        if law is None:
            return
        pending = self.held.pending()
        for whistle in whistles:
            receipt = pending.get(whistle.id)
            if receipt is not None and not self.held.in_flight(receipt):
                continue  # nobody has heard it: it stands among the cards above
            chip = strings.word(receipt.state) if receipt is not None else ""
            card = WhistleCard(self.bridge, self.theme, whistle, law, self.bridge.now(), compact=compact, chip=chip)
            self._whistles.addWidget(card)
            self.cards.append(card)

    def _fold(self) -> None:
        """Fold departments that are on time when the whistles do not fit; the late one never."""
        room = self._scroll.viewport().height()
        needs = sum(card.sizeHint().height() for card in self.cards)
        needs += self.held.height_needed() + 96
        if self._compact:
            needs += _FOLDS_BY_PX * sum(track.compact for card in self.cards for track in card.tracks)
        if room > 0 and (needs > room) != self._compact:
            self._show_whistles(compact=needs > room)

    def _show_others(self) -> None:
        here = self._case()
        rows = [row for row in self._others if here is None or row.id != here.id]
        self.others.set_rows(rows)
        self.others.tick(self.bridge.now_ms())
        self._others_title.setVisible(bool(rows))
        self._others_title.setText(self.tr("其他在外的哨 {n}").format(n=len(rows)))
        mine = sum(whistle.is_open for whistle in here.whistles) if here else 0
        called = sum(row.whistles_out for row in self._others)
        waiting = sum(row.whistles_out - row.whistles_in for row in self._others)
        said = self.tr("本案 {mine}   街道在外 {called} 家   未报到 {waiting}")
        self._counts.setText(said.format(mine=mine, called=called, waiting=waiting))

    # ---- acts

    def act(self, name: str, *_: object) -> None:
        """Begin an act on a whistle of this case; asks which one where several could be meant."""
        self.say("")
        meant = [w for w in self._open() if not self._why_not(name, w)]
        if len(meant) == 1:
            self.open_dialog(name, meant[0])
        elif meant:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            for whistle in meant:
                words = f"{strings.word(whistle.kind)} {whistle.demand}"
                menu.addAction(words).triggered.connect(functools.partial(self._open_meant, name, whistle))
            menu.popup(self._buttons[name].mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def open_dialog(self, name: str, whistle: Whistle) -> ActDialog | None:
        """Open the dialog of an act on one whistle."""
        case = self._case()
        if case is None:
            return None
        from dispatcher.ui.dialogs.whistle_acts import AcceptDialog, ArrivalDialog, WithdrawDialog

        dialogs = {"arrival": ArrivalDialog, "accept": AcceptDialog, "withdraw": WithdrawDialog}
        dialog = dialogs[name](self.bridge, self.theme, case, self.desk, whistle, self)
        dialog.open()
        return dialog

    def _open_meant(self, name: str, whistle: Whistle, *_: object) -> None:
        self.open_dialog(name, whistle)

    def _allow(self) -> None:
        for name, button in self._buttons.items():
            whys = [self._why_not(name, whistle) for whistle in self._open()]
            if not whys:
                button.set_refusal(self.tr("本案没有在外的哨。"))
            else:
                button.set_refusal("" if "" in whys else whys[0])

    def _why_not(self, name: str, whistle: Whistle) -> str:
        case, session = self._case(), self.bridge.session
        if case is None or session is None:
            return self.tr("没有打开案件。")
        commands: dict[str, type[c.Command]] = {
            "arrival": c.PassMilestone,
            "accept": c.AcceptWhistle,
            "withdraw": c.WithdrawWhistle,
        }
        reason = possible(commands[name], case, session.actor)
        if reason is not None:
            return strings.reason(reason, case.state)
        if name == "arrival" and all(s.at(Milestone.REPORTED_IN) for s in whistle.summons):
            return self.tr("部门都已报到。")
        if name == "accept" and any(s.is_owed for s in whistle.summons):
            return strings.reason(Reason.NOT_DONE)
        return ""

    def _answered(self, answer: ActAnswer) -> None:
        if answer.refused is None:
            self.say("")

    def _case(self) -> Case | None:
        return self.view.case if self.view else None

    def _open(self) -> list[Whistle]:
        case = self._case()
        return [whistle for whistle in case.whistles if whistle.is_open] if case else []

    # ---- time, size, language

    def tick(self) -> None:
        """Move overruns and countdowns on; a department that has just become late unfolds."""
        now_ms = self.bridge.now_ms()
        self.others.tick(now_ms)
        if any(card.outdated(self.bridge.now()) for card in self.cards):
            self._show_whistles(compact=self._compact)
        for card in self.cards:
            card.tick(now_ms)
        self.held.tick()
        if self._as_of.is_stale and self.bridge.link is not None:
            self._set_link(self.bridge.link)

    def showEvent(self, event: QShowEvent) -> None:
        """Run only while it is seen."""
        self.tick()
        self._second.start()
        super().showEvent(event)
        self._fold()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stand still while nobody looks."""
        self._second.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold or unfold for the new height; keycaps go where the buttons need their room."""
        super().resizeEvent(event)
        self._show_keycaps()
        self._fold()

    def _show_keycaps(self) -> None:
        buttons = self._buttons.values()
        for button in buttons:
            button.set_keycaps_shown(True)
        if sum(button.sizeHint().width() + 8 for button in buttons) + 16 > self.width():
            for button in buttons:
                button.set_keycaps_shown(False)

    def minimumSizeHint(self) -> QSize:
        """The keycaps of its buttons may go."""
        return QSize(330, super().minimumSizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Take all words anew when the language changes."""
        if event.type() is QEvent.Type.LanguageChange:
            self._show()
        super().changeEvent(event)


def _ordered(case: Case) -> tuple[Whistle, ...]:
    newest = sorted(case.whistles, key=lambda whistle: whistle.blown_at, reverse=True)
    return tuple(sorted(newest, key=lambda whistle: not whistle.is_open))
