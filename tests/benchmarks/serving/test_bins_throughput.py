"""What bins cost a real server: the command says it in one line of JSON per model and size."""

from __future__ import annotations

import json

import pytest

from benchmarks.serving.bins_throughput import main


def test_real_servers_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    """Both answer; each comparison is a median between its bounds."""
    arguments = "--models linear --rows 1 --rounds 3 --seconds 0.05 --warm-up 0.05"
    main(arguments.split())
    line = json.loads(capsys.readouterr().out)
    assert ("linear", 1) == (line["model"], line["rows"])
    assert min(line["us_without"], line["us_bins"]) > 0
    for name in ("percent_cpu", "percent_throughput", "percent_nothing"):
        median, low, high = line[name]
        assert low <= median <= high
