"""How do the rounds of a run go? Flower's ServerApp: agree, train, and leave the model.

What came of it lies in the output folder: the model and `federation.json`, or `failure.json`.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any

from flwr.app import ArrayRecord, ConfigRecord, Context, Message, RecordDict
from flwr.serverapp import Grid, ServerApp

from modelbundle.faults import BundleFault
from modelbundle.signature import Feature, Task
from modelbundle.skops_file import write_skops
from trainer.datasets.columns import read_columns
from trainer.federated.agreement import Agreement, agreed
from trainer.federated.client_app import CONFIG
from trainer.federated.enrolment import enrolled_nodes
from trainer.federated.outcome import FAILURE_NAME, FEDERATION_NAME
from trainer.federated.privacy import privacy_of
from trainer.federated.progress import keep_output
from trainer.federated.rounds import TooFewReplies, awaited, strategy_of
from trainer.federated.shared_model import parameters_of, shared_model, with_parameters
from trainer.federated.shared_trees import TREES, classifier_of
from trainer.federated.statement import Statement, read_statement
from trainer.federated.whole_files import write_whole
from trainer.pod.environment import read_environment
from trainer.pod.exits import Reason, UserFault
from trainer.recipes.boosting import settle_trees
from trainer.recipes.estimators import build_estimator, task_of
from trainer.tasks.federation import Federation
from trainer.tasks.task import read_train_task
from trainer.tasks.train_task import Estimator

app = ServerApp()
_LONGEST_REFUSAL = 300
_USUAL_RATE = 0.3
"""XGBoost's own learning rate."""


@app.main()  # type: ignore[untyped-decorator, unused-ignore]
def main(grid: Grid, context: Context) -> None:  # noqa: ARG001 — Flower's signature
    """The output folder holds the model, or why there is none."""
    keep_output(os.environ)
    environment = read_environment(os.environ)
    task = read_train_task(environment.variables["TRAINYARD_TASK"])
    recipe = task.recipe
    if recipe is None or recipe.federated is None:
        raise ValueError("the task has no recipe of several parties")
    failure = environment.output / FAILURE_NAME
    try:
        features = read_columns(environment.data).features
        told = trained(grid, recipe.federated.estimator, task.seed, recipe.federated, features)
        model, document = told
        write_skops(model, environment.output / "model.skops")
        write_whole(environment.output / FEDERATION_NAME, document)
    except TooFewReplies as fault:
        write_whole(failure, {"message": str(fault), "reason": str(Reason.PARTICIPANTS_MISSING)})
    except (UserFault, BundleFault) as fault:
        write_whole(failure, {"message": str(fault), "reason": str(Reason.TRAINING_RAISED)})
    except Exception as error:
        traceback.print_exc()
        text = f"{type(error).__name__}: {error}"
        write_whole(failure, {"message": text, "reason": str(Reason.UNEXPECTED)})
        raise


def trained(
    grid: Grid,
    recipe: Estimator,
    seed: int,
    federation: Federation,
    features: tuple[Feature, ...],
) -> tuple[Any, dict[str, Any]]:
    """The model of the parties at the other end of the grid, and what is recorded of it.

    Raises TooFewReplies, UserFault.
    """
    task = task_of(build_estimator(recipe.class_, recipe.parameters, seed, 1)) or Task.REGRESSION
    statements, refusals = _statements(grid, federation, features, task)
    most = recipe.preprocessing.max_categories
    agreement = agreed(features, list(statements.values()), most, federation.strategy != "FedAvg")
    model = shared_model(recipe, seed, agreement)
    arrays = ArrayRecord(parameters_of(model, recipe.class_))
    rows = {name: statement.rows for name, statement in statements.items()}
    grown = _grown(model) if recipe.class_ == TREES else None
    strategy, counted = strategy_of(federation, rows, arrays, grown)
    result = strategy.start(
        grid=grid,
        initial_arrays=arrays,
        num_rounds=federation.rounds,
        timeout=federation.round_seconds,
        train_config=_train_config(recipe, seed, federation, agreement),
    )
    with_parameters(model, recipe.class_, result.arrays.to_numpy_ndarrays())
    settle_trees(model)
    document = {
        "rounds": counted.rounds,
        "strategy": federation.strategy if grown is None else "FedXgbBagging",
        "participants": [
            {"name": name, "rows": statement.rows, "rounds": counted.rounds_of[name]}
            for name, statement in statements.items()
        ],
        "refusals": refusals,
        "privacy": privacy_of(federation, counted.answered, len(rows)),
    }
    return model, document


def _grown(model: Any) -> tuple[int, float]:
    """Over how many features trees are grown, and how much one counts."""
    trees = classifier_of(model)
    rate = trees.get_params()["learning_rate"]
    return trees.get_booster().num_features(), _USUAL_RATE if rate is None else float(rate)


def _train_config(
    recipe: Estimator, seed: int, federation: Federation, agreement: Agreement
) -> ConfigRecord:
    return ConfigRecord(
        {
            "agreement": agreement.text(),
            "recipe": recipe.model_dump_json(by_alias=True),
            "seed": seed,
            "iterations": federation.local_iterations,
            "private": federation.differential_privacy is not None,
        }
    )


def _statements(
    grid: Grid, federation: Federation, features: tuple[Feature, ...], task: Task
) -> tuple[dict[str, Statement], dict[str, str]]:
    """What each participant says that can take part, and why others cannot.

    Raises TooFewReplies.
    """
    found: dict[str, Statement] = {}
    refusals: dict[str, str] = {}
    replies = grid.send_and_receive(
        _questions(_present(grid, federation), features, task), timeout=federation.round_seconds
    )
    names = enrolled_nodes(os.environ)
    for reply in replies:
        name = names.get(reply.metadata.src_node_id, "")
        if reply.has_error() or name not in federation.participants:
            sys.stderr.write(f"{name or 'a stranger'} says nothing that can be used\n")
            continue
        said = reply.content.config_records[CONFIG]
        if "refusal" in said:
            refusals[name] = str(said["refusal"])[:_LONGEST_REFUSAL]
            continue
        try:
            found[name] = read_statement(json.loads(str(said["statement"])), features)
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            refusals[name] = f"its statement cannot be used: {error!r:.200}"
    if len(found) < federation.min_participants:
        told = "".join(f"; {name}: {why}" for name, why in sorted(refusals.items()))
        why = (
            f"{len(found)} of {len(federation.participants)} participants can take part, and"
            f" minParticipants is {federation.min_participants}{told}"
        )
        if refusals:
            raise UserFault(Reason.TRAINING_RAISED, why)
        raise TooFewReplies(why)
    return dict(sorted(found.items())), refusals


def _questions(nodes: list[int], features: tuple[Feature, ...], task: Task) -> list[Message]:
    columns = {"features": [[f.name, str(f.kind)] for f in features], "task": str(task)}
    content = RecordDict({CONFIG: ConfigRecord({"columns": json.dumps(columns)})})
    return [Message(content=content, message_type="query", dst_node_id=node) for node in nodes]


def _present(grid: Grid, federation: Federation) -> list[int]:
    """The SuperNodes that are there: of all parties that are enrolled now, or of as many as came
    within the time of a round. Who withdraws is enrolled no more, and not waited for.
    """

    def wanted() -> int:
        return len(set(enrolled_nodes(os.environ).values()))

    return awaited(lambda: [*grid.get_node_ids()], wanted, federation.round_seconds)
