"""Parties grow trees together: what of a sent tree counts, and how good many of them are.

Proves: training-image/trainer/federated/shared_trees.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from federated_parties import columns, frame_of, said
from federated_yard import PARTIES, Yard, skewed
from training_pod import Table, tumours, wines

from modelbundle.skops_file import write_skops
from trainer.federated.agreement import agreed
from trainer.federated.shared_model import improved, parameters_of, shared_model, with_parameters
from trainer.federated.shared_trees import LARGEST_LEAF, bounded_tree, classifier_of
from trainer.federated.statement import Statement
from trainer.pod.exits import UserFault
from trainer.recipes.boosting import settle_trees
from trainer.tasks.train_task import Estimator

BOOSTED = Estimator.model_validate(
    {"class": "xgboost.XGBClassifier", "parameters": {"max_depth": 3}}
)
RATE = 0.3


def a_tree(**change: Any) -> list[Any]:
    """Return a tree of three nodes over two features, as it is sent."""
    tree = {
        "left_children": [1, -1, -1],
        "right_children": [2, -1, -1],
        "split_indices": [1, 0, 0],
        "default_left": [0, 0, 0],
        "split_conditions": [0.5, -1.0, 1.0],
        **change,
    }
    sent = {"learner": {"gradient_booster": {"model": {"trees": [tree]}}}}
    return [np.frombuffer(json.dumps(sent).encode(), dtype=np.uint8)]


def leaves(document: Any) -> list[float]:
    """Return the leaves of the document's one tree."""
    (tree,) = json.loads(document.tobytes())["learner"]["gradient_booster"]["model"]["trees"]
    pairs = zip(tree["left_children"], tree["split_conditions"], strict=True)
    return [value for left, value in pairs if left == -1]


def test_a_tree_counts_by_its_weight_and_says_no_more_than_an_honest_one_may() -> None:
    """A leaf of a million is cut before it is weighed."""
    assert leaves(bounded_tree(a_tree(), 2, 0.5)) == [-0.5, 0.5]
    lying = a_tree(split_conditions=[0.5, -1e6, 1e6])
    assert leaves(bounded_tree(lying, 2, 0.1)) == [-LARGEST_LEAF * 0.1, LARGEST_LEAF * 0.1]


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (a_tree(split_indices=[2, 0, 0]), "a feature beyond"),
        (a_tree(split_indices=[-1, 0, 0]), "a feature beyond"),
        (a_tree(split_conditions=[0.5, float("nan"), 1.0]), "no number"),
        (a_tree(left_children=[0, -1, -1]), "no tree"),
        (a_tree(right_children=[1, -1, -1]), "no tree"),
        (a_tree(right_children=[7, -1, -1]), "no tree"),
        (a_tree(left_children=[-1, -1, -1], right_children=[-1, -1, -1]), "hang on nothing"),
        (a_tree(default_left=[0]), "in two ways"),
        (a_tree(left_children=[]), "in two ways"),
        ([np.frombuffer(b"{}", dtype=np.uint8)], "not one tree"),
        ([np.frombuffer(b"[" * 100_000, dtype=np.uint8)], "not one tree"),
        ([np.zeros(3)], "no document"),
        ([], "no document"),
        ([np.zeros(5 * 1024**2, dtype=np.uint8)], "no document"),
    ],
)
def test_what_is_no_tree_never_reaches_xgboost(sent: list[Any], why: str) -> None:
    """Features, nodes and numbers are looked at one by one."""
    with pytest.raises(ValueError, match=why):
        bounded_tree(sent, 2, 1.0)


def test_three_classes_and_stopping_early_are_refused() -> None:
    """Flower's bagging adds up trees of two classes; nobody has rows to stop by."""
    table = wines()
    agreement = agreed(columns(table).features, [said(table)], 64)
    with pytest.raises(UserFault, match="the parties have 3 classes"):
        shared_model(BOOSTED, 0, agreement)
    early = Estimator.model_validate(
        {"class": "xgboost.XGBClassifier", "parameters": {"early_stopping_rounds": 3}}
    )
    with pytest.raises(UserFault, match=r"spec\.federated\.rounds"):
        shared_model(early, 0, agreement)


def test_trees_of_skewed_parties_are_one_model_that_converts(tmp_path: Path) -> None:
    """After thirty rounds of four parties nine of ten new rows are answered rightly, or more, and
    what comes of them is published as ONNX, as any other model.
    """
    table = tumours()
    shuffled = table.frame.sample(frac=1, random_state=0)
    train, test = shuffled.iloc[:380], shuffled.iloc[380:]
    parts = skewed(Table(train, table.target, table.kinds, table.roles), 4, seed=0)
    parts = [part for part in parts if len(part.frame) >= 20]
    model = grown_together(parts, rounds=30)
    rows = frame_of(test, columns(table))
    right = float(np.mean(model.predict(rows) == test[table.target].to_numpy()))
    assert right >= 0.9
    assert classifier_of(model).get_booster().num_boosted_rounds() == 30 * len(parts)
    settle_trees(model)
    yard = Yard(tmp_path, table, dict.fromkeys(PARTIES, table))
    pod, task = yard.coordinator, yard.task({"class": BOOSTED.class_})
    pod.run("fetch", task)
    write_skops(model, pod.mount / "output" / "model.skops")
    pod.run("predict", task)
    ended = pod.run("publish", task)
    assert (ended.code, ended.document["serves"]) == (0, "onnx"), ended


def grown_together(parts: list[Table], rounds: int) -> Any:
    """Return the model: trees merged as Flower's bagging does."""
    found = columns(parts[0])
    statements: list[Statement] = [said(part) for part in parts]
    agreement = agreed(found.features, statements, 64)
    model = shared_model(BOOSTED, 0, agreement)
    shared = parameters_of(model, BOOSTED.class_)[0]
    for _ in range(rounds):
        sent = []
        for part in parts:
            with_parameters(model, BOOSTED.class_, [shared])
            answers = part.frame[part.target].to_numpy()
            improved(model, frame_of(part.frame, found), answers, 1, 1.0)
            sent.append(parameters_of(model, BOOSTED.class_))
        document = json.loads(shared.tobytes())
        trees = document["learner"]["gradient_booster"]["model"]
        for part, arrays in zip(parts, sent, strict=True):
            weight = RATE * len(part.frame) / agreement.rows
            one = json.loads(bounded_tree(arrays, len(found.features), weight).tobytes())
            (tree,) = one["learner"]["gradient_booster"]["model"]["trees"]
            trees["trees"].append(tree | {"id": len(trees["trees"])})
            trees["tree_info"].append(0)
            trees["iteration_indptr"].append(len(trees["trees"]))
        trees["gbtree_model_param"]["num_trees"] = str(len(trees["trees"]))
        shared = np.frombuffer(json.dumps(document).encode(), dtype=np.uint8)
    return with_parameters(model, BOOSTED.class_, [shared])
