"""The bridge: what the engine says in its thread is heard in the interface's, in order, rows merged by the frame."""

import threading
from collections.abc import Callable

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from dispatcher.bridge import Bridge, LinkState, LinkStatus
from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId, Revision
from dispatcher.models.queue import QueueRow, summarise
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
