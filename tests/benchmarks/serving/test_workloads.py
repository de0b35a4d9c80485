"""Workloads: one model for everybody."""

from __future__ import annotations

import json
import warnings
from itertools import pairwise
from pathlib import Path

import joblib
import pytest

from benchmarks.serving.models import models
from benchmarks.serving.workloads import Workload, is_matrix, made


@pytest.fixture(params=["linear", "columns"])
def workload(request: pytest.FixtureRequest, tmp_path: Path) -> Workload:
    """Numbers only, and with categories."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return made(models()[request.param], tmp_path)


def test_peers_get_the_model_that_ours_serves(workload: Workload) -> None:
    """Its labels are those that are expected; columns are named where there are texts."""
    model = joblib.load(workload.joblib_folder / "model.joblib")
    named = workload.joblib_folder / "columns.json"
    rows = workload.table if named.exists() else workload.table.to_numpy()
    assert list(workload.labels) == model.predict(rows).tolist()
    assert is_matrix(workload.table) is not named.exists()
    if named.exists():
        assert list(workload.table.columns) == list(json.loads(named.read_text()))


def test_the_test_set_is_served_in_parts(workload: Workload) -> None:
    """All of its rows, once, in order."""
    parts = list(workload.batches(32))
    assert len(workload.labels) == sum(len(table) for _, table in parts)
    assert 0 == parts[0][0].start
    assert all(a[0].stop == b[0].start for a, b in pairwise(parts))
