"""The whistle panel: tracks, lateness, what did not leave the station, the other whistles, its acts."""

import datetime as dt
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.bridge import ActState
from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.ids import CaseId, CommandId, UnitId, WhistleId
from dispatcher.models.whistle import MILESTONES, Milestone, WhistleKind
from dispatcher.ui.console.summons import standing
from dispatcher.ui.console.whistle_panel import WhistlePanel
from dispatcher.ui.dialogs.form import ActDialog
from dispatcher.ui.dialogs.phones import PhonesDialog
from dispatcher.ui.dialogs.whistle_acts import DiscardDialog
from dispatcher.widgets.milestones import StepLook
from dispatcher.widgets.theme import Theme, load_theme
from tests.ui import looking, scene
from tests.ui.conftest import Dress
from tests.ui.fake_bridge import FakeBridge
from tests.ui.wide import Wide

PIPE = CaseId("case-临江-20261118-07387")
LIFT = CaseId("case-临江-20261118-07433")
LAMPS = CaseId("case-临江-20261118-07364")
WATER = CaseId("case-临江-20261117-06871")


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    found = load_theme("dark")
    found.apply(qapp)
    yield found
    qapp.setStyleSheet("")


@pytest.fixture
def bridge() -> FakeBridge:
    made = scene.bridge()
    made.open()
    return made


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, bridge: FakeBridge) -> Iterator[WhistlePanel]:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    made = WhistlePanel(bridge, theme, row_of=bridge.rows.get)
    column.addWidget(made)
    window.resize(500, 926)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    made.set_others([row for row in bridge.rows.values() if row.whistles_out])
    yield made
    window.hide()


def blow(bridge: FakeBridge, case: CaseId, whistle: str, *units: UnitId) -> CommandId:
    return bridge.submit(
        c.BlowWhistle(
            case=case,
            whistle=WhistleId(whistle),
            kind=WhistleKind.EMERGENCY,
            demand="增援",
            place="路口",
            contact="吴帆",
            lead=units[0],
            assisting=units[1:],
        )
    )


def looks(case: Case, unit: UnitId, now: dt.datetime = scene.NOW) -> list[StepLook]:
    whistle = case.whistles[0]
    summons = whistle.of(unit)
    assert summons is not None
    return [step.look for step in standing(whistle, summons, scene.LAW, now).steps]


def track(panel: WhistlePanel, name: str) -> QWidget:
    return next(t for card in panel.cards for t in card.tracks if t.accessibleName().startswith(name))


def dialog_of(qtbot: QtBot, panel: WhistlePanel, kind: type[QWidget] = ActDialog) -> QWidget:
    dialog = next(d for d in panel.findChildren(kind) if d.isVisible())
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


# ---- tracks


def test_each_department_has_its_milestones(bridge: FakeBridge) -> None:
    case = bridge.view(PIPE).case
    done, late, now, waiting, done_late = (
        StepLook.DONE,
        StepLook.LATE,
        StepLook.NOW,
        StepLook.WAITING,
        StepLook.DONE_LATE,
    )
    assert looks(case, scene.WATER) == [done, done, done, done, now, waiting]
    assert looks(case, scene.HOUSING) == [done, done, late, waiting, waiting, waiting]
    assert looks(case, scene.POLICE) == [done_late, done, done_late, now, waiting, waiting]


def test_a_department_is_late_from_the_instant_on(bridge: FakeBridge) -> None:
    case = bridge.view(PIPE).case
    due = case.whistles[0].blown_at + dt.timedelta(minutes=30)
    assert StepLook.LATE not in looks(case, scene.HOUSING, due - dt.timedelta(milliseconds=1))
    assert looks(case, scene.HOUSING, due)[2] is StepLook.LATE


def test_the_late_one_says_by_how_much_and_whom_to_phone(panel: WhistlePanel, bridge: FakeBridge) -> None:
    bridge.watch(PIPE)
    late = track(panel, "住建局")
    assert late.late
    assert late._overrun.accessibleName() == "超时 34 分 48 秒"
    bridge.advance(dt.timedelta(seconds=12))
    panel.tick()
    assert late._overrun.accessibleName() == "超时 35 分 00 秒"
    assert "应 13:51 前报到" in late.accessibleName()


