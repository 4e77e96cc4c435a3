"""`dispatcher admin units`: a street is added to the directory, and what is wrong with a file is named by its line."""

from pathlib import Path

import pytest

from dispatcher.cli import main
from dispatcher.models.ids import UnitId
from dispatcher.models.organisation import UnitKind
from dispatcher.storage.ledger import Ledger


def units(tmp_path: Path, *words: str) -> int:
    return main(["admin", "units", *words, "--database", f"sqlite:///{tmp_path / 'centre.db'}"])


def test_a_street_is_added_and_may_have_accounts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "streets.csv"
    file.write_text("code,name,name_en\n110105099,新设街道,Newly Made\n", "utf-8-sig")
    assert units(tmp_path) == 0
    before = capsys.readouterr().out.splitlines()
    assert units(tmp_path, str(file)) == 0
    capsys.readouterr()
    assert units(tmp_path) == 0
    after = capsys.readouterr().out.splitlines()
    assert after[:-1] == before, "the others keep their places"
    assert after[-1] == "110105099\tstreet\t新设街道\tChaoyang · Newly Made"
    account = ["admin", "--database", f"sqlite:///{tmp_path / 'centre.db'}", "add", "wu", "--name", "吴"]
    assert main([*account, "--unit", "110105099", "--role", "dispatcher"]) == 0
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'centre.db'}")
    assert [unit.kind for unit in ledger.units() if unit.id == UnitId("110105099")] == [UnitKind.STREET]
    ledger.close()
    capsys.readouterr()
    assert main(["admin", "--database", f"sqlite:///{tmp_path / 'centre.db'}", "journal"]) == 0
    told = capsys.readouterr().out
    assert "put_units" in told
    assert "units 110105099" in told, "what is new, and not the hundreds that were there"
    assert "110105016" not in told
    assert main(["admin", "--database", f"sqlite:///{tmp_path / 'centre.db'}", "verify"]) == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "code,name,name_en\n110105016,再一个,Again\n", "is 双井街道 already"),
        ("a.csv", "code,name,name_en\n990105016,无名,None\n", "no unit 990105 is known above it"),
        ("a.csv", "code,name\n1,2\n", "must be code,name,name_en"),
        ("a.toml", '[[unit]]\nid = "D-ENFORCE"\nname = "又一个"\n', "is taken already"),
        ("a.csv", b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_adds_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str | bytes, said: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert units(tmp_path, str(file)) == 2
    assert said in capsys.readouterr().err
