"""Which recipe of several parties does a task hold?"""

from __future__ import annotations

from trainer.pod.exits import Reason, UserFault
from trainer.tasks.train_task import Federated, TrainTask


def federated_recipe(task: TrainTask) -> Federated:
    """The recipe. Raises UserFault(TaskUnreadable) where one party trains alone."""
    if task.recipe is None or task.recipe.federated is None:
        raise UserFault(
            Reason.TASK_UNREADABLE,
            "the task has no recipe.federated, which this container carries out",
        )
    return task.recipe.federated
