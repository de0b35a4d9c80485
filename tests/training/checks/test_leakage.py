"""Which columns tell the target, and which only help."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from ingests import ingest_task
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from trainer.checks.leakage import leaks
from trainer.rows.sampling import Sample
from trainer.rows.schema import declared_schema

_RANDOM = np.random.default_rng(7)
_ROWS = 2000
_NOISE = _RANDOM.normal(size=_ROWS)
_LABELS = np.where(_NOISE + _RANDOM.normal(size=_ROWS) > 1, "yes", "no")
_AMOUNT = 3 * _NOISE + _RANDOM.normal(size=_ROWS)


def _found(
    columns: dict[str, Any], kinds: dict[str, str], copies: int = 1
) -> list[tuple[str, int, int, str]]:
    """The leaks in these rows; the last `copies - 1` shares of them repeat the first one."""
    declared = [{"name": name, "type": kinds[name]} for name in columns]
    task = ingest_task(Path("/source"), columns=declared)
    table = pa.table(columns)
    rows = np.arange(1, table.num_rows + 1, dtype=np.uint64)
    sample = Sample(table, rows, rows <= table.num_rows // copies)
    schema = declared_schema(task.columns or (), task)
    return [(leak.column, leak.agreeing, leak.rows, leak.how) for leak in leaks(sample, schema)]


def _one(feature: Any, kind: str, target: Any, target_kind: str) -> list[tuple[int, int, str]]:
    kinds = {"a": kind, "y": target_kind}
    return [told[1:] for told in _found({"a": feature, "y": target}, kinds)]


_BY_VALUE = "tells the target by its value alone"
_FLIPPED = np.where(np.arange(_ROWS) == 5, "yes", np.where(_LABELS == "yes", "ja", "nein"))


@pytest.mark.parametrize(
    ("feature", "kind", "target", "target_kind", "how"),
    [
        pytest.param(_LABELS, "Category", _LABELS, "Category", _BY_VALUE, id="a copy"),
        pytest.param(
            np.where(_LABELS == "yes", 1, 0), "Integer", _LABELS, "Category", _BY_VALUE, id="a code"
        ),
        pytest.param(
            np.where(_LABELS == "yes", 5, 0) + _RANDOM.random(_ROWS),
            "Float",
            _LABELS,
            "Category",
            _BY_VALUE,
            id="a score that was written after the fact",
        ),
        pytest.param(
            [None if label == "no" else "2026-01-01" for label in _LABELS],
            "Category",
            _LABELS,
            "Category",
            _BY_VALUE,
            id="a value that only one class has",
        ),
        pytest.param(
            _AMOUNT * 1.19, "Float", _AMOUNT, "Float", "follows the target", id="a gross amount"
        ),
        pytest.param(
            np.exp(_AMOUNT), "Float", _AMOUNT, "Float", "follows the target", id="a curve of it"
        ),
        pytest.param(
            np.char.add("k", np.floor(_AMOUNT).astype(int).astype(str)),
            "Category",
            np.floor(_AMOUNT),
            "Float",
            _BY_VALUE,
            id="a name for each amount",
        ),
    ],
)
def test_columns_that_tell_the_target_are_found(
    feature: Any, kind: str, target: Any, target_kind: str, how: str
) -> None:
    """For all rows here."""
    found = _one(feature, kind, target, target_kind)
    assert [(_ROWS, _ROWS)] == [told[:2] for told in found]
    assert found[0][2].startswith(how)


@pytest.mark.parametrize(
    ("feature", "kind", "target", "target_kind"),
    [
        pytest.param(_NOISE, "Float", _LABELS, "Category", id="a good feature"),
        pytest.param(np.arange(_ROWS), "Integer", _LABELS, "Category", id="a row number"),
        pytest.param(
            [str(n) for n in range(_ROWS)], "Category", _LABELS, "Category", id="a name per row"
        ),
        pytest.param(_FLIPPED[:40], "Category", _LABELS[:40], "Category", id="too few rows"),
        pytest.param(_NOISE, "Float", ["no"] * _ROWS, "Category", id="a target of one class"),
        pytest.param(
            _NOISE, "Float", ["yes", *["no"] * (_ROWS - 1)], "Category", id="one rare case"
        ),
        pytest.param(_NOISE, "Float", _AMOUNT, "Float", id="a good feature of an amount"),
        pytest.param(["x"] * _ROWS, "Category", _AMOUNT, "Float", id="a constant"),
        pytest.param(np.full(_ROWS, np.nan), "Float", _AMOUNT, "Float", id="nothing at all"),
    ],
)
def test_columns_that_only_help_are_not(
    feature: Any, kind: str, target: Any, target_kind: str
) -> None:
    """Nor those that fit by chance."""
    assert [] == _one(pa.array(feature, from_pandas=True), kind, pa.array(target), target_kind)


def test_a_second_target_is_watched_as_well() -> None:
    """Targets may tell each other; a feature must tell none of them."""
    declared = [
        {"name": "a", "type": "Float"},
        {"name": "y", "type": "Float"},
        {"name": "z", "type": "Float", "role": "Target"},
    ]
    task = ingest_task(Path("/source"), columns=declared)
    table = pa.table({"a": _NOISE, "y": _AMOUNT, "z": _NOISE * 2})
    rows = np.arange(1, _ROWS + 1, dtype=np.uint64)
    found = leaks(Sample(table, rows, rows <= _ROWS), declared_schema(task.columns or (), task))
    assert [("a", "z")] == [(leak.column, leak.target) for leak in found]


def test_rows_that_are_repeated_prove_nothing() -> None:
    """Fifty rows forty times over: each value tells its class, which means nothing."""
    kinds = {"a": "Float", "y": "Category"}
    columns = {"a": np.tile(_NOISE[:50], 40), "y": np.tile(_LABELS[:50], 40)}
    assert [] == _found(columns, kinds, copies=40)
    assert ["a"] == [told[0] for told in _found(columns, kinds)]


@pytest.mark.parametrize(
    ("load", "kind"),
    [
        pytest.param(load_iris, "Category", id="iris"),
        pytest.param(load_wine, "Category", id="wine"),
        pytest.param(load_breast_cancer, "Category", id="breast cancer"),
        pytest.param(load_diabetes, "Float", id="diabetes"),
    ],
)
def test_honest_data_sets_have_no_leak(load: Any, kind: str) -> None:
    """Strong features are no leaks; a copy of the target among them is."""
    bunch = load()
    goal = bunch.target if kind == "Float" else np.array([f"c{code}" for code in bunch.target])
    columns = {f"f{n}": bunch.data[:, n] for n in range(bunch.data.shape[1])}
    kinds = dict.fromkeys(columns, "Float") | {"y": kind, "copy": kind}
    assert [] == _found({**columns, "y": goal}, kinds)
    assert ["copy"] == [told[0] for told in _found({**columns, "copy": goal, "y": goal}, kinds)]
