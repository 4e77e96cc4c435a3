"""The commands about the law, from the command line to the ledger: policies, floods, calendars, why."""

import datetime as dt
from pathlib import Path

import pytest

from dispatcher.assets import load_calendar, load_organisation, load_policy
from dispatcher.cli import main
from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId, UnitId
from dispatcher.models.lawbook import book_of, law_at
from dispatcher.models.order import Order, Urgency
from dispatcher.models.verdicts import Accepted
from dispatcher.storage.ledger import Ledger
from tests.builders import HOTLINE

UNITS = load_organisation()
CITY = load_policy()
SHIPPED = Path(__file__).parents[2] / "resources" / "policies" / "city.toml"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A ledger with two open cases, dispatched ten minutes ago."""
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    ledger = Ledger.open(url)
    ledger.put_units(UNITS)
    book = book_of(CITY, load_calendar())
    ledger.put_first_book(book)
    now = dt.datetime.now(dt.UTC)
    for number in ("BJ0017", "BJ0217"):
        order = Order(
            number=number,
            source="12345",
            title="暖气不热",
            dispatched_at=now - dt.timedelta(minutes=10),
            urgency=Urgency.LIVELIHOOD,
        )
        act = c.Act(
            id=CommandId(number),
            command=c.ReceiveOrder(case=CaseId(f"case-{number}"), order=order, holder=UnitId("110105017")),
            by=HOTLINE.person,
            made_at=now,
        )
        (outcome,) = ledger.judge([(act, HOTLINE)], law_at(book, now, UNITS), now)
        assert isinstance(outcome.verdict, Accepted)
    ledger.close()
    return url


def policy_file(tmp_path: Path, *changes: tuple[str, str]) -> str:
    text = SHIPPED.read_text("utf-8")
    for old, new in (('version = "city-1"', 'version = "mine-1"'), *changes):
        assert old in text, old
        text = text.replace(old, new)
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    return str(path)


def test_a_sound_policy_is_sound_and_a_bad_one_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", policy_file(tmp_path)]) == 0
    assert "mine-1" in capsys.readouterr().out
    bad = policy_file(tmp_path, ("reply_review = true", "reply_review = 3"))
    assert main(["policy", "check", bad]) == 1
    said = capsys.readouterr().err
    assert all(part in said for part in (bad, "reply_review", "3", "true or false"))


def test_a_difference_is_told_in_the_terms_of_the_work_and_with_what_it_does(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    limits = SHIPPED.read_text("utf-8").split("[orders.livelihood]", 1)[1].split("[", 1)[0]
    sign = CITY.orders[Urgency.LIVELIHOOD].sign
    assert sign is not None
    sooner = limits.replace(f'sign = "{sign.text}"', 'sign = "20 min"')
    assert sooner != limits
    mine = policy_file(tmp_path, (limits, sooner))
    status = main(["policy", "diff", "city", mine, "--database", database])
    said = capsys.readouterr().out
    assert status == 0
    assert f"livelihood, sign: {sign.text} -> 20 min" in said
    assert "2 open cases change, 0 become overdue" in said


def test_a_policy_activated_in_the_ledger_holds_from_its_day(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = policy_file(tmp_path)
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=400)
    assert main(["policy", "activate", mine, "--from", day.isoformat(), "--database", database]) == 0
    assert f"mine-1 holds from {day} 00:00" in capsys.readouterr().out
    ledger = Ledger.open(database)
    book = ledger.law_book()
    ledger.close()
    assert book is not None
    assert [(e.policy.version, e.activated_by) for e in book.editions] == [("city-1", ""), ("mine-1", "admin")]
    assert main(["policy", "activate", mine, "--from", "tomorrow", "--database", database]) == 2
    assert main(["policy", "activate", mine, "--from", day.isoformat(), "--database", database]) == 1
    assert "version has been used before" in capsys.readouterr().err


def test_the_flood_switch_is_thrown_and_thrown_back(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flood", "on", "--reason", "暴雨", "--database", database, "--person", "ding"]) == 0
    assert main(["flood", "on", "--reason", "暴雨", "--database", database]) == 1
    assert "it is so already" in capsys.readouterr().err
    assert main(["flood", "--database", database, "off", "--reason", "雨停"]) == 0
    ledger = Ledger.open(database)
    book = ledger.law_book()
    ledger.close()
    assert book is not None
    assert [(s.on, s.reason, s.by) for s in book.spells] == [(True, "暴雨", "ding"), (False, "雨停", "admin")]


def test_a_calendar_that_is_none_is_named_and_nothing_changes(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "next.toml"
    path.write_text("nonsense", "utf-8")
    assert main(["calendar", "check", str(path)]) == 1
    assert main(["calendar", "activate", str(path), "--database", database]) == 1
    assert capsys.readouterr().err.count(str(path)) == 2
    assert main(["calendar", "check", "china"]) == 0


def test_why_names_the_clause_and_the_instant_of_a_case_meant_by_its_number_s_end(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["why", "0017", "--clock", "feedback", "--database", database]) == 0
    said = capsys.readouterr().out
    limit = CITY.orders[Urgency.LIVELIHOOD].feedback
    assert "BJ0017" in said
    assert f"limit {limit.text} (policy city-1, orders.livelihood.feedback)" in said
    assert "counted from the dispatch" in said
    assert "sign" not in said
    assert main(["why", "case-BJ0217", "--database", database]) == 0
    said = capsys.readouterr().out
    assert "签收 | sign:" in said
    assert "首次联系 | first contact:" in said


def test_why_asks_for_more_where_several_cases_or_none_are_meant(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["why", "17", "--database", database]) == 1
    shown = capsys.readouterr()
    assert "BJ0017" in shown.out
    assert "BJ0217" in shown.out
    assert main(["why", "%", "--database", database]) == 1
    assert main(["why", "0017", "--clock", "tea", "--database", database]) == 2


def test_a_roster_is_read_in_and_bad_lines_are_left_out(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "duty.csv"
    path.write_text("unit,post,name,phone,from,to\nD-WATER,联络员,赵工,,,\nD-NOBODY,联络员,谁,,,\n", "utf-8")
    assert main(["admin", "--database", database, "roster", str(path)]) == 1
    shown = capsys.readouterr()
    assert "1 duties / 1 lines left out" in shown.out
    assert "duty.csv:3: unit = 'D-NOBODY'" in shown.err
    ledger = Ledger.open(database)
    assert [duty.name for duty in ledger.roster().duties] == ["赵工"]
    ledger.close()
    path.write_text("nothing\n", "utf-8")
    assert main(["admin", "--database", database, "roster", str(path)]) == 1
