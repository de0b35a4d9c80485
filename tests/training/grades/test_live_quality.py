"""How certain live metrics are: what is promised of false alarms and of power, in simulation."""

from __future__ import annotations

import numpy as np
import pytest

from modelbundle.signature import Label, Signature, Task
from trainer.grades.live_quality import (
    Estimate,
    LiveAnswers,
    comparable,
    live_quality,
    share,
)

TWO = Signature(Task.CLASSIFICATION, ("no", "yes"), (), probabilities=True)
NUMBERS = Signature(Task.REGRESSION, (), (), probabilities=False)
WINDOW = 1000
LOOKS = 20
REPEATS = 2000


def most_hits_of_a_bad_window(least: float) -> int:
    """Return how many right answers in a window show that the accuracy is below the least."""
    found = (share(hits, WINDOW) for hits in range(WINDOW))
    return sum(estimate is not None and estimate.high < least for estimate in found) - 1


def alarms(right: np.ndarray, least: float) -> int:
    """Return how many of the rows of answers raise an alarm at one of the last twenty looks."""
    sums = np.cumsum(right, axis=1, dtype=np.int64)
    ends = right.shape[1] - 50 * np.arange(LOOKS) - 1
    windows = sums[:, ends] - sums[:, ends - WINDOW]
    return int((windows <= most_hits_of_a_bad_window(least)).any(axis=1).sum())


@pytest.mark.parametrize("accuracy", [0.8, 0.9, 0.97])
def test_a_model_that_is_just_good_enough_raises_no_alarm(accuracy: float) -> None:
    """In 99 of 100 cases, over twenty looks, each at fifty labels more."""
    right = np.random.default_rng(1).random((REPEATS, 2 * WINDOW + 1)) < accuracy
    assert alarms(right, accuracy) <= 0.01 * REPEATS


@pytest.mark.parametrize("accuracy", [0.9, 0.95, 0.97])
def test_five_points_less_are_found_within_a_thousand_labels(accuracy: float) -> None:
    """In nine of ten cases, after any past; of an accuracy of 0.8 in two of three."""
    chance = np.random.default_rng(2)
    before = chance.random((REPEATS, WINDOW + 1)) < accuracy
    after = chance.random((REPEATS, WINDOW)) < accuracy - 0.05
    assert alarms(np.concatenate([before, after], axis=1), accuracy) >= 0.9 * REPEATS


@pytest.mark.parametrize(("hits", "rows"), [(0, 10), (10, 10), (3, 10)])
def test_bounds_enclose_the_value_and_stay_within_0_and_1(hits: int, rows: int) -> None:
    """At the ends, too."""
    found = share(hits, rows)
    assert found is not None
    assert 0 <= found.low <= found.value == hits / rows <= found.high <= 1
    assert found.low < found.high


def test_nothing_is_no_evidence() -> None:
    """No rows, no share."""
    assert share(0, 0) is None


def answers(rows: int, seed: int = 3) -> LiveAnswers:
    """Answers of a model that ranks well."""
    chance = np.random.default_rng(seed)
    truth = chance.random(rows) < 0.3
    score = np.clip(0.3 * truth + 0.35 + 0.2 * chance.standard_normal(rows), 0, 1)
    names = np.array(["no", "yes"])
    return LiveAnswers(
        names[truth.astype(int)].tolist(),
        names[(score > 0.5).astype(int)].tolist(),
        np.column_stack([1 - score, score]),
    )


@pytest.mark.parametrize("metric", ["f1", "roc_auc", "recall"])
def test_other_metrics_have_bounds_by_drawing_again(metric: str) -> None:
    """Narrower with more rows, and the same each time."""
    few, many = (live_quality(metric, answers(rows), TWO) for rows in (200, 2000))
    assert few is not None
    assert many is not None
    assert many.high - many.low < 0.5 * (few.high - few.low)
    assert few.low < many.value < few.high
    assert few == live_quality(metric, answers(200), TWO)


def test_errors_of_numbers_have_bounds() -> None:
    """As texts or numbers, however they came."""
    truth = np.arange(300.0)
    found = live_quality("mae", LiveAnswers(truth.tolist(), (truth + 2).tolist(), None), NUMBERS)
    assert Estimate(2.0, 2.0, 2.0) == found


def test_what_is_not_defined_is_no_evidence() -> None:
    """One class alone has no ranks."""
    alone = LiveAnswers(["no"] * 50, ["no"] * 50, np.full((50, 2), 0.5))
    assert live_quality("roc_auc", alone, TWO) is None
    assert live_quality("rmse", alone, TWO) is None


@pytest.mark.parametrize(
    ("classes", "values", "expected"),
    [
        pytest.param(("a", "b"), ["a", 1], ["a", "1"], id="texts"),
        pytest.param((0, 1), [1, 1.0, "1", "x", 1.5], [1, 1, 1, None, None], id="integers"),
        pytest.param(
            (False, True),
            [True, 1, "true", "0", "x"],
            [True, True, True, False, None],
            id="booleans",
        ),
    ],
)
def test_labels_are_read_as_the_model_says_them(
    classes: tuple[Label, ...], values: list[object], expected: list[object]
) -> None:
    """Files of labels are typed by others."""
    of = Signature(Task.CLASSIFICATION, classes, (), probabilities=False)
    assert expected == comparable(values, of)
    assert [1.5, None] == comparable(["1.5", "x"], NUMBERS)
