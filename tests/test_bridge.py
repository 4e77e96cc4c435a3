"""The bridge: what the engine says in its thread is heard in the interface's, in order, rows merged by the frame."""

import datetime as dt
import threading
from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dispatcher.bridge import Bridge, LinkState, LinkStatus, Remembered
from dispatcher.models import commands as c
from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId, CommandId, Revision
from dispatcher.models.lawbook import LawBook
from dispatcher.models.queue import QueueRow, summarise
from dispatcher.sync import words
from dispatcher.sync.ports import CaseView
from tests import builders as b

pytestmark = pytest.mark.window


def row(case: str, revision: int = 1) -> QueueRow:
    return msgspec.structs.replace(summarise(b.new_case(), b.law()), id=CaseId(case), revision=Revision(revision))


def from_another_thread(say: Callable[[], None]) -> None:
    thread = threading.Thread(target=say)
    thread.start()
    thread.join()


def test_rows_of_one_frame_are_told_once_and_the_last_word_wins(qtbot: QtBot):
    bridge = Bridge()
    listener = bridge.told()
    heard: list[ChangeSet] = []
    bridge.rows_changed.connect(heard.append)

    def say() -> None:
        listener.rows_changed(ChangeSet((row("a"), row("b")), (), True))
        listener.rows_changed(ChangeSet((row("a", 2),), (CaseId("b"),)))

    from_another_thread(say)
    qtbot.waitUntil(lambda: bool(heard))
    (told,) = heard
    assert told.reset
    assert [(r.id, r.revision) for r in told.rows] == [("a", 2)]


def test_facts_are_heard_in_the_interfaces_thread_in_their_order(qtbot: QtBot):
    bridge = Bridge()
    listener = bridge.told()
    heard: list[tuple[LinkState, bool]] = []
    here = threading.get_ident()
    bridge.link_changed.connect(lambda status: heard.append((status.state, threading.get_ident() == here)))
    states = [LinkState.CONNECTING, LinkState.CATCHING_UP, LinkState.ONLINE]
    from_another_thread(lambda: [listener.link_changed(LinkStatus(state=s, since=b.NOON)) for s in states] and None)
    qtbot.waitUntil(lambda: len(heard) == 3)
    assert heard == [(state, True) for state in states]
    assert bridge.link is not None
    assert bridge.link.state is LinkState.ONLINE


class Screen(QWidget):
    """Is painted anew for rows."""

    def __init__(self, bridge: Bridge, heard: list[str]) -> None:
        super().__init__()
        self._heard = heard
        bridge.rows_changed.connect(lambda _: (heard.append("rows"), self.update()))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        self._heard.append("painting")


@pytest.mark.parametrize("at_once", [True, False])
def test_what_is_said_behind_rows_is_told_behind_their_painting(qtbot: QtBot, at_once: bool):
    bridge = Bridge()
    listener = bridge.told()
    heard: list[str] = []
    screen = Screen(bridge, heard)
    qtbot.addWidget(screen)
    with qtbot.waitExposed(screen):
        screen.show()
    qtbot.waitUntil(lambda: "painting" in heard)
    heard.clear()
    bridge.drafts_changed.connect(lambda _: heard.append("before"))
    bridge.outbox_changed.connect(lambda _: heard.append("behind"))
    bridge.trouble_told.connect(heard.append)

    def say_the_rest() -> None:
        listener.outbox_changed(())
        listener.trouble("last")

    def say() -> None:
        listener.drafts_changed(())
        listener.rows_changed(ChangeSet((row("a"),)))
        if at_once:
            say_the_rest()

    if not at_once:
        once = Qt.ConnectionType.SingleShotConnection
        bridge.rows_changed.connect(lambda _: from_another_thread(say_the_rest), once)
    from_another_thread(say)
    qtbot.waitUntil(lambda: "last" in heard)
    assert heard == ["before", "rows", "painting", "behind", "last"]


def test_what_is_said_while_a_frame_lasts_does_not_wait_for_its_rows(qtbot: QtBot):
    bridge = Bridge()
    listener = bridge.told()
    heard: list[str] = []
    bridge.rows_changed.connect(lambda changes: heard.append(changes.rows[0].id))
    bridge.trouble_told.connect(heard.append)

    def say() -> None:
        listener.rows_changed(ChangeSet((row("b"),)))
        listener.trouble("at once")

    listener.rows_changed(ChangeSet((row("a"),)))
    bridge.rows_changed.connect(say, Qt.ConnectionType.SingleShotConnection)
    qtbot.waitUntil(lambda: "b" in heard)
    assert heard == ["a", "at once", "b"]


