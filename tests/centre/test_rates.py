"""`dispatcher rates` over a real ledger: what is printed, published, verified and refused."""

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from dispatcher import cli
from dispatcher.assets import load_law, load_organisation
from dispatcher.centre.rates import Asked, names_of, run_rates, width
from dispatcher.centre.verifying import Verification
from dispatcher.models import commands as c
from dispatcher.models.events import Ground, RequestKind, Satisfied, Solved
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.organisation import Actor, Role, Unit, UnitKind
from dispatcher.models.ranking import Table
from dispatcher.models.verdicts import Accepted
from dispatcher.models.workcalendar import BEIJING
from dispatcher.settings import RatesSettings
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.centre import make_engine
from dispatcher.storage.ledger import Ledger
from tests.fakes import FakeClock
from tests.storage.city import HOTLINE, act, actor, new_id, receive, whistle

STREETS = tuple(UnitId(f"1101050{number}") for number in ("01", "02", "03"))
LAW = load_law(units=load_organisation())
BEGUN = dt.datetime(2026, 11, 3, 10, 0, tzinfo=BEIJING)
OVER = dt.datetime(2026, 11, 20, 9, 0, tzinfo=BEIJING)
DAY = dt.timedelta(days=1)


def leader(unit: UnitId) -> Actor:
    return actor(f"leader-{unit}", unit, Role.SHIFT_LEADER, Role.DISPATCHER)


class City:
    """A ledger in which time passes by hand."""

    def __init__(self, database: str) -> None:
        self.ledger = Ledger.open(database)
        if not self.ledger.units():
            self.ledger.put_units(load_organisation())
        self.at = BEGUN

    def do(self, command: c.AnyCommand, by: Actor, **more: object) -> None:
        (outcome,) = self.ledger.judge([act(command, by, made_at=self.at, **more)], LAW, self.at)
        assert isinstance(outcome.verdict, Accepted), outcome.verdict

    def appraised(self, unit: UnitId, solved: Solved, satisfied: Satisfied, whistles: int = 0) -> CaseId:
        """A case of a street, worked through to the hotline's call-back two days later."""
        case = CaseId(new_id())
        self.at = BEGUN
        self.do(receive(unit, case, dispatched_at=BEGUN)[0].command, HOTLINE)
        by = leader(unit)
        self.do(c.SignFor(case=case), by)
        self.do(c.RecordContact(case=case, reached=True), by)
        for _ in range(whistles):
            self.do(whistle(case, UnitId("D-WATER"))[0].command, by)
        self.do(c.Reply(case=case, accepted="a", talked_with="b", done="c", result="d"), by)
        self.at = BEGUN + 2 * DAY
        told = c.RecordCallBack(case=case, reached=True, contacted=True, solved=solved, satisfied=satisfied)
        self.do(told, HOTLINE)
        return case


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'centre.db'}"


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of three streets' ledger with 31, 30 and 2 appraised cases; the second's are better."""
    path = tmp_path_factory.mktemp("worked") / "centre.db"
    city = City(f"sqlite:///{path}")
    first, second, few = STREETS
    for number in range(31):
        city.appraised(first, Solved.YES if number % 2 else Solved.PARTLY, Satisfied.SATISFIED, whistles=number == 0)
    for _ in range(30):
        city.appraised(second, Solved.YES, Satisfied.BASICALLY)
    for _ in range(2):
        city.appraised(few, Solved.YES, Satisfied.SATISFIED)
    city.ledger.close()
    return path


@pytest.fixture
def city(database: str, worked: Path) -> Iterator[City]:
    """A ledger of one's own with what was worked."""
    for part in worked.parent.glob(f"{worked.name}*"):
        shutil.copy(part, Path(database.removeprefix("sqlite:///")).parent / part.name)
    city = City(database)
    yield city
    city.ledger.close()


def run(database: str, period: str = "2026-11", now: dt.datetime = OVER, **more: object) -> int:
    settings = RatesSettings(database=database, kind=str(more.pop("kind", "street")))
    return run_rates(settings, FakeClock(now), Asked(period, **more))  # pyright: ignore[reportArgumentType]


