"""Runs as rows, and as a data frame."""

from __future__ import annotations

from a_namespace import job, version

from trainyardclient.run_table import run_table

RUNS = [
    {
        "name": "wine-2",
        "phase": "Succeeded",
        "queuedAt": "2026-05-05T10:00:00Z",
        "recipe": 'sklearn.linear_model.Ridge {"alpha": 0.5, "tol": 1}',
        "search": {"best": {"parameters": '{"alpha": 0.7}'}},
        "cause": {"kind": "NewData"},
        "modelVersion": "wine-b",
        "metrics": {"accuracy": "0.97", "f1": "0.9"},
    },
    {"name": "wine-1", "phase": "Failed", "message": "DataRefused: too few rows"},
]


def test_each_run_is_a_row_with_its_verdict_and_numbers() -> None:
    """Newest first; what it did not reach is a hole."""
    found = run_table(job(runs=RUNS), [version("wine-b", "2026-05-05T10:00:00Z")])
    first, second = found
    assert (2, "wine-2", "accepted", "NewData") == (
        len(found),
        first["name"],
        first["verdict"],
        first["cause"],
    )
    assert (0.97, 0.9) == (first["metrics.accuracy"], first["metrics.f1"])
    assert ("sklearn.linear_model.Ridge", "0.7", "1") == (
        first["recipe"],
        first["params.alpha"],
        first["params.tol"],
    )
    assert list(first) == list(second)
    assert ("Failed", "DataRefused: too few rows", "", None) == (
        second["phase"],
        second["why"],
        second["verdict"],
        second["metrics.accuracy"],
    )


def test_a_data_frame_has_numbers_in_the_columns_of_metrics() -> None:
    """So they can be drawn and sorted."""
    frame = run_table(job(runs=RUNS), []).frame()
    assert "float64" == str(frame["metrics.accuracy"].dtype)
    assert ["wine-2", "wine-1"] == list(frame["name"])


def test_a_recipe_that_is_not_there_has_no_runs() -> None:
    """And no traceback."""
    assert 0 == len(run_table({}, []))
    assert run_table({}, []).frame().empty
