"""The engine's thread: real time, a real thread; waits for events, never for time."""

import threading
import time
from collections.abc import Callable

import pytest

from dispatcher.models import commands as c
from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId
from dispatcher.sync import words
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.ports import LinkLost, LinkState
from dispatcher.sync.thread import EngineThread
from dispatcher.transport.memory import MemoryDialer
from tests import builders as b
from tests.fakes import FakeClock, MemoryStore, Recorder
from tests.sync.world import FakeCentre

TIMEOUT_S = 10.0


def wait_for(happened: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + TIMEOUT_S
    pause = threading.Event()
    while not happened():
        assert time.monotonic() < deadline_s, "it never happened"
        pause.wait(0.005)


def engine(seen: Recorder, store: MemoryStore, dialer: MemoryDialer) -> Engine:
    return Engine(
        open_store=store.reopened,
        dialer=dialer,
        listener=seen,
        clock=SystemClock(),
        token="token-li",
        station="desk-1",
    )


def test_wishes_from_another_thread_are_carried_out_in_the_engines():
    seen, store = Recorder(), MemoryStore()
    centre = FakeCentre(FakeClock(), b.DISPATCHER)
    thread = EngineThread(engine(seen, store, MemoryDialer(centre.accept)), seen)
    thread.start()
    try:
        wait_for(lambda: seen.statuses and seen.status.state is LinkState.ONLINE)
        thread.call(lambda: threading.current_thread().name == "sync" or pytest.fail("in another thread"))
        act = thread.submit(c.SignFor(case=CaseId("nowhere")))
        wait_for(lambda: any(answer.act == act for answer in seen.answers))
        thread.watch(CaseId("nowhere"))
        wait_for(lambda: seen.views == [None])
        thread.list_receipts(5)
        wait_for(lambda: "listed" in seen.told)
        assert abs((thread.now() - centre.now()).total_seconds()) < TIMEOUT_S
    finally:
        thread.stop()
    assert not store.is_open


def test_stop_ends_a_thread_that_waits_for_a_lost_link_and_may_be_repeated():
    def nobody_home(_link: object) -> None:
        raise LinkLost("nobody home")

    seen = Recorder()
    thread = EngineThread(engine(seen, MemoryStore(), MemoryDialer(nobody_home)), seen)
    thread.start()
    wait_for(lambda: seen.statuses and seen.status.state is LinkState.OFFLINE)
    thread.stop()
    thread.stop()
    thread.reconnect()


def test_a_thread_that_never_started_stops():
    thread = EngineThread(engine(Recorder(), MemoryStore(), MemoryDialer(lambda _link: None)), Recorder())
    thread.stop()


@pytest.mark.expects_log("the sync engine failed")
def test_an_error_of_ours_is_said_and_the_engine_begins_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dispatcher.sync.thread.BEGIN_AGAIN_AFTER_S", 0.01)

    class Faulty(Recorder):
        faults = 1

        def rows_changed(self, changes: ChangeSet) -> None:
            if self.faults:
                self.faults -= 1
                raise ZeroDivisionError("a bug")
            super().rows_changed(changes)

    seen = Faulty()
    centre = FakeCentre(FakeClock(), b.DISPATCHER)
    thread = EngineThread(engine(seen, MemoryStore(), MemoryDialer(centre.accept)), seen)
    thread.start()
    try:
        wait_for(lambda: seen.statuses and seen.status.state is LinkState.ONLINE)
    finally:
        thread.stop()
    assert seen.troubles == [words.BUG]


@pytest.mark.expects_log("a wish failed")
def test_a_wish_that_fails_by_a_bug_is_said_and_the_next_one_works():
    seen = Recorder()
    centre = FakeCentre(FakeClock(), b.DISPATCHER)
    thread = EngineThread(engine(seen, MemoryStore(), MemoryDialer(centre.accept)), seen)
    thread.start()
    try:
        thread.call(lambda: 1 / 0)
        wait_for(lambda: seen.troubles == [words.BUG])
        thread.list_receipts(1)
        wait_for(lambda: "listed" in seen.told)
    finally:
        thread.stop()
