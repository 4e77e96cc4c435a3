"""The board of a centre's workers: pages are whole, outlive who wrote them, and are never waited for."""

import multiprocessing
import os
import sys

import pytest

from dispatcher.server.board import SLOT_BYTES, Board

pytestmark = pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")  # Python 3.12: pytest's threads


def test_each_reads_what_the_others_have_left() -> None:
    board = Board(3)
    one, two, three = (board.slot(number) for number in range(3))
    assert (one.own(), list(one.others())) == (b"", [])
    one.post(b"first")
    one.post(b"second")
    two.post(b"of two")
    assert one.own() == b"second"
    assert list(three.others()) == [b"second", b"of two"]
    assert list(one.others()) == [b"of two"]
    with pytest.raises(ValueError, match="at most"):
        one.post(bytes(SLOT_BYTES))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked")
@pytest.mark.skipif(sys.platform == "win32", reason="fork")
def test_what_is_read_while_another_process_writes_is_whole() -> None:
    board = Board(2)
    reader, writer = board.slot(0), board.slot(1)

    def write() -> None:
        for number in range(4_000):
            writer.post(bytes([number % 251]) * (1000 + number % 5000))

    process = multiprocessing.get_context("fork").Process(target=write)
    process.start()
    seen: set[bytes] = set()
    while process.is_alive():
        for page in reader.others():
            assert len(set(page)) == 1, "a page torn in the middle"
            seen.add(page[:1])
    process.join()
    assert process.exitcode == 0
    assert list(reader.others()) == [bytes([3_999 % 251]) * (1000 + 3_999 % 5000)]
    assert len(seen) > 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked")
def test_a_page_outlives_the_process_that_wrote_it() -> None:
    board = Board(2)
    process = multiprocessing.get_context("fork").Process(target=lambda: board.slot(1).post(b"left behind"))
    process.start()
    process.join()
    assert board.slot(1).own() == b"left behind"
