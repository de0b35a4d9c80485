"""How skl2onnx comes to know boosted trees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from modelbundle.rows import rows_of_frame
from modelbundle.signature import Feature, Kind
from modelbundle.sklearn_runtime import SklearnRuntime
from trainer.models.boosted_conversion import boosted_trees_known
from trainer.models.conversion import convert
from trainer.models.native_models import native_signature
from trainer.models.verification_rows import verification_rows
from trainer.recipes.estimators import find_class

QUIET = {"lightgbm.LGBMClassifier": {"verbosity": -1}}
FEATURES = (Feature("age", Kind.FLOAT, True), Feature("net_worth", Kind.FLOAT, True))


def _table() -> pd.DataFrame:
    random = np.random.default_rng(3)
    numbers = random.normal(size=(300, 2)).round(2)
    numbers[random.random(numbers.shape) < 0.1] = np.nan
    return pd.DataFrame(numbers, columns=[feature.name for feature in FEATURES])


@pytest.mark.parametrize("path", ["xgboost.XGBClassifier", "lightgbm.LGBMClassifier"])
def test_a_model_that_others_fitted_on_named_columns(path: str, tmp_path: Path) -> None:
    """It converts and says the same, inside, outside and where values are missing; afterwards it
    has its names again.
    """
    frame = _table()
    model = find_class(path)(n_estimators=12, **QUIET.get(path, {})).fit(
        frame, (frame["age"] > 0.3).astype(int)
    )
    runtime = SklearnRuntime(model, native_signature(model, FEATURES))
    sample = verification_rows(rows_of_frame(frame, FEATURES), runtime, 7)
    made = convert(model, runtime, sample, tmp_path / "model.onnx")
    assert made.agreement is not None
    assert (True, 0) == (made.agreement.holds, made.agreement.disagreements), made.why_not
    assert ["age", "net_worth"] == list(model.feature_names_in_)


def test_nothing_is_asked_of_other_models() -> None:
    """An estimator of scikit-learn is converted to any set of operators, as before."""
    with boosted_trees_known(Ridge()) as opsets:
        assert opsets is None
