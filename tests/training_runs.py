"""Recipes that tests train, and whole runs of them."""

from __future__ import annotations

import json
from typing import Any

import training_pod
from training_pod import RESULT, Ended, Pod, estimator, store_dataset, train_task

LINEAR = estimator("linear_model.LogisticRegression", max_iter=2000)
FOREST = estimator("ensemble.RandomForestClassifier", n_estimators=12)
BOOSTING = estimator("ensemble.HistGradientBoostingClassifier", max_iter=8)

LIGHTGBM, XGBOOST = (
    {"estimator": {"class": path, "parameters": {"n_estimators": 8}}}
    for path in ("lightgbm.LGBMClassifier", "xgboost.XGBClassifier")
)


def run(pod: Pod, table: training_pod.Table, recipe: dict[str, Any], **more: Any) -> Ended:
    """How a run of this recipe on the table ended; nothing is left of the result before it."""
    (pod.store / RESULT).unlink(missing_ok=True)
    digest = store_dataset(pod.store, table)
    return pod.run_all(train_task(digest, table.target, recipe, **more))


def stored_result(pod: Pod) -> Any:
    """The result document as it lies in the store."""
    return json.loads((pod.store / RESULT).read_text())
