"""How good are parameters that a search tries? Fitted and scored on parts of the train rows.

The test rows have no part in it: they judge the model that is fitted with the best parameters.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.model_selection import KFold, StratifiedKFold

from modelbundle.signature import Task
from modelbundle.sklearn_runtime import SklearnRuntime
from trainer.datasets.columns import Columns, read_columns
from trainer.datasets.tables import TRAIN_NAME, read_table
from trainer.fit import fitted
from trainer.grades.decimal_text import decimal_text
from trainer.grades.scoring import AnswerSheet, answers_beside
from trainer.models.asking import ask
from trainer.models.candidates import Candidate
from trainer.models.native_models import native_signature
from trainer.pod.environment import Environment
from trainer.pod.exits import Exit, Reason, UserFault
from trainer.pod.result import Result
from trainer.recipes.estimators import build_estimator, task_of
from trainer.recipes.labels import labels_of
from trainer.tasks.train_task import Estimator, Search, TrainTask

LEAST_ROWS = 200
"""A part of the train rows has at least so many, where there are so many."""
INDEX = "JOB_COMPLETION_INDEX"
"""The variable by which Kubernetes tells a pod which completion it stands for."""


def run(task: TrainTask, environment: Environment) -> Result:
    """The result has the trial's score: the mean over the folds; or why it has none.

    Parameters that cannot be fitted are an outcome like another, not a fault of the Job.
    Raises UserFault(TaskUnreadable) where the pod is none of a search.
    """
    recipe = task.recipe.estimator if task.recipe is not None else None
    search, index = task.search, environment.variables.get(INDEX, "")
    if recipe is None or search is None or not index.isdigit() or int(index) >= len(search.trials):
        raise UserFault(
            Reason.TASK_UNREADABLE, f"the task has no estimator and trial for {INDEX}={index!r}"
        )
    tried, known = search.trials[int(index)].parameters, search.trials[int(index)].score
    told = {"verb": "trial", "trial": int(index)}
    if known is not None:
        # The pod is one of a further Job, which is for the others.
        return Result({**told, "outcome": "Succeeded", "score": known}, Exit.DONE)
    asking = None
    if search.study is not None and search.study.first:
        # Imported late: Optuna costs a second of CPU, which other searches need not pay.
        asks = importlib.import_module("trainer.recipes.asking").Asking
        asking = asks(search.study, int(index), task.seed)
        tried = asking.parameters
    columns = read_columns(environment.data)
    table = _part(read_table(environment.data / TRAIN_NAME), search, task.seed)
    trial = recipe.model_copy(update={"parameters": {**recipe.parameters, **tried}})
    found: list[float] = []
    try:
        for value in _scores(trial, search, task.seed, columns, table):
            found.append(value)
            ended_early = asking is not None and asking.is_hopeless(found)
            if ended_early and len(found) < search.folds:
                break
    except UserFault as fault:
        said = {"outcome": "Failed", "reason": str(fault.reason), "message": fault.message}
        return Result({**told, **said, **_chosen(asking, found)}, Exit.DONE)
    told["outcome"] = "Succeeded" if len(found) == search.folds else "Pruned"
    score = decimal_text(float(np.mean(found)))
    return Result({**told, "score": score, **_chosen(asking, found)}, Exit.DONE)


def _chosen(asking: Any, found: list[float]) -> dict[str, Any]:
    if asking is not None:
        return dict(asking.told())
    means = np.cumsum(found) / np.arange(1, len(found) + 1)
    return {"means": " ".join(f"{mean:.5g}" for mean in means)}


def _part(table: pa.Table, search: Search, seed: int) -> pa.Table:
    """The same rows for every trial; a larger part has those of a smaller one, and more."""
    rows = max(table.num_rows // search.part, min(table.num_rows, LEAST_ROWS))
    if rows == table.num_rows:
        return table
    drawn = np.random.default_rng(seed).permutation(table.num_rows)[:rows]
    return table.take(np.sort(drawn))


def _scores(
    recipe: Estimator, search: Search, seed: int, columns: Columns, table: pa.Table
) -> Iterator[float]:
    for fold, (rest, part) in enumerate(_folds(recipe, search.folds, seed, columns, table)):
        model = fitted(recipe, seed, columns, table.take(rest))
        signature = native_signature(model, columns.features, columns.targets)
        candidate = Candidate(Path("the trial"), SklearnRuntime(model, signature), model)
        rows = table.take(part)
        sheet = AnswerSheet(rows, columns)
        answers = answers_beside(ask(candidate, rows), signature, sheet)
        value = answers.metrics(search.objective).get(search.objective)
        if value is None:
            raise UserFault(
                Reason.METRICS_INVALID,
                f"{search.objective} is not defined for this model on fold {fold}",
            )
        sys.stderr.write(f"fold {fold}: {search.objective} {value:.6g}\n")
        yield value


def _folds(
    recipe: Estimator, folds: int, seed: int, columns: Columns, table: pa.Table
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """The same for every trial; each part has its share of the classes."""
    if table.num_rows < 2 * folds:
        raise UserFault(
            Reason.PARAMETER_INVALID,
            f"{table.num_rows} train rows cannot be cut into {folds} folds; bring more rows",
        )
    rows = np.arange(table.num_rows)
    estimator = build_estimator(recipe.class_, recipe.parameters, seed, 1)
    how: dict[str, Any] = {"n_splits": folds, "shuffle": True, "random_state": seed}
    if task_of(estimator) is Task.CLASSIFICATION and len(columns.targets) == 1:
        labels = [str(label) for label in labels_of(table.column(columns.target), columns.target)]
        if min(np.unique(labels, return_counts=True)[1]) >= folds:
            return iter(StratifiedKFold(**how).split(rows, labels))
    return iter(KFold(**how).split(rows))
