"""The command bar's grammar: what is typed, what is meant."""

import pytest

from dispatcher.ui.console.grammar import Verb, Wish, parse


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("签收 07433", Wish(Verb.SIGN, "07433")),
        ("签收07433", Wish(Verb.SIGN, "07433")),
        ("签收", Wish(Verb.SIGN)),
        ("签 ０７４３３", Wish(Verb.SIGN, "07433")),
        ("SIGN 07433", Wish(Verb.SIGN, "07433")),
        ("signal box", Wish(Verb.FIND, rest="signal box")),
        ("联系 07433", Wish(Verb.CONTACT, "07433")),
        ("首联　07433", Wish(Verb.CONTACT, "07433")),
        ("吹哨 07387 应急 供水集团", Wish(Verb.WHISTLE, "07387", "应急 供水集团")),
        ("吹哨 应急 供水集团", Wish(Verb.WHISTLE, rest="应急 供水集团")),
        ("进展 临江-20261118-07387 已到场", Wish(Verb.PROGRESS, "临江-20261118-07387", "已到场")),
        ("转 马珂 今晚", Wish(Verb.ASSIGN, rest="马珂 今晚")),
        ("查 07433", Wish(Verb.FIND, rest="07433")),
        ("查 地库 进水", Wish(Verb.FIND, rest="地库 进水")),
        ("? 地库", Wish(Verb.FIND, rest="地库")),
        ("？地库", Wish(Verb.FIND, rest="地库")),
        ("看护床位", Wish(Verb.FIND, rest="看护床位")),
        ("07433", Wish(Verb.OPEN, "07433")),
        ("L-110105-20261118-3001", Wish(Verb.OPEN, "L-110105-20261118-3001")),
        ("地库", Wish(Verb.FIND, rest="地库")),
        ("view 3", Wish(Verb.VIEW, rest="3")),
        ("视图 3", Wish(Verb.VIEW, rest="3")),
        ("outbox", Wish(Verb.OUTBOX)),
        ("help", Wish(Verb.KEYS)),
        ("", None),
        ("  ？ ", None),
    ],
)
def test_what_is_typed_is_what_is_meant(typed: str, meant: Wish | None) -> None:
    assert parse(typed) == meant
