"""Which models can parties train together, what of them travels, and what does a round change?"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from modelbundle.signature import Label
from trainer.federated.agreement import Agreement
from trainer.federated.shared_trees import (
    TREES,
    trees_of,
    with_a_tree_more,
    with_trees,
    without_trees,
)
from trainer.pod.exits import Reason, UserFault
from trainer.recipes.boosting import with_labels
from trainer.recipes.early_stopping import stops_early
from trainer.recipes.estimators import build_estimator
from trainer.recipes.preprocessing import PreprocessingMode, with_preprocessing
from trainer.tasks.train_task import Estimator

Array = npt.NDArray[Any]

_LINEAR = ("coef_", "intercept_")
_LAYERS = ("coefs_", "intercepts_")
_LEAST_SHARE = 1e-12
TRAVELLING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sklearn.linear_model.LogisticRegression": _LINEAR,
        "sklearn.linear_model.SGDRegressor": _LINEAR,
        "sklearn.neural_network.MLPClassifier": _LAYERS,
        "sklearn.neural_network.MLPRegressor": _LAYERS,
        TREES: (),
    }
)
"""By class: the fitted attributes that parties send; their mean is a model of the same kind. Trees
have none: they are sent themselves, and added up."""


def shared_model(recipe: Estimator, seed: int, agreement: Agreement) -> Pipeline:
    """The model before the first round, the same in every party: linear ones begin at zero, trees
    with none.

    Raises UserFault: EstimatorUnknown for a class whose models have no mean, ParameterInvalid.
    """
    if recipe.class_ not in TRAVELLING:
        raise UserFault(
            Reason.ESTIMATOR_UNKNOWN,
            f"{recipe.class_} is no model that parties can train together; these are:"
            f" {', '.join(TRAVELLING)}",
        )
    frame, labels = agreement.typical_rows()
    answers = np.array(labels) if labels else np.tile((-1.0, 1.0), len(frame) // 2)
    estimator = build_estimator(recipe.class_, recipe.parameters, seed, 1)
    _refuse_other_trees(estimator, agreement)
    estimator = with_labels(estimator)
    most = recipe.preprocessing.max_categories
    mode = PreprocessingMode(recipe.preprocessing.mode)
    model = with_preprocessing(estimator, mode, agreement.features, frame, most)
    if not isinstance(model, Pipeline):
        model = Pipeline([("model", model)])
    with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", message=".*n_jobs", category=FutureWarning)
        model.fit(frame, answers)
    if recipe.class_ == TREES:
        without_trees(model)
        return model
    begin = parameters_of(model, recipe.class_)
    if TRAVELLING[recipe.class_] is _LINEAR:
        begin = [np.zeros_like(array) for array in begin]
    return with_parameters(model, recipe.class_, begin)


def _refuse_other_trees(estimator: BaseEstimator, agreement: Agreement) -> None:
    if stops_early(estimator):
        raise UserFault(
            Reason.PARAMETER_INVALID,
            "early_stopping_rounds: no one has the rows to judge by; spec.federated.rounds says how"
            " many trees each party grows",
        )
    if type(estimator).__name__ == "XGBClassifier" and len(agreement.labels) != 2:
        raise UserFault(
            Reason.TRAINING_RAISED,
            f"the parties have {len(agreement.labels)} classes, and Flower's bagging adds up trees"
            " of two: take LogisticRegression or MLPClassifier",
        )


def parameters_of(model: Pipeline, class_: str) -> list[Array]:
    """What travels of the model, in a fixed order."""
    if class_ == TREES:
        return [trees_of(model)]
    fitted = model.steps[-1][1]
    found = [getattr(fitted, name) for name in TRAVELLING[class_]]
    flat = [a for part in found for a in (part if isinstance(part, list) else [part])]
    return [np.asarray(array, dtype=np.float64) for array in flat]


def with_parameters(model: Pipeline, class_: str, arrays: Sequence[Array]) -> Pipeline:
    """The same model with these parameters instead of its own. Raises ValueError for other shapes,
    or for what is no number. Trees are taken as they are: only the coordinator sends them.
    """
    if class_ == TREES:
        with_trees(model, arrays[0])
        return model
    own = parameters_of(model, class_)
    shapes = [array.shape for array in arrays]
    if shapes != [array.shape for array in own]:
        raise ValueError(f"parameters of shapes {shapes} are none of this model")
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError("parameters hold what is no number")
    fitted = model.steps[-1][1]
    copies = [np.array(array, dtype=np.float64) for array in arrays]
    if TRAVELLING[class_] is _LINEAR:
        fitted.coef_, fitted.intercept_ = copies
    else:
        half = len(copies) // 2
        fitted.coefs_, fitted.intercepts_ = copies[:half], copies[half:]
    return model


def improved(
    model: Pipeline, frame: pd.DataFrame, answers: npt.NDArray[Any], iterations: int, share: float
) -> None:
    """The model is `iterations` further on these rows, which are that share of the rows of all.

    Logistic regression: so many iterations of its solver from where it stands, and a penalty that
    weighs as much as on all rows together. Trees: one more, whatever the iterations; the model has
    that one alone. Others: so many passes over the rows.
    """
    prepared = model[:-1].transform(frame) if len(model.steps) > 1 else frame.to_numpy()
    fitted = model.steps[-1][1]
    with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", message=".*n_jobs", category=FutureWarning)
        if hasattr(fitted, "estimators_"):
            with_a_tree_more(model, prepared, answers)
        elif hasattr(fitted, "partial_fit"):
            for _ in range(iterations):
                fitted.partial_fit(prepared, answers)
        else:
            _continued(fitted, prepared, answers, iterations, share)


def _continued(
    fitted: BaseEstimator,
    prepared: npt.NDArray[Any],
    answers: npt.NDArray[Any],
    iterations: int,
    share: float,
) -> None:
    classes: Sequence[Label] = fitted.classes_
    own = {name: fitted.get_params()[name] for name in ("C", "max_iter", "warm_start")}
    fitted.set_params(C=own["C"] / share, max_iter=iterations, warm_start=True)
    # A row of each class that weighs nothing: a party need not have rows of all.
    rows = np.vstack([prepared, np.zeros((len(classes), prepared.shape[1]))])
    weights = np.r_[np.ones(len(answers)), np.zeros(len(classes))]
    fitted.fit(rows, np.concatenate([answers, classes]), sample_weight=weights)
    fitted.set_params(**own)


def loss_of(model: Pipeline, frame: pd.DataFrame, answers: npt.NDArray[Any]) -> float:
    """How badly the model fits the rows, in the mean: log loss, or half the squared error."""
    if not hasattr(model, "classes_"):
        return float(np.square(model.predict(frame) - answers).mean() / 2)
    places = {label: place for place, label in enumerate(model.classes_.tolist())}
    shares = model.predict_proba(frame)
    own = shares[np.arange(len(frame)), [places[label] for label in answers.tolist()]]
    return float(-np.log(np.clip(own, _LEAST_SHARE, 1.0)).mean())
