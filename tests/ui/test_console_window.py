"""The console as a dispatcher works with it: keys, typed commands, alarms, the cut link, looks and places."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from dispatcher.bridge import ActState, LinkState
from dispatcher.models import commands as c
from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId, WhistleId
from dispatcher.models.order import Caller, Channel, DemandKind, Urgency
from dispatcher.models.organisation import Role
from dispatcher.models.queue import Pending
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import WhistleKind
from dispatcher.sync import words as sync_words
from dispatcher.ui.console.act_words import short_number
from dispatcher.ui.console.queue_lights import View
from dispatcher.ui.console.window import ConsoleWindow
from dispatcher.ui.dialogs.keys import KeysDialog
from dispatcher.ui.dialogs.phones import PhonesDialog
from dispatcher.ui.dialogs.receipts import ReceiptsDialog
from dispatcher.ui.dialogs.spec import SpecDialog
from tests.ui import looking, scene
from tests.ui.conftest import Dress
from tests.ui.fake_bridge import FakeBridge

PIPE = CaseId("case-临江-20261118-07387")
LIFT = CaseId("case-临江-20261118-07433")
HEAT = CaseId("case-临江-20261118-07402")
ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier

Open = Callable[..., ConsoleWindow]


@pytest.fixture
def bridge() -> FakeBridge:
    return scene.bridge(scene.LEADER)


@pytest.fixture
def open_window(qtbot: QtBot, dress: Dress, bridge: FakeBridge) -> Iterator[Open]:
    """Give what opens a console with the afternoon in it, really on the screen and with the keyboard."""
    opened: list[ConsoleWindow] = []

    def open_(
        language: str = "zh", theme: str = "dark", size: tuple[int, int] = (1600, 900), **more: Path
    ) -> ConsoleWindow:
        look = dress(language, theme)
        bridge.language = language
        window = ConsoleWindow(bridge, look, **more)
        qtbot.addWidget(window)
        opened.append(window)
        window.resize(*size)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        bridge.open()
        return window

    yield open_
    for window in opened:
        window.close()


def press(qtbot: QtBot, window: ConsoleWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    qtbot.keyClick(window, key, modifier or Qt.KeyboardModifier.NoModifier)


def type_command(qtbot: QtBot, window: ConsoleWindow, text: str) -> None:
    press(qtbot, window, Qt.Key.Key_K, CTRL)
    assert window.command.line.hasFocus()
    looking.write(window.command.line, text)
    qtbot.keyClick(window.command.line, Qt.Key.Key_Return)


def whistle(case: CaseId, name: str = "w-new") -> c.BlowWhistle:
    return c.BlowWhistle(
        case=case,
        whistle=WhistleId(name),
        kind=WhistleKind.EMERGENCY,
        demand="加派供电公司",
        place="地库口",
        contact="吴帆",
        lead=scene.POWER,
    )


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (1280, 720)])
@pytest.mark.parametrize(("language", "theme"), looking.LOOKS)
@pytest.mark.parametrize("cut", [False, True])
def test_nothing_is_cut_in_any_look(
    open_window: Open,
    bridge: FakeBridge,
    tmp_path: Path,
    language: str,
    theme: str,
    size: tuple[int, int],
    cut: bool,
) -> None:
    window = open_window(language, theme, size)
    window.open_case(PIPE)
    if cut:
        bridge.cut(dt.timedelta(minutes=14, seconds=8))
        bridge.submit(whistle(PIPE))
        window.show_outbox()
    looking.settle()
    assert looking.cut_texts(window) == []
    assert looking.outside(window) == []
    assert looking.picture(window, tmp_path, "console").stat().st_size > 20_000


def test_the_queue_shows_the_afternoon_and_says_how_many(open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    assert window.queue.model.rowCount() == len(bridge.confirmed)
    assert window.queue.tabs.chosen is View.ALL_OPEN
    assert window.top.where.text() == "柳湖街道"
    assert "周敏" in window.top.duty.text()
    assert window.top.clock.text() == "14:26:08"


def test_a_case_is_signed_by_its_key(qtbot: QtBot, open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    window.open_case(LIFT)
    press(qtbot, window, Qt.Key.Key_F2)
    assert bridge.submitted == [c.SignFor(case=LIFT)]
    assert bridge.rows[LIFT].pending is Pending.PENDING
    assert window.status.pending.text() == "待发 1"
    bridge.settle()
    assert window.status.pending.text() == "待发 0"


@pytest.mark.parametrize("typed", ["签收 07433", "签收07433", "sign 07433", "签收 临江-20261118-07433"])
def test_a_case_is_signed_by_typing(qtbot: QtBot, open_window: Open, bridge: FakeBridge, typed: str) -> None:
    window = open_window()
    window.open_case(PIPE)
    type_command(qtbot, window, typed)
    assert bridge.submitted == [c.SignFor(case=LIFT)]
    assert window.case.case is not None
    assert window.case.case.id == LIFT
    assert not window.command.line.text()


def test_typing_an_act_without_a_number_means_the_selected_case(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge
) -> None:
    window = open_window()
    window.open_case(LIFT)
    type_command(qtbot, window, "签收")
    assert bridge.submitted == [c.SignFor(case=LIFT)]


def test_words_find_a_case_and_enter_opens_it(qtbot: QtBot, open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    type_command(qtbot, window, "查 暖气")
    assert bridge.watched == HEAT
    type_command(qtbot, window, "07387")
    assert bridge.watched == PIPE


def test_what_is_not_found_is_said_beside_the_line(qtbot: QtBot, open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    type_command(qtbot, window, "签收 99999")
    assert "99999" in window.command.said.text()
    assert bridge.submitted == []


def test_an_act_on_several_cases_asks_which_before_it_happens(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge
) -> None:
    window = open_window()
    bridge.confirmed[CaseId("twin")] = scene.receive(
        "海州-20261118-07433", scene.ago(minutes=3), Urgency.ORDINARY, "同尾号的另一件", "别处 1 号"
    ).done()
    bridge.open()
    type_command(qtbot, window, "签收 07433")
    assert bridge.submitted == []
    assert "2" in window.command.said.text()
    qtbot.keyClick(window.command.line, Qt.Key.Key_Return)
    assert [type(command) for command in bridge.submitted] == [c.SignFor]


def test_the_act_that_is_not_possible_says_why(qtbot: QtBot, open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    window.open_case(PIPE)
    press(qtbot, window, Qt.Key.Key_F2)
    assert bridge.submitted == []
    assert window.case.bar.said


@pytest.mark.parametrize(("number", "view"), list(enumerate(View, start=1))[:7])
def test_views_are_on_their_keys(qtbot: QtBot, open_window: Open, number: int, view: View) -> None:
    window = open_window()
    press(qtbot, window, Qt.Key(Qt.Key.Key_0 + number), CTRL)
    assert window.queue.tabs.chosen is view
    assert window.queue.model.view is view
    assert window.queue.model.rowCount() == window.queue.model.tally().views[view]


def test_an_empty_view_is_said_with_proof(qtbot: QtBot, open_window: Open) -> None:
    window = open_window()
    press(qtbot, window, Qt.Key.Key_9, CTRL)
    assert window.queue.model.rowCount() == 0
    assert "截至 14:26:08" in window.queue.empty.text()


def test_a_cut_link_is_loud_everywhere_at_once(open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    window.open_case(PIPE)
    assert not window.outage.banner.isVisible()
    for state in (LinkState.STALE, LinkState.OFFLINE):
        bridge.tell_link(state, since=scene.ago(minutes=14, seconds=8), as_of=scene.ago(minutes=14, seconds=8))
        assert window.outage.banner.isVisible()
        for stamp in (window.queue.as_of, window.status.as_of, window.outbox.as_of):
            assert stamp.is_stale
            assert "14:12:00" in stamp.text
            assert "14 分前" in stamp.text
    said = window.outage.banner.accessibleDescription()
    assert "14:12:00" in said
    assert "不会到达部门" in said


def test_reconnecting_tells_what_came_of_the_outage_before_the_banner_goes(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge
) -> None:
    window = open_window()
    window.outage._farewell.setInterval(50)
    bridge.cut()
    bridge.submit(c.SignFor(case=LIFT))
    bridge.submit(c.RecordContact(case=HEAT, reached=True))
    bridge.tell_link(LinkState.CATCHING_UP, received=132)
    assert "132" in window.outage.banner.accessibleName()
    bridge.put(bridge.outbox[0].act.id, ActState.ACCEPTED)
    bridge.put(bridge.outbox[0].act.id, ActState.PARKED, Refused(reason=Reason.WRONG_STATE, detail="closed"))
    assert window.outage.banner.isVisible()
    bridge.restore()
    assert window.outage.banner.isVisible()
    said = window.outage.banner.accessibleDescription()
    assert "受理 1" in said
    assert "退回 1" in said
    qtbot.waitUntil(lambda: not window.outage.banner.isVisible(), timeout=3000)


def test_trying_to_connect_again_does_not_take_the_banner_away(open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    bridge.cut()
    bridge.tell_link(LinkState.CONNECTING)
    assert window.outage.banner.isVisible()


def test_the_banner_keys_work(qtbot: QtBot, open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    bridge.cut()
    press(qtbot, window, Qt.Key.Key_L, CTRL)
    assert ("reconnect",) in bridge.asked
    press(qtbot, window, Qt.Key.Key_8, CTRL)
    assert window.left.currentWidget() is window.outbox
    press(qtbot, window, Qt.Key.Key_T, ALT)
    phones = window.findChild(PhonesDialog)
    assert phones is not None
    assert "6500 2001" in [label.text() for label in phones.findChildren(QLabel)]
    phones.accept()


def test_the_worst_alarm_is_opened_and_acknowledged_by_key(qtbot: QtBot, open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    assert "07433" in window.strip.accessibleName()
    press(qtbot, window, Qt.Key.Key_1, ALT)
    assert bridge.watched == LIFT
    before = window.alarms._list.unacknowledged
    press(qtbot, window, Qt.Key.Key_F8)
    assert window.alarms._list.unacknowledged == before - 1
    assert window.alarms._list.acknowledged == 1
    press(qtbot, window, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert window.alarms._list.unacknowledged == 0


def test_time_alone_raises_an_alarm(open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    before = window.alarms._list.unacknowledged
    bridge.advance(dt.timedelta(minutes=50))
    window._tick()
    assert window.alarms._list.unacknowledged > before


def test_many_rows_do_not_stop_the_window_and_reach_the_alarms(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge
) -> None:
    window = open_window()
    row = bridge.rows[LIFT]
    rows = tuple(msgspec.structs.replace(row, id=CaseId(f"many-{n}")) for n in range(12_000))
    bridge.rows_changed.emit(ChangeSet(rows))
    qtbot.waitUntil(lambda: window.alarms._list.unacknowledged > 12_000, timeout=10_000)
    assert "07433" in window.strip.accessibleName()


def test_an_emergency_whistle_without_a_link_is_an_alarm_of_the_first_priority(
    open_window: Open, bridge: FakeBridge
) -> None:
    window = open_window()
    bridge.submit(whistle(PIPE))
    assert "应急哨还没到部门" not in window.strip.accessibleName()
    bridge.cut()
    assert "应急哨还没到部门" in window.strip.accessibleName()
    bridge.put(bridge.outbox[0].act.id, ActState.EXPIRED)
    assert "07387 吹哨未发出" in window.strip.accessibleName()


def test_every_action_with_a_key_stands_in_the_map(qtbot: QtBot, open_window: Open) -> None:
    window = open_window()
    press(qtbot, window, Qt.Key.Key_F1)
    dialog = window.findChild(KeysDialog)
    assert dialog is not None
    said = {label.text() for label in dialog.findChildren(QLabel)}
    keyed = [action for action in window.findChildren(QAction) if action.shortcuts()]
    assert len(keyed) > 30
    assert [action.text() for action in keyed if action.text() not in said] == []
    dialog.accept()


def test_no_two_actions_share_a_key(open_window: Open) -> None:
    window = open_window()
    keys = [key.toString() for action in window.findChildren(QAction) for key in action.shortcuts()]
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


@pytest.mark.parametrize(("language", "theme"), looking.LOOKS)
def test_the_map_and_the_receipts_are_not_cut(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge, language: str, theme: str
) -> None:
    window = open_window(language, theme)
    bridge.submit(c.SignFor(case=LIFT))
    dialogs: tuple[QDialog, ...] = (window.open_keys(), window.open_receipts(), window.open_phones(whistle(PIPE)))
    for dialog in dialogs:
        qtbot.waitExposed(dialog)
        looking.settle()
        assert looking.cut_texts(dialog) == []
        dialog.accept()


def test_receipts_list_what_was_done(qtbot: QtBot, open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    bridge.submit(c.SignFor(case=LIFT))
    bridge.settle()
    press(qtbot, window, Qt.Key.Key_J, CTRL)
    dialog = window.findChild(ReceiptsDialog)
    assert dialog is not None
    assert dialog.model.rowCount() == 1
    assert [dialog.model.index(0, column).data() for column in (0, 1, 6)] == ["07433", "签收", "中心已受理"]
    dialog.accept()


def test_the_theme_changes_while_it_runs(open_window: Open) -> None:
    window = open_window(theme="dark")
    dark = window.grab().toImage().pixelColor(5, 5)
    window.switch_theme("light")
    looking.settle()
    assert window.theme.name == "light"
    assert window.grab().toImage().pixelColor(5, 5) != dark
    assert looking.cut_texts(window) == []


def test_a_narrow_window_folds_the_whistles_to_a_tab(open_window: Open) -> None:
    window = open_window(size=(1600, 900))
    assert window.splitter.indexOf(window.whistles) == 2
    window.resize(1280, 720)
    looking.settle()
    assert window.splitter.indexOf(window.whistles) == -1
    assert window._middle_tabs.isVisible()
    assert not window.whistles.isVisible()
    window._middle_tabs.setCurrentIndex(1)
    assert window.whistles.isVisible()
    window.resize(1600, 900)
    looking.settle()
    assert window.whistles.isVisible()
    assert window.case.isVisible()


def test_places_are_remembered(open_window: Open, tmp_path: Path) -> None:
    state = tmp_path / "window.ini"
    first = open_window(state_file=state, size=(1600, 900))
    first.splitter.setSizes([700, 520, 380])
    first._choose_density(first._density.COMFORTABLE)
    sizes = first.splitter.sizes()
    first.close()
    again = open_window(state_file=state, size=(1600, 900))
    assert again.splitter.sizes() == sizes
    assert again._density is first._density


def test_f6_goes_through_the_panes(qtbot: QtBot, open_window: Open) -> None:
    window = open_window()
    window.open_case(PIPE)
    window.queue.list.setFocus()
    seen = []
    for _ in range(4):
        press(qtbot, window, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.append(next(n for n, pane in enumerate(window.panes()) if pane is focus or pane.isAncestorOf(focus)))
    assert seen == [2, 3, 4, 0]


def test_what_the_engine_says_of_a_failure_is_shown(open_window: Open, bridge: FakeBridge) -> None:
    window = open_window("en")
    bridge.trouble_told.emit(sync_words.BUG)
    assert window.command.said.text().startswith("An error")


def test_an_expired_whistle_offers_the_telephone_first_and_takes_a_reason_to_discard(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge
) -> None:
    window = open_window()
    bridge.cut()
    act = bridge.submit(whistle(PIPE))
    bridge.put(act, ActState.EXPIRED)
    window.show_outbox()
    (card,) = window.outbox.cards()
    assert card.hasFocus()
    assert [key.words for key in card.line.keys] == ["电话通知", "重新吹哨", "作废"]
    assert card.line.word == "未发出"
    qtbot.keyClick(card, Qt.Key.Key_T)
    phones = window.findChild(PhonesDialog)
    assert phones is not None
    phones.accept()
    qtbot.keyClick(card, Qt.Key.Key_W)
    assert ("retry", act) in bridge.asked
    qtbot.keyClick(card, Qt.Key.Key_D)
    assert window.outbox.reason.words.hasFocus()
    qtbot.keyClick(window.outbox.reason.words, Qt.Key.Key_Return)
    assert not any(asked[0] == "discard" for asked in bridge.asked)
    qtbot.keyClicks(window.outbox.reason.words, "phoned")
    qtbot.keyClick(window.outbox.reason.words, Qt.Key.Key_Return)
    assert ("discard", act, "phoned") in bridge.asked
    assert window.outbox.cards() == ()
    assert window.outbox.empty.isVisible()


def test_a_parked_act_says_why_and_can_be_edited(qtbot: QtBot, open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    act = bridge.submit(c.RecordContact(case=HEAT, reached=True))
    bridge.put(act, ActState.PARKED, Refused(reason=Reason.WRONG_STATE, detail="suspended"))
    window.show_outbox()
    (card,) = window.outbox.cards()
    assert "挂账" in card.line.detail
    qtbot.keyClick(card, Qt.Key.Key_E)
    assert bridge.watched == HEAT
    dialog = next(d for d in window.findChildren(QDialog) if d.isVisible())
    dialog.reject()


@pytest.mark.parametrize(
    ("number", "tail"),
    [
        ("临江-20261118-07387", "07387"),
        ("07387", "07387"),
        ("2026111800731", "00731"),
        ("26112302", "12302"),
        ("L-7-3", "L-7-3"),
    ],
)
def test_short_numbers(number: str, tail: str) -> None:
    assert short_number(number) == tail


# ---- taking a demand in at the desk


def intake_of(window: ConsoleWindow) -> SpecDialog:
    return next(dialog for dialog in window.findChildren(SpecDialog) if dialog.isVisible())


def line_of(dialog: SpecDialog, name: str) -> QLineEdit:
    return next(line for line in dialog.findChildren(QLineEdit) if line.accessibleName() == name)


def test_a_demand_is_taken_in_at_the_desk(qtbot: QtBot, open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    press(qtbot, window, Qt.Key.Key_N, CTRL)
    dialog = intake_of(window)
    qtbot.waitExposed(dialog)
    looking.write(line_of(dialog, "诉求"), "楼下路灯不亮")
    looking.write(line_of(dialog, "地址"), "东路 1 号")
    looking.write(line_of(dialog, "类别"), "市政 / 路灯")
    looking.write(line_of(dialog, "诉求人"), "刘丽华")
    looking.write(line_of(dialog, "电话"), "13800001234")
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    command = bridge.submitted[-1]
    assert isinstance(command, c.ReceiveOrder)
    order = command.order
    street = scene.LEADER.unit
    assert re.fullmatch(rf"L-{street}-20261118-\d{{8}}", order.number)
    assert (order.title, order.category, order.place.address) == ("楼下路灯不亮", ("市政", "路灯"), "东路 1 号")
    assert (order.urgency, order.kind, order.channel) == (Urgency.ORDINARY, DemandKind.COMPLAINT, Channel.VISIT)
    assert (order.confidential, order.wants_answer, command.holder) == (False, True, street)
    assert (order.caller_name_hint, order.caller_phone_hint) == ("刘**", "138****1234")
    assert command.caller == Caller("刘丽华", "13800001234")
    assert order.number in window.command.said.text()
    assert not dialog.isVisible()
    window.show_outbox()
    looking.settle()
    assert order.number[:24] in window.outbox.rest.text()
    bridge.settle()
    assert bridge.rows[command.case].title == "楼下路灯不亮"


def test_a_demand_without_words_is_not_taken_in_and_what_was_written_stays(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge
) -> None:
    window = open_window()
    press(qtbot, window, Qt.Key.Key_N, CTRL)
    dialog = intake_of(window)
    qtbot.waitExposed(dialog)
    looking.write(line_of(dialog, "地址"), "东路 1 号")
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    assert bridge.submitted == []
    assert any("诉求" in said.text() and "还没有填" in said.text() for said in dialog.findChildren(QLabel))
    number = dialog.case.order.number
    dialog.reject()
    press(qtbot, window, Qt.Key.Key_N, CTRL)
    again = intake_of(window)
    assert (again.case.order.number, line_of(again, "地址").text()) == (number, "东路 1 号")
    again.reject()


def test_who_takes_no_demands_in_is_told_so(qtbot: QtBot, open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    assert bridge.session is not None
    supervisor = msgspec.structs.replace(bridge.session.actor, roles=frozenset({Role.SUPERVISOR}))
    bridge.session = msgspec.structs.replace(bridge.session, actor=supervisor)
    press(qtbot, window, Qt.Key.Key_N, CTRL)
    assert "岗位" in window.command.said.text()
    assert not any(dialog.isVisible() for dialog in window.findChildren(SpecDialog))


@pytest.mark.parametrize(("language", "theme"), looking.LOOKS)
def test_the_form_of_a_demand_is_not_cut(qtbot: QtBot, open_window: Open, language: str, theme: str) -> None:
    window = open_window(language, theme)
    window.open_intake()
    dialog = intake_of(window)
    qtbot.waitExposed(dialog)
    looking.settle()
    assert looking.cut_texts(dialog) == []
    dialog.reject()
