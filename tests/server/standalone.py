"""A centre as a process, for tests that stop or kill it: `python -m tests.server.standalone DATABASE PORT`."""

import sys

from dispatcher.server.main import run
from dispatcher.sync.clock import SystemClock
from tests.server.centre import LAW, SEED

if __name__ == "__main__":
    sys.exit(run(sys.argv[1], LAW, SystemClock(), port=int(sys.argv[2]), seed=SEED))
