"""Twenty-five lives, each with its own faults, beside one operator on a real API server.

Proves: benchmarks/faults/life.py, benchmarks/faults/proxy.py, benchmarks/faults/data.py
Proves: benchmarks/faults/operator_lives.py, benchmarks/faults/statuses.py
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.faults.campaign import phase_of

ROOT = Path(__file__).parents[3]
PLANS = 25


@pytest.mark.timeout(1800)
def test_plans_end_as_if_nothing_had_gone_wrong() -> None:
    """Each with the objects, specs, statuses and history of an undisturbed life, each child made
    once, and no invariant broken on the way.
    """
    plans = ("--plans", str(PLANS), "--at-once", str(PLANS))
    command = (sys.executable, "-m", "benchmarks.faults", *plans)
    found = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    assert 0 == found.returncode, found.stdout[-8000:]
    counts = re.search(r"(\d+) plans in \d+ s: .* (\d+) faults, (\d+) violations", found.stdout)
    assert counts
    assert (PLANS, 0) == (int(counts[1]), int(counts[3]))
    assert int(counts[2]) > PLANS


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        pytest.param({}, "data and training", id="nothing yet"),
        pytest.param({"rollout": {"step": 0}}, "first release", id="the first version starts"),
        pytest.param(
            {"stable": {"revision": "a"}, "rollout": {"step": 0}}, "canary starts", id="starts"
        ),
        pytest.param(
            {"stable": {"revision": "a"}, "rollout": {"step": 1}}, "canary steps", id="steps"
        ),
        pytest.param(
            {"stable": {"revision": "a"}, "leaving": ["b"]}, "old version leaves", id="leaves"
        ),
        pytest.param({"stable": {"revision": "a"}}, "settled or retraining", id="rests"),
    ],
)
def test_the_phase_is_read_off_the_status(status: dict[str, object], phase: str) -> None:
    """It stands beside each fault in the report."""
    assert phase == phase_of(status)
