"""The case panel with the afternoon's cases in it: what it says, what its keys do, what it never does."""

import datetime as dt
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.bridge import ActState
from dispatcher.models import commands as c
from dispatcher.models.case import CaseState
from dispatcher.models.deadlines import clocks
from dispatcher.models.ids import CaseId
from dispatcher.models.order import Urgency
from dispatcher.models.policy import parse_limit
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import WhistleKind
from dispatcher.ui.console import caller_line
from dispatcher.ui.console.case_panel import CasePanel
from dispatcher.ui.console.case_parts import clock_line, waiting_for
from dispatcher.ui.console.history import lines, words
from dispatcher.ui.console.spans import limit_words
from dispatcher.ui.dialogs.form import ActDialog
from dispatcher.widgets.theme import Theme, load_theme
from tests.ui import looking, scene
from tests.ui.conftest import Dress
from tests.ui.fake_bridge import FakeBridge
from tests.ui.wide import Wide

PIPE = CaseId("case-临江-20261118-07387")
LIFT = CaseId("case-临江-20261118-07433")
SIGNED = CaseId("case-临江-20261118-07402")
SECRET = CaseId("case-临江-20261118-07378")
REVIEW = CaseId("case-临江-20261114-06120")
REPLIED = CaseId("case-临江-20261116-06801")
WORDS = {"sign", "contact", "progress", "assign", "reply", "review", "call_back", "close", "whistle", "more"}


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
def panel(qtbot: QtBot, theme: Theme, bridge: FakeBridge) -> Iterator[CasePanel]:
    """A panel in a window of its own, with the keyboard."""
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    made = CasePanel(bridge, theme)
    column.addWidget(made)
    window.resize(660, 926)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield made
    window.hide()


