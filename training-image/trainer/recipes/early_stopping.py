"""How many boosted trees are enough, by rows that they were not fitted on?"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.preprocessing import LabelEncoder

from trainer.pod.exits import Reason, UserFault
from trainer.recipes.boosting import is_boosted

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

Array = npt.NDArray[Any]
ROUNDS = "early_stopping_rounds"
HELD_BACK = 10
"""One row of so many is held back to judge the trees by."""


def stops_early(estimator: BaseEstimator) -> bool:
    """True for boosted trees that are to stop when more of them no longer help."""
    return is_boosted(estimator) and estimator.get_params().get(ROUNDS) is not None


def with_enough_trees(
    estimator: BaseEstimator,
    preprocessing: Pipeline,
    data: tuple[pd.DataFrame, Array, Array | None],
    seed: int,
) -> BaseEstimator:
    """An unfitted estimator with as many trees as were best, which stops early no more.

    `data`: features, answers, row weights. One row in ten, by the seed, judges; the model that is
    kept is then fitted on all of them. Raises UserFault(ParameterInvalid) for rows that cannot be
    divided, and whatever the estimator raises.
    """
    frame, answers, weights = data
    if answers.ndim > 1:
        raise _refused("judges one target, and the Dataset has several")
    kept, held = _divided(len(frame), seed)
    trial = clone(estimator)
    if is_classifier(estimator):
        _refuse_lost_classes(answers, kept)
        answers = _numbered(trial, answers)
    columns = clone(preprocessing).fit(frame.iloc[kept])
    judges = (columns.transform(frame.iloc[held]), answers[held])
    more: dict[str, Any] = {} if weights is None else {"sample_weight": weights[kept]}
    if hasattr(trial, "booster"):  # XGBoost's word
        more |= {"eval_set": [judges], "verbose": False}
    else:
        more |= {"eval_X": judges[:1], "eval_y": judges[1:]}
    trial.fit(columns.transform(frame.iloc[kept]), answers[kept], **more)
    trees = _best(trial)
    sys.stderr.write(
        f"early stopping: {trees} trees are best on {len(held)} rows held back; fitted again on all"
        f" {len(frame)} rows\n"
    )
    parameters = {**estimator.get_params(), "n_estimators": trees}
    parameters.pop(ROUNDS)
    settled: BaseEstimator = type(estimator)(**parameters)
    return settled


def _numbered(trial: Any, answers: Array) -> Array:
    """Labels counted from 0: neither library names those of the rows that judge."""
    encoder = LabelEncoder()
    numbers: Array = encoder.fit_transform(answers)
    weights = getattr(trial, "class_weight", None)
    if isinstance(weights, Mapping):
        places = encoder.transform(list(weights)).tolist()
        trial.set_params(class_weight=dict(zip(places, weights.values(), strict=True)))
    return numbers


def _best(trial: Any) -> int:
    """XGBoost counts trees from 0, LightGBM from 1; without a best one all of them are."""
    if hasattr(trial, "best_iteration_"):
        return int(trial.best_iteration_) or int(trial.n_estimators)
    return int(trial.best_iteration) + 1


def _divided(count: int, seed: int) -> tuple[Array, Array]:
    order = np.random.default_rng(seed).permutation(count)
    held = count // HELD_BACK
    if held == 0:
        raise _refused(f"holds back one row in {HELD_BACK}, and the train part has {count}")
    return np.sort(order[held:]), np.sort(order[:held])


def _refuse_lost_classes(answers: Array, kept: Sequence[int] | Array) -> None:
    lost = sorted(set(answers.tolist()) - set(answers[kept].tolist()), key=str)
    if lost:
        raise _refused(f"holds back all rows of class {lost[0]}, of which there are too few")


def _refused(why: str) -> UserFault:
    return UserFault(
        Reason.PARAMETER_INVALID, f"{ROUNDS} {why}. Leave it out and set n_estimators instead."
    )
