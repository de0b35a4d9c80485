"""Recipes as people write them, and beside each the same model made by hand.

What is made by hand uses scikit-learn, XGBoost and LightGBM alone: nothing of this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn import (
    discriminant_analysis,
    ensemble,
    linear_model,
    naive_bayes,
    neighbors,
    neural_network,
    svm,
    tree,
)
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import FixedThresholdClassifier, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    LabelEncoder,
    OneHotEncoder,
    StandardScaler,
    TargetEncoder,
)
from xgboost import XGBClassifier, XGBRegressor

SEED = 7
_NUMBERS, _FLAGS, _TEXTS = ["minutes", "distance", "pressure", "age"], ["known"], ["ward"]
_PARTS = [f"opened.{part}" for part in ("year", "month", "day", "weekday", "hour")]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sweep: what the recipe says, and the unfitted model made by hand."""

    name: str
    data: str
    estimator: dict[str, Any]
    by_hand: Callable[[], Any]


def _encoded() -> OneHotEncoder:
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def _prepared(model: Any, *, scaled: bool) -> Pipeline:
    """Numbers imputed (and scaled), flags imputed, texts encoded."""
    steps = [SimpleImputer(strategy="median"), *([StandardScaler()] if scaled else [])]
    columns = [
        ("n", make_pipeline(*steps), _NUMBERS),
        ("f", SimpleImputer(strategy="most_frequent"), _FLAGS),
        ("t", _encoded(), _TEXTS),
    ]
    return make_pipeline(ColumnTransformer(columns, sparse_threshold=0), model)


def _as_they_are(model: Any) -> Pipeline:
    """Numbers and flags with their holes, texts encoded, all of 32 bits, no names."""
    columns = [("n", "passthrough", [*_NUMBERS, *_FLAGS]), ("t", _encoded(), _TEXTS)]
    narrow = FunctionTransformer(lambda table: np.asarray(table, dtype=np.float32))
    return make_pipeline(ColumnTransformer(columns, sparse_threshold=0), narrow, model)


class _Numbered(BaseEstimator):  # type: ignore[misc]
    """XGBoost for labels that are texts."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def fit(self, rows: Any, labels: Any) -> _Numbered:
        """Fit on numbers from 0."""
        self.encoder_ = LabelEncoder().fit(labels)
        self.model.fit(rows, self.encoder_.transform(labels))
        return self

    def predict(self, rows: Any) -> Any:
        """The labels."""
        return self.encoder_.inverse_transform(self.model.predict(rows))

    def predict_proba(self, rows: Any) -> Any:
        """The library's own."""
        return self.model.predict_proba(rows)


def _plain(cls: type, *, scaled: bool = False, data: str = "visits", **parameters: Any) -> Row:
    """An estimator of scikit-learn, prepared by Auto."""
    seeded = {"random_state": SEED} if "random_state" in cls().get_params() else {}
    module = ".".join(cls.__module__.split(".")[:2])
    return Row(
        cls.__name__,
        data,
        {"class": f"{module}.{cls.__name__}", "parameters": parameters},
        lambda: _prepared(cls(**parameters, **seeded), scaled=scaled),
    )


def _boosted(cls: type, data: str, **parameters: Any) -> Row:
    library = cls.__module__.split(".")[0]
    quiet = {"deterministic": True, "force_row_wise": True, "verbosity": -1}
    more = {"random_state": SEED, **(quiet if library == "lightgbm" else {})}

    def by_hand() -> Any:
        model = cls(**parameters, **more)
        return _as_they_are(_Numbered(model) if cls is XGBClassifier else model)

    described = {"class": f"{library}.{cls.__name__}", "parameters": parameters}
    return Row(f"{library}.{cls.__name__}", data, described, by_hand)


_FEW: dict[str, Any] = {"n_estimators": 20}
SCIKIT_LEARN = (
    _plain(linear_model.LogisticRegression, scaled=True, max_iter=500),
    _plain(linear_model.SGDClassifier, scaled=True, loss="log_loss"),
    _plain(linear_model.RidgeClassifier, scaled=True),
    _plain(svm.LinearSVC, scaled=True),
    _plain(svm.SVC, scaled=True),
    _plain(neighbors.KNeighborsClassifier, scaled=True),
    _plain(neural_network.MLPClassifier, scaled=True, max_iter=100),
    _plain(discriminant_analysis.LinearDiscriminantAnalysis, scaled=True),
    _plain(naive_bayes.GaussianNB),
    _plain(naive_bayes.BernoulliNB),
    _plain(tree.DecisionTreeClassifier, max_depth=6),
    _plain(ensemble.RandomForestClassifier, **_FEW),
    _plain(ensemble.ExtraTreesClassifier, **_FEW),
    _plain(ensemble.GradientBoostingClassifier, **_FEW),
    _plain(ensemble.HistGradientBoostingClassifier, max_iter=20),
    _plain(ensemble.AdaBoostClassifier, **_FEW),
    _plain(ensemble.BaggingClassifier, n_estimators=5),
    _plain(linear_model.LinearRegression, scaled=True, data="costs"),
    _plain(linear_model.ElasticNet, scaled=True, data="costs", alpha=0.01),
    _plain(svm.SVR, scaled=True, data="costs"),
    _plain(ensemble.RandomForestRegressor, data="costs", **_FEW),
    _plain(ensemble.GradientBoostingRegressor, data="costs", **_FEW),
    _plain(ensemble.HistGradientBoostingRegressor, data="costs", max_iter=20),
)
BOOSTED = (
    _boosted(XGBClassifier, "visits", n_estimators=20, scale_pos_weight=2),
    _boosted(XGBRegressor, "costs", n_estimators=20),
    _boosted(LGBMClassifier, "visits", n_estimators=20, class_weight="balanced"),
    _boosted(LGBMRegressor, "costs", n_estimators=20),
)


