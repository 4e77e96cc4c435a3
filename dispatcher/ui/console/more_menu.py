"""What else can be done with a case (更多, F12): everything the law knows beyond the buttons, by who does it.

What this person's role can never do is not listed; what the case does not allow now is listed, disabled, with the
reason. The menu asks the same table as the judge.
"""

import functools
from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from dispatcher.bridge import Bridge
from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.organisation import Actor
from dispatcher.models.rules import possible
from dispatcher.models.verdicts import Reason
from dispatcher.models.whistle import Whistle
from dispatcher.ui import strings
from dispatcher.ui.dialogs.form import Desk
from dispatcher.ui.dialogs.spec import Form
from dispatcher.ui.language import translate
from dispatcher.widgets.buttons import KeyButton

Opened = Callable[[Form], object]


def open_more(bridge: Bridge, case: Case, desk: Desk, button: KeyButton, reveal: KeyButton, opened: Opened) -> None:
    """Open the menu over `button`; a form that is chosen goes to `opened`."""
    menu = QMenu(button)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    actor = bridge.session.actor if bridge.session else None
    if actor is not None:
        _add_case_acts(menu, bridge, case, desk, actor, opened)
        _add_whistle_acts(menu, bridge, case, actor, opened)
        menu.addSeparator()
    if actor is None or possible(c.RevealCaller, case, actor) is not Reason.NOT_YOUR_ROLE:
        number = menu.addAction(translate("MoreMenu", "显示来电号码…"))
        number.setShortcut(QKeySequence("Ctrl+R"))
        number.setEnabled(not reveal.refusal)
        number.setToolTip(reveal.refusal)
        number.triggered.connect(reveal.trigger)
    clipboard = QGuiApplication.clipboard()
    copy = menu.addAction(translate("MoreMenu", "复制工单编号"))
    copy.triggered.connect(lambda: clipboard.setText(case.order.number))
    menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))


def _add_case_acts(menu: QMenu, bridge: Bridge, case: Case, desk: Desk, actor: Actor, opened: Opened) -> None:
    from dispatcher.ui.dialogs.case_forms import FORMS

    for command, form_of in FORMS.items():
        reason = possible(command, case, actor) or _nothing_to(command, case)
        if reason is Reason.NOT_YOUR_ROLE:
            continue
        action = menu.addAction(strings.command_word(tag(command)) + "…")
        action.setEnabled(reason is None)
        if reason is not None:
            action.setToolTip(strings.reason(reason, case.state))
        action.triggered.connect(functools.partial(_open, opened, functools.partial(form_of, bridge, case, desk)))


def _add_whistle_acts(menu: QMenu, bridge: Bridge, case: Case, actor: Actor, opened: Opened) -> None:
    from dispatcher.ui.dialogs.whistle_forms import FORMS, FormOf, named

    def make(form_of: FormOf, whistle: Whistle) -> Form:
        return named(form_of(bridge, case, whistle), whistle)

    for whistle in case.whistles:
        commands = [command for command in FORMS if _is_open_for(command, whistle, case, actor)]
        if not commands:
            continue
        words = f"{strings.word(whistle.kind)}：{whistle.demand}"
        under = menu.addMenu(words if len(words) <= 24 else f"{words[:23]}…")
        for command in commands:
            action = under.addAction(_whistle_word(command) + "…")
            form_of = functools.partial(make, FORMS[command], whistle)
            action.triggered.connect(functools.partial(_open, opened, form_of))


def _is_open_for(command: type[c.Command], whistle: Whistle, case: Case, actor: Actor) -> bool:
    if possible(command, case, actor) is not None:
        return False
    match command:
        case c.ScoreDepartment:
            return any(s.score is None and s.released is not True for s in whistle.summons)
        case c.ApproveWhistle:
            return whistle.is_open and whistle.approved_at is None and whistle.blown_by != actor.person
        case c.AdjudicateSummons:
            return whistle.is_open and any(s.refused_at is not None and s.released is None for s in whistle.summons)
        case _:
            return whistle.is_open


def _nothing_to(command: type[c.Command], case: Case) -> Reason | None:
    """Say that there is nothing to decide, send, take back or lift."""
    waiting = [request for request in case.requests if request.granted is None]
    match command:
        case c.SendRequest if not any(request.sent_at is None for request in waiting):
            return Reason.NO_SUCH_REQUEST
        case c.DecideRequest if not any(request.sent_at is not None for request in waiting):
            return Reason.NO_SUCH_REQUEST
        case c.DropRequest if not waiting:
            return Reason.NO_SUCH_REQUEST
        case c.LiftSupervision if not case.supervision:
            return Reason.ALREADY_SO
        case _:
            return None


def tag(command: type[c.Command]) -> str:
    """Give a command's name on the wire, by which words know it."""
    return str(command.__struct_config__.tag)


def _whistle_word(command: type[c.Command]) -> str:
    if command is c.PassMilestone:
        return translate("MoreMenu", "记商定措施")
    return strings.command_word(tag(command))


def _open(opened: Opened, form: Callable[[], Form], *_: object) -> None:
    opened(form())
