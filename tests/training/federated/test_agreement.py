"""On what parties agree, and how far they come together on rows that none of them shows.

Proves: training-image/trainer/federated/agreement.py, training-image/trainer/federated/statement.py
Proves: training-image/trainer/federated/shared_model.py
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from federated_parties import columns, frame_of, said
from federated_yard import skewed
from training_pod import Table, mixed, tumours, wines

from modelbundle.signature import Feature, Kind, Task
from trainer.federated.agreement import agreed, read_agreement
from trainer.federated.shared_model import (
    improved,
    parameters_of,
    shared_model,
    with_parameters,
)
from trainer.federated.statement import Numbers, read_statement, statement_of
from trainer.pod.exits import UserFault
from trainer.tasks.train_task import Estimator

LOGISTIC = Estimator.model_validate({"class": "sklearn.linear_model.LogisticRegression"})


def test_scales_are_those_of_all_rows_together() -> None:
    """Means and deviations of four parties are those of the table that they never made."""
    table = tumours()
    agreement = agreed(
        columns(table).features, [said(part) for part in skewed(table, 4, seed=1)], 64
    )
    for name, scale in agreement.scales.items():
        assert scale.mean == pytest.approx(table.frame[name].mean(), rel=1e-9)
        assert scale.deviation == pytest.approx(table.frame[name].std(ddof=0), rel=1e-9)
    assert (agreement.rows, agreement.labels) == (569, ("B", "M"))
    assert read_agreement(agreement.text()) == agreement


def test_a_party_that_lies_moves_what_all_agree_on_no_further_than_honest_ones_are_apart() -> None:
    """Medians of means, deviations and rows; plain sums follow whoever says the largest number."""
    table = tumours()
    features = columns(table).features
    honest = [said(part) for part in skewed(table, 4, seed=1)]
    name = features[0].name
    numbers = honest[0].numbers | {name: Numbers(10**11, 1e9, 1e30)}
    lied = [replace(honest[0], rows=10**12, numbers=numbers), *honest[1:]]
    means = [statement.numbers[name].mean for statement in honest]
    bounded = agreed(features, lied, 64, bounded=True)
    assert min(means) <= bounded.scales[name].mean <= max(means)
    assert bounded.rows <= 4 * max(statement.rows for statement in honest)
    assert agreed(features, lied, 64).scales[name].mean > 1e8


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"rows": 3}, "3 rows"),
        ({"rows": 10**13}, "rows"),
        ({"labels": [*range(1001)]}, "1001 classes"),
        ({"labels": [[]]}, "other things than texts"),
        ({"numbers": {"alcohol": [5, float("nan"), 1.0]}}, "no numbers have"),
        ({"numbers": {"alcohol": [5, 1.0, -1.0]}}, "no numbers have"),
        ({"numbers": {"alcohol": [10**11, 1.0, 1.0]}}, "no numbers have"),
    ],
)
def test_a_statement_that_no_rows_can_be_like_is_refused(change: dict[str, Any], why: str) -> None:
    """What a stranger says is bounded before anything is made of it."""
    table = wines()
    document = said(table).document()
    numbers = {**document["numbers"], **change.get("numbers", {})}
    with pytest.raises(ValueError, match=why):
        read_statement({**document, **change, "numbers": numbers}, columns(table).features)


def test_a_statement_holds_no_row_and_no_rare_text() -> None:
    """A text that fewer than five rows hold is not named; sums say nothing of one row."""
    table = mixed(60)
    table.frame.loc[table.frame.index[:2], "colour"] = "a name that only two have"
    text = json.dumps(said(table).document())
    assert "a name that only two have" not in text
    assert "ruby" in text


def test_parties_with_other_columns_and_too_few_rows_are_refused() -> None:
    """The sentence names the column, what it is here and there, and what to do."""
    table = tumours()
    found = columns(table)
    rows = pa.Table.from_pandas(table.frame, preserve_index=False)
    other = (*found.features, Feature("age", Kind.INTEGER))
    with pytest.raises(UserFault, match="column age is Integer, and here there is none"):
        statement_of(rows, found, other, Task.CLASSIFICATION)
    with pytest.raises(UserFault, match="it has 19 rows to train on, and 20 are the least"):
        statement_of(rows.slice(0, 19), found, found.features, Task.CLASSIFICATION)


def test_parameters_of_another_model_and_no_numbers_are_refused() -> None:
    """What a stranger sends never becomes a model."""
    table = wines()
    model = shared_model(LOGISTIC, 0, agreed(columns(table).features, [said(table)], 64))
    arrays = parameters_of(model, LOGISTIC.class_)
    with pytest.raises(ValueError, match="none of this model"):
        with_parameters(model, LOGISTIC.class_, arrays[:1])
    with pytest.raises(ValueError, match="no number"):
        with_parameters(model, LOGISTIC.class_, [array * np.nan for array in arrays])
    forest = Estimator.model_validate({"class": "sklearn.ensemble.RandomForestClassifier"})
    with pytest.raises(UserFault, match="no model that parties can train together"):
        shared_model(forest, 0, agreed(columns(table).features, [said(table)], 64))


@pytest.mark.parametrize("table", [tumours(), wines()], ids=["tumours", "wines"])
def test_four_skewed_parties_come_within_a_point_of_central_training(table: Table) -> None:
    """Ten rounds of means; over four skews they lose less than a point, and with one party of four
    gone after the fifth round a model still comes of it.
    """
    lost = []
    for seed in range(4):
        shuffled = table.frame.sample(frac=1, random_state=seed)
        cut = len(shuffled) * 2 // 3
        train, test = shuffled.iloc[:cut], shuffled.iloc[cut:]
        parts = skewed(Table(train, table.target, table.kinds, table.roles), 4, seed)
        parts = [part for part in parts if len(part.frame) >= 20]
        alone = [Table(train, table.target, table.kinds, table.roles)]
        central = _accuracy(alone, test, rounds=1, iterations=1000)
        lost.append(central - _accuracy(parts, test, rounds=10, iterations=3))
        assert _accuracy(parts, test, rounds=10, iterations=3, leaves_after=5) > 0.8
    assert np.mean(lost) <= 0.01, lost


def _accuracy(
    parts: list[Table], test: pd.DataFrame, rounds: int, iterations: int, leaves_after: int = 99
) -> float:
    """Return the share of right answers of the model that these parties train."""
    found = columns(parts[0])
    agreement = agreed(found.features, [said(part) for part in parts], 64)
    model = shared_model(LOGISTIC, 0, agreement)
    arrays = parameters_of(model, LOGISTIC.class_)
    frames = [frame_of(part.frame, found) for part in parts]
    for number in range(rounds):
        there = [*zip(parts, frames, strict=True)]
        there = there[:-1] if number >= leaves_after else there
        sent = []
        for part, frame in there:
            with_parameters(model, LOGISTIC.class_, arrays)
            answers = part.frame[part.target].to_numpy()
            improved(model, frame, answers, iterations, len(frame) / agreement.rows)
            sent.append(parameters_of(model, LOGISTIC.class_))
        weights = [len(frame) for _, frame in there]
        arrays = [np.average(same, axis=0, weights=weights) for same in zip(*sent, strict=True)]
    with_parameters(model, LOGISTIC.class_, arrays)
    answers = test[parts[0].target].to_numpy()
    return float(np.mean(model.predict(frame_of(test, found)) == answers))
