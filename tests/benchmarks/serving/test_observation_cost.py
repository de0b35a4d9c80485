"""What watching costs: the command says it in one line of JSON per model and size."""

from __future__ import annotations

import json

import pytest

from benchmarks.serving.observation_cost import main


def test_three_servers_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    """The one that watches nothing is what the others are percent of."""
    main(["--models", "linear", "--rows", "1", "--rounds", "2", "--waves", "1", "--warm-up", "0"])
    line = json.loads(capsys.readouterr().out)
    assert ("linear", 1) == (line["model"], line["rows"])
    times = {name: value for name, value in line.items() if name.startswith("us_")}
    assert len(times) == 3
    assert all(value > 0 for value in times.values())
