"""Which boosted trees cannot be grown by parts?"""

from __future__ import annotations

from collections.abc import Mapping

from sklearn.base import BaseEstimator

from trainer.datasets.columns import Columns
from trainer.pod.exits import Reason, UserFault
from trainer.recipes.early_stopping import stops_early
from trainer.tasks.train_task import Estimator


def refuse_what_needs_all_rows(
    recipe: Estimator, estimator: BaseEstimator, columns: Columns
) -> None:
    """Raises UserFault(ParameterInvalid) for what looks at all rows in one place."""
    needs = {
        "early_stopping_rounds": stops_early(estimator),
        "preprocessing Custom": recipe.preprocessing.mode == "Custom",
        "class_weight by label": isinstance(getattr(estimator, "class_weight", None), Mapping),
        "several targets": len(columns.targets) > 1,
    }
    found = [need for need, given in needs.items() if given]
    if found:
        raise UserFault(
            Reason.PARAMETER_INVALID,
            f"{' and '.join(found)} needs all rows in one pod: leave it out, or leave"
            " spec.distributed out and give the pod enough memory",
        )
