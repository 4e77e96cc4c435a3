"""The console's own acts in the window: collisions, drafts, receipts, the alarm of what waits, the paper pack."""

import csv
import datetime as dt
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dispatcher.bridge import ActState, LinkState
from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId
from dispatcher.models.order import Caller
from dispatcher.models.verdicts import Accepted, Changed, Reason, Refused
from dispatcher.ui.console import paper_pack, receipt_sheet
from dispatcher.ui.console.paper import Text
from dispatcher.ui.console.window import ConsoleWindow
from dispatcher.ui.dialogs.acts import AssignDialog, ProgressDialog
from dispatcher.ui.dialogs.collision import CollisionDialog
from dispatcher.ui.dialogs.receipts import ReceiptsDialog
from dispatcher.ui.dialogs.reply import ReplyDialog
from tests.ui import looking, scene
from tests.ui.conftest import Dress
from tests.ui.fake_bridge import FakeBridge

pytestmark = pytest.mark.window

Open = Callable[..., ConsoleWindow]
PIPE, HEAT, SECRET = (CaseId(f"case-临江-20261118-{tail}") for tail in ("07387", "07402", "07378"))
CHANGED = Changed(
    seen="外勤 2 组", mine="外勤 5 组", theirs="抢险二队", by_name="周敏", at=scene.NOW - dt.timedelta(minutes=3)
)


@pytest.fixture
def bridge() -> FakeBridge:
    return scene.bridge()


@pytest.fixture
def open_window(qtbot: QtBot, dress: Dress, bridge: FakeBridge, tmp_path: Path) -> Iterator[Open]:
    opened: list[ConsoleWindow] = []

    def open_(language: str = "zh", theme: str = "dark") -> ConsoleWindow:
        bridge.language = language
        window = ConsoleWindow(bridge, dress(language, theme))  # type: ignore[arg-type]
        window.printing.directory = tmp_path
        window.printing.show = lambda _path: None
        opened.append(window)
        qtbot.addWidget(window)
        window.resize(1600, 900)
        window.show()
        bridge.open()
        return window

    yield open_
    for window in opened:
        window.close()


def collide(bridge: FakeBridge) -> CommandId:
    act = bridge.submit(c.Assign(case=PIPE, assignee="外勤 5 组"))
    bridge.put(act, ActState.PARKED, Refused(reason=Reason.CHANGED_MEANWHILE, field="assignee", changed=CHANGED))
    return act


def dialog_of(qtbot: QtBot, window: ConsoleWindow, kind: type[Any]) -> Any:
    """The dialog of a kind that stands over the window, once it takes keys."""

    def there() -> list[Any]:
        return [dialog for dialog in window.findChildren(kind) if dialog.isVisible() and dialog.isActiveWindow()]

    qtbot.waitUntil(lambda: bool(there()))
    return there()[0]


# ---- collisions


