"""Parties and coordinator in one process: Flower's strategies and our two apps, without a network.

A program for the environment of the image (requirements/federated.txt), where Flower is; the tests
run it, and read what it prints: by scene the accuracy, and what is recorded of the run.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from flwr.app import ArrayRecord, Context, Message, RecordDict
from flwr.serverapp import Grid
from flwr.supercore.task_identity import TaskIdentity
from sklearn.datasets import load_breast_cancer

from trainer.datasets.columns import Columns, write_columns
from trainer.datasets.dataset_manifest import DatasetColumn
from trainer.datasets.tables import TRAIN_NAME
from trainer.federated.client_app import ARRAYS
from trainer.federated.client_app import app as client_app
from trainer.federated.enrolment import NODES, write_enrolled
from trainer.federated.progress import FOLDER, PROGRESS_NAME
from trainer.federated.server_app import trained
from trainer.tasks.federation import Federation
from trainer.tasks.ingest_task import ColumnType, Role
from trainer.tasks.train_task import Estimator

Lie = Callable[[list[Any]], list[Any]]
"""What a party that lies makes of its parameters before they are sent."""


def columns_of_numbers(frame: pd.DataFrame, target: str) -> Columns:
    """The columns of a frame of numbers whose target is a text."""
    return Columns(
        target,
        tuple(
            DatasetColumn(name, ColumnType.CATEGORY, Role.TARGET, None)
            if name == target
            else DatasetColumn(name, ColumnType.FLOAT, Role.FEATURE, "Float")
            for name in frame.columns
        ),
    )


@dataclass
class Parties(Grid):  # type: ignore[misc, unused-ignore]
    """Hands each message to the ClientApp of its party, at once."""

    folder: Path
    names: Sequence[str]
    lies: Mapping[str, Lie] = field(default_factory=dict)
    dies_after: Mapping[str, int] = field(default_factory=dict)
    """By party: with how many messages it is there."""
    asked: dict[str, int] = field(default_factory=dict)

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> list[Message]:
        """The replies of the parties that are there."""
        del timeout
        return [reply for message in messages if (reply := self._answer(message)) is not None]

    def get_node_ids(self) -> list[int]:
        """All SuperNodes, also of a party that died: Flower takes a while to notice."""
        return [*range(1, len(self.names) + 1)]

    def _answer(self, message: Message) -> Message | None:
        node = message.metadata.dst_node_id
        name = self.names[node - 1]
        self.asked[name] = self.asked.get(name, 0) + 1
        if self.asked[name] > self.dies_after.get(name, 10**9):
            return None
        os.environ["TRAINYARD_MOUNT"] = str(self.folder / name)
        message.metadata.__dict__["_message_id"] = str(uuid.uuid4())
        context = Context(1, node, {"participant": name}, RecordDict(), {})
        reply = client_app(message, context)
        lie = self.lies.get(name)
        if lie is not None and ARRAYS in reply.content.array_records:
            found = reply.content.array_records[ARRAYS].to_numpy_ndarrays()
            reply.content[ARRAYS] = ArrayRecord(lie(found))
        return reply

    def set_run(self, run: Any) -> None:
        """See Grid; there is one run."""

    @property
    def run(self) -> Any:
        """See Grid; nobody asks."""
        raise NotImplementedError

    def create_message(self, *_: Any, **__: Any) -> Message:
        """See Grid; nobody asks."""
        raise NotImplementedError

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        """See Grid; nobody asks."""
        raise NotImplementedError

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        """See Grid; nobody asks."""
        raise NotImplementedError


def trained_together(
    folder: Path,
    parts: Mapping[str, pd.DataFrame],
    target: str,
    recipe: Mapping[str, Any],
    told: Mapping[str, Any],
    **scene: Any,
) -> tuple[Any, dict[str, Any]]:
    """The model of these parties, and what is recorded of it; `scene`: who lies, and who dies."""
    columns = columns_of_numbers(next(iter(parts.values())), target)
    for name, frame in parts.items():
        data = folder / name / "data"
        data.mkdir(parents=True, exist_ok=True)
        write_columns(columns, data)
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), data / TRAIN_NAME)
    TaskIdentity.run_id, TaskIdentity.node_id, TaskIdentity.task_id = 1, 1, 1
    os.environ[NODES] = os.environ[FOLDER] = str(folder)
    write_enrolled(folder, {(name, name): node for node, name in enumerate(parts, 1)})
    federation = Federation.model_validate_json(
        json.dumps({"address": "here", "participants": [*parts], "roundSeconds": 5, **told})
    )
    grid = Parties(folder, [*parts], **scene)
    estimator = Estimator.model_validate_json(json.dumps(recipe))
    return trained(grid, estimator, 0, federation, columns.features)


LOGISTIC: Mapping[str, Any] = {"class": "sklearn.linear_model.LogisticRegression"}
NETWORK: Mapping[str, Any] = {
    "class": "sklearn.neural_network.MLPClassifier",
    "parameters": {"hidden_layer_sizes": [8], "learning_rate_init": 0.01},
}
TREES: Mapping[str, Any] = {"class": "xgboost.XGBClassifier", "parameters": {"max_depth": 3}}
PARTIES = ("ward-a", "ward-b", "ward-c", "ward-d")


def the_opposite(arrays: list[Any]) -> list[Any]:
    """Return ten times the opposite of what was learnt."""
    return [-10.0 * array for array in arrays]


def everybody_is_ill(arrays: list[Any]) -> list[Any]:
    """Return a tree whose leaves all say a million."""
    document = json.loads(arrays[0].tobytes())
    (tree,) = document["learner"]["gradient_booster"]["model"]["trees"]
    pairs = zip(tree["left_children"], tree["split_conditions"], strict=True)
    tree["split_conditions"] = [1e6 if left == -1 else value for left, value in pairs]
    return [np.frombuffer(json.dumps(document).encode(), dtype=np.uint8)]


def none_of_the_model(arrays: list[Any]) -> list[Any]:
    """Return arrays of other shapes."""
    return [np.concatenate([array.ravel(), array.ravel()]) for array in arrays]


def nothing_learnt(arrays: list[Any]) -> list[Any]:
    """Return what a linear model begins with, or so little else that its square is nothing."""
    return [np.full_like(array, 1e-300) for array in arrays]


PRIVATE = {"differentialPrivacy": {"noiseMultiplier": 0.02, "clippingNorm": 5.0}}
LIAR = {"lies": {"ward-a": the_opposite}}
SCENES: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]] = {
    "means": (LOGISTIC, {}, {}),
    "means, and one lies": (LOGISTIC, {}, LIAR),
    "FedMedian, and one lies": (LOGISTIC, {"strategy": "FedMedian"}, LIAR),
    "FedTrimmedAvg, and one lies": (LOGISTIC, {"strategy": "FedTrimmedAvg"}, LIAR),
    "Krum, and one lies": (LOGISTIC, {"strategy": "Krum"}, LIAR),
    "means, and one dies": (LOGISTIC, {}, {"dies_after": {"ward-d": 5}}),
    "private": (LOGISTIC, PRIVATE, {}),
    "private, and two send nonsense": (
        LOGISTIC,
        {**PRIVATE, "minParticipants": 2},
        {"lies": {"ward-a": none_of_the_model, "ward-b": nothing_learnt}},
    ),
    "private medians": (LOGISTIC, {**PRIVATE, "strategy": "FedMedian"}, {}),
    "network": (NETWORK, {"localIterations": 10}, {}),
    "trees": (TREES, {"rounds": 15}, {}),
    "trees, and one lies": (TREES, {"rounds": 15}, {"lies": {"ward-a": everybody_is_ill}}),
}
"""By name: recipe, what the coordinator is told, and who lies or dies."""


def played(
    recipe: Mapping[str, Any], told: Mapping[str, Any], scene: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the accuracy on rows that no party has, the record, and the last progress."""
    frame = load_breast_cancer(as_frame=True).frame.sample(frac=1, random_state=0)
    frame.columns = [name.replace(" ", "_") for name in frame.columns]
    frame["target"] = np.where(frame["target"] == 1, "benign", "malignant")
    train, test = frame.iloc[:380], frame.iloc[380:]
    parts = {name: train.iloc[number::4] for number, name in enumerate(PARTIES)}
    usual = {"rounds": 8, "localIterations": 3, "minParticipants": 3}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        model, record = trained_together(place, parts, "target", recipe, {**usual, **told}, **scene)
        progress = json.loads((place / PROGRESS_NAME).read_text())
    right = model.predict(test.drop(columns="target")) == test["target"].to_numpy()
    return {"accuracy": float(np.mean(right)), "record": record, "progress": progress}


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: played(*scene) for name, scene in SCENES.items()}))
