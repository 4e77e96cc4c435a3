"""What else can be done with a case (更多, F12): the number, its copy, approvals that only a shift leader gives."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from dispatcher.bridge import Bridge
from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.rules import possible
from dispatcher.models.whistle import WhistleKind
from dispatcher.ui import strings
from dispatcher.ui.language import translate
from dispatcher.widgets.buttons import KeyButton


def open_more(bridge: Bridge, case: Case, button: KeyButton, reveal: KeyButton) -> None:
    """Open the menu over `button`; what `reveal` refuses is listed and disabled, with the reason."""
    menu = QMenu(button)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    number = menu.addAction(translate("MoreMenu", "显示来电号码…"))
    number.setEnabled(not reveal.refusal)
    number.setToolTip(reveal.refusal)
    number.triggered.connect(reveal.trigger)
    copy = menu.addAction(translate("MoreMenu", "复制工单编号"))
    copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(case.order.number))
    _add_approvals(menu, bridge, case)
    menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))


def _add_approvals(menu: QMenu, bridge: Bridge, case: Case) -> None:
    actor = bridge.session.actor if bridge.session else None
    if actor is None or possible(c.ApproveWhistle, case, actor) is not None:
        return
    approved = {r.event.whistle for r in case.history if isinstance(r.event, e.WhistleApproved)}
    for whistle in case.whistles:
        if not whistle.is_open or whistle.kind is not WhistleKind.EMERGENCY or whistle.id in approved:
            continue
        if whistle.blown_by == actor.person:
            continue
        form = translate("MoreMenu", "补批{kind}：{demand}")
        command = c.ApproveWhistle(case=case.id, whistle=whistle.id)
        action = menu.addAction(form.format(kind=strings.word(whistle.kind), demand=whistle.demand))
        action.triggered.connect(lambda _=False, made=command: bridge.submit(made))
