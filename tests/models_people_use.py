"""Estimators and pipelines that people use, and what is known about their conversion to ONNX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import ensemble, linear_model, naive_bayes, neighbors, neural_network, svm, tree
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.kernel_ridge import KernelRidge
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
    TargetEncoder,
)

from modelbundle.rows import Rows

FASTER = "ONNX is "
NOT = "not convertible"
DIFFERS = "the ONNX model answers differently"


@dataclass(frozen=True, slots=True)
class Case:
    """One model on one table; `why`: the words that the record of runtimes must hold."""

    name: str
    build: Callable[[], Any]
    data: str
    why: str = FASTER
    label: Callable[[Any], Any] = lambda value: value


def rows_of(numbers: Any) -> Rows:
    """Rows of numbers alone."""
    return Rows(numbers, np.empty((len(numbers), 0), dtype=object))


def linear_on_identifiers() -> Any:
    """A model to which the last digits of large numbers matter."""
    return linear_model.LinearRegression()


def _scaled(model: Any) -> Callable[[], Any]:
    return lambda: make_pipeline(StandardScaler(), model)


def _columns(model: Any, encoder: Any, *steps: Any) -> Callable[[], Any]:
    """Numbers imputed (and more steps), the text column encoded."""
    encoder = encoder or OneHotEncoder(handle_unknown="ignore")
    numbers = make_pipeline(*(steps or (SimpleImputer(strategy="median"), StandardScaler())))
    parts = [("n", numbers, ["alcohol", "proline", "strong"]), ("c", encoder, ["colour"])]
    return lambda: make_pipeline(ColumnTransformer(parts), model)


def _votes(**how: Any) -> Any:
    members = [("a", linear_model.LogisticRegression()), ("b", naive_bayes.GaussianNB())]
    return ensemble.VotingClassifier(members, **how)


def _stack() -> Any:
    members = [("a", linear_model.LogisticRegression()), ("b", naive_bayes.GaussianNB())]
    return ensemble.StackingClassifier(members, cv=2)


_R = {"random_state": 0}
_LOGISTIC = linear_model.LogisticRegression()
_FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)
_UNKNOWN = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
_FEW = {"n_estimators": 6, **_R}

CLASSIFIERS = (
    Case("logistic regression", _scaled(_LOGISTIC), "three"),
    Case("logistic regression of booleans", _scaled(_LOGISTIC), "two", label=lambda v: v == "M"),
    Case(
        "logistic regression of integers", _scaled(_LOGISTIC), "two", label=lambda v: int(v == "M")
    ),
    Case("ridge", _scaled(linear_model.RidgeClassifier()), "three"),
    Case("SGD hinge", _scaled(linear_model.SGDClassifier(**_R)), "three"),
    Case("SGD log", _scaled(linear_model.SGDClassifier(loss="log_loss", **_R)), "three"),
    Case("LinearSVC", _scaled(svm.LinearSVC()), "two"),
    Case("SVC", _scaled(svm.SVC()), "three"),
    Case("SVC with probabilities", _scaled(svm.SVC(probability=True, **_R)), "three"),
    Case("kNN", _scaled(neighbors.KNeighborsClassifier()), "three"),
    Case("discriminant analysis", _scaled(LinearDiscriminantAnalysis()), "two"),
    Case("GaussianNB", naive_bayes.GaussianNB, "three"),
    Case("tree", lambda: tree.DecisionTreeClassifier(**_R), "two"),
    Case("forest", lambda: ensemble.RandomForestClassifier(**_FEW), "two"),
    Case("extra trees", lambda: ensemble.ExtraTreesClassifier(**_FEW), "three"),
    Case("gradient boosting", lambda: ensemble.GradientBoostingClassifier(**_FEW), "three"),
    Case("histogram boosting", lambda: ensemble.HistGradientBoostingClassifier(max_iter=5), "two"),
    Case("AdaBoost", lambda: ensemble.AdaBoostClassifier(**_FEW), "two"),
    Case("bagging", lambda: ensemble.BaggingClassifier(n_estimators=4, **_R), "three"),
    Case("MLP", _scaled(neural_network.MLPClassifier((8,), max_iter=40, **_R)), "three"),
    Case("calibrated", _scaled(CalibratedClassifierCV(svm.LinearSVC(), cv=2)), "three"),
    Case(
        "calibrated forest",
        lambda: CalibratedClassifierCV(ensemble.RandomForestClassifier(**_FEW), cv=2),
        "two",
    ),
    Case("hard vote", _scaled(_votes()), "three", NOT),
    Case("soft vote", _scaled(_votes(voting="soft")), "three", NOT),
    Case("soft vote, flat", _scaled(_votes(voting="soft", flatten_transform=False)), "three"),
    Case("stack", _scaled(_stack()), "three"),
)

PIPELINES = (
    Case("impute, scale, one-hot", _columns(_LOGISTIC, None), "mixed"),
    Case("closed one-hot", _columns(_LOGISTIC, OneHotEncoder()), "mixed"),
    Case("ordinal", _columns(_LOGISTIC, OrdinalEncoder(**_UNKNOWN)), "mixed"),
    Case("target encoder", _columns(_LOGISTIC, TargetEncoder(cv=_FOLDS)), "mixed", NOT),
    Case(
        "polynomial",
        _columns(_LOGISTIC, None, SimpleImputer(), PolynomialFeatures(2), StandardScaler()),
        "mixed",
    ),
    Case(
        "nearest rows fill missing values",
        _columns(ensemble.RandomForestClassifier(**_FEW), None, KNNImputer()),
        "mixed",
        NOT,
    ),
    Case(
        "forest on columns",
        _columns(ensemble.RandomForestClassifier(**_FEW), None, SimpleImputer()),
        "mixed",
    ),
    # Scaled in float32, a value that lies on a threshold falls to its other side.
    Case(
        "forest on scaled columns",
        _columns(ensemble.RandomForestClassifier(**_FEW), None),
        "mixed",
        DIFFERS,
    ),
    Case(
        "histogram boosting with missing values and categories",
        _columns(
            ensemble.HistGradientBoostingClassifier(max_iter=5, categorical_features=[3]),
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan),
            StandardScaler(),
        ),
        "mixed",
        DIFFERS,
    ),
    Case("PCA", lambda: make_pipeline(SimpleImputer(), StandardScaler(), PCA(4), _LOGISTIC), "two"),
)

REGRESSORS = (
    Case("linear", linear_model.LinearRegression, "numbers"),
    Case("elastic net", lambda: linear_model.ElasticNet(alpha=0.01), "numbers"),
    Case("forest of numbers", lambda: ensemble.RandomForestRegressor(**_FEW), "numbers"),
    Case("boosting of numbers", lambda: ensemble.GradientBoostingRegressor(**_FEW), "numbers"),
    Case("SVR", _scaled(svm.SVR()), "numbers"),
    Case(
        "histogram boosting of numbers",
        lambda: ensemble.HistGradientBoostingRegressor(max_iter=5),
        "numbers",
    ),
    Case("kernel ridge", KernelRidge, "numbers", NOT),
)

CASES = (*CLASSIFIERS, *PIPELINES, *REGRESSORS)