def _behind(model: Any, *columns: tuple[str, Any, Any]) -> Pipeline:
    return make_pipeline(ColumnTransformer(list(columns), sparse_threshold=0), model)


def _numbers(names: list[str]) -> tuple[str, Any, list[str]]:
    return ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), names)


def _logistic(**more: Any) -> Any:
    return linear_model.LogisticRegression(max_iter=500, random_state=SEED, **more)


_LOGISTIC = {"class": "sklearn.linear_model.LogisticRegression"}
_SHORT = {"max_iter": 500}
_TFIDF = "sklearn.feature_extraction.text.TfidfVectorizer"


def _custom(*steps: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return {
        **_LOGISTIC,
        "parameters": {**_SHORT, **parameters},
        "preprocessing": {"mode": "Custom", "steps": list(steps)},
    }


def _folds() -> StratifiedKFold:
    return StratifiedKFold(5, shuffle=True, random_state=SEED)


def _forest() -> Any:
    return ensemble.RandomForestClassifier(n_estimators=20, random_state=SEED)


PREPARED = (
    Row(
        "dates by parts, a text by TF-IDF",
        "tickets",
        _custom(
            {"class": _TFIDF, "parameters": {"max_features": 100}, "columns": ["message"]},
            {"class": "sklearn.preprocessing.TargetEncoder", "columns": ["clinic"]},
            class_weight="balanced",
        ),
        lambda: _behind(
            _logistic(class_weight="balanced"),
            ("text", TfidfVectorizer(max_features=100), "message"),
            ("target", TargetEncoder(cv=_folds()), ["clinic"]),
            _numbers([*_PARTS, "minutes"]),
        ),
    ),
    Row(
        "bins behind imputing (Custom)",
        "tickets",
        _custom(
            {"class": "sklearn.impute.SimpleImputer", "columns": ["minutes", "opened.hour"]},
            {
                "class": "sklearn.preprocessing.KBinsDiscretizer",
                "parameters": {
                    "n_bins": 4,
                    "encode": "onehot-dense",
                    "quantile_method": "averaged_inverted_cdf",
                },
                "columns": ["minutes", "opened.hour"],
            },
            {"class": _TFIDF, "parameters": {"max_features": 50}, "columns": ["message"]},
        ),
        lambda: _behind(
            _logistic(),
            (
                "bins",
                make_pipeline(
                    SimpleImputer(),
                    KBinsDiscretizer(
                        n_bins=4,
                        encode="onehot-dense",
                        quantile_method="averaged_inverted_cdf",
                        random_state=SEED,
                    ),
                ),
                ["minutes", "opened.hour"],
            ),
            ("text", TfidfVectorizer(max_features=50), "message"),
            _numbers([part for part in _PARTS if part != "opened.hour"]),
            ("rest", _encoded(), ["clinic"]),
        ),
    ),
    Row(
        "class weights and a threshold",
        "visits",
        {
            **_LOGISTIC,
            "parameters": {**_SHORT, "class_weight": {"stays": 3}},
            "threshold": {"class": "stays", "value": "0.7"},
        },
        lambda: FixedThresholdClassifier(
            _prepared(_logistic(class_weight={"stays": 3}), scaled=True),
            threshold=0.7,
            pos_label="stays",
            response_method="predict_proba",
        ),
    ),
    Row(
        "a calibrated forest",
        "visits",
        {
            "class": "sklearn.ensemble.RandomForestClassifier",
            "parameters": {"n_estimators": 20},
            "calibration": {"method": "Sigmoid", "folds": 5},
        },
        lambda: _prepared(
            CalibratedClassifierCV(
                _forest(),
                method="sigmoid",
                cv=_folds(),
                ensemble=False,
            ),
            scaled=False,
        ),
    ),
)
ROWS = (*BOOSTED, *PREPARED, *SCIKIT_LEARN)
