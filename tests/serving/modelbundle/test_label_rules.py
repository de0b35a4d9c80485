"""Labels read off probabilities are those that `predict` gives, near and at ties too."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from models_people_use import CLASSIFIERS
from sklearn import discriminant_analysis, ensemble, linear_model, naive_bayes, neighbors, tree
from sklearn.base import clone
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.semi_supervised import LabelPropagation, LabelSpreading
from sklearn.svm import SVC

from modelbundle.label_rules import LabelRule, label_rule, labels_of, labels_of_several

Matrix = npt.NDArray[np.float64]

_LIKELIEST, _CLEAR, _UNKNOWN = LabelRule.LIKELIEST, LabelRule.CLEAR, LabelRule.UNKNOWN
_FEW: dict[str, Any] = {"n_estimators": 5, "random_state": 0}
_LOGISTIC = linear_model.LogisticRegression()
_MEMBERS = [("a", _LOGISTIC), ("b", naive_bayes.GaussianNB())]

pytestmark = [
    pytest.mark.filterwarnings("ignore:The `probability` parameter:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*[Cc]onverge"),
    pytest.mark.filterwarnings("ignore:Variables are collinear"),
    pytest.mark.filterwarnings("ignore:::sklearn"),
]


class Contrary(linear_model.LogisticRegression):  # type: ignore[misc]  # it has no types
    """Somebody's own: never the likeliest."""

    def predict(self, X: Any) -> Any:  # noqa: N803
        """The class after the likeliest."""
        return self.classes_[(super().predict_proba(X).argmax(axis=1) + 1) % len(self.classes_)]


def _neighbours(**how: Any) -> Any:
    return neighbors.KNeighborsClassifier(4, **how)


MODELS = {
    "a tree": (tree.DecisionTreeClassifier(max_depth=2), _LIKELIEST),
    "an extra tree": (tree.ExtraTreeClassifier(max_depth=2, random_state=0), _LIKELIEST),
    "a forest": (ensemble.RandomForestClassifier(max_depth=2, **_FEW), _LIKELIEST),
    "extra trees": (ensemble.ExtraTreesClassifier(max_depth=2, **_FEW), _LIKELIEST),
    "bags": (ensemble.BaggingClassifier(**_FEW), _LIKELIEST),
    "a soft vote": (ensemble.VotingClassifier(_MEMBERS, voting="soft"), _LIKELIEST),
    "label propagation": (LabelPropagation(), _LIKELIEST),
    "label spreading": (LabelSpreading(), _LIKELIEST),
    "neighbours": (_neighbours(), _LIKELIEST),
    "neighbours in another metric": (_neighbours(algorithm="brute", metric="l1"), _LIKELIEST),
    "neighbours by all distances": (_neighbours(algorithm="brute"), _LIKELIEST),
    "neighbours by distance": (_neighbours(weights="distance"), _CLEAR),
    "neighbours by a function": (_neighbours(weights=np.exp), _UNKNOWN),
    "logistic regression": (_LOGISTIC, _CLEAR),
    "logistic regression by liblinear": (
        OneVsRestClassifier(linear_model.LogisticRegression(solver="liblinear")),
        _UNKNOWN,
    ),
    "SGD log": (linear_model.SGDClassifier(loss="log_loss", random_state=0), _CLEAR),
    "SGD huber": (linear_model.SGDClassifier(loss="modified_huber", random_state=0), _CLEAR),
    "linear discriminants": (discriminant_analysis.LinearDiscriminantAnalysis(), _CLEAR),
    "quadratic discriminants": (
        discriminant_analysis.QuadraticDiscriminantAnalysis(reg_param=0.1),
        _CLEAR,
    ),
    "normal Bayes": (naive_bayes.GaussianNB(), _CLEAR),
    "multinomial Bayes": (naive_bayes.MultinomialNB(), _CLEAR),
    "complement Bayes": (naive_bayes.ComplementNB(), _CLEAR),
    "Bernoulli Bayes": (naive_bayes.BernoulliNB(binarize=1.5), _CLEAR),
    "categorical Bayes": (naive_bayes.CategoricalNB(min_categories=6), _CLEAR),
    "boosting": (ensemble.GradientBoostingClassifier(max_depth=1, **_FEW), _CLEAR),
    "histogram boosting": (
        ensemble.HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=5),
        _CLEAR,
    ),
    "AdaBoost": (ensemble.AdaBoostClassifier(**_FEW), _CLEAR),
    "a network": (MLPClassifier((4,), max_iter=30, random_state=0), _CLEAR),
    "a stack": (ensemble.StackingClassifier(_MEMBERS, cv=2), _CLEAR),
    "a stack under a forest": (
        ensemble.StackingClassifier(_MEMBERS, ensemble.RandomForestClassifier(**_FEW), cv=2),
        _LIKELIEST,
    ),
    "support vectors": (SVC(probability=True, random_state=0), _UNKNOWN),
    "a process": (GaussianProcessClassifier(), _UNKNOWN),
    "one against the rest": (OneVsRestClassifier(naive_bayes.GaussianNB()), _UNKNOWN),
    "somebody's own": (Contrary(), _UNKNOWN),
}
EXPONENTIAL = ensemble.GradientBoostingClassifier(loss="exponential", max_depth=1, **_FEW)
TWO_CLASSES = {
    "boosting of the exponential loss": (EXPONENTIAL, _CLEAR),
    "a threshold of its own": (
        FixedThresholdClassifier(_LOGISTIC, threshold=0.8, response_method="predict_proba"),
        _UNKNOWN,
    ),
}


