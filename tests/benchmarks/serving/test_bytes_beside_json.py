"""From which width on bytes pay: the command says it in one line of JSON per width."""

from __future__ import annotations

import json

import pytest

from benchmarks.serving.bytes_beside_json import main


def test_the_same_rows_are_asked_in_both_forms(capsys: pytest.CaptureFixture[str]) -> None:
    """One line per width and number of digits; each ratio is a median between its bounds."""
    arguments = "--columns 5,8 --digits 3 --rounds 3 --seconds 0.05 --warm-up 0.05"
    main(arguments.split())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(5, 3, 32), (8, 3, 32)] == [
        (line["columns"], line["digits"], line["rows"]) for line in lines
    ]
    for line in lines:
        assert min(line["us_json"], line["us_bytes"]) > 0
        for name in ("ratio_cpu", "ratio_rate"):
            median, low, high = line[name]
            assert 0 < low <= median <= high
