"""Explanations of real models, beside what is known of them."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import serving_bundles as bundles
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tree_shares import tree_shares

from modelbundle.example import request_inputs, typical_row
from modelbundle.prediction import Runtime
from modelbundle.rows import Rows
from modelbundle.sklearn_runtime import SklearnRuntime
from modelserver.explanations.explaining import Explaining
from modelserver.explanations.explanation_answers import ExplanationAnswers
from modelserver.payloads.answers import Answer, ModelIdentity
from modelserver.payloads.refusals import ModelFailed, RequestRefused
from modelserver.settings import ExplainSettings

SETTINGS = ExplainSettings(rows=4)
IDENTITY = ModelIdentity("tumours", "tumours-1a2b3c4d5e", "sha256:" + "a" * 64)
Found = dict[str, Any]


def explaining(runtime: Runtime, typical: Rows, settings: ExplainSettings = SETTINGS) -> Explaining:
    """As the server puts it together."""
    answers = ExplanationAnswers(IDENTITY, runtime.signature)
    return Explaining(runtime, typical, settings, answers.of, time.perf_counter)


def explained(
    runtime: Runtime,
    typical: Rows,
    rows: Rows,
    settings: ExplainSettings = SETTINGS,
    parameters: dict[str, str] | None = None,
) -> Found:
    """The outputs by name. Raises what is delivered instead."""

    async def ask() -> Answer | Exception:
        inputs = request_inputs(rows, runtime.signature)
        body = json.dumps({"parameters": parameters or {}, "inputs": inputs}).encode()
        arrived: asyncio.Future[Answer | Exception] = asyncio.get_running_loop().create_future()
        asked = explaining(runtime, typical, settings)
        try:
            asked.start(body, None, arrived.set_result)
            return await arrived
        finally:
            asked.close()

    answer = asyncio.run(ask())
    if isinstance(answer, Exception):
        raise answer
    return {
        output["name"]: np.array(output["data"]).reshape(output["shape"])
        for output in json.loads(answer.body)["outputs"]
    }


def world(model: Any, data: bundles.Data) -> tuple[Runtime, Rows, Rows]:
    """The fitted model, its typical row, and three rows of the data."""
    signature, _, rows = bundles.fitted(model, data)
    chosen = Rows(rows.numbers[[3, 60, 140]], rows.texts[[3, 60, 140]])
    return SklearnRuntime(model, signature), typical_row(rows, signature), chosen


def _leads_from_end_to_end(found: Found) -> None:
    total = found["typical"] + found["contributions"].sum(axis=1)
    np.testing.assert_allclose(total, found["explained"], atol=1e-9)


def test_a_linear_model_is_explained_exactly() -> None:
    """Ten columns of a ridge regression: weight by distance from the typical row."""
    model = bundles.ridge()
    runtime, typical, rows = world(model, bundles.diabetes())
    found = explained(runtime, typical, rows)
    weights = model[-1].coef_ / model[0].scale_
    expected = (rows.numbers - typical.numbers) * weights
    np.testing.assert_allclose(found["contributions"], expected, atol=1e-8)
    np.testing.assert_allclose(found["standard_errors"], 0, atol=1e-8)
    np.testing.assert_allclose(found["explained"], runtime.predict(rows).values)
    _leads_from_end_to_end(found)


def test_many_columns_of_a_linear_classifier_are_exact_in_log_odds() -> None:
    """Thirty columns, too many for all sets: still weight by distance, and the errors say so."""
    data = bundles.tumours()
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.001))
    runtime, typical, rows = world(model, data)
    found = explained(runtime, typical, rows, parameters={"scale": "LogOdds", "class": "malignant"})
    weights = model[-1].coef_[0] / model[0].scale_
    expected = (rows.numbers - typical.numbers) * weights
    np.testing.assert_allclose(found["contributions"], expected, atol=1e-6)
    np.testing.assert_allclose(found["standard_errors"], 0, atol=1e-6)
    assert found["class"].tolist() == ["malignant"] * 3
    _leads_from_end_to_end(found)


def test_few_columns_of_trees_are_shaps_values() -> None:
    """Four columns of a forest: as by its leaves, for each row's own class."""
    model = RandomForestClassifier(20, random_state=7)
    runtime, typical, rows = world(model, bundles.iris())
    found = explained(runtime, typical, rows)
    own = runtime.predict(rows).values.tolist()
    assert own == found["class"].tolist()
    for number, label in enumerate(own):
        row = rows.numbers[number]
        expected = tree_shares(model.estimators_, row, typical.numbers[0], label)
        np.testing.assert_allclose(found["contributions"][number], expected, atol=1e-9)
    assert not found["standard_errors"].any()
    _leads_from_end_to_end(found)


