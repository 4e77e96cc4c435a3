"""PySide6 must not eat references: a wheel that does crashes the program within seconds.

PySide6 6.12 on Python 3.11 drops a reference to None and True at each callback; pyproject.toml keeps it out,
and this test fails should another release do the same. Python 3.12 and later cannot show the loss, since both
objects are immortal there.
"""

import asyncio
import sys

import pytest

CALLBACKS = 10_000
DRIFT = 1_000
"""References that may come and go with caches while 10,000 callbacks run; a leak of one each would be 10,000."""


@pytest.mark.window
def test_none_and_true_survive_ten_thousand_callbacks(qapp: object):
    from PySide6.QtCore import QObject, QTimer, Signal

    class Source(QObject):
        said = Signal(object)
        flagged = Signal(bool)

    source = Source()
    heard = 0

    def hear(_value: object) -> None:
        nonlocal heard
        heard += 1

    source.said.connect(hear)
    source.flagged.connect(hear)
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(CALLBACKS):
        source.said.emit(None)
        source.flagged.emit(True)
    timer = QTimer()
    timer.setInterval(0)
    timer.timeout.connect(lambda: hear(None))
    timer.start()
    while heard < 3 * CALLBACKS:
        qapp.processEvents()  # type: ignore[attr-defined]
    timer.stop()
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert after[0] > before[0] - DRIFT
    assert after[1] > before[1] - DRIFT


@pytest.mark.window
def test_none_and_true_survive_the_loop_of_the_interface(qapp: object):
    import qasync

    loop = qasync.QEventLoop(qapp, already_running=False)
    heard = 0

    async def work() -> None:
        nonlocal heard
        done = loop.create_future()

        def hear(flag: bool) -> None:
            nonlocal heard
            heard += 1
            if heard == CALLBACKS:
                done.set_result(flag)
            else:
                loop.call_soon(hear, flag)

        loop.call_soon(hear, True)
        assert await done is True
        await asyncio.sleep(0)

    before = sys.getrefcount(None), sys.getrefcount(True)
    with loop:
        loop.run_until_complete(work())
        after = sys.getrefcount(None), sys.getrefcount(True)
    assert heard == CALLBACKS
    assert after[0] > before[0] - DRIFT
    assert after[1] > before[1] - DRIFT
