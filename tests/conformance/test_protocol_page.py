"""The client that docs/protocol.md shows, as it stands there, in a process that knows nothing of this project."""

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from tests.server.centre import PASSWORD, TIMEOUT_S, order, running_centre

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"


def test_a_client_written_from_the_page_syncs_acts_and_hears_the_same_verdict_again(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    script = tmp_path / "client.py"
    script.write_text(code, "utf-8")

    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            await centre.accepted(*(order() for _ in range(3)))
            await centre.accepted(order(holder="110101002"))
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-I", str(script), centre.running.url, "wang", PASSWORD, stdout=PIPE, stderr=PIPE
            )
            said, wrong = await asyncio.wait_for(child.communicate(), TIMEOUT_S * 2)
            assert child.returncode == 0, wrong.decode()
            told = json.loads(said)
            assert told["cases"] == 3, "another street's case is not among them"
            assert told["verdict"]["verdict"] == "accepted"
            assert told["verdict"]["revision"] == 5
            assert told["cursor"] == 5

    asyncio.run(story())
