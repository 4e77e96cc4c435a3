"""The liaison's window: what the department owes, its acts by key, and nothing of the citizen."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from dispatcher.bridge import CaseView
from dispatcher.models import commands as c
from dispatcher.models.changes import ChangeSet
from dispatcher.models.deadlines import Light
from dispatcher.models.ids import CaseId, UnitId, WhistleId
from dispatcher.models.queue import summarise
from dispatcher.models.whistle import Milestone, WhistleKind
from dispatcher.ui.dialogs.form import ActDialog
from dispatcher.ui.liaison.duties import DutyReader, own_duty
from dispatcher.ui.liaison.summons_list import Owed, owed
from dispatcher.ui.liaison.window import LiaisonWindow
from dispatcher.widgets.buttons import ButtonLook
from tests.ui import looking, scene
from tests.ui.conftest import Dress
from tests.ui.fake_bridge import FakeBridge

PIPE = CaseId("case-临江-20261118-07387")
LAMPS = CaseId("case-临江-20261118-07364")
CTRL = Qt.KeyboardModifier.ControlModifier

Open = Callable[..., tuple[LiaisonWindow, FakeBridge]]


@pytest.fixture
def open_window(qtbot: QtBot, dress: Dress) -> Iterator[Open]:
    opened: list[LiaisonWindow] = []

    def open_(
        unit: UnitId = scene.HOUSING, language: str = "zh", theme: str = "dark", size: tuple[int, int] = (1366, 768)
    ) -> tuple[LiaisonWindow, FakeBridge]:
        bridge = scene.bridge(scene.liaison(unit))
        bridge.language = language
        window = LiaisonWindow(bridge, dress(language, theme))
        qtbot.addWidget(window)
        opened.append(window)
        window.resize(*size)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        bridge.open()
        return window, bridge

    yield open_
    for window in opened:
        window.close()


def dialog_of(qtbot: QtBot, window: LiaisonWindow) -> ActDialog:
    dialog = next(d for d in window.findChildren(ActDialog) if d.isVisible())
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def fill(dialog: ActDialog, name: str, text: str) -> None:
    field = dialog._fields[name]
    assert isinstance(field, QLineEdit | QPlainTextEdit)
    looking.write(field, text)


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720)])
@pytest.mark.parametrize(("language", "theme"), looking.LOOKS)
def test_nothing_is_cut_in_any_look(
    open_window: Open, tmp_path: Path, language: str, theme: str, size: tuple[int, int]
) -> None:
    window, bridge = open_window(language=language, theme=theme, size=size)
    window.open_case(PIPE)
    bridge.cut(dt.timedelta(minutes=14, seconds=8))
    looking.settle()
    assert looking.cut_texts(window) == []
    assert looking.outside(window) == []
    assert looking.picture(window, tmp_path, "liaison").stat().st_size > 10_000


def test_it_lists_what_is_out_its_own_turn_first(open_window: Open) -> None:
    window, bridge = open_window()
    turns = [owed(window.model.row_at(place), scene.HOUSING) for place in range(window.model.rowCount())]
    assert turns == [Owed.MINE, Owed.MINE, Owed.OTHERS]
    assert "本单位超时 2" in window.counts.text()
    assert all(row.whistles_out for row in (window.model.row_at(n) for n in range(window.model.rowCount())))
    assert len(bridge.confirmed) > window.model.rowCount()


def test_a_summons_is_shown_without_the_citizen(open_window: Open) -> None:
    window, bridge = open_window()
    window.open_case(PIPE)
    said = "\n".join(label.text() for label in window.panel.findChildren(QLabel))
    order = bridge.confirmed[PIPE].order
    assert "抢修止水，疏导交通，护住塌陷边缘" in said
    assert "路口东北角警戒线内" in said
    assert "外勤 2 组 吴帆" in said
    for secret in (order.caller_name_hint, order.caller_phone_hint, order.text):
        assert secret
        assert secret not in said


def test_it_reports_in_with_place_and_people(qtbot: QtBot, open_window: Open) -> None:
    window, bridge = open_window()
    window.open_case(PIPE)
    qtbot.keyClick(window, Qt.Key.Key_F4)
    dialog = dialog_of(qtbot, window)
    fill(dialog, "place", "警戒线内")
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    assert bridge.submitted == []  # who came is missing
    fill(dialog, "who", "王工 3 人")
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    (command,) = bridge.submitted
    assert command == c.PassMilestone(
        case=PIPE,
        whistle=WhistleId("w-07387"),
        unit=scene.HOUSING,
        milestone=Milestone.REPORTED_IN,
        note="警戒线内；王工 3 人",
    )
    bridge.settle()
    qtbot.waitUntil(lambda: bool(window.panel.button("report_in").refusal))
    assert owed(bridge.rows[PIPE], scene.HOUSING) is not Owed.MINE or bridge.rows[PIPE].whistles_in == 4


def test_it_signs_and_sets_out_at_once(qtbot: QtBot, open_window: Open) -> None:
    window, bridge = open_window(scene.POWER)
    window.open_case(LAMPS)
    qtbot.keyClick(window, Qt.Key.Key_F2)
    qtbot.keyClick(window, Qt.Key.Key_F3)
    passed = [command.milestone for command in bridge.submitted if isinstance(command, c.PassMilestone)]
    assert passed == [Milestone.SIGNED, Milestone.ON_THE_WAY]
    bridge.settle()
    qtbot.keyClick(window, Qt.Key.Key_F2)
    assert len(bridge.submitted) == 2
    assert "签收" in window.panel.said


def test_it_refuses_once_with_a_reason_inside_the_sign_limit(qtbot: QtBot, open_window: Open) -> None:
    window, bridge = open_window(scene.POWER)
    window.open_case(LAMPS)
    qtbot.keyClick(window, Qt.Key.Key_F12)
    dialog = dialog_of(qtbot, window)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    assert bridge.submitted == []
    fill(dialog, "reason", "路灯归路灯所")
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    assert [type(command) for command in bridge.submitted] == [c.RefuseSummons]
    bridge.settle()
    qtbot.waitUntil(lambda: bool(window.panel.button("refuse").refusal))
    said = "\n".join(label.text() for label in window.panel.findChildren(QLabel))
    assert "路灯归路灯所" in said


def test_after_the_sign_limit_it_must_come_first(open_window: Open) -> None:
    window, _ = open_window()
    window.open_case(PIPE)
    assert "期限" in window.panel.button("refuse").refusal


def test_it_finishes_with_words(qtbot: QtBot, open_window: Open) -> None:
    window, bridge = open_window(scene.WATER)
    window.open_case(PIPE)
    qtbot.keyClick(window, Qt.Key.Key_F7)
    dialog = dialog_of(qtbot, window)
    fill(dialog, "text", "已关阀止水")
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    (command,) = bridge.submitted
    assert isinstance(command, c.PassMilestone)
    assert (command.milestone, command.note) == (Milestone.DONE, "已关阀止水")


def test_a_new_whistle_appears_by_itself(open_window: Open) -> None:
    window, bridge = open_window(scene.POWER)
    before = window.model.rowCount()
    story = scene.receive(
        "临江-20261118-07500", scene.ago(minutes=5), scene.Urgency.EMERGENCY, "变压器冒烟", "和平里 1 栋"
    )
    story.sign(scene.ago(minutes=4))
    story.blow(scene.ago(minutes=2), "w-07500", WhistleKind.EMERGENCY, "断电检查", scene.POWER)
    case = story.done()
    bridge.confirmed[case.id] = case
    bridge.rows_changed.emit(ChangeSet((summarise(case, scene.LAW),)))
    assert window.model.rowCount() == before + 1
    assert window.model.row_at(0).id == case.id


def test_its_alarms_are_the_departments_own(open_window: Open) -> None:
    window, _ = open_window()
    assert "住建局未按时应哨" in window.strip.accessibleName()
    assert "07433" not in window.strip.accessibleName()


def test_a_cut_link_is_loud(open_window: Open) -> None:
    window, bridge = open_window()
    window.open_case(PIPE)
    bridge.cut(dt.timedelta(minutes=14, seconds=8))
    assert window.outage.banner.isVisible()
    assert window.as_of.is_stale
    assert window.panel.as_of.is_stale


def test_every_action_has_its_own_key(open_window: Open) -> None:
    window, _ = open_window()
    keys = [key.toString() for action in window.findChildren(QAction) for key in action.shortcuts()]
    assert len(keys) == len(set(keys))


def out_together(bridge: FakeBridge) -> tuple[CaseId, CaseId]:
    """An emergency two minutes old that nobody signed for, and a case on which another department is later."""
    fire = scene.receive(
        "临江-20261118-07500", scene.ago(minutes=5), scene.Urgency.EMERGENCY, "变压器冒烟", "和平里 1 栋"
    )
    fire.sign(scene.ago(minutes=4))
    fire.blow(scene.ago(minutes=2), "w-07500", WhistleKind.EMERGENCY, "断电检查", scene.HOUSING, scene.POWER)
    wall = scene.receive("临江-20261118-07501", scene.ago(hours=3), scene.Urgency.ORDINARY, "墙面开裂", "和平里 2 栋")
    wall.sign(scene.ago(hours=2.8)).contact(scene.ago(hours=2.7)).assign(scene.ago(hours=2.6), "外勤 1 组")
    wall.blow(scene.ago(minutes=130), "w-07501", WhistleKind.ENFORCEMENT, "查看墙体", scene.POLICE, scene.HOUSING)
    wall.passes(scene.ago(minutes=120), "w-07501", scene.HOUSING, Milestone.SIGNED)
    for story in (fire, wall):
        bridge.confirmed[story.id] = story.done()
    return fire.id, wall.id


def test_an_unsigned_emergency_stands_first_and_own_duties_count(qtbot: QtBot, open_window: Open) -> None:
    window, bridge = open_window()
    fire, wall = out_together(bridge)
    bridge.open()
    qtbot.waitUntil(lambda: window.model.row_at(0).id == fire)
    duty = window.reader.duty(wall)
    assert duty is not None
    # Its row waits for the enforcement team, which has not even signed; we owe reporting in, ten minutes ago.
    assert bridge.rows[wall].waiting_for == scene.POLICE
    assert (duty.milestone, duty.due) == (Milestone.REPORTED_IN, scene.ago(minutes=10))
    assert window.model.light(bridge.rows[wall], bridge.now_ms()) is Light.RED
    assert "未签收 2" in window.counts.text()
    assert "本单位超时 3" in window.counts.text()
    assert {line.key.case for line in window.alarms.lines()} >= {wall, PIPE}
    window.open_case(fire)
    qtbot.keyClick(window, Qt.Key.Key_F2)
    bridge.settle()
    qtbot.waitUntil(lambda: window.model.row_at(0).id != fire)
    assert "未签收 1" in window.counts.text()


def test_reading_the_others_leaves_the_opened_case_shown(qtbot: QtBot, open_window: Open) -> None:
    window, bridge = open_window()
    window.open_case(PIPE)
    fire, _ = out_together(bridge)
    bridge.rows_changed.emit(ChangeSet((bridge.row(fire),)))
    qtbot.waitUntil(lambda: window.reader.knows(fire) and bridge.watched == PIPE)
    view = window.panel.view
    assert view is not None
    assert view.case.id == PIPE
    bridge.confirmed.pop(fire)
    bridge.rows_changed.emit(ChangeSet(gone=(fire,)))
    assert window.reader.duty(fire) is None


def test_the_primary_button_is_the_next_step(qtbot: QtBot, open_window: Open) -> None:
    window, bridge = open_window(scene.POWER)
    window.open_case(LAMPS)
    primary = lambda: [n for n in ("sign", "report_in", "done") if window.panel.button(n).look is ButtonLook.PRIMARY]  # noqa: E731
    assert primary() == ["sign"]
    qtbot.keyClick(window, Qt.Key.Key_F2)
    bridge.settle()
    qtbot.waitUntil(lambda: primary() == ["report_in"])


def test_a_duty_changes_its_light_by_the_policy(open_window: Open) -> None:
    _, bridge = open_window()
    duty = own_duty(bridge.confirmed[LAMPS], scene.POWER, scene.LAW)
    assert duty is not None
    assert duty.is_unsigned
    assert not duty.is_first
    assert own_duty(bridge.confirmed[LAMPS], scene.HOUSING, scene.LAW) is None
    assert duty.light(duty.orange_ms - 1) is not Light.ORANGE
    assert duty.light(duty.orange_ms) is Light.ORANGE
    assert duty.light(duty.due_ms) is Light.RED


class SlowBridge(FakeBridge):
    """Answers only when told to, and only about the case looked at last, as the real one does."""

    def watch(self, case: CaseId | None) -> None:
        self.asked.append(("watch", case))
        self.watched = case

    def answer(self) -> None:
        self.case_changed.emit(self.view(self.watched) if self.watched else None)


def test_a_case_opened_while_others_are_read_goes_first_and_none_is_forgotten(qtbot: QtBot) -> None:
    bridge = SlowBridge(scene.NOW, scene.session(scene.liaison(scene.HOUSING)), scene.cases())
    reader, shown = DutyReader(bridge), list[CaseView]()
    reader.opened_changed.connect(shown.append)
    rows = [bridge.row(case) for case in (PIPE, LAMPS)]
    reader.set_rows(rows)
    qtbot.waitUntil(lambda: bridge.watched == PIPE)
    reader.open(LAMPS)
    bridge.answer()
    assert [view.case.id for view in shown] == [LAMPS]
    qtbot.waitUntil(lambda: bridge.watched == PIPE)
    bridge.answer()
    assert reader.knows(PIPE)
    qtbot.waitUntil(lambda: bridge.watched == LAMPS)
    bridge.answer()
    assert len(shown) == 1  # the same view is not shown twice
    reader.forget()
    qtbot.waitUntil(lambda: bridge.watched == PIPE)
    reader.stop()
