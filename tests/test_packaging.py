"""What is built is what runs: the wheel carries the resources and every module, and no dependency is unpinned."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]


def test_the_wheel_carries_every_file_and_nothing_else(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in ("dispatcher", "resources"):
        shutil.copytree(ROOT / name, source / name)
    for name in ("pyproject.toml", "setup.py", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, source)
    files = [path.relative_to(source) for path in source.glob("*/**/*") if path.is_file() and path.suffix != ".pyc"]
    wanted = {str("dispatcher" / path if path.parts[0] == "resources" else path) for path in files}

    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", tmp_path]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, source], check=True, timeout=120)

    (wheel,) = tmp_path.glob("dispatcher_console-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert sorted(wanted - carried) == [], "not in the wheel; is there a package without __init__.py?"
    assert sorted(carried - wanted) == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-lowest.lock"])
def test_the_lock_satisfies_what_the_project_asks_for(lock: str) -> None:
    pinned: dict[str, set[Version]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE):
        pinned.setdefault(name, set()).add(Version(version))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    for line in project["dependencies"]:
        asked = Requirement(line)
        found = pinned.get(canonicalize_name(asked.name), set())
        assert any(asked.specifier.contains(version) for version in found), f"{line}: run `make lock`"


def test_the_lock_names_no_package_index() -> None:
    for path in ROOT.glob("requirements*.lock"):
        assert not re.search(r"^\s*--(index-url|extra-index-url|find-links)|://", path.read_text(), re.MULTILINE)