def test_many_columns_of_trees_are_shaps_values_within_the_error_they_state() -> None:
    """Thirty columns of a forest of numbers: five standard errors at most, three for most; and no
    further off than a hundredth of what there is to explain.
    """
    data = bundles.tumours()
    data = replace(data, target=(data.target == "malignant").astype(float))
    model = RandomForestRegressor(20, random_state=7)
    runtime, typical, rows = world(model, data)
    found = explained(runtime, typical, rows)
    expected = np.array(
        [tree_shares(model.estimators_, row, typical.numbers[0], 0) for row in rows.numbers]
    )
    off = np.abs(found["contributions"] - expected)
    assert (off <= 5 * found["standard_errors"] + 1e-9).all()
    assert (off <= 3 * found["standard_errors"] + 1e-9).mean() > 0.95
    assert off.max() < 0.02
    _leads_from_end_to_end(found)


def test_every_kind_of_column_is_explained_once() -> None:
    """Texts, flags and missing values: a one-hot column is one column, as the request has it."""
    data = bundles.patients()
    tolerant = tuple(replace(feature, accepts_missing=True) for feature in data.features)
    runtime, typical, _ = world(bundles.tolerant_columns(), replace(data, features=tolerant))
    row = Rows(np.array([[np.nan, 80.0, 1.0]]), np.array([["both"]], dtype=object))
    found = explained(runtime, typical, row, parameters={"class": "high"})
    assert found["contributions"].shape == (1, 4)
    assert (found["contributions"][0, 1:] > 0).all()
    _leads_from_end_to_end(found)


def test_the_typical_row_has_nothing_to_explain() -> None:
    """And the model is asked about nothing but it."""
    runtime, typical, _ = world(bundles.ridge(), bundles.diabetes())
    found = explained(runtime, typical, typical)
    assert not found["contributions"].any()
    assert found["explained"].tolist() == found["typical"].tolist()


def test_the_same_row_is_explained_alike() -> None:
    """Beside other rows or alone, as what is drawn depends on the row alone."""
    model = RandomForestClassifier(5, random_state=7)
    runtime, typical, rows = world(model, bundles.tumours())
    together = explained(runtime, typical, rows)["contributions"][1]
    alone = explained(runtime, typical, rows.part(1, 2))["contributions"][0]
    np.testing.assert_allclose(together, alone, atol=1e-12)


def test_what_takes_too_long_is_refused() -> None:
    """Nobody waits for a slow model beyond the limit; the reason says what to change."""
    runtime, typical, rows = world(bundles.ridge(), bundles.diabetes())
    with pytest.raises(RequestRefused, match=r"longer than 0 s.*maxEvaluations") as refused:
        explained(runtime, typical, rows, replace(SETTINGS, seconds=0.0))
    assert refused.value.status == 503


def test_too_many_columns_or_rows_are_refused() -> None:
    """Before the model is asked."""
    runtime, typical, rows = world(bundles.linear(), bundles.tumours())
    with pytest.raises(RequestRefused, match=r"row 0 differs .* in 30 columns; at most 9 can be"):
        explained(runtime, typical, rows, ExplainSettings(rows=4, evaluations=64))
    with pytest.raises(RequestRefused, match="3 rows; at most 2") as refused:
        explained(runtime, typical, rows, ExplainSettings(rows=2))
    assert refused.value.status == 413


def test_a_row_that_the_model_fails_on_is_its_failure(brittle: tuple[Runtime, Rows]) -> None:
    """Said as for a prediction."""
    runtime, rows = brittle
    strange = Rows(rows.numbers[:1] + 1000, rows.texts[:1])
    with pytest.raises(ModelFailed):
        explained(runtime, rows.part(0, 1), strange)


async def test_what_nobody_waits_for_is_not_explained() -> None:
    """The thread looks before it asks, so that clients who leave cost next to nothing."""
    runtime, typical, rows = world(bundles.ridge(), bundles.diabetes())
    asked = explaining(runtime, typical)
    delivered: list[Answer | Exception] = []
    body = json.dumps({"inputs": request_inputs(rows, runtime.signature)}).encode()
    left = asked.start(body, None, delivered.append)
    left.gone = True
    arrived: asyncio.Future[Answer | Exception] = asyncio.get_running_loop().create_future()
    asked.start(body, None, arrived.set_result)
    assert isinstance(await arrived, Answer)
    assert ([], False) == (delivered, asked.busy)
    asked.close()
