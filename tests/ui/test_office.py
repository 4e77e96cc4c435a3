"""The office without its centre, as people see it: badge, banner, two relays, colleagues' acts, the dialog."""

import csv
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dispatcher.bridge import CaseView, End, Fate, Gone, LinkState, Obstacle, OfficeAct, OfficeStatus, Serving
from dispatcher.models import commands as c
from dispatcher.models.events import Deliverer
from dispatcher.models.ids import CaseId, CommandId, PersonId
from dispatcher.models.order import Caller, Order
from dispatcher.models.queue import Pending
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.ui.console.happenings import happenings
from dispatcher.ui.console.window import ConsoleWindow
from dispatcher.ui.dialogs.office import OfficeDialog
from tests.ui import looking, scene
from tests.ui.conftest import Dress
from tests.ui.fake_bridge import FakeBridge

LIFT = CaseId("case-临江-20261118-07433")
Open = Callable[..., ConsoleWindow]

ZHOU = Serving(station="aa", address="10.2.0.4:8346", keeper="周敏", since=scene.ago(minutes=12), by_hand=True)
HE = Serving(station="bb", address="10.2.0.5:8346", keeper="何静", since=scene.ago(minutes=3))


@pytest.fixture
def bridge() -> FakeBridge:
    return scene.bridge(scene.DISPATCHER)


@pytest.fixture
def open_window(qtbot: QtBot, dress: Dress, bridge: FakeBridge) -> Iterator[Open]:
    opened: list[ConsoleWindow] = []

    def open_(language: str = "zh", theme: str = "dark", size: tuple[int, int] = (1366, 768)) -> ConsoleWindow:
        look = dress(language, theme)
        bridge.language = language
        window = ConsoleWindow(bridge, look)
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


def entry(command: c.AnyCommand, name: str = "a-1") -> OfficeAct:
    act = c.Act(id=CommandId(name), command=command, by=scene.LEADER.person, made_at=scene.ago(minutes=2))
    return OfficeAct(act=act, maker=scene.LEADER, station="aa", place=1)


ACTS = (
    entry(c.ReportProgress(case=LIFT, text="=维保已到场，正在放人"), "a-1"),
    entry(c.RecordContact(case=LIFT, reached=True, note="已告知"), "a-2"),
    entry(
        c.ReceiveOrder(
            case=CaseId("desk-1"),
            order=Order(number="L-1", source="desk", title="窗口接件", dispatched_at=scene.NOW),
            holder=scene.STREET,
            caller=Caller("刘丽华", "13800001234"),
        ),
        "a-3",
    ),
)


def cut(bridge: FakeBridge, **office: object) -> None:
    then = scene.ago(minutes=14, seconds=8)
    status = msgspec.structs.replace(OfficeStatus(can_serve=True), **office)
    bridge.tell_link(LinkState.OFFLINE, since=then, as_of=then, round_trip_ms=None, retry_in_s=8.0, office=status)


def told(window: ConsoleWindow) -> str:
    return f"{window.banner.accessibleName()} {window.banner.accessibleDescription()}"


