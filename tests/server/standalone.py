"""A centre as a process, for tests that stop or kill it.

`python -m tests.server.standalone DATABASE PORT [WORKERS]`.
"""

import sys

from dispatcher.server.main import run
from dispatcher.sync.clock import SystemClock
from tests.server.centre import LAW, SEED

if __name__ == "__main__":
    database, port, *workers = sys.argv[1:]
    sys.exit(run(database, LAW, SystemClock(), port=int(port), seed=SEED, workers=int(workers[0]) if workers else 1))
