"""What does the model do with missing values and strangers?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import serving_bundles as bundles

from modelbundle.example import typical_row
from modelbundle.probing import probed_features
from modelbundle.sklearn_runtime import SklearnRuntime

SEEN = {"site": ["both", "left", "right"]}


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        pytest.param(bundles.tolerant_columns, None, id="an encoder that ignores strangers"),
        pytest.param(
            bundles.strict_columns, ("both", "left", "right"), id="an encoder that fails on them"
        ),
    ],
)
def test_categories_are_closed_where_the_model_fails(
    model: Callable[[], Any], expected: tuple[str, ...] | None
) -> None:
    """The list is written down exactly where it matters."""
    fitted = model()
    signature, _, rows = bundles.fitted(fitted, bundles.patients())
    runtime = SklearnRuntime(fitted, signature)
    features = probed_features(runtime, typical_row(rows, signature), SEEN)
    assert expected == features[3].categories


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        pytest.param(bundles.linear, {False}, id="a linear model needs every number"),
        pytest.param(bundles.forest, {True}, id="trees take missing values"),
    ],
)
def test_gaps_are_accepted_where_the_model_answers(
    model: Callable[[], Any], expected: set[bool]
) -> None:
    """Found by asking, not by the name of the estimator."""
    fitted = model()
    signature, _, rows = bundles.fitted(fitted, bundles.iris())
    features = probed_features(SklearnRuntime(fitted, signature), typical_row(rows, signature), {})
    assert expected == {feature.accepts_missing for feature in features}
