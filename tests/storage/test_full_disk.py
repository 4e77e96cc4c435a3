"""A disk that is really full, the console's and the centre's: said in words, nothing lost, and with room it goes on."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from tests.helpers.small_disk import Kind, run
from tests.server.centre import running_centre

MODULE = "tests.storage.filling"
Record = Callable[[str, object], None]


def said(record_property: Record, kind: Kind, story: CompletedProcess[str]) -> list[str]:
    """Give what people were told, and let the report say what the disk was."""
    record_property("disk", kind.value)
    print(f"the disk was {kind}")  # noqa: T201
    assert story.returncode == 0, f"{kind}: {story.stdout}\n{story.stderr}"
    return json.loads(story.stdout)


def test_a_station_whose_disk_is_full_takes_nothing_and_loses_nothing(tmp_path: Path, record_property: Record) -> None:
    async def story() -> tuple[Kind, CompletedProcess[str]]:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            where = tmp_path / "station", 2000, "console", centre.running.url
            return await asyncio.to_thread(run, MODULE, *where)

    words = said(record_property, *asyncio.run(story()))
    assert all("磁盘" in each and "disk" in each for each in words), words


def test_a_centre_whose_disk_is_full_answers_no_and_loses_nothing(tmp_path: Path, record_property: Record) -> None:
    words = said(record_property, *run(MODULE, tmp_path / "centre", 3000, "ledger", ""))
    assert all("磁盘" in each and "disk" in each for each in words), words
