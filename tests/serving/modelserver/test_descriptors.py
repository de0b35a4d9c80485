"""Connections and the limit of open files."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from modelserver.descriptors import soft_limit_for

ENDLESS = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("soft", "hard", "expected"),
    [
        pytest.param(1024, 100_000, 4096 + 256, id="raised as far as needed"),
        pytest.param(1024, ENDLESS, 4096 + 256, id="also without a hard limit"),
        pytest.param(1024, 2048, 2048, id="not beyond the hard one"),
        pytest.param(50_000, 100_000, 50_000, id="never lowered"),
        pytest.param(ENDLESS, ENDLESS, ENDLESS, id="nothing to raise"),
    ],
)
def test_the_soft_limit_follows_what_is_wanted(soft: int, hard: int, expected: int) -> None:
    """For 4,096 connections."""
    assert expected == soft_limit_for(4096, soft, hard)


@pytest.mark.parametrize(
    ("soft", "hard", "expected"),
    [
        pytest.param(512, 4000, "3000 3256", id="room after raising"),
        pytest.param(512, 1000, "744 1000", id="fewer than wanted"),
        pytest.param(100, 100, "1 100", id="one at least"),
    ],
)
def test_a_process_raises_its_own_limit(soft: int, hard: int, expected: str) -> None:
    """3,000 connections are wanted: how many fit, and the soft limit afterwards."""
    program = (
        "import resource\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))\n"
        "from modelserver.descriptors import connections_that_fit\n"
        "print(connections_that_fit(3000), resource.getrlimit(resource.RLIMIT_NOFILE)[0])\n"
    )
    folder = Path(__file__).parents[3] / "serving-image"
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    assert expected == said.stdout.strip()