def test_only_the_case_that_is_looked_at_is_told(qtbot: QtBot):
    class Watching:
        def watch(self, case: CaseId | None) -> None: ...

    bridge = Bridge()
    bridge.attach(Watching())  # type: ignore[arg-type]
    listener = bridge.told()
    heard: list[CaseView | None] = []
    bridge.case_changed.connect(heard.append)
    bridge.watch(CaseId("case-1"))
    view = CaseView(case=b.new_case(), confirmed=1)
    from_another_thread(lambda: listener.case_changed(view, CaseId("another")))
    from_another_thread(lambda: listener.case_changed(view, CaseId("case-1")))
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [view]


def test_a_wish_without_an_engine_is_an_error_of_ours():
    with pytest.raises(RuntimeError, match="no station"):
        Bridge().reconnect()


def session(book: LawBook) -> Remembered:
    return Remembered(actor=b.DISPATCHER, book=book, units=b.units())


def test_the_session_and_its_law_are_there_before_anybody_hears_and_each_is_told_only_when_it_differs(qtbot: QtBot):
    bridge = Bridge()
    listener = bridge.told()
    heard: list[tuple[str, bool]] = []
    bridge.session_changed.connect(lambda _: heard.append(("session", bridge.flood)))
    bridge.law_changed.connect(lambda law: heard.append(("law", law is bridge.law and bridge.flood)))
    calm, book = b.law(), b.book()
    flood = msgspec.structs.replace(calm, flood=True)
    from_another_thread(lambda: listener.session_changed(session(book), calm))
    from_another_thread(lambda: listener.session_changed(session(book), calm))
    from_another_thread(lambda: listener.session_changed(session(book), flood))
    qtbot.waitUntil(lambda: len(heard) >= 3)
    assert heard == [("session", False), ("law", False), ("law", True)]
    assert bridge.unit_name(b.URBAN) == "区城管委"


def test_the_loads_of_departments_are_kept_with_their_age(qtbot: QtBot):
    bridge = Bridge()
    listener = bridge.told()
    assert (bridge.loads, bridge.loads_as_of) == ({}, None)
    with qtbot.waitSignal(bridge.loads_changed) as told:
        from_another_thread(lambda: listener.loads_changed({b.URBAN: 3}, b.NOON))
    assert told.args == [{b.URBAN: 3}]
    assert (bridge.loads, bridge.loads_as_of) == ({b.URBAN: 3}, b.NOON)


def test_a_case_that_is_not_here_any_more_says_why(qtbot: QtBot):
    class Watching:
        def watch(self, case: CaseId | None) -> None: ...

    bridge = Bridge()
    bridge.attach(Watching())  # type: ignore[arg-type]
    heard: list[tuple[CaseView | None, str]] = []
    bridge.case_changed.connect(lambda view: heard.append((view, bridge.why_no_case)))
    bridge.watch(CaseId("case-1"))
    listener = bridge.told()
    view = CaseView(case=b.new_case(), confirmed=1)
    from_another_thread(lambda: listener.case_changed(view, CaseId("case-1")))
    from_another_thread(lambda: listener.case_changed(None, CaseId("case-1"), words.LEFT))
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == [(view, ""), (None, words.LEFT)]


def test_a_catch_up_entry_goes_on_with_the_time_it_happened():
    class Taking:
        def submit(
            self, command: c.AnyCommand, happened_at: dt.datetime | None = None, seen: object = None, replaces: str = ""
        ) -> CommandId:
            asked.append((command, happened_at))
            return CommandId("a")

    asked: list[tuple[c.AnyCommand, dt.datetime | None]] = []
    bridge = Bridge()
    bridge.attach(Taking())  # type: ignore[arg-type]
    signed = c.SignFor(case=CaseId("case-1"))
    bridge.submit(signed)
    bridge.submit(signed, happened_at=b.NOON)
    assert asked == [(signed, None), (signed, b.NOON)]
