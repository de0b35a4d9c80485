"""The demo is a test: a new user sees exactly what is proved here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.acts import ACTS

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.e2e
@pytest.mark.timeout(1800)
def test_every_act_of_the_demo_is_proved() -> None:
    """Each act ends with what it proved, and the story ends with exit code 0."""
    told = subprocess.Popen(
        [sys.executable, "-m", "demo"],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "160"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    assert told.stdout is not None
    with told.stdout:
        for line in told.stdout:
            print(line, end="", flush=True)  # noqa: T201 - long work shows progress
            lines.append(line)

    assert told.wait() == 0, "".join(lines[-40:])
    assert "".join(lines).count("✓") == len(ACTS)
