"""Scenarios: a file of dated acts, run through the same judge as console and centre (`dispatcher rules try FILE`).

`fitting` reads values, `form` the file, `bench` runs it, `shown` says what came of it. Knows no Qt and no database.
"""

import sys
from pathlib import Path

import msgspec

from dispatcher.assets import BadAsset
from dispatcher.scenario.bench import Bench
from dispatcher.scenario.fitting import BadScenario
from dispatcher.scenario.form import read_scenario


def try_file(path: Path) -> int:
    """Print a line of JSON for every step; gives 0, or 2 when the file cannot be run as it is written."""
    try:
        for line in Bench(read_scenario(path)).run():
            sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    except (BadScenario, BadAsset) as error:
        sys.stderr.write(f"dispatcher rules: {error}\n")
        return 2
    return 0
