"""A short run of the simulation, and that it can be trusted: the same seed is the same run, and shrinking shrinks."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation import plan as plans
from tests.simulation import shrink
from tests.simulation.loop import ACTOR, SeededLoop, acting
from tests.simulation.plan import Kind, plan
from tests.simulation.world import Failure, Run, run

ROOT = Path(__file__).parents[2]
RUNS = 100


def simulate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.simulate", *arguments]
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_hundred_worlds_keep_every_promise() -> None:
    found = simulate("--runs", str(RUNS), "--seed", "1")
    assert found.returncode == 0, f"{found.stdout}\n{found.stderr}"
    assert f"| runs | {RUNS} |" in found.stdout


def test_a_seed_is_the_same_run_in_every_process() -> None:
    one, other = simulate("--replay", "21"), simulate("--replay", "21")
    assert one.returncode == 0
    assert len(one.stdout.splitlines()) > 20
    assert one.stdout == other.stdout


def test_every_kind_of_step_happens() -> None:
    seen = {step.kind for seed in range(200) for step in plan(seed)}
    assert seen == set(Kind)


def test_steps_left_out_change_no_other() -> None:
    steps = plan(7)
    kept = [steps[2].index, steps[5].index]
    fewer = plan(7, kept)
    assert fewer == [steps[2], steps[5]]
    assert fewer[1].random(7).random() == steps[5].random(7).random()


def test_shrinking_leaves_the_steps_that_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = {3, 11}

    def breaks(seed: int, keep: list[int] | None = None) -> Run:
        kept = {step.index for step in plans.plan(seed, keep)}
        return Run(seed, Failure("a check", "") if needed <= kept else None, run.__globals__["Counter"](), [])

    monkeypatch.setattr(shrink, "run", breaks)
    assert len(plan(1)) > 11
    assert shrink.shrunk(1, "a check") == sorted(needed)


def test_each_actor_keeps_its_order_and_who_goes_next_is_drawn() -> None:
    orders = set()
    for seed in range(20):
        loop = SeededLoop(random.Random(seed))
        said: list[str] = []

        def say(number: int, said: list[str] = said) -> None:
            said.append(f"{ACTOR.get()}{number}")

        for number in range(3):
            for actor in "ab":
                loop.call_soon(say, number, context=acting(actor))
        loop.call_later(1, loop.stop)
        loop.run_forever()
        loop.close()
        assert [word for word in said if word[0] == "a"] == ["a0", "a1", "a2"]
        assert [word for word in said if word[0] == "b"] == ["b0", "b1", "b2"]
        orders.add(tuple(said))
    assert len(orders) > 3


def test_waiting_takes_no_time() -> None:
    loop = SeededLoop(random.Random(1))
    loop.call_later(86_400, loop.stop)
    loop.run_forever()
    assert loop.time() == 86_400
    loop.close()
