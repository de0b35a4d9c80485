"""How do several pods fit one model?

scikit-learn shares its work by joblib: this pod has all rows, and every worker a copy. Boosted
trees grow by parts of the rows: no pod holds all of them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from distributed import Client
from joblib import parallel_config
from sklearn.base import BaseEstimator

from modelbundle.signature import Task
from trainer.datasets.columns import Columns
from trainer.datasets.tables import read_table
from trainer.distributed.gathering import PORT, fitted_together, threads, workers
from trainer.distributed.grown_by_parts import grown, sample_frame, seen
from trainer.distributed.parts_refusal import refuse_what_needs_all_rows
from trainer.fit import fitted, fitting, prepared_model, without_jobs
from trainer.recipes.boosting import is_boosted, with_labels
from trainer.recipes.estimators import build_estimator, find_class, task_of
from trainer.tasks.train_task import Estimator, TrainTask


def model_of(
    recipe: Estimator, task: TrainTask, columns: Columns, path: Path, port: str | None = None
) -> BaseEstimator:
    """The model of the recipe, fitted on the file of the train rows by the task's workers.

    Raises UserFault as `fit.fitted` does, and MachineFault where workers do not come or stay.
    """
    wanted = task.distributed.workers if task.distributed is not None else 1
    with workers(wanted, int(port or PORT)) as client:
        way = _grown if is_boosted(find_class(recipe.class_)) else _shared
        return fitted_together(client, partial(way, client, recipe, task.seed, columns, path))


def _shared(
    client: Client, recipe: Estimator, seed: int, columns: Columns, path: Path
) -> BaseEstimator:
    with parallel_config(backend="dask", client=client):
        return fitted(recipe, seed, columns, read_table(path), threads(client))


def _grown(
    client: Client, recipe: Estimator, seed: int, columns: Columns, path: Path
) -> BaseEstimator:
    estimator = build_estimator(recipe.class_, recipe.parameters, seed, 1)
    refuse_what_needs_all_rows(recipe, estimator, columns)
    found = seen(path, columns, classes=task_of(estimator) is Task.CLASSIFICATION)
    frame, answers = sample_frame(found, columns.features, recipe.preprocessing.max_categories)
    model = prepared_model(
        recipe.preprocessing, columns.features, frame, (seed, 1), with_labels(estimator)
    )
    with fitting(recipe.class_, frame):
        return without_jobs(grown(client, model.fit(frame, answers), path, columns))