def test_both_values_stand_on_the_card_with_who_and_when(open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    collide(bridge)
    window.show_outbox()
    line = window.outbox.cards()[0].line
    assert (line.mine, line.theirs) == (("我的 14:26:08", "外勤 5 组"), ("周敏 14:23:08", "抢险二队"))
    assert "外勤 2 组" in line.detail
    assert [entry.key for entry in line.keys] == ["K", "T", "E", "C"]


@pytest.mark.parametrize(("key", "asked"), [(Qt.Key.Key_K, "retry"), (Qt.Key.Key_T, "take_theirs")])
@pytest.mark.parametrize("compared", [False, True])
def test_a_letter_decides_on_the_card_or_side_by_side(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge, key: Qt.Key, asked: str, compared: bool
) -> None:
    window = open_window()
    act = collide(bridge)
    window.show_outbox()
    card = window.outbox.cards()[0]
    if compared:
        qtbot.keyClick(card, Qt.Key.Key_C)
        dialog = dialog_of(qtbot, window, CollisionDialog)
        assert (dialog.mine.toPlainText(), dialog.theirs.toPlainText()) == ("外勤 5 组", "抢险二队")
        qtbot.keyClick(dialog, key)
    else:
        qtbot.keyClick(card, key)
    assert bridge.asked[-1] == (asked, act)


def test_editing_opens_the_form_with_the_old_text_and_takes_the_place_of_the_act(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge
) -> None:
    window = open_window()
    act = collide(bridge)
    window.show_outbox()
    qtbot.keyClick(window.outbox.cards()[0], Qt.Key.Key_E)
    dialog = dialog_of(qtbot, window, AssignDialog)
    assert dialog.assignee.text() == "外勤 5 组"
    dialog.assignee.setText("抢险二队和外勤 5 组")
    dialog.submit()
    assert bridge.receipts[-1].act.replaces == act
    assert bridge.receipts[0].state is ActState.DISCARDED
    assert bridge.drafts == {}


def test_a_form_that_collides_keeps_its_text_says_both_values_and_holds_when_sent_again(
    open_window: Open, bridge: FakeBridge
) -> None:
    window = open_window()
    window.open_case(PIPE)
    dialog = window.case.open_dialog("assign")
    assert isinstance(dialog, AssignDialog)
    dialog.assignee.setText("外勤 5 组")
    by_leader = scene.Story(PIPE, bridge.confirmed[PIPE], 100)
    by_leader.do(scene.LEADER, scene.NOW, c.Assign(case=PIPE, assignee="抢险二队"))
    bridge.confirmed[PIPE] = by_leader.done()
    bridge.tell_case(PIPE)
    assert "周敏 交办 抢险二队" in dialog.drafting.changes.text()
    dialog.submit()
    assert dialog.isVisible()
    for words in ("承办人", "周敏", "抢险二队", "外勤 2 组"):
        assert words in dialog.drafting.changes.text()
    assert dialog.assignee.text() == "外勤 5 组"
    dialog.submit()
    assert bridge.receipts[-1].act.seen == "抢险二队"
    assert bridge.receipts[-1].state is ActState.QUEUED


# ---- drafts


def test_a_draft_is_kept_while_it_is_written_and_comes_back_with_its_age(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge
) -> None:
    window = open_window()
    window.open_case(PIPE)
    dialog = window.case.open_dialog("progress")
    assert isinstance(dialog, ProgressDialog)
    assert bridge.drafts == {}
    dialog.words.setPlainText("阀门已关，正在抽水")
    qtbot.waitUntil(lambda: (PIPE, "progress") in bridge.drafts)
    dialog.reject()
    bridge.advance(dt.timedelta(minutes=12))
    again = window.case.open_dialog("progress")
    assert isinstance(again, ProgressDialog)
    assert again.words.toPlainText() == "阀门已关，正在抽水"
    assert "12 分前" in again.drafting.age.text()
    again.drafting.drop()
    assert (again.words.toPlainText(), bridge.drafts) == ("", {})
    again.words.setPlainText("水已止住")
    again.submit()
    assert bridge.drafts == {}
    again.drafting.save()
    assert bridge.drafts == {}, "what is sent leaves no draft"


def test_drafts_are_listed_in_the_outbox_and_gone_on_with(qtbot: QtBot, open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    window.open_case(PIPE)
    dialog = window.case.open_dialog("reply")
    assert isinstance(dialog, ReplyDialog)
    dialog._fields["done"].setPlainText("供水集团已关阀，正在抽水，住建围挡，交警疏导交通")  # type: ignore[attr-defined]
    dialog.reject()
    window.show_outbox()
    (card,) = window.outbox.draft_cards()
    assert card.line.title == "07387 答复"
    assert "供水集团已关阀" in card.line.detail
    qtbot.keyClick(card, Qt.Key.Key_E)
    assert dialog_of(qtbot, window, ReplyDialog).text("done").startswith("供水集团已关阀，正在抽水")
    dialog_of(qtbot, window, ReplyDialog).reject()
    window.show_outbox()
    qtbot.keyClick(window.outbox.draft_cards()[0], Qt.Key.Key_D)
    assert window.outbox.draft_cards() == ()
    assert bridge.drafts == {}


# ---- what waits too long, in doubt, a wrong clock


def test_the_oldest_unsent_act_and_a_wrong_clock_are_said_in_the_status_bar(
    open_window: Open, bridge: FakeBridge
) -> None:
    window = open_window()
    bridge.cut()
    bridge.submit(c.AddNote(case=HEAT, text="师傅在路上"))
    bridge.advance(dt.timedelta(minutes=14))
    window._tick()
    assert window.status.pending.text() == "待发 1"
    bridge.advance(dt.timedelta(minutes=2))
    window._tick()
    assert window.status.pending.text() == "待发 1，最早已等 16 分 00 秒"
    assert any("最早一步等发" in line.title for line in window.alarms._written()) or window.alarms._list.unacknowledged
    bridge.tell_link(LinkState.OFFLINE, station_clock_wrong=True, clock_off_ms=-3_600_000)
    assert window.status.clock.text() == "本机时钟慢了 1 时 00 分"


def test_an_act_in_doubt_is_sent_again_by_its_letter(qtbot: QtBot, open_window: Open, bridge: FakeBridge) -> None:
    window = open_window()
    act = bridge.submit(c.AddNote(case=HEAT, text="x"))
    bridge.put(act, ActState.DOUBTED)
    window.show_outbox()
    qtbot.keyClick(window.outbox.cards()[0], Qt.Key.Key_S)
    assert bridge.asked[-1] == ("resend", act)


# ---- receipts


def receipts_of(window: ConsoleWindow, bridge: FakeBridge) -> ReceiptsDialog:
    bridge.submit(c.AddNote(case=HEAT, text="=师傅在路上"))
    bridge.settle()
    collide(bridge)
    dialog = window.open_receipts()
    assert isinstance(dialog, ReceiptsDialog)
    return dialog


def test_receipts_are_filtered_and_searched(open_window: Open, bridge: FakeBridge) -> None:
    dialog = receipts_of(open_window(), bridge)
    assert len(dialog.shown()) == 2
    dialog.states.setCurrentIndex(2)
    assert [line.state for line in dialog.shown()] == [ActState.PARKED]
    dialog.states.setCurrentIndex(0)
    dialog.search.setText("师傅 07402")
    assert [line.number[-5:] for line in dialog.shown()] == ["07402"]
    dialog.search.setText("nothing of the kind")
    assert dialog.shown() == ()


def test_receipts_are_taken_along_without_any_caller(open_window: Open, bridge: FakeBridge, tmp_path: Path) -> None:
    window = open_window()
    order = scene.receive("L-110105099-20261118-1", scene.NOW, scene.Urgency.ORDINARY, "x", "y").done().order
    received = c.ReceiveOrder(
        case=CaseId("new"), order=order, holder=scene.STREET, caller=Caller("刘丽华", "13800001234")
    )
    dialog = receipts_of(window, bridge)
    receipt = bridge.receipts[0]
    assert isinstance(receipt.verdict, Accepted)
    lines = (
        *dialog.shown(),
        receipt_sheet.line_of(_with_command(receipt, received), window.row_of, bridge.unit_name),
    )
    dialog.save_to(tmp_path / "r.csv", lambda _shown: receipt_sheet.to_csv(lines))
    dialog.save_to(tmp_path / "r.json", lambda _shown: receipt_sheet.to_json(lines))
    text = (tmp_path / "r.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["state"] for row in rows] == ["parked", "accepted", "accepted"]
    assert rows[1]["typed"] == "'=师傅在路上", "no cell is taken for a formula"
    assert rows[1]["revision"] == str(receipt.verdict.revision)
    found = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert [row["act"] for row in found] == [line.act for line in lines]
    assert found[1]["made_at"] == "2026-11-18 14:26:08"
    for name in ("r.csv", "r.json"):
        said = (tmp_path / name).read_text("utf-8")
        assert "刘丽华" not in said
        assert "13800001234" not in said
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    dialog.save_to(tmp_path / "no" / "r.csv", receipt_sheet.to_csv)
    assert "没有写成" in dialog.said.text()


def _with_command(receipt: Any, command: c.AnyCommand) -> Any:
    import msgspec

    return msgspec.structs.replace(receipt, act=msgspec.structs.replace(receipt.act, command=command))


@pytest.mark.parametrize(("language", "theme"), looking.LOOKS)
def test_nothing_new_is_cut(qtbot: QtBot, open_window: Open, bridge: FakeBridge, language: str, theme: str) -> None:
    window = open_window(language, theme)
    dialog = receipts_of(window, bridge)
    bridge.put(bridge.submit(c.AddNote(case=HEAT, text="x")), ActState.DOUBTED)
    looking.settle()
    assert looking.cut_texts(dialog) == []
    dialog.accept()
    window.show_outbox()
    window._compare(bridge.receipts[1])
    compared = dialog_of(qtbot, window, CollisionDialog)
    looking.settle()
    assert looking.cut_texts(compared) == []
    compared.reject()
    window.open_case(PIPE)
    form = window.case.open_dialog("assign")
    assert form is not None
    form.drafting.age.setText("x")
    form.drafting.say_changed("某某某改了承办人" * 9)
    looking.settle()
    assert looking.cut_texts(form) == []
    form.reject()
    assert looking.cut_texts(window) == []


# ---- the paper pack


def words_of(blocks: Any) -> list[str]:
    return ["\n".join(part.words for part in block if isinstance(part, Text)) for block in blocks]


def test_the_pack_holds_every_open_case_due_first_and_no_caller(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge
) -> None:
    open_window()
    listed: list[Any] = []
    bridge.open_cases_listed.connect(listed.append)
    bridge.list_open_cases()
    qtbot.waitUntil(lambda: bool(listed))
    found = listed[0]
    cover, *cases = words_of(paper_pack.blocks(found, bridge))  # type: ignore[arg-type]
    assert "柳湖街道 未结案件 14 件" in cover
    assert "陈卓" in cover
    assert len(cases) == len(found.views) == 14
    assert cases[0].startswith(found.views[0].case.order.number[-5:])
    pipe = next(text for text in cases if text.startswith("07387"))
    for words in (
        "突发",
        "槐荫路与文昌路口东北角",
        "路口塌了一个约两米的坑",
        "刘** 138****1234".replace(" ", "  "),
        "供水集团（主责） 措施",
        "外勤 2 组",
    ):
        assert words in pipe
    secret = next(text for text in cases if text.startswith("07378"))
    assert "保密" in secret
    assert "刘" not in secret


def test_ctrl_p_writes_five_hundred_cases_while_the_window_goes_on(
    qtbot: QtBot, open_window: Open, bridge: FakeBridge, tmp_path: Path
) -> None:
    import msgspec

    window = open_window()
    cases = list(bridge.confirmed.values())
    for number in range(500 - len(cases)):
        case = msgspec.structs.replace(cases[number % len(cases)], id=CaseId(f"copy-{number}"))
        bridge.confirmed[case.id] = case
        bridge.rows[case.id] = msgspec.structs.replace(bridge.rows[cases[number % len(cases)].id], id=case.id)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    turns: list[float] = []
    written: list[Any] = []
    window.printing.written.connect(lambda *told: written.append(told))
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert window.printing._paper is not None
    for _ in range(200):
        begun = time.process_time()
        QApplication.processEvents()
        turns.append(time.process_time() - begun)
    qtbot.waitUntil(lambda: bool(written), timeout=120_000)
    path = written[0][0]
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/FontFile" in content, "the typeface is embedded"
    assert content.count(b"/Type /Page\n") > 60
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".part")] == []
    turns.sort()
    assert turns[len(turns) * 9 // 10] < 0.1, "the window has its turn"
    assert "已存" in window.command.said.text()