def test_a_department_that_becomes_late_changes_while_one_looks(panel: WhistlePanel, bridge: FakeBridge) -> None:
    bridge.watch(LAMPS)
    assert not track(panel, "供电公司").late
    bridge.advance(dt.timedelta(minutes=30))
    panel.tick()
    assert track(panel, "供电公司").late


def test_those_on_time_fold_when_room_is_short_the_late_one_never(
    qtbot: QtBot, panel: WhistlePanel, bridge: FakeBridge
) -> None:
    bridge.watch(PIPE)
    assert not any(t.compact for card in panel.cards for t in card.tracks)
    panel.window().resize(340, 560)
    qtbot.waitUntil(lambda: track(panel, "供水集团").compact)
    assert not track(panel, "住建局").compact
    panel.window().resize(340, 900)
    qtbot.waitUntil(lambda: not track(panel, "供水集团").compact)


def test_no_whistle_is_said_with_proof(panel: WhistlePanel, bridge: FakeBridge) -> None:
    bridge.watch(LIFT)
    assert panel._empty.isVisibleTo(panel)
    assert "截至 14:26:08" in panel._empty.text()
    assert panel.button("arrival").refusal == "本案没有在外的哨。"


def test_a_whistle_that_ended_keeps_a_line(panel: WhistlePanel, bridge: FakeBridge) -> None:
    bridge.watch(PIPE)
    bridge.submit(c.WithdrawWhistle(case=PIPE, whistle=WhistleId("w-07387"), reason="险情已除"))
    (card,) = panel.cards
    assert card.tracks == []
    assert not card.whistle.is_open


# ---- what did not leave


def test_a_whistle_blown_offline_is_a_card_and_not_a_track(panel: WhistlePanel, bridge: FakeBridge) -> None:
    bridge.watch(LIFT)
    bridge.cut(dt.timedelta(minutes=14))
    act = blow(bridge, LIFT, "w-new", scene.POWER)
    assert panel.cards == []
    line = panel.held.cards[act].line
    assert line.word == "待发"
    assert "供电公司" in line.detail
    assert [key.words for key in line.keys] == ["电话通知", "撤回"]
    assert panel._as_of.is_stale
    bridge.restore()
    bridge.settle()
    assert panel.held.cards == {}
    assert [card.whistle.id for card in panel.cards] == ["w-new"]


def test_a_whistle_over_a_good_link_is_shown_at_once(panel: WhistlePanel, bridge: FakeBridge) -> None:
    bridge.watch(LIFT)
    blow(bridge, LIFT, "w-new", scene.POWER)
    assert panel.held.cards == {}
    assert len(panel.cards) == 1


def test_one_that_expired_is_not_sent_and_offers_the_telephone_first(
    qtbot: QtBot, panel: WhistlePanel, bridge: FakeBridge
) -> None:
    bridge.watch(LIFT)
    bridge.cut()
    act = blow(bridge, LIFT, "w-new", scene.POWER, scene.TRAFFIC)
    bridge.advance(dt.timedelta(minutes=40))
    bridge.put(act, ActState.EXPIRED)
    card = panel.held.cards[act]
    assert card.line.word == "未发出"
    assert [key.words for key in card.line.keys] == ["电话通知", "重新吹哨", "作废"]
    card.setFocus()
    qtbot.keyClick(card, Qt.Key.Key_T)
    phones = dialog_of(qtbot, panel, PhonesDialog)
    qtbot.keyClick(phones, Qt.Key.Key_Escape)
    qtbot.keyClick(card, Qt.Key.Key_W)
    assert bridge.asked[-1] == ("retry", act)


def test_giving_one_up_asks_why(qtbot: QtBot, panel: WhistlePanel, bridge: FakeBridge) -> None:
    bridge.watch(LIFT)
    bridge.cut()
    act = blow(bridge, LIFT, "w-new", scene.POWER)
    bridge.put(act, ActState.EXPIRED)
    card = panel.held.cards[act]
    card.setFocus()
    qtbot.keyClick(card, Qt.Key.Key_D)
    dialog = dialog_of(qtbot, panel, DiscardDialog)
    qtbot.keyClick(dialog.reason, Qt.Key.Key_Return)
    assert dialog.said.text()
    dialog.reason.setText("已电话通知")
    qtbot.keyClick(dialog.reason, Qt.Key.Key_Return)
    assert bridge.asked[-1] == ("discard", act, "已电话通知")
    assert panel.held.cards == {}