def test_badge_and_banner_say_through_whom_and_that_the_centre_is_away(open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    cut(bridge, relay=ZHOU, colleagues=3, acts=ACTS)
    assert window.status.badge.accessibleName() == "经本所中继（周敏） 同事 3 台 · 中心中断 14 分 08 秒"
    assert "与中心的链路已中断" in told(window)
    assert "经本所中继（周敏）与同事 3 台一起办理，3 项同事所办未经中心裁定" in told(window)
    cut(bridge, relay=ZHOU, serving=ZHOU, colleagues=3)
    assert "（本机）" in window.status.badge.accessibleName()
    cut(bridge)
    assert "中继" not in told(window) + window.status.badge.accessibleName()


def test_two_relays_are_loud_and_the_later_one_is_asked_to_stop(open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    cut(bridge, relay=ZHOU, rivals=(ZHOU, HE))
    assert "本所有 2 个中继同时在开" in told(window)
    assert "周敏（14:14:08 起，人工指定）、何静（14:23:08 起，按设置）" in told(window)
    assert "请 何静 停用中继" in told(window)
    cut(bridge, relay=ZHOU, serving=HE, rivals=(ZHOU, HE))
    assert "本机后开，请按 Alt R 停用" in told(window)
    bridge.tell_link(LinkState.ONLINE, office=OfficeStatus(relay=ZHOU, rivals=(ZHOU, HE)))
    window.outage._end_outage()
    assert window.banner.isVisible(), "also when the centre is there"
    assert "本所有 2 个中继" in told(window)
    bridge.tell_link(LinkState.ONLINE, office=OfficeStatus(relay=ZHOU))
    assert not window.banner.isVisible()


def test_what_went_away_is_said_with_the_centre_s_reason(open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    refused = Refused(reason=Reason.WRONG_STATE, detail="withdrawn")
    gone = Gone(entry=ACTS[1], end=End(act=ACTS[1].act.id, fate=Fate.REFUSED, refused=refused), at=scene.NOW)
    cut(bridge, gone=(gone,))
    said = window.command.said.text()
    assert "周敏 的“07433 联系”被中心退回" in said or "周敏" in said
    accepted = Gone(entry=ACTS[0], end=End(act=ACTS[0].act.id, fate=Fate.ACCEPTED), at=scene.NOW)
    cut(bridge, gone=(gone, accepted))
    assert window.command.said.text() == said, "what was accepted speaks for itself"


def test_the_timeline_marks_a_colleague_s_act_as_not_judged(bridge: FakeBridge, dress: Dress) -> None:
    dress("zh", "dark")
    bridge.open()
    act = bridge.submit(c.SignFor(case=LIFT))
    view = bridge.view(LIFT)
    assert view is not None
    colleague = OfficeAct(act=view.acts[0].act, maker=scene.LEADER, station="aa", place=1)
    theirs = CaseView(case=view.case, confirmed=view.confirmed, office=(colleague,))
    chips = [next(line.chip for line in happenings(each, scene.NOW, str)) for each in (view, theirs)]
    assert chips == ["待发", "所内，待中心裁定"]
    assert act == colleague.act.id


def test_a_row_with_a_colleague_s_act_is_marked(open_window: Open, bridge: FakeBridge, tmp_path: Path) -> None:
    from dispatcher.models.changes import ChangeSet
    from dispatcher.ui import strings

    window = open_window()
    row = msgspec.structs.replace(bridge.rows[LIFT], pending=Pending.OFFICE, pending_what="sign_for")
    bridge.rows_changed.emit(ChangeSet((row,)))
    assert strings.pending_mark(row.pending, row.pending_what) == "签收·所内"
    cut(bridge, relay=ZHOU, colleagues=3, acts=ACTS)
    looking.settle()
    assert looking.picture(window, tmp_path, "office").stat().st_size > 20_000


@pytest.mark.parametrize(("language", "theme"), looking.LOOKS)
@pytest.mark.parametrize("rivals", [False, True])
def test_nothing_is_cut_in_any_look(
    open_window: Open, bridge: FakeBridge, tmp_path: Path, language: str, theme: str, rivals: bool
) -> None:
    window = open_window(language, theme, (1280, 720))
    lost = {ACTS[0].act.id: None, ACTS[1].act.id: Obstacle.NOT_PROVED}
    cut(bridge, relay=ZHOU, colleagues=3, acts=ACTS, lost=lost, rivals=(ZHOU, HE) if rivals else ())
    dialog = window.open_office()
    looking.settle()
    for page in (window, dialog):
        assert looking.cut_texts(page) == []
        assert looking.outside(page) == []
    assert looking.picture(window, tmp_path, "window").stat().st_size > 20_000
    assert looking.picture(dialog, tmp_path, "dialog").stat().st_size > 5_000
    dialog.accept()


def test_the_keys_open_the_dialog_and_make_this_station_the_relay(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge
) -> None:
    window = open_window()
    cut(bridge)
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    dialog = window.findChild(OfficeDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    assert dialog.serve.text() == "本机担任本所中继"
    qtbot.keyClick(dialog, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
    assert bridge.asked[-1] == ("serve_office", True)
    cut(bridge, serving=ZHOU, relay=ZHOU, acts=ACTS)
    assert dialog.serve.text() == "停用本机中继"
    qtbot.keyClick(dialog, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
    assert bridge.asked[-1] == ("serve_office", False)
    qtbot.keyClick(dialog, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    assert bridge.asked[-1] == ("drop_colleague_act", CommandId("a-1"))
    cut(bridge, serving=HE, relay=HE)
    assert not dialog.serve.isEnabled(), "by the settings"
    assert "serve_relay" in dialog.trouble.text()
    cut(bridge, can_serve=False)
    assert not dialog.serve.isEnabled()
    cut(bridge, trouble="本所中继无法在 10.2.0.4:8346 监听 | The relay cannot listen at 10.2.0.4:8346")
    assert dialog.trouble.text() == "本所中继无法在 10.2.0.4:8346 监听"
    dialog.accept()


def test_colleagues_acts_are_exported_without_callers_and_formulas(
    open_window: Open, bridge: FakeBridge, tmp_path: Path
) -> None:
    window = open_window()
    cut(bridge, relay=ZHOU, acts=ACTS)
    dialog = window.open_office()
    assert isinstance(dialog, OfficeDialog)
    assert dialog.table.rowCount() == 3
    path = tmp_path / "office.csv"
    dialog.save(str(path))
    text = path.read_text("utf-8-sig")
    assert "刘丽华" not in text
    assert "13800001234" not in text
    lines = list(csv.reader(text.splitlines()))
    assert len(lines) == 4
    assert lines[0] == ["编号", "谁办", "办理", "何时办", "内容", "上传"]
    assert {line[5] for line in lines[1:]} == {"待其工作站上传"}
    assert lines[1][:2] == ["临江-20261118-07433", "周敏"]
    assert "正在放人" in lines[1][4]
    assert not any(cell.startswith("=") for line in lines for cell in line)
    assert lines[3][4].startswith("窗口接件")
    dialog.save(str(tmp_path / "nowhere" / "office.csv"))
    assert "没有写成" in dialog.count.text()
    dialog.accept()


def test_what_becomes_of_a_lost_station_s_acts_is_said(open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    one, two, three = (entry.act.id for entry in ACTS)
    cut(bridge, relay=ZHOU, acts=ACTS, lost={one: None, two: Obstacle.MAKER_DISABLED})
    dialog = window.open_office()
    assert isinstance(dialog, OfficeDialog)

    def standings() -> list[str]:
        items = [dialog.table.item(row, 4) for row in range(3)]
        return [item.text() for item in items if item is not None]

    assert standings() == ["工作站已报失，代传中", "经办人账号已停用，中心不收", "待其工作站上传"]
    said: set[str] = set()
    for obstacle in Obstacle:
        cut(bridge, relay=ZHOU, acts=ACTS, lost={three: obstacle})
        said.add(standings()[2])
    assert len(said) == len(Obstacle)
    dialog.accept()


def test_the_timeline_says_who_handed_an_act_in(bridge: FakeBridge, dress: Dress) -> None:
    dress("zh", "dark")
    bridge.open()
    view = bridge.view(LIFT)
    assert view is not None
    *before, last = view.case.history
    handed_in = msgspec.structs.replace(last, delivered_by=Deliverer(by=PersonId("wangfang"), by_name="王芳"))
    case = msgspec.structs.replace(view.case, history=(*before, handed_in))
    theirs = CaseView(case=case, confirmed=len(case.history))
    texts = [line.text for line in happenings(theirs, scene.NOW, str)]
    assert [text for text in texts if "代传" in text] == [f"{texts[0].partition('（王芳')[0]}（王芳 代传）"]


def test_the_age_of_the_outage_moves_on(open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    cut(bridge, relay=ZHOU, colleagues=1)
    bridge.advance(dt.timedelta(minutes=46))
    window.status.tick(bridge.now())
    assert "1 时" in window.status.badge.accessibleName()
