"""What a doctor finds: one line each, with its mark, its words in both languages, and the command that mends it.

Promises: a finding that asks for something to be done names a command. Knows nothing of what is examined.
"""

import enum
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Final, NamedTuple

import msgspec

from dispatcher.setting_values import without_password
from dispatcher.settings import AdminSettings


class Mark(enum.StrEnum):
    """How something is: as it should be, not to be looked at now, soon in need of somebody, or broken."""

    WELL = "well"
    UNSEEN = "unseen"
    ATTENTION = "attention"
    FAULT = "fault"


ASKING: Final = frozenset({Mark.ATTENTION, Mark.FAULT})
"""Marks that somebody has to do something about."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at: `check` is its name for ever, `words` are "Chinese | English", `remedy` a command."""

    check: str
    mark: Mark
    words: str
    remedy: str = ""


class Section(NamedTuple):
    """Findings about one thing, under a heading in both languages."""

    heading: str
    findings: tuple[Finding, ...]


def well(check: str, words: str) -> Finding:
    """Find something as it should be."""
    return Finding(check=check, mark=Mark.WELL, words=words)


def unseen(check: str, words: str) -> Finding:
    """Say why something was not looked at; that alone is no fault."""
    return Finding(check=check, mark=Mark.UNSEEN, words=words)


def attention(check: str, words: str, remedy: str) -> Finding:
    """Find something that works and will not for long, or waits for a person."""
    return Finding(check=check, mark=Mark.ATTENTION, words=words, remedy=remedy)


def fault(check: str, words: str, remedy: str) -> Finding:
    """Find something broken."""
    return Finding(check=check, mark=Mark.FAULT, words=words, remedy=remedy)


def said(chinese: str, english: str, trouble: object) -> str:
    """Give what a Trouble says behind words of one's own, each language behind its own."""
    zh, both, en = str(trouble).partition(" | ")
    return f"{chinese}：{zh} | {english}: {en if both else zh}"


def is_well(sections: Iterable[Section]) -> bool:
    """Tell whether nobody has to do anything."""
    return not any(finding.mark in ASKING for section in sections for finding in section.findings)


class Typing:
    """Commands of this program as they have to be typed here: with the flags that the doctor itself was given.

    What stands in the environment or the settings file holds for them by itself.
    """

    def __init__(self, program: str, settings: type[object], flags: Mapping[str, str | None]) -> None:
        self._program = program
        self._settings = settings
        self._flags = {name: value for name, value in flags.items() if value is not None}

    def start(self, *rest: str) -> str:
        """Give the command that starts what is examined."""
        return self._typed(self._program, self._settings, rest)

    def admin(self, *task: str) -> str:
        """Give a command of `dispatcher admin`."""
        return self._typed("admin", AdminSettings, task)

    def _typed(self, program: str, settings: type[object], rest: tuple[str, ...]) -> str:
        """Give a command with the settings it knows; `rest` comes last and takes the place of flags."""
        words = ["dispatcher", program]
        for field in fields(settings):  # pyright: ignore[reportArgumentType]
            flag = f"--{field.name.rstrip('_').replace('_', '-')}"
            if field.name in self._flags and flag not in rest:
                words += [flag, without_password(self._flags[field.name])]
        return shlex.join([*words, *rest])
