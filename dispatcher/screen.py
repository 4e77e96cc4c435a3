"""The screen: whether there is one, what a trial of it found, and a virtual one (Xvfb) where there is none."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Generator

import msgspec

SIZE = "1920x1080x24"


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What a trial of Qt found: version and platform, the typeface for Chinese (empty: none), the screen in pixels."""

    qt: str
    platform: str
    family: str
    width: int
    height: int
    scale: float


def has_display() -> bool:
    """Tell whether windows can be shown here."""
    if sys.platform != "linux":
        return True
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    return bool(chosen or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextlib.contextmanager
def virtual_screen() -> Generator[str]:
    """Give a screen for the programs started meanwhile and say what it is; Qt's own off-screen one without Xvfb."""
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        with _environment("QT_QPA_PLATFORM", "offscreen"):
            yield "Qt's off-screen platform (install xvfb for a real X server)"
        return
    seen, told = os.pipe()
    server = subprocess.Popen(
        [xvfb, "-displayfd", str(told), "-screen", "0", SIZE, "-nolisten", "tcp"],
        pass_fds=[told],
        stderr=subprocess.DEVNULL,
    )
    os.close(told)
    try:
        with os.fdopen(seen) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise OSError("Xvfb did not start; run it by hand to see why, or set DISPLAY to a screen")
        with _environment("DISPLAY", f":{number}"):
            yield f"Xvfb :{number}, {SIZE}"
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def _environment(name: str, value: str) -> Generator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
