"""The dumb widgets: what they say, what they emit, and that they can be painted in every look."""

import datetime as dt

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.models.deadlines import ClockKind, Light
from dispatcher.models.queue import Pending
from dispatcher.widgets.alarms import AlarmLine, AlarmStrip
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.chips import Chip, Keycap, LightTally
from dispatcher.widgets.clocks import ClockBar, ClockLine
from dispatcher.widgets.figures import FigureTile
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.link import AsOf, BannerKey, LinkBadge, LinkLook, OutageBanner
from dispatcher.widgets.milestones import MilestoneTrack, Step, StepLook
from dispatcher.widgets.outbox import CardKey, OutboxCard, OutboxLine
from dispatcher.widgets.paint import ChipLook
from dispatcher.widgets.theme import Theme
from dispatcher.widgets.timeline import Happening, Timeline

NOW = dt.datetime(2026, 11, 18, 6, 26, 8, tzinfo=dt.UTC)
NOW_MS = int(NOW.timestamp() * 1000)
MINUTE_MS = 60_000

PARKED = OutboxLine(
    7,
    Pending.PARKED,
    "搁置",
    "06961 改地址",
    "与他人的修改冲突，两个值待定，请选一个再发",
    (CardKey("theirs", "用中心值", "D"), CardKey("mine", "再试我的", "R")),
    ("我的 14:08", "惠民路 118 号"),
    ("中心 14:07", "惠民路 181 号"),
)


def clock_line(left_ms: int, *, met_ms: int | None = None) -> ClockLine:
    due_ms = NOW_MS + left_ms
    return ClockLine(
        ClockKind.FEEDBACK,
        "反馈",
        "2 时",
        "至 14:48:20",
        due_ms - 120 * MINUTE_MS,
        due_ms - 60 * MINUTE_MS,
        due_ms - 24 * MINUTE_MS,
        due_ms,
        met_ms,
        "用 1 分 45 秒" if met_ms else "",
    )


def every_widget(theme: Theme) -> list[QWidget]:
    tally = LightTally(theme)
    tally.set_counts({Light.RED: 1, Light.OVERDUE: 1, Light.GREEN: 41})
    tally.choose(Light.ORANGE)
    badge = LinkBadge(theme)
    badge.set_link(LinkLook.OFFLINE, "链路中断", "14 分")
    stamp = AsOf(theme)
    stamp.set_as_of(NOW, LinkLook.OFFLINE, NOW)
    banner = OutageBanner(theme, (BannerKey("outbox", "看本机待发", "Ctrl 8"),))
    banner.set_outage("与中心的链路已中断", "照常办理：每一步先存本机", NOW_MS)
    strip = AlarmStrip(theme)
    strip.set_motion(False)
    strip.set_alarms((AlarmLine(1, 1, "07433 突发未签收", "电梯困人"), AlarmLine(2, 2, "住建局未报到")))
    track = MilestoneTrack(theme)
    track.set_steps(tuple(Step("签收", "13:22", look) for look in StepLook))
    timeline = Timeline(theme)
    timeline.set_happenings((Happening("14:19:30", "陈卓", "进展", chip="待发"), Happening("14:12:00", "系统", "断线")))
    figure = FigureTile(theme, "超时", glyph=Glyph.DIAMOND, ink="sla.red.mark", text_ink="sla.red.text")
    figure.set_figure(2)
    return [
        KeyButton("吹哨", theme, key="F9", look=ButtonLook.PRIMARY, glyph=Glyph.WHISTLE),
        *(Chip("突发", theme, look) for look in ChipLook),
        Keycap("Ctrl R", theme),
        tally,
        badge,
        stamp,
        banner,
        strip,
        ClockBar(theme, clock_line(5 * MINUTE_MS), NOW_MS),
        ClockBar(theme, clock_line(5 * MINUTE_MS, met_ms=NOW_MS), NOW_MS),
        track,
        timeline,
        OutboxCard(theme, PARKED),
        figure,
    ]


def test_every_widget_paints_in_every_look(qtbot: QtBot, theme: Theme, dark: Theme) -> None:
    for widget in every_widget(dark):
        qtbot.addWidget(widget)
        widget.resize(widget.sizeHint().expandedTo(QSize(10, 10)))
        before = widget.grab().toImage()
        widget.set_theme(theme)  # type: ignore[attr-defined]
        after = widget.grab().toImage()
        assert before != after or theme.name == "dark", type(widget).__name__
        assert widget.accessibleName(), type(widget).__name__


