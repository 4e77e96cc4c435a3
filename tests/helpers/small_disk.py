"""A disk that can really be full: a file system of a megabyte or two, in a namespace of its own where one can be made.

`run` plays a module's story in a process of its own, over a directory that is such a disk. Where the system gives no
namespace, the story's process has its files limited in size instead, and is told so.
"""

import enum
import errno
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_BALLAST: Final = "ballast"
_MOUNTED: Final = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && shift 2 && exec "$@"'
_IN_A_NAMESPACE: Final = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _MOUNTED, "sh")
_STORY_S: Final = 120
LARGEST_KB: Final = 10_000


class Kind(enum.StrEnum):
    """What a disk is full of: its file system, or the size its files may have."""

    MOUNTED = "mounted"
    LIMITED = "limited"


def run(module: str, directory: Path, size_kb: int, *arguments: str) -> "tuple[Kind, subprocess.CompletedProcess[str]]":
    """Play `python -m module DIRECTORY KIND …` over a disk of a size; gives which kind it was, too."""
    assert size_kb <= LARGEST_KB
    directory.mkdir()
    kind = Kind.MOUNTED if _can_mount(directory) else Kind.LIMITED
    command = [sys.executable, "-m", module, str(directory), kind, *arguments]
    if kind is Kind.MOUNTED:
        command = [*_IN_A_NAMESPACE, f"{size_kb}k", str(directory), *command]
    return kind, subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=_STORY_S)


def _can_mount(directory: Path) -> bool:
    try:
        made = subprocess.run([*_IN_A_NAMESPACE, "100k", str(directory), "true"], capture_output=True, check=False)
    except FileNotFoundError:  # not Linux, or without util-linux
        return False
    return made.returncode == 0


class SmallDisk:
    """The disk as the story has it."""

    def __init__(self, directory: Path, kind: Kind) -> None:
        self._ballast = directory / _BALLAST
        self._directory = directory
        self._kind = kind
        self._limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        """Let it take no byte more; what is there can still be written over."""
        if self._kind is Kind.LIMITED:
            # Nothing may grow, and no journal may be begun: the smallest file there is stands for all.
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, self._limits[1]))
            return
        assert shutil.disk_usage(self._directory).total <= LARGEST_KB * 1024, "this is not a disk of its own"
        with self._ballast.open("wb", buffering=0) as ballast:
            for size in (65_536, 4096, 1):
                try:
                    while ballast.write(b"\0" * size):
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
        assert shutil.disk_usage(self._directory).free == 0

    def free(self) -> None:
        """Let there be room again."""
        resource.setrlimit(resource.RLIMIT_FSIZE, self._limits)
        self._ballast.unlink(missing_ok=True)
