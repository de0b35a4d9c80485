"""How is the model of a recipe fitted on a table?"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.base import BaseEstimator
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits

from modelbundle.rows import frame_of_rows
from modelbundle.signature import Feature, Task
from modelbundle.sklearn_runtime import parts_of
from trainer.datasets.columns import Columns
from trainer.datasets.tables import rows_of_table, weights_of
from trainer.pod.exits import Fault, Reason, UserFault
from trainer.pod.processors import usable_processors
from trainer.recipes.boosting import is_boosted, settle_trees, with_labels
from trainer.recipes.class_weights import name_class_weights, refuse_one_class_that_counts
from trainer.recipes.custom_steps import custom_branches
from trainer.recipes.deciding import calibrated, refuse_undecidable, with_threshold
from trainer.recipes.early_stopping import stops_early, with_enough_trees
from trainer.recipes.estimators import build_estimator, task_of
from trainer.recipes.labels import labels_of_all, numbers_of_all
from trainer.recipes.preprocessing import (
    PreprocessingMode,
    auto_branches,
    behind_columns,
    uncommon_texts,
    with_preprocessing,
)
from trainer.tasks.train_task import Estimator, Preprocessing

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]


def fitted(
    recipe: Estimator, seed: int, columns: Columns, table: pa.Table, jobs: int | None = None
) -> BaseEstimator:
    """The model of this recipe, fitted on the table with so many jobs; None: as many as this
    container may use.
    """
    features = columns.features
    frame = frame_of_rows(rows_of_table(table, features), features)
    jobs = jobs or usable_processors()
    estimator = build_estimator(recipe.class_, recipe.parameters, seed, jobs)
    answers = _answers(estimator, table, columns.targets)
    name_class_weights(estimator, answers, for_each=_takes_several(estimator))
    given = weights_of(table, columns)
    if task_of(estimator) is Task.CLASSIFICATION and has_fit_parameter(estimator, "sample_weight"):
        refuse_one_class_that_counts(answers, given, columns.targets)
    prepared = partial(prepared_model, recipe.preprocessing, features, frame, (seed, jobs))
    if stops_early(estimator):
        steps = prepared(estimator)[:-1]
        with fitting(recipe.class_, frame):
            estimator = with_enough_trees(estimator, steps, (frame, answers, given), seed)
    refuse_undecidable(recipe, estimator, answers)
    deciding = calibrated(with_labels(estimator), recipe.calibration, seed)
    model = prepared(_for_all(deciding, columns.targets))
    _tell_uncommon_texts(recipe.preprocessing, features, frame)
    weights = _fit_weights(estimator, model, given, columns.targets)
    with fitting(recipe.class_, frame):
        model.fit(frame, answers, **weights)
        model = with_threshold(model, recipe.threshold, (frame, answers), seed)
    return without_jobs(model)


def prepared_model(
    wanted: Preprocessing,
    features: Sequence[Feature],
    frame: pd.DataFrame,
    seed_and_jobs: tuple[int, int],
    estimator: BaseEstimator,
) -> Any:
    """The unfitted model: the estimator behind what the recipe puts before it."""
    mode, most = PreprocessingMode(wanted.mode), wanted.max_categories
    if mode is not PreprocessingMode.CUSTOM:
        return with_preprocessing(estimator, mode, features, frame, most)
    steps = custom_branches(wanted.steps, features, *seed_and_jobs)
    rest = auto_branches(estimator, features, frame, most, _named(wanted, features))
    return behind_columns(estimator, [*steps, *rest])


def _named(wanted: Preprocessing, features: Sequence[Feature]) -> frozenset[int]:
    """The positions of the features that steps name."""
    names = {name for step in wanted.steps for name in step.columns}
    return frozenset(p for p, feature in enumerate(features) if feature.name in names)


def _tell_uncommon_texts(
    wanted: Preprocessing, features: Sequence[Feature], frame: pd.DataFrame
) -> None:
    if wanted.mode == "None":
        return
    encoded = [f for p, f in enumerate(features) if p not in _named(wanted, features)]
    for sentence in uncommon_texts(encoded, frame, wanted.max_categories):
        sys.stderr.write(f"{sentence}\n")


def _answers(estimator: BaseEstimator, table: pa.Table, targets: Sequence[str]) -> Array:
    if task_of(estimator) is Task.REGRESSION:
        return numbers_of_all(table, targets)
    labels = labels_of_all(table, targets)
    for target, found in zip(targets, labels, strict=True):
        if len(set(found)) < 2:
            raise UserFault(
                Reason.PARAMETER_INVALID,
                f"target {target} has only one value in the train part ({found[:1]}), so there is"
                " nothing to tell apart; bring rows of another class",
            )
    columns = [np.array(found) for found in labels]
    return columns[0] if len(columns) == 1 else np.column_stack(columns)


def _for_all(estimator: BaseEstimator, targets: Sequence[str]) -> BaseEstimator:
    """The estimator itself, or one of it per target where it takes only one."""
    if len(targets) == 1 or _takes_several(estimator):
        return estimator
    if task_of(estimator) is Task.REGRESSION:
        return MultiOutputRegressor(estimator)
    return MultiOutputClassifier(estimator)


def _takes_several(estimator: BaseEstimator) -> bool:
    if is_boosted(estimator):
        # XGBoost would grow the trees of all targets in one model, and the conversion mixes them.
        return False
    try:
        return bool(get_tags(estimator).target_tags.multi_output)
    except AttributeError:
        # Its tags are those of an estimator that it lacks: fitting says so.
        return False


def _fit_weights(
    estimator: BaseEstimator,
    model: BaseEstimator,
    weights: Array | None,
    targets: Sequence[str],
) -> dict[str, Array]:
    if weights is None:
        return {}
    # What fits one classifier per target does not see that a voter hands weights on.
    hidden = len(targets) > 1 and with_labels(estimator) is not estimator
    if hidden or not has_fit_parameter(estimator, "sample_weight"):
        name = type(estimator).__name__
        sys.stderr.write(f"{name} takes no row weights: they count in the metrics only\n")
        return {}
    return {"model__sample_weight" if isinstance(model, Pipeline) else "sample_weight": weights}


@contextmanager
def fitting(name: str, frame: pd.DataFrame) -> Iterator[None]:
    """What an estimator says while it is fitted is told: warnings aloud, a failure as the user's.

    One BLAS thread: sums in another order would give other bits, and another digest, on a node with
    more processors.
    """
    try:
        with threadpool_limits(1, user_api="blas"), warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            # We set n_jobs, not the user; some estimators no longer use it.
            warnings.filterwarnings("ignore", message=".*n_jobs", category=FutureWarning)
            yield
    except (MemoryError, Fault):
        raise
    except Exception as error:
        raise UserFault(
            Reason.TRAINING_RAISED,
            f"{name} could not be fitted on {len(frame)} rows and {frame.shape[1]} features."
            f" It says: {type(error).__name__}: {error}. Correct its parameters, or the data it"
            " complains about.",
        ) from error
    for text in dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in told):
        sys.stderr.write(f"while fitting: {text}\n")


def without_jobs(model: BaseEstimator) -> BaseEstimator:
    """The number of workers belongs to the machine, not to the model."""
    names = [name for name in model.get_params() if name == "n_jobs" or name.endswith("__n_jobs")]
    model.set_params(**dict.fromkeys(names))
    for part in parts_of(model):
        # What was fitted inside is a copy that parameters do not reach.
        if "n_jobs" in getattr(part, "__dict__", ()):
            part.n_jobs = None
    settle_trees(model)
    return model
