"""Boosted trees that cannot be grown by parts are refused, with what to leave out."""

from __future__ import annotations

from typing import Any

import pytest

from trainer.datasets.columns import Columns
from trainer.datasets.dataset_manifest import DatasetColumn
from trainer.distributed.parts_refusal import refuse_what_needs_all_rows
from trainer.pod.exits import UserFault
from trainer.recipes.estimators import build_estimator
from trainer.tasks.ingest_task import ColumnType, Role
from trainer.tasks.train_task import Estimator

STEP = {"class": "sklearn.preprocessing.StandardScaler", "columns": ["a"]}
XGB, LGBM = "xgboost.XGBClassifier", "lightgbm.LGBMClassifier"


def columns(*targets: str) -> Columns:
    """A feature, and what is predicted."""
    members = [DatasetColumn("a", ColumnType.FLOAT, Role.FEATURE, "Float")]
    members += [DatasetColumn(name, ColumnType.CATEGORY, Role.TARGET, None) for name in targets]
    return Columns(targets[0], tuple(members))


def asked(path: str, mode: str = "Auto", *targets: str, **parameters: Any) -> None:
    """Ask whether the recipe can be grown by parts."""
    preprocessing = {"mode": mode, "steps": [STEP] if mode == "Custom" else []}
    recipe = Estimator.model_validate(
        {"class": path, "parameters": parameters, "preprocessing": preprocessing}
    )
    built = build_estimator(path, recipe.parameters, 0, 1)
    refuse_what_needs_all_rows(recipe, built, columns(*(targets or ("y",))))


@pytest.mark.parametrize(
    ("recipe", "parameters", "need"),
    [
        ((XGB,), {"early_stopping_rounds": 5}, "early_stopping_rounds needs"),
        ((XGB, "Custom"), {}, "preprocessing Custom needs"),
        ((LGBM,), {"class_weight": {"yes": 2}}, "class_weight by label needs"),
        ((XGB, "Auto", "y", "z"), {}, "several targets needs"),
    ],
)
def test_what_needs_all_rows_is_refused(
    recipe: tuple[str, ...], parameters: dict[str, Any], need: str
) -> None:
    """The sentence names it, and the other way out."""
    with pytest.raises(UserFault) as caught:
        asked(*recipe, **parameters)
    assert need in caught.value.message
    assert "spec.distributed" in caught.value.message


def test_what_each_part_can_say_is_taken() -> None:
    """The usual recipes."""
    asked(XGB, n_estimators=5)
    asked(LGBM, "None", class_weight="balanced")
