"""What the composition root does for a demonstration's centre, for the tests: the real server, handed in."""

import sys

import msgspec

from dispatcher.server.credentials import token_hash
from dispatcher.server.identity import new_account
from dispatcher.server.main import serve
from dispatcher.simulator.centre import Parts, run_centre
from dispatcher.simulator.talk import Options

if __name__ == "__main__":
    options = msgspec.json.decode(sys.argv[-1], type=Options)
    sys.exit(run_centre(options, Parts(serve, token_hash, new_account)))
