"""What does a party answer the coordinator? Flower's ClientApp, started for each message.

It reads the party's own volume and answers with sums and parameters. What a party cannot do is an
error to Flower, which leaves it out; why stands in the reply's text and in the party's log.
"""

from __future__ import annotations

import json
import os

import numpy as np
from flwr.app import (
    ArrayRecord,
    ConfigRecord,
    Context,
    Message,
    MetricRecord,
    RecordDict,
)
from flwr.clientapp import ClientApp

from modelbundle.rows import frame_of_rows
from modelbundle.signature import Feature, Kind, Task
from trainer.datasets.columns import read_columns
from trainer.datasets.tables import TRAIN_NAME, read_table, rows_of_table
from trainer.federated.agreement import Agreement, read_agreement
from trainer.federated.shared_model import (
    improved,
    loss_of,
    parameters_of,
    shared_model,
    with_parameters,
)
from trainer.federated.statement import refuse_other_columns, statement_of
from trainer.pod.environment import read_environment
from trainer.pod.exits import UserFault
from trainer.recipes.labels import labels_of, numbers_of
from trainer.tasks.train_task import Estimator

app = ClientApp()

ARRAYS = "arrays"
CONFIG = "config"
METRICS = "metrics"
ROWS = "num-examples"
"""The name by which Flower's strategies weigh what parties send."""
LOSS = "loss"
"""How badly the model that the coordinator sent fits the party's rows."""
NODE = "participant"
"""The name of the party among its SuperNode's settings."""


@app.query()  # type: ignore[untyped-decorator, unused-ignore]
def state(message: Message, context: Context) -> Message:
    """The reply says what the party has of the columns that the coordinator names."""
    asked = json.loads(str(message.content.config_records[CONFIG]["columns"]))
    features = tuple(Feature(name, Kind(kind)) for name, kind in asked["features"])
    data = read_environment(os.environ).data
    said = {"participant": str(context.node_config.get(NODE, ""))}
    try:
        table = read_table(data / TRAIN_NAME)
        statement = statement_of(table, read_columns(data), features, Task(asked["task"]))
        said["statement"] = json.dumps(statement.document())
    except UserFault as fault:
        said["refusal"] = fault.message
    return Message(content=RecordDict({CONFIG: ConfigRecord(said)}), reply_to=message)


@app.train()  # type: ignore[untyped-decorator, unused-ignore]
def train(message: Message, context: Context) -> Message:  # noqa: ARG001 — Flower's signature
    """The reply has the parameters after a round on the party's rows."""
    config = message.content.config_records[CONFIG]
    agreement = read_agreement(str(config["agreement"]))
    recipe = Estimator.model_validate_json(str(config["recipe"]))
    model = shared_model(recipe, int(str(config["seed"])), agreement)
    arrays = message.content.array_records[ARRAYS].to_numpy_ndarrays()
    with_parameters(model, recipe.class_, arrays)
    data = read_environment(os.environ).data
    columns = read_columns(data)
    refuse_other_columns(columns, agreement.features)
    table = read_table(data / TRAIN_NAME)
    frame = frame_of_rows(rows_of_table(table, agreement.features), agreement.features)
    target = table.column(columns.target)
    if agreement.labels:
        answers = np.array(labels_of(target, columns.target))
    else:
        answers = numbers_of(target, columns.target)
    told: dict[str, float | int] = {ROWS: len(frame)}
    if not config["private"]:
        told[LOSS] = loss_of(model, frame, answers)
    share = min(1.0, len(frame) / _rows_of_all(agreement))
    improved(model, frame, answers, int(str(config["iterations"])), share)
    content = RecordDict(
        {
            ARRAYS: ArrayRecord(parameters_of(model, recipe.class_)),
            METRICS: MetricRecord(told),
        }
    )
    return Message(content=content, reply_to=message)


def _rows_of_all(agreement: Agreement) -> int:
    return max(1, agreement.rows)
