"""Bodies of cases, packed: each by itself, small because all of them share a dictionary of what cases look like.

A packed body is a frame of Zstandard whose dictionary's number stands in it; a plain one is JSON, and both may lie in
one table. Dictionaries are files that never change: a cache outlives the program that filled it.
"""

import functools
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Final

import zstandard

DICTIONARY: Final = 1
"""The number of the dictionary that bodies are packed with."""

_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_LEVEL: Final = 1


class Packer:
    """Packs bodies and unpacks them; for one thread at a time."""

    def __init__(self) -> None:
        self._compress = zstandard.ZstdCompressor(level=_LEVEL, dict_data=_dictionary(DICTIONARY)).compress
        self._decompress: dict[int, Callable[[bytes], bytes]] = {}

    def pack(self, body: bytes) -> bytes:
        """Pack one body."""
        return self._compress(body)

    def pack_all(self, bodies: Sequence[bytes]) -> list[bytes]:
        """Pack bodies, in their order."""
        compress = self._compress
        return [compress(body) for body in bodies]

    def unpack(self, stored: bytes) -> bytes:
        """Give a body as JSON; raises ValueError for what is neither JSON nor packed by any dictionary there is."""
        if not stored.startswith(_MAGIC):
            return stored
        try:
            number = zstandard.get_frame_parameters(stored).dict_id
            decompress = self._decompress.get(number)
            if decompress is None:
                decompress = zstandard.ZstdDecompressor(dict_data=_dictionary(number)).decompress
                self._decompress[number] = decompress
            return decompress(stored)
        except (zstandard.ZstdError, FileNotFoundError) as error:
            raise ValueError(f"a body that cannot be unpacked: {error}") from error


@functools.cache
def _dictionary(number: int) -> zstandard.ZstdCompressionDict:
    file = resources.files("dispatcher.resources").joinpath("dictionaries", f"case-{number}.zdict")
    return zstandard.ZstdCompressionDict(file.read_bytes())