class TestKeyButton:
    def test_a_click_is_told(self, qtbot: QtBot, dark: Theme) -> None:
        button = KeyButton("签收", dark, key="F2")
        qtbot.addWidget(button)
        clicks: list[None] = []
        button.clicked.connect(lambda: clicks.append(None))
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.keyClick(button, Qt.Key.Key_Return)
        assert len(clicks) == 2

    def test_a_refused_button_stays_and_says_why(self, qtbot: QtBot, dark: Theme) -> None:
        button = KeyButton("签收", dark, key="F2")
        qtbot.addWidget(button)
        clicks: list[None] = []
        told: list[str] = []
        button.clicked.connect(lambda: clicks.append(None))
        button.refused.connect(told.append)
        button.set_refusal("已签收")
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.keyClick(button, Qt.Key.Key_Space)
        button.trigger()
        assert (clicks, told) == ([], ["已签收"] * 3)
        assert button.accessibleDescription() == "已签收"
        assert button.focusPolicy() is Qt.FocusPolicy.StrongFocus
        button.set_refusal("")
        button.trigger()
        assert len(clicks) == 1

    def test_hiding_keycaps_saves_their_room(self, qtbot: QtBot, dark: Theme) -> None:
        button = KeyButton("签收", dark, key="F2")
        qtbot.addWidget(button)
        wide = button.sizeHint().width()
        button.set_keycaps_shown(False)
        assert button.sizeHint().width() < wide

    def test_the_same_words_again_ask_for_no_layout(self, qtbot: QtBot, dark: Theme) -> None:
        box = QWidget()
        qtbot.addWidget(box)
        button = KeyButton("签收", dark, key="F2")
        QVBoxLayout(box).addWidget(button)
        with qtbot.waitExposed(box):
            box.show()
        qtbot.wait(20)
        asked = Asked(box, QEvent.Type.LayoutRequest)
        for words in ("签收", "交办"):
            asked.count = 0
            button.set_words(words)
            button.set_keycaps_shown(True)
            QApplication.sendPostedEvents()
            assert bool(asked.count) is (words == "交办")


class Asked(QObject):
    """Counts the events of a kind that a widget gets."""

    def __init__(self, widget: QWidget, kind: QEvent.Type) -> None:
        super().__init__(widget)
        self.count = 0
        self._kind = kind
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is self._kind
        return super().eventFilter(watched, event)


