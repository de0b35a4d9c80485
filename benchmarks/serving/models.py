"""Which models are served, and on which data? It ships with scikit-learn or comes from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import serving_bundles as bundles
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from modelbundle.signature import Feature, Kind

_COUNT = 600


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is measured; `formats`: what its bundle holds, the served one first."""

    title: str
    estimator: Callable[[], Any]
    data: Callable[[], bundles.Data]
    formats: tuple[str, ...] = ("onnx", "skops")


def models() -> dict[str, Model]:
    """All models by the name that `--models` takes."""
    return {
        "linear": Model("logistic regression behind a scaler, 30 features", linear, _tumours),
        "forest": Model("forest of 100 trees, 30 features", _forest, _tumours),
        "columns": Model(
            "logistic regression behind a column transformer, 4 numbers and 3 categories",
            _columns,
            _clients,
        ),
        "boosting": Model("gradient boosting of 100 trees, 30 features", _boosting, _tumours),
        "hist": Model(
            "histogram gradient boosting, served by scikit-learn, 30 features",
            _hist,
            _tumours,
            ("skops",),
        ),
    }


def linear() -> Any:
    """Not fitted."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def _forest() -> Any:
    return RandomForestClassifier(100, random_state=7)


def _boosting() -> Any:
    return GradientBoostingClassifier(random_state=7)


def _hist() -> Any:
    return HistGradientBoostingClassifier(random_state=7)


def _columns() -> Any:
    numbers = (StandardScaler(), ["age", "income", "visits", "tenure"])
    texts = (OneHotEncoder(handle_unknown="ignore"), ["plan", "region", "channel"])
    return make_pipeline(make_column_transformer(numbers, texts), LogisticRegression(max_iter=1000))


def _tumours() -> bundles.Data:
    """569 rows, 30 numbers; 1 is benign."""
    data = bundles.tumours()
    return replace(data, target=(data.target == "benign").astype(np.int64))


def _clients() -> bundles.Data:
    """600 made-up clients, 4 numbers and 3 categories; 1 has left."""
    random = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 90, _COUNT).astype(float),
            "income": random.lognormal(10, 0.5, _COUNT).round(2),
            "visits": random.poisson(5, _COUNT).astype(float),
            "tenure": random.exponential(4, _COUNT).round(3),
            "plan": random.choice(np.array(["basic", "family", "premium"], dtype=object), _COUNT),
            "region": random.choice(np.array(["north", "south", "east", "west"]), _COUNT),
            "channel": random.choice(np.array(["shop", "web", "partner"]), _COUNT),
        }
    )
    score = 6 - frame["tenure"] - frame["visits"] / 3 + 2 * (frame["plan"] == "basic")
    target = (score + (frame["region"] == "west") + random.normal(0, 1, _COUNT) > 2).to_numpy()
    numbers = tuple(Feature(name, Kind.FLOAT) for name in ("age", "income", "visits", "tenure"))
    texts = tuple(Feature(name, Kind.CATEGORY) for name in ("plan", "region", "channel"))
    return bundles.Data(frame, target.astype(np.int64), (*numbers, *texts))
