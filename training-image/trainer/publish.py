"""What did the run achieve? Grades the predictions, publishes the bundle, words the result.

Here are the credentials and the answers, so no model is ever loaded here: only data is read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from modelbundle.manifest import Origin, libraries_of
from modelbundle.publishing import RUNTIMES_NAME
from modelbundle.signature import Signature
from trainer.datasets.columns import read_columns
from trainer.datasets.tables import TEST_NAME, TRAIN_NAME, read_table
from trainer.grades.bundling import (
    METRICS_NAME,
    Ingredients,
    assemble,
    publish_bundle,
    read_runtimes,
)
from trainer.grades.own_metrics import read_own_metrics
from trainer.grades.scoring import AnswerSheet, champion_document, metric_texts, score_candidate
from trainer.pod.environment import Environment
from trainer.pod.libraries import library_versions
from trainer.pod.result import Result
from trainer.pod.storing import open_environment_store
from trainer.tasks.train_task import TrainTask

OWN_METRICS_REPORTED = 64
"""As many as a ModelVersion holds; `about/metrics.json` of the bundle has all."""


def run(task: TrainTask, environment: Environment) -> Result:
    """The candidate is graded and, unless it was only evaluated, published under its digest.

    Raises UserFault: PredictionsInvalid, MetricsInvalid, ModelUnreadable, ModelNotTrusted,
    BundleCorrupt; MachineFault when the store is away.
    """
    columns = read_columns(environment.data)
    sheet = AnswerSheet(read_table(environment.answers / TEST_NAME), columns)
    signature, graded = score_candidate(environment.predictions, sheet)
    digest = task.champion.digest if task.champion else None
    champion = champion_document(environment.predictions, digest, sheet)
    if task.candidate is not None:
        document = _document(task, signature, metric_texts(graded), champion)
        return Result({"verb": "evaluate", **document, "bundle": task.candidate.digest})
    # Built-in names win: a container must not word its own accuracy.
    reported = read_own_metrics(environment.output)
    own = metric_texts({name: reported[name] for name in reported if name not in graded})
    document = _document(task, signature, metric_texts(graded), champion)
    document |= {
        "ownMetrics": dict(list(own.items())[:OWN_METRICS_REPORTED]),
        "trainRows": pq.read_metadata(environment.data / TRAIN_NAME).num_rows,
        "testRows": sheet.rows,
    }
    metrics = {**own, **metric_texts(graded)}
    bundle, serves = _published(task, environment, signature, metrics)
    document |= {"bundle": bundle, "serves": serves, "libraries": library_versions()}
    return Result({"verb": "train", **document})


def _document(
    task: TrainTask, signature: Signature, metrics: Mapping[str, str], champion: Any
) -> dict[str, Any]:
    return {
        "outcome": "Succeeded",
        "dataset": task.dataset.digest,
        "task": str(signature.task),
        "metrics": metrics,
        "champion": champion,
    }


def _published(
    task: TrainTask, environment: Environment, signature: Signature, metrics: Mapping[str, str]
) -> tuple[str, str]:
    origin = Origin(
        target=task.target,
        dataset_digest=task.dataset.digest,
        recipe_digest=task.recipe_digest,
        libraries=libraries_of(library_versions()),
        trust=task.trust,
    )
    made_of = Ingredients(environment.output, environment.predictions, signature, origin)
    about = {
        METRICS_NAME: {"dataset": task.dataset.digest, "metrics": metrics},
        RUNTIMES_NAME: read_runtimes(environment.predictions),
    }
    with tempfile.TemporaryDirectory(prefix="bundle-", dir=environment.spool) as folder:
        digest = assemble(made_of, Path(folder))
        serves = publish_bundle(open_environment_store(environment), Path(folder), digest, about)
    return digest, serves