# ---- acts


def test_alt_d_records_an_arrival(qtbot: QtBot, panel: WhistlePanel, bridge: FakeBridge) -> None:
    bridge.watch(PIPE)
    qtbot.keyClick(panel, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    dialog = dialog_of(qtbot, panel)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert not track(panel, "住建局").late
    assert panel.button("arrival").refusal == "部门都已报到。"


def test_accepting_waits_for_the_last_department(qtbot: QtBot, panel: WhistlePanel, bridge: FakeBridge) -> None:
    bridge.watch(PIPE)
    qtbot.keyClick(panel, Qt.Key.Key_Y, Qt.KeyboardModifier.AltModifier)
    assert "办结" in panel.said
    whistle = bridge.view(PIPE).case.whistles[0]
    for summons in whistle.summons:
        missing = (Milestone.DONE,) if summons.at(Milestone.REPORTED_IN) else (Milestone.REPORTED_IN, Milestone.DONE)
        for milestone in missing:
            bridge.submit(c.PassMilestone(case=PIPE, whistle=whistle.id, unit=summons.unit, milestone=milestone))
    assert panel.button("accept").refusal == ""
    qtbot.keyClick(panel, Qt.Key.Key_Y, Qt.KeyboardModifier.AltModifier)
    dialog = dialog_of(qtbot, panel)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert bridge.submitted[-1] == c.AcceptWhistle(case=PIPE, whistle=whistle.id)
    assert not bridge.view(PIPE).case.whistles[0].is_open


def test_its_keys_are_offered_to_the_window(panel: WhistlePanel) -> None:
    assert {a.objectName(): a.shortcut().toString() for a in panel.actions()} == {
        "arrival": "Alt+D",
        "accept": "Alt+Y",
        "withdraw": "",
    }
    assert all(action.text() for action in panel.actions())


# ---- the others


def test_the_others_leave_out_the_case_on_screen_and_begin_with_what_is_due(
    qtbot: QtBot, panel: WhistlePanel, bridge: FakeBridge
) -> None:
    bridge.watch(PIPE)
    assert [row.id for row in panel.others.rows] == [WATER, LAMPS]
    assert "街道在外 7 家" in panel._counts.text()
    assert "未报到 3" in panel._counts.text()
    panel.others.setFocus()
    qtbot.keyClick(panel.others, Qt.Key.Key_Down)
    told: list[CaseId] = []
    panel.case_requested.connect(told.append)
    qtbot.keyClick(panel.others, Qt.Key.Key_Return)
    assert told == [LAMPS]
    qtbot.mouseDClick(panel.others, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert told == [LAMPS, WATER]


# ---- looks


@pytest.mark.parametrize("name", ["dark", "light", "high_contrast"])
@pytest.mark.parametrize("language", ["zh", "en", "wide"])
@pytest.mark.parametrize("size", [(500, 926), (340, 560)], ids=["full", "small"])
def test_no_words_are_cut(
    qtbot: QtBot, qapp: QApplication, dress: Dress, bridge: FakeBridge, name: str, language: str, size: tuple[int, int]
) -> None:
    theme = dress("en" if language == "en" else "zh", name)
    translator = Wide()
    bridge.language = "zh" if language == "zh" else "en"
    if language == "wide":
        qapp.installTranslator(translator)
    try:
        made = WhistlePanel(bridge, theme, row_of=bridge.rows.get)
        qtbot.addWidget(made)
        looking.show(made, *size)
        made.set_others([row for row in bridge.rows.values() if row.whistles_out])
        bridge.cut(dt.timedelta(minutes=14))
        act = blow(bridge, LIFT, "w-new", scene.POWER)
        for case in (PIPE, LIFT, None):
            bridge.watch(case)
            made.button("accept").trigger()
            qapp.processEvents()
            qapp.processEvents()
            assert made.width() <= size[0]
            assert looking.cut_texts(made) == []
        bridge.put(act, ActState.EXPIRED)
        qapp.processEvents()
        assert looking.cut_texts(made) == []
    finally:
        qapp.removeTranslator(translator)


def test_the_track_names_every_milestone_but_the_first() -> None:
    case = scene.burst_pipe()
    steps = standing(case.whistles[0], case.whistles[0].summons[0], scene.LAW, scene.NOW).steps
    assert len(steps) == len(MILESTONES) - 1
