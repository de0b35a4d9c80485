"""Forests in ONNX: votes are counted as scikit-learn counts them."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
from skl2onnx import to_onnx
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from trainer.models.forest_conversion import forests_known

RANDOM = np.random.default_rng(0)
NUMBERS = RANDOM.normal(size=(300, 3)).astype(np.float32)
ASKED = RANDOM.normal(size=(4000, 3)).astype(np.float32)
NOISE = RANDOM.normal(size=300)
TRUE = NUMBERS[:, 0] + NOISE > 0
THIRDS = np.searchsorted([-0.4, 0.4], NUMBERS[:, 0] + NOISE)


@pytest.mark.parametrize("trees", [2, 10, 20, 60])
@pytest.mark.parametrize("kind", [RandomForestClassifier, ExtraTreesClassifier])
@pytest.mark.parametrize(
    "labels",
    [
        pytest.param(np.where(TRUE, "yes", "no"), id="texts"),
        pytest.param(np.where(TRUE, 7, 3), id="numbers"),
        pytest.param(TRUE, id="flags"),
        pytest.param(np.array(["a", "b", "c"])[THIRDS], id="three classes"),
    ],
)
def test_where_votes_are_even_the_label_is_that_of_scikit_learn(
    labels: Any, kind: type, trees: int
) -> None:
    """An even number of trees splits into halves on many rows."""
    model = kind(trees, random_state=0).fit(NUMBERS, labels)
    shares = model.predict_proba(ASKED)
    ranked = np.sort(shares, axis=1)
    assert (ranked[:, -1] == ranked[:, -2]).sum() > 20
    found, converted = _answers(model)
    assert model.predict(ASKED).astype(found.dtype).tolist() == found.tolist()
    np.testing.assert_allclose(converted, shares, atol=1e-6)


@pytest.mark.parametrize("limits", [{"max_depth": 3}, {"min_samples_leaf": 5}])
def test_leaves_may_be_undecided_themselves(limits: dict[str, int]) -> None:
    """Their shares are added up, and are no votes of one."""
    model = RandomForestClassifier(20, random_state=0, **limits).fit(NUMBERS, TRUE)
    found, converted = _answers(model)
    assert model.predict(ASKED).tolist() == found.astype(bool).tolist()
    np.testing.assert_allclose(converted, model.predict_proba(ASKED), atol=1e-6)


def test_in_numbers_of_64_bits() -> None:
    """Where the first form answers otherwise, the second one is tried."""
    model = RandomForestClassifier(20, random_state=0).fit(NUMBERS, TRUE)
    found, _ = _answers(model, np.float64)
    assert model.predict(ASKED).tolist() == found.astype(bool).tolist()


@pytest.mark.parametrize("kind", [np.int64, np.bool_])
def test_whole_numbers_and_flags(kind: type) -> None:
    """Trees are given numbers, of whatever kind they came."""
    given: Any = (NUMBERS > 0).astype(kind)
    model = RandomForestClassifier(10, random_state=0).fit(given, TRUE)
    found, shares = _answers(model, kind, (ASKED > 0).astype(kind))
    asked: Any = (ASKED > 0).astype(kind)
    assert model.predict(asked).tolist() == found.astype(bool).tolist()
    np.testing.assert_allclose(shares, model.predict_proba(asked), atol=1e-6)


def _answers(model: Any, numbers: type = np.float32, asked: Any = ASKED) -> tuple[Any, Any]:
    forests_known()
    made = to_onnx(model, NUMBERS[:1].astype(numbers), options={id(model): {"zipmap": False}})
    session = onnxruntime.InferenceSession(made.SerializeToString())
    label, shares = session.run(None, {"X": asked.astype(numbers)})
    return label, shares
