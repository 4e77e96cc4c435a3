"""What a person types into the command bar, read into a wish: `签收 07433`, `sign 07433`, `查 地库`, `07433`.

Pure and forgiving: Chinese and English words, with or without a space, with or without a case (then it is the selected
one). A bare number opens that case; any other text is looked for.
"""

import enum
import re
from dataclasses import dataclass


class Verb(enum.StrEnum):
    """What is wished."""

    OPEN = "open"
    FIND = "find"
    SIGN = "sign_for"
    CONTACT = "record_contact"
    PROGRESS = "report_progress"
    ASSIGN = "assign"
    REPLY = "reply"
    CALL_BACK = "record_call_back"
    CLOSE = "close_case"
    WHISTLE = "blow_whistle"
    VIEW = "view"
    OUTBOX = "outbox"
    RECONNECT = "reconnect"
    KEYS = "keys"


@dataclass(frozen=True)
class Wish:
    """One wish: `number` is the case's number or its tail (empty: the selected case), `rest` what else was typed."""

    verb: Verb
    number: str = ""
    rest: str = ""


_WORDS: dict[str, Verb] = {
    "打开": Verb.OPEN,
    "看": Verb.OPEN,
    "open": Verb.OPEN,
    "查找": Verb.FIND,
    "查": Verb.FIND,
    "找": Verb.FIND,
    "搜": Verb.FIND,
    "find": Verb.FIND,
    "search": Verb.FIND,
    "签收": Verb.SIGN,
    "签": Verb.SIGN,
    "sign": Verb.SIGN,
    "首联": Verb.CONTACT,
    "联系": Verb.CONTACT,
    "contact": Verb.CONTACT,
    "call": Verb.CONTACT,
    "进展": Verb.PROGRESS,
    "progress": Verb.PROGRESS,
    "交办": Verb.ASSIGN,
    "转": Verb.ASSIGN,
    "assign": Verb.ASSIGN,
    "答复": Verb.REPLY,
    "回复": Verb.REPLY,
    "reply": Verb.REPLY,
    "回访": Verb.CALL_BACK,
    "callback": Verb.CALL_BACK,
    "归档": Verb.CLOSE,
    "close": Verb.CLOSE,
    "吹哨": Verb.WHISTLE,
    "哨": Verb.WHISTLE,
    "whistle": Verb.WHISTLE,
    "blow": Verb.WHISTLE,
    "视图": Verb.VIEW,
    "view": Verb.VIEW,
    "待发箱": Verb.OUTBOX,
    "待发": Verb.OUTBOX,
    "outbox": Verb.OUTBOX,
    "重连": Verb.RECONNECT,
    "reconnect": Verb.RECONNECT,
    "键位": Verb.KEYS,
    "帮助": Verb.KEYS,
    "keys": Verb.KEYS,
    "help": Verb.KEYS,
}

_LONGEST_FIRST = sorted(_WORDS, key=len, reverse=True)
_NUMBER = re.compile(r"[\w-]*\d{3,}")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９－　：？，", "0123456789- :?,")


def parse(text: str) -> Wish | None:
    """Read one line; None when there is nothing in it."""
    line = " ".join(text.translate(_FULL_WIDTH).split())
    if line[:1] in ("?", ":"):
        return Wish(Verb.FIND, rest=line[1:].strip()) if line[1:].strip() else None
    if not line:
        return None
    for word in _LONGEST_FIRST:
        if not line.lower().startswith(word):
            continue
        rest = line[len(word) :]
        if word.isascii() and rest and not rest.startswith(" "):
            continue
        if not word.isascii() and rest and not rest.startswith(" ") and not _NUMBER.match(rest):
            continue  # 看护 is a word of its own, not 看 with something after it
        return _wish(_WORDS[word], rest.strip(" :"))
    if _NUMBER.fullmatch(line):
        return Wish(Verb.OPEN, number=line)
    return Wish(Verb.FIND, rest=line)


def _wish(verb: Verb, rest: str) -> Wish:
    if verb is Verb.FIND:
        return Wish(verb, rest=rest)
    first, _, more = rest.partition(" ")
    if verb is Verb.VIEW or not _NUMBER.fullmatch(first):
        return Wish(verb, rest=rest)
    return Wish(verb, number=first, rest=more.strip())
