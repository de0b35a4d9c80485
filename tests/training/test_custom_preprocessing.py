"""Preprocessing of the user's own, from a recipe to answers on raw columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from documented import documented
from training_pod import Pod, Table
from training_runs import run

from modelbundle.loading import chosen_runtime, load_estimator, load_runtime
from modelbundle.manifest import FORMAT_FILES
from modelbundle.packing import verify
from modelbundle.rows import frame_of_rows, rows_of_frame

WORDS = {"billing": "invoice paid twice refund", "access": "password login locked out"}


def _tickets() -> Table:
    random = np.random.default_rng(5)
    kinds = random.choice(list(WORDS), 240)
    texts = [" ".join(random.choice([*WORDS[kind].split(), "please", "help"], 5)) for kind in kinds]
    frame = pd.DataFrame(
        {
            "message": texts,
            "minutes": random.exponential(30, 240).round(1),
            "opened.hour": random.integers(0, 24, 240),
            "channel": random.choice(["mail", "phone"], 240),
            "queue": kinds,
        }
    ).astype(object)
    frame.loc[::9, "minutes"] = None
    types = {"message": "Category", "minutes": "Float", "opened.hour": "Integer"}
    return Table(frame, "queue", {**types, "channel": "Category", "queue": "Category"}, {})


def _page() -> dict[str, Any]:
    ((_, job),) = documented("docs/how-to/preprocess-columns.md")
    estimator: dict[str, Any] = job["spec"]["estimator"]
    return estimator


@pytest.mark.parametrize(
    "estimator",
    [
        pytest.param(_page(), id="the page"),
        pytest.param(
            {
                "class": "lightgbm.LGBMClassifier",
                "parameters": {"n_estimators": 10},
                "preprocessing": {
                    "mode": "Custom",
                    "steps": [
                        {"class": "sklearn.preprocessing.TargetEncoder", "columns": ["channel"]},
                        {
                            "class": "sklearn.preprocessing.OneHotEncoder",
                            "columns": ["message"],
                            "parameters": {"handle_unknown": "ignore", "sparse_output": False},
                        },
                    ],
                },
            },
            id="boosted trees behind a target encoder",
        ),
    ],
)
def test_raw_columns_are_answered(pod: Pod, estimator: dict[str, Any]) -> None:
    """What serves takes the columns of the Dataset and answers as the fitted model does."""
    table = _tickets()
    ended = run(pod, table, {"estimator": estimator})
    assert 0 == ended.code, ended.document
    folder = pod.bundle(ended.document["bundle"])
    manifest = verify(folder, ended.document["bundle"])
    features = manifest.signature.features
    assert ["message", "minutes", "opened.hour", "channel"] == [f.name for f in features]
    rows = rows_of_frame(table.frame.iloc[180:], features)
    model = load_estimator(folder / FORMAT_FILES["skops"], None)
    expected = model.predict_proba(frame_of_rows(rows, features))
    found = load_runtime(folder, manifest, chosen_runtime(folder, manifest)).predict(rows)
    assert found.probabilities is not None
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-5)
