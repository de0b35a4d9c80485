"""How does a built-in estimator become a fitted model in /trainyard/output?"""

from __future__ import annotations

import importlib

from modelbundle.faults import BundleFault
from modelbundle.skops_file import write_skops
from trainer.datasets.columns import read_columns
from trainer.datasets.tables import TRAIN_NAME, read_table
from trainer.fit import fitted
from trainer.pod.environment import Environment
from trainer.pod.exits import Exit, Reason, UserFault
from trainer.pod.result import Result
from trainer.tasks.train_task import TrainTask


def run(task: TrainTask, environment: Environment) -> Result:
    """`model.skops` in the output folder is the fitted model; same task, same bytes.

    Raises UserFault: EstimatorUnknown, ParameterInvalid, TrainingRaised, ModelNotTrusted.
    """
    recipe = task.recipe.estimator if task.recipe is not None else None
    if recipe is None:
        raise UserFault(
            Reason.TASK_UNREADABLE,
            "the built-in trainer was started for a recipe without estimator; a container or an"
            " import brings its own model",
        )
    columns = read_columns(environment.data)
    path = environment.data / TRAIN_NAME
    if task.distributed is None:
        model = fitted(recipe, task.seed, columns, read_table(path))
    else:
        # Imported late: Dask costs a second of CPU, and most models are fitted by one pod.
        together = importlib.import_module("trainer.train_together")
        port = environment.variables.get("TRAINYARD_SCHEDULER_PORT")
        model = together.model_of(recipe, task, columns, path, port)
    try:
        write_skops(model, environment.output / "model.skops")
    except BundleFault as fault:
        raise UserFault(
            Reason.MODEL_NOT_TRUSTED,
            f"{recipe.class_} was fitted, but cannot be stored without pickle: {fault}",
        ) from fault
    return Result({}, Exit.DONE)
