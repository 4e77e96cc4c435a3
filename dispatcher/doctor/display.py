"""Whether windows can be shown here, tried by a process of its own: Qt ends the one that it cannot start in."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

import msgspec

from dispatcher.doctor.findings import Finding, attention, fault, unseen, well
from dispatcher.screen import Tried, has_display

TRIAL_S: Final = 30.0
LEAST_WIDTH: Final = 1024
LEAST_HEIGHT: Final = 720
"""Pixels (as the desktop counts them) below which the console's parts no longer stand beside each other."""
_WITHOUT_SCREEN: Final = frozenset({"offscreen", "minimal"})
_LIBRARIES: Final = (
    "sudo apt-get install libegl1 libgl1 libfontconfig1 libglib2.0-0 libdbus-1-3 libxkbcommon-x11-0"
    " libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"
)


def examine_display() -> Iterator[Finding]:
    """Start Qt, look for a typeface with Chinese, and measure the screen."""
    shown = has_display()
    environment = dict(os.environ) if shown else {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "dispatcher.widgets.trial"],
            capture_output=True,
            env=environment,
            timeout=TRIAL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield fault(
            "display.qt", f"Qt 在 {TRIAL_S:.0f} 秒内没有启动 | Qt did not start within {TRIAL_S:.0f} s", _LIBRARIES
        )
        return
    try:
        tried = msgspec.json.decode(done.stdout, type=Tried)
    except msgspec.DecodeError:
        why = _why(done.stderr.decode("utf-8", "replace")) or f"status {done.returncode}"
        yield fault("display.qt", f"Qt 无法启动：{why} | Qt cannot be started: {why}", _LIBRARIES)
        return
    shown = shown and tried.platform not in _WITHOUT_SCREEN
    if shown:
        yield well("display.qt", f"Qt {tried.qt}，平台 {tried.platform} | Qt {tried.qt}, platform {tried.platform}")
    else:
        yield unseen(
            "display.qt",
            f"Qt {tried.qt}；此处没有图形界面，屏幕未查 | Qt {tried.qt}; no display here, no screen to look at",
        )
    yield _font(tried.family)
    if shown:
        yield _screen(tried)


def _why(said: str) -> str:
    """Give the one line that tells most: Qt says it first, Python last."""
    lines = said.strip().splitlines() or [""]
    return lines[-1] if lines[0].startswith("Traceback") else lines[0]


def _font(family: str) -> Finding:
    if not family:
        return fault(
            "display.font", "没有中文字体 | there is no typeface with Chinese", "sudo apt-get install fonts-noto-cjk"
        )
    return well("display.font", f"中文字体：{family} | typeface for Chinese: {family}")


def _screen(tried: Tried) -> Finding:
    size = f"{tried.width}×{tried.height}（×{tried.scale:g}）"
    if tried.width < LEAST_WIDTH or tried.height < LEAST_HEIGHT:
        return attention(
            "display.screen",
            f"屏幕 {size} 太小，至少 {LEAST_WIDTH}×{LEAST_HEIGHT}"
            f" | the screen {size} is too small, at least {LEAST_WIDTH}×{LEAST_HEIGHT}",
            "xrandr",
        )
    return well("display.screen", f"屏幕 {size} | screen {size}")
