"""The demo as an instrument: a real run with a real outage, whose figures come from journal, cache and screen."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.stage import ROOT

KEYS = {
    "versions", "seed", "orders_received", "orders_shown", "signed", "whistles_blown", "departments_reported_in",
    "acts_made", "acts_judged", "outbox_left", "outage", "commit_to_paint_ms",
}  # fmt: skip


@pytest.mark.timeout(180)
def test_a_run_with_an_outage_adds_up(tmp_path: Path):
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment.pop("QT_QPA_PLATFORM", None)
    report_file, shots = tmp_path / "report.json", tmp_path / "shots"
    ran = subprocess.run(
        [sys.executable, "-m", "dispatcher", "demo", "--for", "14", "--speed", "60", "--seed", "3", "--outage", "6:4",
         "--report", str(report_file), "--screenshots", str(shots), "--language", "en", "--theme", "light"],
        capture_output=True, text=True, cwd=ROOT, env=environment, timeout=170,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "no display here" in ran.stderr
    report = json.loads(report_file.read_text("utf-8"))
    assert report.keys() >= KEYS
    assert report["orders_shown"] == report["orders_received"] > 30
    expired, left = report["acts_expired"], report["outbox_left"]
    assert report["acts_judged"] == report["acts_made"] - expired - left > 0
    assert report["signed"] > 0
    assert report["outage"]["acts_made"] == report["outage"]["acts_arrived"] + report["outage"]["acts_expired"] > 0
    assert {"p50", "p99", "max"} <= report["commit_to_paint_ms"].keys()
    assert {path.name for path in shots.glob("*.png")} >= {"console-outage-light-en.png", "wall-light-en.png"}