def test_ranks_units_apart_lists_and_the_whistle_rate_are_printed_in_columns(
    city: City, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(database) == 0
    lines = capsys.readouterr().out.splitlines()
    names = {unit.id: unit.name for unit in load_organisation()}
    first, second, few = (names[unit] for unit in STREETS)
    assert lines[0].startswith("2026-11  2026-10-19 00:00 – 2026-11-19 00:00")
    ranked = [line.split() for line in lines if line.endswith((first, second)) and "|" not in line]
    # 15 of 31 solved: 10 + 0.5 * 48.387 + 40; all solved but only basically satisfied: 10 + 50 + 36
    assert [(line[0], line[1], line[-1]) for line in ranked] == [("1", "96.0", second), ("2", "74.2", first)]
    (apart,) = [line.split() for line in lines if line.endswith(few) and "|" not in line]
    assert apart[:2] == ["–", "100.0"]
    heads = [line for line in lines if line.rstrip().endswith(("单位", "unit"))]
    assert len({width(line[: line.rindex(line.split()[-1])]) for line in heads[:2]}) == 1
    text = "\n".join(lines)
    assert f"先进 | advanced: {second}、{first}\n" in text
    assert f"整改 | rectify: {first}、{second}\n" in text
    assert "进步 | improved: –\n" in text
    assert f"治理 | govern: {first}、{second}、{few}\n" in text
    assert "whistles per 100 cases: 1.6 (正常 | healthy)" in text
    assert "received 63, 评价 | appraised 63" in text


def test_a_composite_is_explained_step_by_step(city: City, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    names = {unit.id: unit.name for unit in load_organisation()}
    _, second, few = STREETS
    assert run(database, why=names[second]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"2026-11 {names[second]}: 综合 | composite 96.0, 名次 | rank 1",
        "  响应率 | response: (30 contacted) / 30 valid = 1 = 100.0 %  × 0.1 → 10",
        "  解决率 | resolution: (30 solved) / 30 valid = 1 = 100.0 %  × 0.5 → 50",
        "  满意率 | satisfaction: (0 satisfied + 30 basically × 0.9) / 30 valid = 9/10 = 90.0 %  × 0.4 → 36",
        "  综合 | composite: 96 = 96.0  (10/50/40)",
    ]
    assert run(database, why=few) == 0
    assert "not ranked" in capsys.readouterr().out
    assert run(database, why="110101001") == 0
    assert "no valid call-back" in capsys.readouterr().out
    assert run(database, why="110") == 2
    assert "no such unit" in capsys.readouterr().err


def test_streets_of_one_name_are_told_apart_by_their_districts() -> None:
    above = [
        Unit(id=UnitId(code), name=name, kind=UnitKind.DISTRICT) for code, name in (("d1", "甲区"), ("d2", "乙区"))
    ]
    named = {"s1": ("永定镇", "d1"), "s2": ("永定镇", "d2"), "s3": ("城关街道", "d1")}
    streets = [
        Unit(id=UnitId(code), name=name, kind=UnitKind.STREET, parent=UnitId(parent))
        for code, (name, parent) in named.items()
    ]
    names = names_of([*above, *streets])
    assert [names[street.id] for street in streets] == ["甲区永定镇", "乙区永定镇", "城关街道"]


def test_departments_are_shown_on_their_summonses(
    city: City, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(database, kind="department") == 0
    text = capsys.readouterr().out
    names = {unit.id: unit.name for unit in load_organisation()}
    assert re.search(rf"^ *– +– +1 +0\.0 +0\.0 +0\.0 +0  {names[UnitId('D-WATER')]}$", text, re.MULTILINE)


def test_without_a_period_the_present_one_is_shown_and_a_day_gives_its_bulletin(
    city: City, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(database, "", now=OVER) == 0
    assert capsys.readouterr().out.startswith("2026-12  2026-11-19")
    assert run(database, "2026-11-05") == 0
    out = capsys.readouterr().out
    assert out.startswith("2026-11-05  2026-11-04 12:00 – 2026-11-05 12:00")
    assert "appraised 63" in out


def test_a_period_that_goes_on_is_not_published(city: City, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(database, publish=True, now=OVER - 2 * DAY) == 2
    assert "is not over yet" in capsys.readouterr().err
    assert city.ledger.gazette.names() == []


def test_what_is_published_is_verified_and_what_moved_since_is_told_with_its_cause(
    city: City, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "table.json"
    assert run(database, publish=True, json_to=written) == 0
    assert "published: 2026-11-street-1" in capsys.readouterr().out
    publication = city.ledger.gazette.find("2026-11-street-1")
    assert publication is not None
    assert msgspec.json.decode(written.read_bytes(), type=Table) == publication.table
    assert run(database, "", verify="2026-11-street-1") == 0
    out = capsys.readouterr().out
    assert out.count("一致 | the same") == 2
    assert "moved since: 0" in out

    # After the period: an exclusion of an appraised case, and a case of the next period that moves nothing here.
    city.at = OVER
    case = next(found.id for found in city.ledger.gazette.cases_at(city.ledger.head()) if found.holder == STREETS[1])
    ask = c.RequestExclusion(case=case, ground=Ground.BEYOND_LAW, reason="r", evidence=("a ruling",))
    city.do(ask, leader(STREETS[1]))
    city.do(c.DecideRequest(case=case, kind=RequestKind.EXCLUSION, granted=True, answer="a"), HOTLINE)
    city.do(receive(STREETS[0], dispatched_at=OVER)[0].command, HOTLINE)
    checked = tmp_path / "check.json"
    assert run(database, "", verify="2026-11-street-1", json_to=checked) == 0
    found = msgspec.json.decode(checked.read_bytes(), type=Verification)
    assert found.holds
    assert {(each.unit, each.counter, each.published, each.found) for each in found.since} == {
        (STREETS[1], "valid", 30, 29),
        (STREETS[1], "contacted", 30, 29),
        (STREETS[1], "solved", 30, 29),
        (STREETS[1], "basically", 30, 29),
        (STREETS[1], "excluded", 0, 1),
    }
    (cause,) = found.causes
    assert (cause.kind, cause.by, cause.entered_at) == ("decide_request", "hotline", OVER)
    assert {each.counter for each in cause.moved} == {each.counter for each in found.since}
    assert "decide_request" in capsys.readouterr().out
    assert run(database) == 0
    assert "appraised 62" in capsys.readouterr().out


def test_a_late_entry_into_a_published_period_is_told_as_late(city: City, database: str, tmp_path: Path) -> None:
    case = CaseId(new_id())
    city.at = BEGUN
    city.do(receive(STREETS[0], case, dispatched_at=BEGUN)[0].command, HOTLINE)
    assert run(database, publish=True) == 0
    signed_at = BEGUN + dt.timedelta(minutes=5)
    signed, by = act(c.SignFor(case=case), leader(STREETS[0]), made_at=signed_at, offline=True)
    (outcome,) = city.ledger.judge([(signed, by)], LAW, OVER)
    assert isinstance(outcome.verdict, Accepted)
    checked = tmp_path / "check.json"
    assert run(database, "", verify="2026-11-street-1", json_to=checked) == 0
    (cause,) = msgspec.json.decode(checked.read_bytes(), type=Verification).causes
    assert (cause.late, cause.at, cause.entered_at) == (True, signed_at, OVER)
    assert {each.counter for each in cause.moved} == {"signed", "signed_in_time"}


def test_a_table_that_the_journal_does_not_bear_out_fails_the_check(
    city: City, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = make_engine(database)
    with engine.begin() as connection:
        connection.execute(
            sa.update(schema.unit_tallies)
            .values(solved=schema.unit_tallies.c.solved + 1)
            .where(schema.unit_tallies.c.unit == STREETS[0], schema.unit_tallies.c.valid > 0)
        )
    assert run(database, publish=True) == 0
    assert run(database, "", verify="2026-11-street-1") == 1
    assert "solved: 16 → 15" in capsys.readouterr().out
    city.ledger.recount_tallies(LAW)
    assert run(database, publish=True) == 0
    assert run(database, "", verify="2026-11-street-2") == 0
    with engine.begin() as connection:
        content = connection.execute(sa.select(schema.published.c.content)).scalars().first()
        assert content is not None
        forged = content.replace('"composite":960', '"composite":970')
        assert forged != content
        connection.execute(sa.update(schema.published).values(content=forged))
    engine.dispose()
    capsys.readouterr()
    assert run(database, "", verify="2026-11-street-2") == 1
    assert "to the digit: 不一致" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["2026-13"], "no such month"),
        (["november"], "write a period like 2026-11"),
        (["--verify", "2026-11-street-9"], "was never published"),
        (["--kind", "city"], "choose one of street, department, district"),
    ],
)
def test_a_wrong_argument_is_said(
    arguments: list[str], words: str, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    City(database).ledger.close()
    assert cli.main(["rates", *arguments, "--database", database]) == 2
    assert words in capsys.readouterr().err


def test_a_ledger_that_is_not_there_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nothing.db"
    assert cli.main(["rates", "--database", f"sqlite:///{path}"]) == 1
    assert "there is no ledger" in capsys.readouterr().err
    assert not path.exists()


def test_the_command_line_reaches_it(city: City, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rates", "2026-11", "--database", database]) == 0
    assert "2026-11" in capsys.readouterr().out