def _cases(without: str = "") -> list[Any]:
    both = [(name, pair, classes) for name, pair in MODELS.items() for classes in (2, 3)]
    both += [(name, pair, 2) for name, pair in TWO_CLASSES.items()]
    return [
        pytest.param(*pair, classes, id=f"{name}, {classes} classes")
        for name, pair, classes in both
        if name != without
    ]


def _numbers() -> Matrix:
    return np.random.default_rng(3).integers(0, 6, (60, 3)).astype(float)


def _learnt(rows: Matrix, classes: int) -> npt.NDArray[Any]:
    noise = np.random.default_rng(4).normal(0, 1.5, len(rows))
    names = np.array(["low", "middle", "top"], dtype=object)[3 - classes :]
    learnt: npt.NDArray[Any] = names[
        np.digitize(rows.sum(axis=1) + noise, [6.5, 9.5][: classes - 1])
    ]
    return learnt


def _borders(model: Any, rows: Matrix) -> Matrix:
    """Neighbouring points on the two sides of a decision, found by halving, and some beside."""
    said = model.predict(rows)
    pairs = [(n, int(np.flatnonzero(said != said[n])[0])) for n in (0, 7, 21, 40)]
    here, there = rows[[a for a, _ in pairs]], rows[[b for _, b in pairs]]
    side = model.predict(here)
    for _ in range(60):
        middle = (here + there) / 2
        same = (model.predict(middle) == side)[:, None]
        here, there = np.where(same, middle, here), np.where(same, there, middle)
    beside = [here + shift for shift in (-1e-7, -1e-12, 1e-12, 1e-7)]
    found: Matrix = np.abs(np.concatenate([here, there, *beside]))
    return found


def _assert_as_predicted(model: Any, rows: Matrix, alone: int = 12) -> None:
    """All rows together, and the last of them one by one."""
    rule = label_rule(model)
    for part in (rows, *(rows[n : n + 1] for n in range(len(rows) - alone, len(rows)))):
        found = labels_of(model.predict_proba(part), model.classes_, rule)
        if found is not None:
            assert model.predict(part).tolist() == found.tolist()


@pytest.mark.parametrize(("model", "rule", "classes"), _cases())
def test_labels_are_those_of_predict(model: Any, rule: LabelRule, classes: int) -> None:
    """On the rows it learnt from and on both sides of its decisions, as near as numbers go."""
    rows = _numbers()
    fitted = clone(model).fit(rows, _learnt(rows, classes))
    assert rule is label_rule(fitted)
    _assert_as_predicted(fitted, np.concatenate([rows, _borders(fitted, rows)]))


@pytest.mark.parametrize(("model", "rule", "classes"), _cases(without="AdaBoost"))
def test_ties_are_decided_as_predict_does(model: Any, rule: LabelRule, classes: int) -> None:
    """Each row was learnt once with every class, so that nothing speaks for one of them."""
    rows = _numbers()[:20]
    names = np.array(["low", "middle", "top"], dtype=object)[:classes]
    fitted = clone(model).fit(np.tile(rows, (classes, 1)), np.repeat(names, len(rows)))
    assert rule is label_rule(fitted)
    _assert_as_predicted(fitted, rows)


