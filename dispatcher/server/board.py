"""A board on which the workers of one centre leave what the others may read, without anybody waiting for anybody.

Memory without a name that all workers inherit from their parent: one slot each, which its worker alone writes and which
outlives it. Promises: what is read is whole, the newest or the one before; a worker killed while it writes leaves what
it wrote before.
"""

import mmap
import struct
import zlib
from collections.abc import Iterator
from typing import Final

SLOT_BYTES: Final = 256 * 1024
"""Room for one worker's page, twice: it is written by turns into the halves of what is left of it."""
_STATE: Final = struct.Struct("<II")
"""At the head of each half: how long the page in it is, and its check sum."""
_TURN_BYTES: Final = 8
_HALF_BYTES: Final = (SLOT_BYTES - _TURN_BYTES) // 2
_TRIES: Final = 10


class Board:
    """Slots for so many workers; made by the parent before they are forked."""

    def __init__(self, slots: int) -> None:
        self._memory = mmap.mmap(-1, slots * SLOT_BYTES)
        self._slots = slots

    def slot(self, number: int) -> "Slot":
        """Give the slot of a worker, counted from 0."""
        return Slot(self._memory, number, self._slots)


class Slot:
    """One worker's place on the board."""

    def __init__(self, memory: mmap.mmap, number: int, slots: int) -> None:
        self._memory = memory
        self._number = number
        self._slots = slots

    def post(self, page: bytes) -> None:
        """Put a page in the place of the one before; raises ValueError for one that is too long."""
        if len(page) > _HALF_BYTES - _STATE.size:
            raise ValueError(f"a page of {len(page)} bytes, at most {_HALF_BYTES - _STATE.size}")
        begin = self._number * SLOT_BYTES
        turn = 1 - self._memory[begin]
        half = begin + _TURN_BYTES + turn * _HALF_BYTES
        self._memory[half + _STATE.size : half + _STATE.size + len(page)] = page
        self._memory[half : half + _STATE.size] = _STATE.pack(len(page), zlib.crc32(page))
        self._memory[begin] = turn

    def own(self) -> bytes:
        """Give what this slot holds, of this life or of one before; empty when nothing was ever posted."""
        return self._read(self._number)

    def others(self) -> Iterator[bytes]:
        """Give what the other slots hold."""
        for number in range(self._slots):
            if number != self._number and (page := self._read(number)):
                yield page

    def _read(self, number: int) -> bytes:
        begin = number * SLOT_BYTES
        for _ in range(_TRIES):  # written over twice while it was read: once more
            half = begin + _TURN_BYTES + self._memory[begin] * _HALF_BYTES
            length, check = _STATE.unpack(self._memory[half : half + _STATE.size])
            page = self._memory[half + _STATE.size : half + _STATE.size + min(length, _HALF_BYTES)]
            if zlib.crc32(page) == check:
                return page
        return b""
