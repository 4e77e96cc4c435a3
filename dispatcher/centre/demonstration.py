"""The centre of a demonstration, as a process of its own."""

import sys

import msgspec

from dispatcher.server.credentials import token_hash
from dispatcher.server.identity import new_account
from dispatcher.server.main import serve
from dispatcher.simulator.centre import Parts, run_centre
from dispatcher.simulator.talk import Options


def _run(options: str) -> int:
    return run_centre(msgspec.json.decode(options, type=Options), Parts(serve, token_hash, new_account))


if __name__ == "__main__":
    sys.exit(_run(sys.argv[1]))
