"""Mutation testing of the rules, the clocks and the rates by mutmut, over a sample that a seed repeats.

make mutation                                   1300 mutants of all modules, seed 1
make mutation ARGS="--sample 0"                 every mutant there is
make mutation ARGS="--again"                    only those that survived the last time, after tests were written
make mutation ARGS="--report"                   run nothing; print what is known

Modules, tests and the hypothesis profile are named in pyproject.toml under [tool.mutmut]; mutmut itself stands in an
environment of its own. The sample has of each module its share, at least 20 mutants. Each mutant meets some quick tests
first, and if it outlives them all that reach it. It is caught when a test fails or never ends; what no test reaches
survives. The survivors are printed with their changes.
"""

import argparse
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from mutmut import __main__ as mutmut
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.state import state
from mutmut.stats import status_by_exit_code

LEAST_OF_A_MODULE = 20
FEW = 120
SLOW_S = 0.1
"""Where many tests reach a mutant, those that take longer are left out: the figure is a lower bound."""
CHOSEN = Path("mutants") / "chosen.json"
CAUGHT = ("killed", "timeout")


def make(jobs: int) -> dict[str, list[str]]:
    """Write the mutated package, and give the mutants of each module."""
    Path("mutants").mkdir(exist_ok=True)
    mutmut.set_mutant_under_test("mutant_generation")
    mutmut.copy_src_dir()
    mutmut.copy_also_copy_files()
    mutmut.setup_source_paths()
    mutmut.create_mutants(jobs)
    return known()


def known() -> dict[str, list[str]]:
    """Give the mutants of each module."""
    return {str(data.path): sorted(data.exit_code_by_key) for data in _data().values() if data.exit_code_by_key}


def choose(mutants: dict[str, list[str]], size: int, seed: int) -> list[str]:
    """Choose of each module its share by the seed; 0 is all."""
    total = sum(map(len, mutants.values()))
    if not size or size >= total:
        return [name for names in mutants.values() for name in names]
    chosen: list[str] = []
    for _, names in sorted(mutants.items()):
        share = max(math.ceil(size * len(names) / total), LEAST_OF_A_MODULE)
        chosen += sorted(names, key=lambda name: sha256(f"{seed} {name}".encode()).digest())[:share]
    return chosen


def results(names: list[str]) -> dict[str, str]:
    """Give the verdict of each."""
    codes = {name: code for data in _data().values() for name, code in data.exit_code_by_key.items()}
    return {name: status_by_exit_code[codes[name]] for name in names if name in codes}


def _alive(names: list[str]) -> list[str]:
    return [name for name, verdict in results(names).items() if verdict not in CAUGHT]


def report(names: list[str]) -> float:
    """Print figures by module and every survivor with its change; give the share that was caught."""
    verdicts = results(names)
    by_module: dict[str, Counter[str]] = {}
    for name, verdict in verdicts.items():
        module = name.rpartition(".")[0].removeprefix("dispatcher.models.")
        by_module.setdefault(module, Counter())[verdict] += 1
    for name, verdict in verdicts.items():
        if verdict not in CAUGHT:
            path = Path(*name.split(".")[:-1]).with_suffix(".py")
            print(f"# {name}: {verdict}")
            lines = get_diff_for_mutant(name, path=path).splitlines()
            print("\n".join(line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")))
    print(f"\n{'module':<20}{'mutants':>8}{'caught':>8}{'':>8}")
    for module, found in sorted(by_module.items()):
        _print_row(module, found)
    total = sum(by_module.values(), Counter[str]())
    _print_row("all", total)
    print(", ".join(f"{verdict} {count}" for verdict, count in total.most_common()))
    return _caught(total) / total.total()


def _print_row(name: str, found: Counter[str]) -> None:
    caught = _caught(found)
    print(f"{name:<20}{found.total():>8}{caught:>8}{100 * caught / found.total():>7.1f}%")


def _caught(found: Counter[str]) -> int:
    return sum(found[verdict] for verdict in CAUGHT)


def _data() -> dict[str, SourceFileMutationData]:
    return mutmut.collect_source_file_mutation_data(mutant_names=())[1]


def _few(tests: list[str]) -> list[str]:
    """Give of many tests some that are quick: one of each function's parametrized ones, and every scenario."""
    by_function: dict[str, str] = {}
    for test in sorted(tests, key=_takes):
        by_function.setdefault(test.partition("[")[0] if "test_scenarios" not in test else test, test)
    few = list(by_function.values())
    return random.Random(0).sample(few, FEW) if len(few) > FEW else few


def _all(tests: list[str]) -> list[str]:
    """Give all tests in their order; where they are many by their files, less the slow ones."""
    if len(tests) <= FEW:
        return sorted(tests, key=_takes)
    files = sorted({test.partition("::")[0] for test in tests})
    slow = [test for test, took_s in state().duration_by_test.items() if took_s > SLOW_S]
    return [*files, *(f"--deselect={test}" for test in slow)]


def _takes(test: str) -> tuple[float, str]:
    return state().duration_by_test.get(test, 0), test


def _run(mutants: list[str], jobs: int, chosen: Callable[[list[str]], list[str]]) -> None:
    """Run mutants, each with the tests chosen among those that reach it."""
    make_runner = mutmut.get_mutant_runner

    def with_chosen(*args: object, **more: object) -> object:
        runner = make_runner(*args, **more)
        submit = runner.submit
        runner.submit = lambda name, tests, *limits: submit(name, chosen(tests), *limits)
        return runner

    mutmut.get_mutant_runner = with_chosen
    try:
        mutmut.run.callback(mutants, max_children=jobs)
    finally:
        mutmut.get_mutant_runner = make_runner


def main() -> int:
    """Choose, run, report."""
    parser = argparse.ArgumentParser(description="Mutation testing of the rules, the clocks and the rates.")
    parser.add_argument("--sample", type=int, default=1300, help="how many mutants; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--least", type=float, default=90.0, help="per cent that must be caught")
    parser.add_argument("--again", action="store_true", help="only what survived the last time")
    parser.add_argument("--report", action="store_true", help="run nothing, print what is known")
    asked = parser.parse_args()
    chosen: list[str]
    if asked.report or asked.again:
        chosen = json.loads(CHOSEN.read_text("utf-8"))
    else:
        chosen = choose(make(asked.jobs), asked.sample, asked.seed)
        CHOSEN.write_text(json.dumps(chosen, indent=1), "utf-8")
    if not asked.report:
        todo = chosen
        if asked.again:
            todo = _alive(chosen)
        print(f"{len(todo)} of {sum(map(len, known().values()))} mutants, seed {asked.seed}")
        if not asked.again:
            _run(todo, asked.jobs, _few)
            todo = _alive(todo)
        if todo:
            _run(todo, asked.jobs, _all)
    return 0 if 100 * report(chosen) >= asked.least else 1


if __name__ == "__main__":
    sys.exit(main())