def test_a_light_of_the_tally_filters_and_lets_go(qtbot: QtBot, dark: Theme) -> None:
    tally = LightTally(dark)
    qtbot.addWidget(tally)
    chosen: list[Light | None] = []
    tally.light_clicked.connect(chosen.append)
    qtbot.mouseClick(tally, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    qtbot.mouseClick(tally, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    qtbot.keyClick(tally, Qt.Key.Key_Right)
    qtbot.keyClick(tally, Qt.Key.Key_Space)
    qtbot.keyClick(tally, Qt.Key.Key_Escape)
    assert chosen == [Light.OVERDUE, None, Light.ORANGE, None]


def test_red_and_overdue_are_one_figure(qtbot: QtBot, dark: Theme) -> None:
    tally = LightTally(dark)
    qtbot.addWidget(tally)
    tally.set_counts({Light.RED: 1, Light.OVERDUE: 2, Light.ORANGE: 4})
    assert tally.accessibleName() == "3 超时，4 临期，0 过半，0 充裕"


@pytest.mark.parametrize(
    ("look", "age", "says"),
    [
        (LinkLook.ONLINE, 0, "截至 14:26:08"),
        (LinkLook.STALE, 0, "截至 14:26:08，不到 1 分前"),
        (LinkLook.OFFLINE, 14, "截至 14:26:08，14 分前"),
        (LinkLook.OFFLINE, 200, "截至 14:26:08，3 时前"),
    ],
)
def test_a_stale_stamp_says_its_age(qtbot: QtBot, dark: Theme, look: LinkLook, age: int, says: str) -> None:
    stamp = AsOf(dark)
    qtbot.addWidget(stamp)
    stamp.set_as_of(NOW, look, NOW + dt.timedelta(minutes=age))
    assert stamp.text == says
    assert stamp.is_stale == (look is not LinkLook.ONLINE)


def test_the_strip_fills_one_field_and_asks_for_what_is_wished(qtbot: QtBot, dark: Theme) -> None:
    strip = AlarmStrip(dark)
    qtbot.addWidget(strip)
    strip.resize(1200, 40)
    strip.set_alarms((AlarmLine("a", 1, "07433 突发未签收"), AlarmLine("b", 2, "住建局未报到")))
    strip.show()
    buttons = strip.findChildren(KeyButton)
    asked: list[object] = []
    strip.open_requested.connect(lambda key: asked.append(("open", key)))
    strip.acknowledge_requested.connect(lambda key: asked.append(("acknowledge", key)))
    for button in buttons:
        button.trigger()
    assert asked == [("open", "a"), ("acknowledge", "a")]
    assert strip.nth(2) == "b"
    strip.set_alarms((AlarmLine("a", 1, "07433 突发未签收", acknowledged=True),))
    assert not any(button.isVisible() for button in buttons)
    strip.set_alarms((), "没有报警。截至 14:26:07")
    assert strip.accessibleName() == "没有报警。截至 14:26:07"


def test_a_clock_shows_the_light_of_the_instant(qtbot: QtBot, dark: Theme) -> None:
    bar = ClockBar(dark, clock_line(25 * MINUTE_MS), NOW_MS)
    qtbot.addWidget(bar)
    assert bar.light() is Light.YELLOW
    bar.tick(NOW_MS + MINUTE_MS)
    assert bar.light() is Light.ORANGE
    bar.tick(NOW_MS + 25 * MINUTE_MS)
    assert bar.light() is Light.OVERDUE


def test_a_clock_is_painted_anew_only_when_it_is_written_differently(qtbot: QtBot, dark: Theme) -> None:
    met, running = clock_line(MINUTE_MS, met_ms=NOW_MS), clock_line(25 * MINUTE_MS)
    bar = ClockBar(dark, met, NOW_MS)
    qtbot.addWidget(bar)
    with qtbot.waitExposed(bar):
        bar.show()
    painted = Asked(bar, QEvent.Type.Paint)

    def paints(line: ClockLine, now_ms: int) -> int:
        qtbot.wait(20)
        painted.count = 0
        bar.set_line(line, now_ms)
        qtbot.wait(20)
        return painted.count

    assert [paints(met, NOW_MS + 1000), paints(running, NOW_MS), paints(running, NOW_MS)] == [0, 1, 0]
    assert paints(running, NOW_MS + 1000) == 1


def test_a_card_answers_its_letters(qtbot: QtBot, dark: Theme) -> None:
    card = OutboxCard(dark, PARKED)
    qtbot.addWidget(card)
    card.resize(400, card.heightForWidth(400))
    card.show()
    wished: list[tuple[object, str]] = []
    card.wished.connect(lambda key, name: wished.append((key, name)))
    qtbot.keyClick(card, Qt.Key.Key_R)
    assert wished == [(7, "mine")]
    bottom = max(button.geometry().bottom() for button in card.findChildren(KeyButton))
    assert bottom < card.height()


def test_a_narrow_card_grows_with_its_words(qtbot: QtBot, dark: Theme) -> None:
    card = OutboxCard(dark, PARKED)
    qtbot.addWidget(card)
    assert card.heightForWidth(240) > card.heightForWidth(600)


def test_a_long_history_wraps_and_is_not_cut(qtbot: QtBot, dark: Theme) -> None:
    timeline = Timeline(dark)
    qtbot.addWidget(timeline)
    timeline.resize(360, 200)
    timeline.set_happenings((Happening("14:00", "系统", "召集各家到路口东北角警戒线内集合，" * 8),))
    timeline.show()
    assert timeline.widget().height() > 100
    assert timeline.count == 1


def test_nothing_to_count_is_a_dash(qtbot: QtBot, dark: Theme) -> None:
    tile = FigureTile(dark, "未结")
    qtbot.addWidget(tile)
    tile.set_figure(None)
    assert tile.figure == "–"
    tile.set_figure(0)
    assert tile.accessibleName() == "未结 0"
