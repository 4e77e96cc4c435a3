"""The dialogs of the acts, driven from the keyboard and the mouse, over a bridge that judges by the real rules."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.bridge import ActAnswer
from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.events import Satisfied, Solved
from dispatcher.models.ids import CaseId
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.verdicts import Reason
from dispatcher.models.whistle import Milestone, WhistleKind
from dispatcher.ui import strings
from dispatcher.ui.dialogs import acts, reply, whistle_acts
from dispatcher.ui.dialogs.departments import Candidate, candidates, initials
from dispatcher.ui.dialogs.form import ActDialog, Desk
from dispatcher.ui.dialogs.whistle import WhistleDialog
from dispatcher.widgets.theme import Theme, load_theme
from tests.ui import looking, scene
from tests.ui.conftest import Dress
from tests.ui.fake_bridge import FakeBridge
from tests.ui.wide import Wide

PIPE = CaseId("case-临江-20261118-07387")
LIFT = CaseId("case-临江-20261118-07433")
SIGNED = CaseId("case-临江-20261118-07402")
HELD = CaseId("case-临江-20261117-07011")
REVIEW = CaseId("case-临江-20261114-06120")
REPLIED = CaseId("case-临江-20261116-06801")


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
def window(qtbot: QtBot, theme: Theme) -> QWidget:
    """What the dialogs stand over; they go with it."""
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


Opener = Callable[..., ActDialog]


@pytest.fixture
def opened(qtbot: QtBot, theme: Theme, bridge: FakeBridge, window: QWidget) -> Opener:
    def make(kind: type[ActDialog], case: CaseId, desk: Desk | None = None, *more: object) -> ActDialog:
        dialog = kind(bridge, theme, bridge.view(case).case, desk or Desk(), *more, window)
        dialog.open()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        return dialog

    return make


def press(qtbot: QtBot, dialog: ActDialog, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    """Press a key where the keyboard is."""
    modifier = Qt.KeyboardModifier.NoModifier
    for each in modifiers:
        modifier |= each
    qtbot.keyClick(dialog.focusWidget() or dialog, key, modifier)


CTRL = Qt.KeyboardModifier.ControlModifier


# ---- contact


def test_a_contact_is_one_enter(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(acts.ContactDialog, SIGNED)
    told: list[object] = []
    dialog.submitted.connect(told.append)
    press(qtbot, dialog, Qt.Key.Key_Return)
    assert len(told) == 1
    assert bridge.submitted == [c.RecordContact(case=SIGNED, reached=True)]
    assert bridge.view(SIGNED).case.state is CaseState.IN_HAND
    assert not dialog.isVisible()


def test_not_reached_is_chosen_with_an_arrow_and_takes_the_note(
    qtbot: QtBot, bridge: FakeBridge, opened: Opener
) -> None:
    dialog = opened(acts.ContactDialog, SIGNED)
    press(qtbot, dialog, Qt.Key.Key_Right)
    qtbot.keyClicks(dialog.note, "no answer")
    qtbot.keyClick(dialog.note, Qt.Key.Key_Return)
    assert bridge.submitted == [c.RecordContact(case=SIGNED, reached=False, note="no answer")]


def test_enter_on_cancel_cancels(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(acts.ContactDialog, SIGNED)
    dialog.cancel.setFocus()
    qtbot.keyClick(dialog.cancel, Qt.Key.Key_Return)
    assert bridge.submitted == []
    assert not dialog.isVisible()


def test_a_refusal_is_said_and_keeps_the_text(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(acts.ContactDialog, SIGNED)
    dialog.note.setText("告知已派人")
    bridge.confirmed[SIGNED] = scene.Story(SIGNED, bridge.confirmed[LIFT]).done()  # not signed any more
    dialog.submit_button.click()
    assert dialog.isVisible()
    assert "待签收" in dialog.said.text()
    assert dialog.note.text() == "告知已派人"
    assert dialog.submit_button.isEnabled()


def test_what_was_written_survives_closing(qtbot: QtBot, opened: Opener) -> None:
    desk = Desk()
    dialog = opened(acts.ProgressDialog, PIPE, desk)
    dialog.words.setPlainText("阀门已关")
    dialog.on_scene.setChecked(True)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    again = opened(acts.ProgressDialog, PIPE, desk)
    assert again.words.toPlainText() == "阀门已关"
    assert again.on_scene.isChecked()
    other = opened(acts.ProgressDialog, SIGNED, desk)
    assert other.words.toPlainText() == ""
    again.submit()
    assert again.bridge.drafts == {}


# ---- progress, assign


def test_progress_wants_words_and_ctrl_enter(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(acts.ProgressDialog, PIPE)
    qtbot.keyClick(dialog.words, Qt.Key.Key_Return, CTRL)
    assert bridge.submitted == []
    assert "进展" in dialog._beside["text"].text()
    qtbot.keyClicks(dialog.words, "valve shut")
    assert dialog._beside["text"].text() == ""
    qtbot.keyClick(dialog.words, Qt.Key.Key_Return)
    assert bridge.submitted == []
    dialog.on_scene.setChecked(True)
    qtbot.keyClick(dialog.words, Qt.Key.Key_Return, CTRL)
    assert bridge.submitted == [c.ReportProgress(case=PIPE, text="valve shut", on_scene=True)]


def test_assign_takes_a_recent_name_with_the_arrow(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    desk = Desk(assignees=["马珂"])
    dialog = opened(acts.AssignDialog, PIPE, desk)
    press(qtbot, dialog, Qt.Key.Key_Down)
    press(qtbot, dialog, Qt.Key.Key_Down)
    assert dialog.assignee.text() == "外勤 2 组"
    press(qtbot, dialog, Qt.Key.Key_Return)
    assert bridge.submitted == [c.Assign(case=PIPE, assignee="外勤 2 组")]
    assert desk.assignees == ["外勤 2 组", "马珂"]


def test_assign_gives_it_to_a_community_of_the_street(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(acts.AssignDialog, PIPE)
    assert [dialog.community.itemText(n) for n in range(dialog.community.count())] == ["不交给社区", "柳湖东社区"]
    dialog.assignee.setText("网格员")
    qtbot.keyClick(dialog.community, Qt.Key.Key_Down)
    press(qtbot, dialog, Qt.Key.Key_Return)
    assert bridge.submitted == [c.Assign(case=PIPE, assignee="网格员", community=scene.COMMUNITY)]


# ---- reply and review


def test_a_reply_names_the_element_that_is_missing(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(reply.ReplyDialog, HELD)
    assert dialog.text("accepted")
    for name in ("talked_with", "done", "result"):
        dialog.submit()
        assert dialog._beside[name].text()
        assert dialog.focusWidget() is dialog._fields[name]
        qtbot.keyClicks(dialog._fields[name], "words")
    assert bridge.submitted == []
    qtbot.keyClick(dialog._fields["result"], Qt.Key.Key_Return, CTRL)
    assert isinstance(bridge.submitted[0], c.Reply)
    assert bridge.view(HELD).case.state is CaseState.REPLY_REVIEW


@pytest.mark.parametrize("phrase", reply.EMPTY_PHRASES)
def test_a_reply_warns_of_phrases_that_answer_nothing(opened: Opener, phrase: str) -> None:
    dialog = opened(reply.ReplyDialog, HELD)
    dialog._fields["result"].setPlainText(f"我们{phrase}。")
    assert phrase in dialog._beside["result"].text()


def test_solved_without_a_contact_that_reached_is_warned_of(
    qtbot: QtBot, bridge: FakeBridge, theme: Theme, window: QWidget
) -> None:
    story = scene.receive("临江-1", scene.ago(hours=9), scene.Urgency.ORDINARY, "路灯不亮", "惠民路").sign(
        scene.ago(hours=8)
    )
    for hour in (7, 6, 5):
        story.do(scene.DISPATCHER, scene.ago(hours=hour), c.RecordContact(case=story.id, reached=False))
    dialog = reply.ReplyDialog(bridge, theme, story.done(), Desk(), window)
    dialog._fields["result"].setPlainText("已修复")
    assert "F3" in dialog._beside["result"].text()
    talked = reply.ReplyDialog(bridge, theme, bridge.view(HELD).case, Desk(), window)
    talked._fields["result"].setPlainText("已修复")
    assert talked._beside["result"].text() == ""


def test_the_shift_leader_reads_the_reply_and_sends_it_back_with_a_reason(
    qtbot: QtBot, theme: Theme, window: QWidget
) -> None:
    bridge = scene.bridge(scene.LEADER)
    bridge.open()
    dialog = reply.ReviewDialog(bridge, theme, bridge.view(REVIEW).case, Desk(), window)
    dialog.verdict.choose("send_back")
    dialog.submit()
    assert bridge.submitted == []
    assert dialog._beside["reason"].text()
    dialog.reason.setPlainText("没有写与谁沟通")
    dialog.submit()
    assert bridge.submitted == [c.SendBackReply(case=REVIEW, reason="没有写与谁沟通")]


# ---- call-back, close, reveal


def test_a_call_back_that_was_not_reached_asks_nothing_more(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(acts.CallBackDialog, REPLIED)
    dialog.reached.choose("no")
    assert not dialog.solved.isEnabled()
    dialog.submit()
    assert bridge.submitted == [c.RecordCallBack(case=REPLIED, reached=False)]


def test_a_call_back_says_that_not_solved_means_redo(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(acts.CallBackDialog, REPLIED)
    press(qtbot, dialog, Qt.Key.Key_Return)
    assert bridge.submitted == []
    dialog.reached.choose("yes")
    dialog.contacted.choose("yes")
    dialog.solved.choose(Solved.NO.value)
    assert "重办" in dialog._beside["solved"].text()
    dialog.submit()
    assert "满意吗" in dialog._beside["satisfied"].text()
    dialog.satisfied.choose(Satisfied.NOT.value)
    dialog.submit()
    assert bridge.view(REPLIED).case.state is CaseState.REDO


def test_close_is_never_a_plain_enter(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(acts.CloseDialog, REPLIED)
    press(qtbot, dialog, Qt.Key.Key_Return)
    assert bridge.submitted == []
    press(qtbot, dialog, Qt.Key.Key_Return, CTRL)
    assert dialog.isVisible()
    assert "回访" in dialog.said.text()  # nobody has called back yet: refused, and says so


def test_revealing_needs_a_reason(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(acts.RevealDialog, PIPE)
    press(qtbot, dialog, Qt.Key.Key_Return)
    assert bridge.submitted == []
    qtbot.mouseClick(dialog.usual.button("scene"), Qt.MouseButton.LeftButton)
    told: list[ActAnswer] = []
    dialog.submitted.connect(told.append)
    press(qtbot, dialog, Qt.Key.Key_Return)
    assert bridge.submitted == [c.RevealCaller(case=PIPE, reason="现场找人")]
    assert told[0].caller.phone == "13800001234"


# ---- whistle


def test_a_whistle_is_space_and_ctrl_enter(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(WhistleDialog, LIFT)
    assert dialog.kinds.kind is WhistleKind.EMERGENCY
    qtbot.keyClick(dialog.departments.view, Qt.Key.Key_Space)
    qtbot.keyClick(dialog.departments.view, Qt.Key.Key_Return)
    assert bridge.submitted == []
    qtbot.keyClick(dialog.departments.view, Qt.Key.Key_Return, CTRL)
    (command,) = bridge.submitted
    assert isinstance(command, c.BlowWhistle)
    assert command.lead == dialog.departments.model.candidate(0).unit.id
    assert command.demand == bridge.view(LIFT).case.order.title
    assert command.place == "碧云家园 3 栋 2 单元"
    assert len(bridge.view(LIFT).case.whistles) == 1


@pytest.mark.parametrize("field", ["demand", "place", "contact"])
def test_plain_enter_never_blows(qtbot: QtBot, bridge: FakeBridge, opened: Opener, field: str) -> None:
    dialog = opened(WhistleDialog, LIFT)
    qtbot.keyClick(dialog.departments.view, Qt.Key.Key_Space)
    for widget in (dialog._fields[field], dialog.departments.search, dialog.kinds, dialog.when.choice):
        widget.setFocus()
        qtbot.keyClick(dialog.focusWidget() or widget, Qt.Key.Key_Return)
    assert bridge.submitted == []
    assert dialog.isVisible()


def test_nobody_chosen_is_said_and_nothing_leaves(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(WhistleDialog, LIFT)
    dialog.submit_button.click()
    assert bridge.submitted == []
    assert "部门" in dialog.said.text()


def test_kinds_one_may_not_blow_stay_with_the_way_to_get_them(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened(WhistleDialog, PIPE)
    assert "值班长" in dialog.kinds.why_locked(1)
    assert "主管领导" in dialog.kinds.why_locked(3)
    qtbot.keyClick(dialog, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert dialog.kinds.kind is WhistleKind.EMERGENCY
    assert "值班长" in dialog.said.text()
    qtbot.keyClick(dialog, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert dialog.kinds.kind is WhistleKind.ROUTINE
    lift = opened(WhistleDialog, LIFT)
    assert "首次联系" in lift.kinds.why_locked(2)


def test_those_already_out_are_listed_and_locked(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened(WhistleDialog, PIPE)
    model = dialog.departments.model
    called = [row for row in range(model.rowCount()) if model.candidate(row).called]
    assert {model.candidate(row).unit.id for row in called} == {
        scene.WATER,
        scene.HOUSING,
        scene.POLICE,
        scene.TRAFFIC,
    }
    for row in called:
        dialog.departments.view.setCurrentIndex(model.index(row))
        qtbot.keyClick(dialog.departments.view, Qt.Key.Key_Space)
        assert model.role_of(model.candidate(row)) == "已召"
    assert model.chosen == ()


def test_the_lead_can_be_changed_with_alt_z_and_the_foot_says_so(
    qtbot: QtBot, bridge: FakeBridge, opened: Opener
) -> None:
    dialog = opened(WhistleDialog, LIFT)
    view, model = dialog.departments.view, dialog.departments.model
    qtbot.keyClick(view, Qt.Key.Key_Space)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Space)
    first, second = (model.candidate(row).unit.id for row in (0, 1))
    assert model.chosen == (first, second)
    qtbot.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)
    assert model.chosen == (second, first)
    assert bridge.unit_name(second) in dialog.outcome.text()
    assert "14:31" in dialog.outcome.text()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(model.index(0)).center())
    assert model.chosen == (second,)


def test_departments_are_found_by_name_initials_and_duty(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened(WhistleDialog, LIFT)
    search, model = dialog.departments.search, dialog.departments.model
    for typed in ("gsjt", "供水", "water"):
        search.setText(typed)
        assert [model.candidate(row).unit.id for row in range(model.rowCount())] == [scene.WATER]
    qtbot.keyClick(search, Qt.Key.Key_Return)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
    search.clear()
    assert model.chosen == (scene.WATER,)


def test_a_proposal_names_the_words_it_rests_on() -> None:
    case = scene.receive("临江-1", scene.NOW, scene.Urgency.ORDINARY, "水管漏水", "惠民路", topic="供水管网").done()
    units = (
        Unit(id=scene.WATER, name="供水集团", kind=UnitKind.ENTERPRISE, duties=("供水",)),
        Unit(id=scene.POWER, name="供电公司", kind=UnitKind.ENTERPRISE, duties=("供电",)),
        Unit(id=scene.HOUSING, name="水务局", kind=UnitKind.DEPARTMENT, duties=("漏水",)),
        Unit(id=scene.STREET, name="柳湖街道", kind=UnitKind.STREET),
    )
    found: tuple[Candidate, ...] = candidates(case, units, english=False)
    assert [each.unit.id for each in found] == [scene.WATER, scene.HOUSING, scene.POWER]
    assert [each.proposed for each in found] == [True, True, False]
    assert "供水" in found[0].why
    assert "漏水" in found[1].why


def test_initials_of_common_names() -> None:
    assert initials("城管执法队") == "cgzfd"
    assert initials("住建局 12345") == "zjj12345"


def test_offline_is_said_before_anybody_relies_on_it(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(WhistleDialog, LIFT)
    qtbot.keyClick(dialog.departments.view, Qt.Key.Key_Space)
    assert not dialog._warning.isVisibleTo(dialog)
    bridge.cut(dt.timedelta(minutes=14, seconds=8))
    assert dialog._warning.isVisibleTo(dialog)
    said = dialog._warning_words.text()
    assert "先打电话" in said
    assert "6500" in said
    assert "14:56" in said
    bridge.restore()
    assert not dialog._warning.isVisibleTo(dialog)


def test_an_appointed_time_is_beijings(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    dialog = opened(WhistleDialog, PIPE)
    dialog.when.choice.choose("appointed")
    dialog.when.set_time(scene.NOW + dt.timedelta(hours=3))
    assert dialog.when.appointed() == scene.NOW.replace(second=0) + dt.timedelta(hours=3)
    qtbot.keyClick(dialog.departments.view, Qt.Key.Key_Space)
    assert "17:26" in dialog.outcome.text()


def test_the_whistles_draft_keeps_kind_and_departments(qtbot: QtBot, opened: Opener) -> None:
    desk = Desk()
    dialog = opened(WhistleDialog, PIPE, desk)
    dialog.kinds.choose(2)
    dialog.contact.setText("外勤 2 组")
    qtbot.keyClick(dialog.departments.view, Qt.Key.Key_Space)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    again = opened(WhistleDialog, PIPE, desk)
    assert again.kinds.kind is WhistleKind.ROUTINE
    assert again.contact.text() == "外勤 2 组"
    assert again.departments.model.chosen == (scene.POWER,)


# ---- acts on a whistle


def test_the_street_records_an_arrival(qtbot: QtBot, bridge: FakeBridge, opened: Opener) -> None:
    whistle = bridge.view(PIPE).case.whistles[0]
    dialog = opened(whistle_acts.ArrivalDialog, PIPE, None, whistle)
    press(qtbot, dialog, Qt.Key.Key_Return)
    came = bridge.view(PIPE).case.whistles[0].of(scene.HOUSING)
    assert came is not None
    assert came.at(Milestone.REPORTED_IN) == scene.NOW


def test_withdrawing_wants_a_reason_and_accepting_wants_all_done(
    qtbot: QtBot, bridge: FakeBridge, opened: Opener
) -> None:
    whistle = bridge.view(PIPE).case.whistles[0]
    withdraw = opened(whistle_acts.WithdrawDialog, PIPE, None, whistle)
    withdraw.submit()
    assert bridge.submitted == []
    accept = opened(whistle_acts.AcceptDialog, PIPE, None, whistle)
    accept.submit()
    assert "办结" in accept.said.text()
    withdraw.reason.setPlainText("险情已除")
    withdraw.submit()
    assert not bridge.view(PIPE).case.whistles[0].is_open


# ---- looks


def _all_dialogs(bridge: FakeBridge, theme: Theme, window: QWidget) -> list[ActDialog]:
    def case(id: CaseId) -> Case:
        return bridge.view(id).case

    desk = Desk(assignees=["外勤 2 组", "马珂"])
    whistle = case(PIPE).whistles[0]
    return [
        acts.ContactDialog(bridge, theme, case(SIGNED), desk, window),
        acts.ProgressDialog(bridge, theme, case(PIPE), desk, window),
        acts.AssignDialog(bridge, theme, case(PIPE), desk, window),
        acts.CallBackDialog(bridge, theme, case(REPLIED), desk, window),
        acts.CloseDialog(bridge, theme, case(REPLIED), desk, window),
        acts.RevealDialog(bridge, theme, case(PIPE), desk, window),
        reply.ReplyDialog(bridge, theme, case(HELD), desk, window),
        reply.ReviewDialog(bridge, theme, case(REVIEW), desk, window),
        WhistleDialog(bridge, theme, case(PIPE), desk, window),
        whistle_acts.ArrivalDialog(bridge, theme, case(PIPE), desk, whistle, window),
        whistle_acts.AcceptDialog(bridge, theme, case(PIPE), desk, whistle, window),
        whistle_acts.WithdrawDialog(bridge, theme, case(PIPE), desk, whistle, window),
    ]


@pytest.mark.parametrize("name", ["dark", "light", "high_contrast"])
@pytest.mark.parametrize("language", ["zh", "en", "wide"])
def test_no_dialog_cuts_its_words(
    qtbot: QtBot, qapp: QApplication, dress: Dress, bridge: FakeBridge, window: QWidget, name: str, language: str
) -> None:
    theme = dress("en" if language == "en" else "zh", name)
    translator = Wide()
    bridge.language = "zh" if language == "zh" else "en"
    if language == "wide":
        qapp.installTranslator(translator)
    try:
        bridge.cut(dt.timedelta(minutes=14))
        for dialog in _all_dialogs(bridge, theme, window):
            size = dialog.sizeHint().expandedTo(dialog.size())
            looking.show(dialog, size.width(), size.height())
            if dialog.missing():
                dialog.submit()
            dialog.tell(strings.reason(Reason.WHISTLE_CLOSED))
            qapp.processEvents()
            assert dialog.width() <= 1280
            assert dialog.height() <= 720, dialog
            assert looking.cut_texts(dialog) == [], dialog
            assert looking.outside(dialog) == [], dialog
            dialog.close()
    finally:
        qapp.removeTranslator(translator)