def key(qtbot: QtBot, panel: CasePanel, pressed: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    qtbot.keyClick(panel, pressed, modifier or Qt.KeyboardModifier.NoModifier)


def dialog_of(qtbot: QtBot, panel: CasePanel) -> ActDialog:
    dialog = next(d for d in panel.findChildren(ActDialog) if d.isVisible())
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def possible_now(panel: CasePanel) -> set[str]:
    return {name for name in WORDS if not panel.bar.button(name).refusal}


def texts(panel: CasePanel) -> str:
    return "\n".join(line.text for line in panel.timeline._page.lines)


# ---- what it says


def test_nothing_open_is_said_with_the_way_out(panel: CasePanel) -> None:
    assert panel._title.text() == "没有打开案件"
    assert possible_now(panel) == set()
    panel.bar.action("contact").trigger()
    assert "队列" in panel.bar.said


def test_a_case_with_its_clocks_and_whom_it_waits_for(panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(PIPE)
    assert panel._title.text() == "路面塌陷，自来水管爆裂涌水进地库"
    assert "07387" in panel._number.text()
    assert "外勤 2 组" in panel._number.text()
    assert panel._chips.chips == ("办理中", "催办 2", "要求回复")
    assert panel.caller.words.text() == "刘**  138****1234"
    said = [bar.accessibleName() for bar in panel._clock_bars]
    assert len(said) == 5
    assert said[0].endswith("用 1 分 45 秒")
    assert "剩 22 分 12 秒" in said[4]
    assert "住建局" in panel._wait.accessibleName()
    assert "不停总钟" in panel._wait.accessibleName()
    assert panel.timeline.count == len(bridge.view(PIPE).case.history)


def test_clocks_run_with_the_bridges_clock(panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(PIPE)
    bridge.advance(dt.timedelta(minutes=23))
    panel.tick()
    assert "超时 0 分 48 秒" in panel._clock_bars[4].accessibleName()


def test_a_low_panel_folds_the_clocks_that_are_met(qtbot: QtBot, panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(PIPE)
    panel.window().resize(480, 560)
    qtbot.waitUntil(lambda: len(panel._clock_bars) == 2)
    assert "签收 用 1 分 45 秒" in panel._met.text()
    panel.window().resize(480, 900)
    qtbot.waitUntil(lambda: len(panel._clock_bars) == 5)


def test_a_provisional_instant_says_so() -> None:
    case = scene.receive("临江-1", scene.NOW + dt.timedelta(days=43), Urgency.QUESTION, "居住证续签", "").done()
    feedback = clocks(case, scene.LAW)[-1]
    line = clock_line(feedback, scene.LAW, scene.NOW)
    assert line.due.startswith("暂定 ")
    assert "2026-12-31" in line.why


def test_nobody_is_waited_for_before_anybody_is_called(bridge: FakeBridge) -> None:
    assert waiting_for(bridge.view(LIFT).case, scene.LAW, bridge.unit_name) is None
    wait = waiting_for(bridge.view(REVIEW).case, scene.LAW, bridge.unit_name)
    assert wait is not None
    assert "值班长" in wait.words
    assert wait.since == scene.ago(hours=1)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("10 min", "10 分"),
        ("2 h", "2 时"),
        ("24 h", "24 时"),
        ("7 d", "7 天"),
        ("2 h W", "2 工作时"),
        ("3 WD", "3 工作日"),
    ],
)
def test_limits_in_the_words_of_the_trade(limit: str, said: str) -> None:
    assert limit_words(parse_limit(limit)) == said


# ---- the timeline


def test_history_is_newest_first_and_names_the_actor(bridge: FakeBridge) -> None:
    found = lines(bridge.view(PIPE), bridge.unit_name)
    assert [line.at for line in found] == sorted((line.at for line in found), reverse=True)
    assert found[-1].text == "派单，突发"
    assert found[0].actor == "供水集团"
    assert {line.actor for line in found} >= {"陈卓", "周敏", "住建局"}
    assert any(line.text == "吹应急哨，召 供水集团、住建局、城管执法队、交警大队" for line in found)


def test_every_fact_of_the_afternoon_has_words(bridge: FakeBridge) -> None:
    for case in bridge.confirmed.values():
        for recorded in case.history:
            assert words(recorded.event, bridge.unit_name)


def test_what_waits_for_the_centre_is_marked_and_then_late(panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(PIPE)
    bridge.cut(dt.timedelta(minutes=2))
    bridge.submit(c.ReportProgress(case=PIPE, text="已电话催住建局"))
    newest = panel.timeline._page.lines[0]
    assert (newest.text, newest.chip) == ("进展：已电话催住建局", "待发")
    assert panel._as_of.is_stale
    bridge.advance(dt.timedelta(minutes=5))
    bridge.restore()
    bridge.settle()
    newest = panel.timeline._page.lines[0]
    assert newest.chip == "离线补传"
    assert newest.detail == "14:31:08 传到中心"
    assert not panel._as_of.is_stale


def test_what_the_centre_refused_stands_on_top_with_its_reason(panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(SIGNED)
    act = bridge.submit(c.RecordContact(case=SIGNED, reached=True))
    bridge.put(act, ActState.PARKED, Refused(reason=Reason.NOT_YOUR_CASE))
    bridge.tell_case(SIGNED)
    top = panel.timeline._page.lines[0]
    assert (top.text, top.chip) == ("联系", "搁置")
    assert "承办单位" in top.detail


# ---- acts


def test_f2_signs_at_once(qtbot: QtBot, panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(LIFT)
    assert possible_now(panel) == {"sign", "whistle", "more"}
    key(qtbot, panel, Qt.Key.Key_F2)
    assert bridge.submitted == [c.SignFor(case=LIFT)]
    assert "contact" in possible_now(panel)
    assert panel.bar.button("sign").refusal


def test_f3_and_enter_is_a_contact(qtbot: QtBot, panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(SIGNED)
    key(qtbot, panel, Qt.Key.Key_F3)
    dialog = dialog_of(qtbot, panel)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert bridge.submitted == [c.RecordContact(case=SIGNED, reached=True)]
    assert bridge.view(SIGNED).case.state is CaseState.IN_HAND
    assert "办理中" in panel._chips.chips


@pytest.mark.parametrize(
    ("pressed", "form"),
    [
        (Qt.Key.Key_F4, "progress"),
        (Qt.Key.Key_F5, "assign"),
        (Qt.Key.Key_F7, "reply"),
        (Qt.Key.Key_F9, "whistle"),
    ],
)
def test_keys_open_their_dialog(qtbot: QtBot, panel: CasePanel, bridge: FakeBridge, pressed: Qt.Key, form: str) -> None:
    bridge.watch(PIPE)
    key(qtbot, panel, pressed)
    dialog = dialog_of(qtbot, panel)
    assert dialog.form == form
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert bridge.submitted == []


def test_a_key_for_an_act_that_is_not_possible_says_why(qtbot: QtBot, panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(LIFT)
    key(qtbot, panel, Qt.Key.Key_F7)
    assert "待签收" in panel.bar.said
    assert bridge.submitted == []
    key(qtbot, panel, Qt.Key.Key_F2)
    assert panel.bar.said == ""


def test_a_click_on_an_act_that_is_not_possible_says_why(qtbot: QtBot, panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(REPLIED)
    qtbot.mouseClick(panel.bar.button("close"), Qt.MouseButton.LeftButton)
    assert "回访" in panel.bar.said


def test_review_belongs_to_the_shift_leader(qtbot: QtBot, panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(REVIEW)
    assert "岗位" in panel.bar.button("review").refusal
    bridge.begin(scene.session(scene.LEADER))
    assert panel.bar.button("review").refusal == ""
    qtbot.mouseClick(panel.bar.button("review"), Qt.MouseButton.LeftButton)
    dialog = dialog_of(qtbot, panel)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert bridge.submitted == [c.ApproveReply(case=REVIEW)]


def test_all_acts_are_offered_to_the_windows_key_map(panel: CasePanel) -> None:
    named = {action.objectName(): action.shortcut().toString() for action in panel.actions()}
    assert set(named) == WORDS | {"reveal", "undo", "why"}
    assert named["sign"] == "F2"
    assert named["whistle"] == "F9"
    assert named["reveal"] == "Ctrl+R"
    assert all(action.text() for action in panel.actions())


def test_f12_offers_what_else_there_is(qtbot: QtBot, panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(PIPE)
    key(qtbot, panel, Qt.Key.Key_F12)
    menu = panel.findChild(QMenu)
    assert menu is not None
    offered = {action.text(): action for action in menu.actions()}
    offered["复制工单编号"].trigger()
    assert QApplication.clipboard().text() == "临江-20261118-07387"
    menu.close()


def test_the_shift_leader_approves_an_emergency_whistle_afterwards(
    qtbot: QtBot, panel: CasePanel, bridge: FakeBridge
) -> None:
    bridge.watch(LIFT)
    bridge.submit(
        c.BlowWhistle(
            case=LIFT,
            whistle="w1",
            kind=WhistleKind.EMERGENCY,
            demand="救人",
            place="碧云家园",
            contact="",
            lead=scene.POWER,
        )
    )
    bridge.settle()
    bridge.begin(scene.session(scene.LEADER))
    key(qtbot, panel, Qt.Key.Key_F12)
    menu = panel.findChild(QMenu)
    assert menu is not None
    # The entry is held in a name: PySide 6.8 drops a submenu with the wrapper of its action.
    (whistle,) = (action for action in menu.actions() if "救人" in action.text())
    under = whistle.menu()
    assert isinstance(under, QMenu)
    next(action for action in under.actions() if "补批" in action.text()).trigger()
    menu.close()
    dialog_of(qtbot, panel).submit()
    assert bridge.submitted[-1] == c.ApproveWhistle(case=LIFT, whistle="w1")


# ---- the caller


def test_a_number_is_shown_with_a_reason_and_goes_again(qtbot: QtBot, panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(PIPE)
    key(qtbot, panel, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(qtbot, panel)
    qtbot.mouseClick(dialog.usual.button("contact"), Qt.MouseButton.LeftButton)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert bridge.submitted == [c.RevealCaller(case=PIPE, reason="首次联系")]
    assert "13800001234" in panel.caller.words.text()
    assert caller_line.REVEALED_MS == 60_000
    assert panel.caller.timer.isActive()
    assert panel.caller.timer.interval() == caller_line.REVEALED_MS
    panel.caller.timer.timeout.emit()
    assert "13800001234" not in panel.caller.words.text()
    assert not panel.caller.timer.isActive()


def test_a_number_goes_with_its_case(qtbot: QtBot, panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(PIPE)
    dialog = panel.open_dialog("reveal")
    assert dialog is not None
    dialog.reason.setText("现场找人")
    dialog.submit()
    assert "13800001234" in panel.caller.words.text()
    bridge.watch(LIFT)
    bridge.watch(PIPE)
    assert "13800001234" not in panel.caller.words.text()


def test_a_confidential_caller_is_never_asked_for(qtbot: QtBot, panel: CasePanel, bridge: FakeBridge) -> None:
    bridge.watch(SECRET)
    assert panel.caller.words.text() == "保密"
    key(qtbot, panel, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert "保密" in panel.bar.said
    assert bridge.submitted == []
    assert not any(d.isVisible() for d in panel.findChildren(ActDialog))


# ---- looks


@pytest.mark.parametrize("name", ["dark", "light", "high_contrast"])
@pytest.mark.parametrize("language", ["zh", "en", "wide"])
@pytest.mark.parametrize("size", [(660, 926), (480, 560)], ids=["full", "small"])
def test_no_words_are_cut(
    qtbot: QtBot, qapp: QApplication, dress: Dress, bridge: FakeBridge, name: str, language: str, size: tuple[int, int]
) -> None:
    theme = dress("en" if language == "en" else "zh", name)
    translator = Wide()
    bridge.language = "zh" if language == "zh" else "en"
    if language == "wide":
        qapp.installTranslator(translator)
    try:
        made = CasePanel(bridge, theme)
        qtbot.addWidget(made)
        looking.show(made, *size)
        for case in (PIPE, SECRET, REVIEW, REPLIED, None):
            bridge.watch(case)
            made.bar.action("close").trigger()
            qapp.processEvents()
            qapp.processEvents()
            assert made.width() <= size[0]
            assert looking.cut_texts(made) == []
            assert [each for each in looking.outside(made) if "ActBar" in each or "KeyButton" in each] == []
    finally:
        qapp.removeTranslator(translator)


def test_a_change_of_theme_and_language_reaches_everything(
    qtbot: QtBot, qapp: QApplication, panel: CasePanel, bridge: FakeBridge
) -> None:
    bridge.watch(PIPE)
    light = load_theme("light")
    panel.set_theme(light)
    assert all(bar.theme is light for bar in panel._clock_bars)
    assert panel.bar.button("sign").theme is light
    translator = Wide()
    qapp.installTranslator(translator)
    qapp.processEvents()
    try:
        assert panel.bar.button("sign").text() == "wide"
        assert "wide" in panel._number.text()
    finally:
        qapp.removeTranslator(translator)
        qapp.processEvents()
    assert panel.bar.button("sign").text() == "签收"
