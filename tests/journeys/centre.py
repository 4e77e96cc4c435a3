"""A centre on a clock that all processes share: its arguments are database, port and the clock's three."""

import datetime as dt
import logging
import sys

from dispatcher.assets import load_law, load_organisation
from dispatcher.server.main import run
from dispatcher.server.opening import Seed
from dispatcher.sync.clock import SpeedClock

if __name__ == "__main__":
    database, port, epoch_s, origin, factor, *log = sys.argv[1:]
    if log:
        logging.basicConfig(level=log[0], stream=sys.stderr)
    units = load_organisation()
    clock = SpeedClock(float(epoch_s), dt.datetime.fromisoformat(origin), float(factor))
    sys.exit(run(database, load_law(units=units), clock, port=int(port), seed=Seed(units=units)))
