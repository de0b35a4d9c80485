"""scikit-learn behind the runtime protocol."""

from __future__ import annotations

import numpy as np
import pytest
import serving_bundles as bundles
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from modelbundle.faults import BundleUnreadable
from modelbundle.signature import Signature
from modelbundle.sklearn_runtime import SklearnRuntime, force_one_job, has_probabilities


def _jobs(item: object, seen: set[int]) -> list[object]:
    """All values of n_jobs anywhere inside, by an independent walk over pickled state."""
    if id(item) in seen:
        return []
    seen.add(id(item))
    if isinstance(item, dict):
        found = [value for key, value in item.items() if key == "n_jobs"]
        return found + [job for value in item.values() for job in _jobs(value, seen)]
    if isinstance(item, (list, tuple)):
        return [job for value in item for job in _jobs(value, seen)]
    return _jobs(vars(item), seen) if hasattr(item, "__dict__") else []


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(RandomForestClassifier(3, n_jobs=2), id="a forest"),
        pytest.param(make_pipeline(RandomForestClassifier(3, n_jobs=-1)), id="in a pipeline"),
        pytest.param(
            VotingClassifier([("f", RandomForestClassifier(3, n_jobs=2))], n_jobs=2),
            id="a vote, whose fitted members are copies",
        ),
        pytest.param(
            CalibratedClassifierCV(RandomForestClassifier(3, n_jobs=2), n_jobs=2, cv=2),
            id="calibrated, with members in objects of their own",
        ),
    ],
)
def test_every_part_gets_one_job(model) -> None:  # noqa: ANN001
    """Threads per request make a server slower; they are off everywhere, fitted copies too."""
    data = bundles.iris()
    model.fit(data.frame, data.target)
    force_one_job(model)
    assert {1} == set(_jobs(model, set()))


@pytest.mark.parametrize(
    ("model", "data"),
    [
        pytest.param(bundles.forest, bundles.iris, id="three classes"),
        pytest.param(bundles.linear, bundles.tumours, id="two classes"),
        pytest.param(bundles.tolerant_columns, bundles.patients, id="features of every kind"),
    ],
)
def test_labels_and_probabilities_are_the_model_s_own(model, data) -> None:  # noqa: ANN001
    """On every row, exactly what scikit-learn says."""
    fitted = model()
    signature, table, rows = bundles.fitted(fitted, data())
    found = SklearnRuntime(fitted, signature).predict(rows)
    assert fitted.predict(table).tolist() == found.values.tolist()
    assert found.probabilities is not None
    np.testing.assert_array_equal(fitted.predict_proba(table), found.probabilities)


def test_numbers_are_the_model_s_own() -> None:
    """On every row of a regression."""
    model = bundles.ridge()
    signature, table, rows = bundles.fitted(model, bundles.diabetes())
    found = SklearnRuntime(model, signature).predict(rows)
    np.testing.assert_array_equal(model.predict(table), found.values)


def test_a_model_without_probabilities_gives_labels() -> None:
    """LinearSVC has none; nothing is invented."""
    model = LinearSVC()
    assert not has_probabilities(model)
    signature, _, rows = bundles.fitted(model, bundles.iris())
    assert SklearnRuntime(model, signature).predict(rows).probabilities is None


def test_other_classes_are_refused() -> None:
    """Probabilities in another order than the manifest's would be silently wrong."""
    model = bundles.forest()
    signature, _, _ = bundles.fitted(model, bundles.iris())
    other = Signature(signature.task, (2, 1, 0), signature.features, probabilities=True)
    with pytest.raises(BundleUnreadable, match="classes"):
        SklearnRuntime(model, other)
