"""The table of a sweep."""

from __future__ import annotations

from pathlib import Path

from benchmarks.estimators.report import Line, read, shown, write

SERVED = Line("LogisticRegression", "visits", "onnx", 80, 0, 3e-8)
FAR = Line("SVC", "visits", "onnx", 80, 2, 0.0)
REFUSED = Line("NuSVC", "visits", "", 0, 0, 0.0, "TrainingRaised nu is infeasible")


def test_what_differs_counts_against_it() -> None:
    """Labels that differ and what was not served do not hold."""
    assert [True, False, False] == [line.holds for line in (SERVED, FAR, REFUSED)]
    table = shown([SERVED, FAR, REFUSED])
    assert "| LogisticRegression | visits | onnx | 80 | 0 | 3.0e-08 |" in table
    assert "| NuSVC | visits | – | – | – | TrainingRaised nu is infeasible |" in table
    assert "1 of 3 answer as the model made by hand." in table


def test_a_later_sweep_goes_on(tmp_path: Path) -> None:
    """What was found is read again; nothing where there is no file."""
    path = tmp_path / "found.json"
    assert {} == read(path)
    write(path, {"SVC": FAR, "NuSVC": REFUSED})
    assert {"SVC": FAR, "NuSVC": REFUSED} == read(path)