_SEVERAL = {
    **{name: MODELS[name] for name in ("a tree", "an extra tree", "a forest", "extra trees")},
    **{name: pair for name, pair in MODELS.items() if name.startswith("neighbours")},
    **{
        f"{name} per target": (MultiOutputClassifier(MODELS[name][0]), MODELS[name][1])
        for name in MODELS
        # Stacks are not taken; AdaBoost learns nothing from ties.
        if name not in {"a stack", "a stack under a forest", "AdaBoost"}
    },
}


@pytest.mark.parametrize(
    ("model", "rule"), [pytest.param(*pair, id=name) for name, pair in _SEVERAL.items()]
)
def test_labels_of_several_targets_are_those_of_predict(model: Any, rule: LabelRule) -> None:
    """Two and three classes; rows that were learnt, and rows that were learnt with every class."""
    rows = _numbers()
    tied = np.tile(rows[:20], (3, 1))
    twos, threes = np.repeat(["low", "top"], 30), np.repeat(["low", "middle", "top"], 20)
    for answers, asked in (
        (np.column_stack([_learnt(rows, 2), _learnt(rows, 3)]), rows),
        (np.column_stack([twos, threes]), tied),
    ):
        fitted = clone(model).fit(asked, answers)
        assert rule is label_rule(fitted)
        for part in (asked, *(asked[n : n + 1] for n in range(12))):
            found = labels_of_several(fitted.predict_proba(part), fitted.classes_, rule)
            if found is not None:
                assert fitted.predict(part).tolist() == found.tolist()


def test_targets_of_several_rules_are_asked() -> None:
    """Only what holds for every target is used."""
    rows = _numbers()
    model = MultiOutputClassifier(_LOGISTIC).fit(rows, np.column_stack([_learnt(rows, 2)] * 2))
    model.estimators_[1] = Contrary().fit(rows, _learnt(rows, 2))
    assert label_rule(model) is LabelRule.UNKNOWN


def test_ties_of_votes_are_decided_as_predict_does() -> None:
    """AdaBoost learns nothing from such rows; here two of its members disagree, equally strong."""
    rows = _numbers()
    model = ensemble.AdaBoostClassifier(n_estimators=2, random_state=0).fit(rows, _learnt(rows, 2))
    model.estimator_weights_ = np.ones(2)
    ties = rows[model.decision_function(rows) == 0]
    assert len(ties) > 0
    _assert_as_predicted(model, ties, alone=1)


def test_a_tie_can_tell_them_apart() -> None:
    """Boosting takes the second class at a score of 0, where both probabilities are a half."""
    rows = np.zeros((8, 2))
    model = EXPONENTIAL.fit(rows, [0, 1] * 4)
    probabilities = model.predict_proba(rows)
    assert [1, 0] == [model.predict(rows)[0], model.classes_[probabilities[0].argmax()]]
    assert labels_of(probabilities, model.classes_, label_rule(model)) is None


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CLASSIFIERS])
def test_what_people_use_is_not_asked_twice(case: Any) -> None:
    """Where it has probabilities, support vectors excepted; and then labels are `predict`'s."""
    rows = _numbers()
    model = case.build().fit(rows, _learnt(rows, 3))
    last = model.steps[-1][1] if isinstance(model, Pipeline) else model
    if not hasattr(last, "predict_proba"):
        return
    assert (isinstance(last, SVC)) == (label_rule(last) is _UNKNOWN)
    probabilities = model.predict_proba(rows)
    found = labels_of(probabilities, model.classes_, label_rule(last))
    if found is not None:
        assert model.predict(rows).tolist() == found.tolist()


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        pytest.param([[0.3, 0.7], [0.9, 0.1]], ["b", "a"], id="clear"),
        pytest.param([[0.3, 0.7], [0.5, 0.5]], None, id="one row is a tie"),
        pytest.param([[0.4999997, 0.5000003]], None, id="nearly a tie"),
        pytest.param([[0.1, 0.3, 0.6]], ["c"], id="three classes"),
        pytest.param([[0.2, 0.4, 0.4]], None, id="a tie of the two largest"),
        pytest.param([[0.2, 0.2, 0.6]], ["c"], id="a tie of the others"),
        pytest.param([[np.nan, np.nan]], None, id="no numbers"),
        pytest.param([[1.0]], None, id="one class"),
    ],
)
def test_what_is_clear(probabilities: list[list[float]], expected: list[str] | None) -> None:
    """All rows have a largest probability that exceeds the next."""
    classes = np.array(["a", "b", "c"], dtype=object)
    found = labels_of(np.array(probabilities), classes, _CLEAR)
    assert expected == (None if found is None else found.tolist())
