"""The machine under both ends: directories and who may read them, room on the disks, and ages in words."""

import datetime as dt
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import Final

from dispatcher.doctor.findings import Finding, attention, fault, unseen, well

SHORT_OF_SPACE: Final = 1024**3
NO_SPACE: Final = 100 * 1024**2
"""Bytes free on a disk below which somebody should look, and below which nothing can be relied on."""


def examine_directory(check: str, path: Path, *, private: bool = True) -> Iterator[Finding]:
    """Look at a directory that the program must write to and, if it is `private`, its owner alone should read."""
    if not can_enter(path.parent):
        owner = f"sudo chown -R {_user()} {quote(str(path.parent))}"
        yield fault(check, f"{path.parent}：不能进入 | {path.parent}: it cannot be entered", owner)
        return
    if not path.is_dir():
        yield unseen(check, f"{path}：还没有这个目录 | {path}: there is no such directory yet")
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if not may(path, os.R_OK | os.W_OK | os.X_OK):
        owner = f"sudo chown -R {_user()} {quote(str(path))}"
        yield fault(check, f"{path}：不能读写 | {path}: it cannot be read and written", owner)
    elif private and _is_open(mode):
        words = f"{path}：他人可进入（{mode:o}） | {path}: others may enter it ({mode:o})"
        yield attention(check, words, f"chmod 700 {quote(str(path))}")
    else:
        yield well(check, f"{path}：可写 | {path}: it can be written to")


def examine_private_file(check: str, path: Path) -> Iterator[Finding]:
    """Look at a file that its owner alone should read: nothing is said of one that is as it should be."""
    if path.is_file() and _is_open(mode := stat.S_IMODE(path.stat().st_mode)):
        words = f"{path}：他人可读（{mode:o}） | {path}: others may read it ({mode:o})"
        yield attention(check, words, f"chmod 600 {quote(str(path))}")


def examine_space(check: str, path: Path) -> Iterator[Finding]:
    """Look at the room on the disk that a path lies on, or will lie on."""
    there = next(each for each in (path.absolute(), *path.absolute().parents) if os.path.exists(each))
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        yield unseen(check, f"{there}：磁盘空间无法读取 | the room on its disk cannot be read ({error.strerror})")
        return
    zh, en = f"{there}：剩余 {_size(free)}", f"{there}: {_size(free)} free"
    largest = f"du -xh --max-depth=2 {quote(str(there))} | sort -h | tail"
    if free < NO_SPACE:
        yield fault(check, f"磁盘将满，{zh} | the disk is full, {en}", largest)
    elif free < SHORT_OF_SPACE:
        yield attention(check, f"磁盘空间不多，{zh} | the disk is filling up, {en}", largest)
    else:
        yield well(check, f"磁盘 {zh} | disk {en}")


def ago(then: dt.datetime, now: dt.datetime) -> tuple[str, str]:
    """Give how long ago an instant was, in Chinese and in English."""
    minutes = max(0, round((now - then).total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} 分钟", f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} 小时", f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} 天", f"{minutes // (24 * 60)} days"


def can_enter(path: Path) -> bool:
    """Tell whether what lies in a directory can be asked for; one that is not there holds nothing."""
    for each in reversed((path.absolute(), *path.absolute().parents)):
        if not os.path.exists(each):  # unlike Path.exists it raises nothing
            return True
        if not may(each, os.X_OK):
            return False
    return True


def may(path: Path, how: int) -> bool:
    """Tell whether this process may do something with a path that is there; `how` is os.R_OK and its like."""
    return os.access(path, how, effective_ids=os.access in os.supports_effective_ids)


def _user() -> str:
    return os.environ.get("USER") or "$USER"


def _is_open(mode: int) -> bool:
    """Tell whether others than the owner may do anything; systems without such modes say nothing of it."""
    return os.name == "posix" and bool(mode & 0o077)


def _size(count: int) -> str:
    return f"{count / 1024**3:.1f} GiB" if count >= 1024**3 else f"{count / 1024**2:.0f} MiB"
