"""What of snapshots lies on the disk: nothing that has a name, so that nothing stays behind, however a centre ends."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.server.centre import TIMEOUT_S, order
from tests.server.test_process import process


def held_by(pid: int) -> list[str]:
    return [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_killed_centre_leaves_nothing_of_its_snapshots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))

    async def story() -> None:
        async with process(f"sqlite:///{tmp_path / 'centre.db'}") as (child, centre):
            await centre.accepted(*(order() for _ in range(50)))
            whole = await centre.http.get("/snapshot", headers=await centre.bearer("wang"))
            assert whole.status_code == 200
            etag = whole.headers["etag"]
            more = {"range": "bytes=10-", "if-range": etag}
            rest = await centre.http.get("/snapshot", headers=await centre.bearer("wang") | more)
            assert (rest.status_code, rest.content) == (206, whole.content[10:])
            assert any(name.startswith(str(temporary)) for name in held_by(child.pid)), "it does lie on the disk"
            assert list(temporary.iterdir()) == []
            child.kill()
            await asyncio.wait_for(child.wait(), TIMEOUT_S)
            assert list(temporary.iterdir()) == []

    asyncio.run(story())
