"""scikit-learn behind the runtime protocol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import serving_bundles as bundles
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

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
def test_every_part_gets_one_job(model: Any) -> None:
    """Threads per request make a server slower; they are off everywhere, fitted copies too."""
    data = bundles.iris()
    model.fit(data.frame, data.target)
    force_one_job(model)
    assert {1} == set(_jobs(model, set()))


@pytest.mark.filterwarnings("ignore:The `probability` parameter:FutureWarning")
@pytest.mark.parametrize(
    ("model", "data"),
    [
        pytest.param(bundles.forest, bundles.iris, id="three classes"),
        pytest.param(bundles.linear, bundles.tumours, id="two classes"),
        pytest.param(bundles.tolerant_columns, bundles.patients, id="features of every kind"),
        pytest.param(lambda: DecisionTreeClassifier(max_depth=2), bundles.tumours, id="a tree"),
        pytest.param(lambda: ExtraTreesClassifier(4, max_depth=2), bundles.tumours, id="ties"),
        pytest.param(
            lambda: make_pipeline(MinMaxScaler(), BaggingClassifier()), bundles.iris, id="bags"
        ),
        pytest.param(
            lambda: CalibratedClassifierCV(LinearSVC(), cv=2), bundles.tumours, id="calibrated"
        ),
        pytest.param(
            lambda: SVC(probability=True), bundles.iris, id="labels that are not the likeliest"
        ),
        pytest.param(
            lambda: HistGradientBoostingClassifier(max_iter=5), bundles.tumours, id="boosting"
        ),
        pytest.param(
            lambda: KNeighborsClassifier(4), bundles.iris, id="neighbours, two of each class"
        ),
        pytest.param(
            lambda: GridSearchCV(bundles.linear(), {"logisticregression__C": [0.1, 1]}),
            bundles.tumours,
            id="the best of a search",
        ),
    ],
)
def test_labels_and_probabilities_are_the_model_s_own(
    model: Callable[[], Any], data: Callable[[], bundles.Data]
) -> None:
    """On every row, what scikit-learn says; a matrix product of 569 rows ends in leftovers."""
    fitted = model()
    signature, table, rows = bundles.fitted(fitted, data())
    found = SklearnRuntime(fitted, signature).predict(rows)
    assert fitted.predict(table).tolist() == found.values.tolist()
    assert found.probabilities is not None
    np.testing.assert_allclose(found.probabilities, fitted.predict_proba(table), rtol=1e-12)


def test_steps_before_the_last_run_once() -> None:
    """Labels and probabilities of one batch share the work of preprocessing."""

    class Counting(MinMaxScaler):  # type: ignore[misc]  # scikit-learn has no types
        calls = 0

        def transform(self, X: Any) -> Any:  # noqa: N803
            Counting.calls += 1
            return super().transform(X)

    model = make_pipeline(Counting(), LogisticRegression())
    signature, _, rows = bundles.fitted(model, bundles.iris())
    Counting.calls = 0
    SklearnRuntime(model, signature).predict(rows)
    assert 1 == Counting.calls


def test_clear_labels_need_no_second_pass() -> None:
    """A model whose `predict` is gone still answers; one that is needed is asked."""
    model = HistGradientBoostingClassifier(max_iter=5)
    signature, table, rows = bundles.fitted(model, bundles.tumours())
    expected = model.predict(table).tolist()
    model.predict = None
    assert expected == SklearnRuntime(model, signature).predict(rows).values.tolist()


def test_a_tie_is_decided_by_the_model() -> None:
    """It takes the second class where both are as likely: all rows are alike."""
    flowers = bundles.iris()
    data = replace(flowers, frame=flowers.frame * 0, target=flowers.target % 2)
    data = replace(data, frame=data.frame[:100], target=data.target[:100])
    model = GradientBoostingClassifier(n_estimators=2)
    signature, _, rows = bundles.fitted(model, data)
    found = SklearnRuntime(model, signature).predict(rows.part(0, 1))
    assert found.probabilities is not None
    assert ([1], [0.5, 0.5]) == (found.values.tolist(), found.probabilities[0].tolist())


def test_numbers_are_the_model_s_own() -> None:
    """On every row of a regression."""
    model = bundles.ridge()
    signature, table, rows = bundles.fitted(model, bundles.diabetes())
    found = SklearnRuntime(model, signature).predict(rows)
    np.testing.assert_allclose(found.values, model.predict(table), rtol=1e-12)


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
