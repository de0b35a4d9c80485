"""What did the run achieve? Grades the predictions, publishes the bundle, words the result.

Here are the credentials and the answers, so no model is ever loaded here: only data is read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from modelbundle.manifest import Origin, libraries_of
from modelbundle.manifest_reading import read_manifest
from modelbundle.publishing import RUNTIMES_NAME
from modelbundle.signature import Signature
from trainer.datasets.columns import read_columns
from trainer.datasets.tables import TEST_NAME, TRAIN_NAME, read_table
from trainer.federated.outcome import read_federation
from trainer.grades.bundling import (
    METRICS_NAME,
    Ingredients,
    assemble,
    bundle_bytes,
    code_that_runs,
    publish_bundle,
    read_runtimes,
)
from trainer.grades.measuring import Measurable, measured, measured_beside, measured_without_rows
from trainer.grades.model_answers import ModelAnswers
from trainer.grades.own_code import CODE_NAME, OwnCode, read_own_code
from trainer.grades.own_metrics import read_own_metrics
from trainer.grades.quantitative_analysis import (
    ANALYSIS_NAME,
    most_of,
    quantitative_analysis,
)
from trainer.grades.scoring import (
    AnswerSheet,
    candidate_answers,
    champion_answers,
    champion_document,
    metric_texts,
)
from trainer.grades.search_table import SEARCH_NAME, search_table
from trainer.models.behaviour_files import read_behaviours
from trainer.models.latencies import read_latencies
from trainer.models.signatures import MODEL_NAME, read_signature
from trainer.pod.environment import Environment
from trainer.pod.libraries import library_versions
from trainer.pod.result import Result
from trainer.pod.storing import open_environment_store
from trainer.tasks.train_task import TrainTask

OWN_METRICS_REPORTED = 64
"""As many as a ModelVersion holds; `about/metrics.json` of the bundle has all."""


def run(task: TrainTask, environment: Environment) -> Result:
    """The candidate is graded and, unless it was only evaluated, published under its digest.

    Raises UserFault: PredictionsInvalid, MetricsInvalid, CodeInvalid, ModelUnreadable,
    ModelNotTrusted, BundleCorrupt; MachineFault when the store is away.
    """
    if task.dataset is None:
        return _without_rows(task, environment)
    columns = read_columns(environment.data)
    sheet = AnswerSheet(read_table(environment.answers / TEST_NAME), columns)
    candidate = candidate_answers(environment.predictions, sheet)
    champion = champion_answers(environment.predictions, sheet) if task.champion else None
    document = _document(task, candidate, metric_texts(candidate.metrics()), champion)
    if task.candidate is not None:
        of = _measurable(
            environment, sheet, (candidate, champion), bundle_bytes(environment.output)
        )
        document |= {"verb": "evaluate", "bundle": task.candidate.digest}
        return Result(_with_measures(document, task, of))
    return _trained(task, environment, sheet, (candidate, champion), document)


def _trained(
    task: TrainTask,
    environment: Environment,
    sheet: AnswerSheet,
    answers: tuple[ModelAnswers, ModelAnswers | str | None],
    document: dict[str, Any],
) -> Result:
    """What was trained is published with what is known of it."""
    candidate = answers[0]
    reported, metrics = _all_metrics(environment, document["metrics"])
    column = partial(_column, environment, sheet)
    shuffled = (environment.predictions, task.seed)
    analysis = quantitative_analysis(candidate, sheet.columns, column, shuffled)
    about: dict[str, Mapping[str, Any]] = {
        METRICS_NAME: {"dataset": task.data_digest, "metrics": metrics},
        ANALYSIS_NAME: analysis,
    }
    code = read_own_code(environment.output)
    published = _published(task, environment, candidate.signature, about, code)
    found = {
        **document,
        "ownMetrics": reported,
        "trainRows": pq.read_metadata(environment.data / TRAIN_NAME).num_rows,
        "testRows": sheet.rows,
        **({"quantitativeAnalysis": most_of(analysis)} if analysis else {}),
        **({"code": code.model_dump()} if code is not None else {}),
        "bundle": published.digest,
        "serves": published.serves,
        **published.runs,
        "libraries": library_versions(),
        **_of_several_parties(environment),
    }
    of = _measurable(environment, sheet, answers, published.size)
    return Result(_with_measures({"verb": "train", **found}, task, of))


def _all_metrics(
    environment: Environment, graded: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """What the user's code reports, as much as a version holds; and all metrics.

    Built-in names win: a container must not word its own accuracy.
    """
    reported = read_own_metrics(environment.output)
    own = metric_texts({name: reported[name] for name in reported if name not in graded})
    return dict(list(own.items())[:OWN_METRICS_REPORTED]), {**own, **graded}


def _without_rows(task: TrainTask, environment: Environment) -> Result:
    """An import without data is published as it is; of all measures only its size is known."""
    if task.candidate is not None:
        size = bundle_bytes(environment.output)
        found: dict[str, Any] = {"verb": "evaluate", "bundle": task.candidate.digest}
    else:
        signature = read_signature(environment.predictions / MODEL_NAME)
        nothing: dict[str, Any] = {"dataset": None, "metrics": {}}
        published = _published(task, environment, signature, {METRICS_NAME: nothing}, None)
        size = published.size
        found = {
            "verb": "train",
            "task": str(signature.task),
            "bundle": published.digest,
            "serves": published.serves,
            **published.runs,
            "trainRows": 0,
            "testRows": 0,
            "libraries": library_versions(),
        }
    measures = measured_without_rows(task.measures, size)
    shared: dict[str, Any] = {
        "outcome": "Succeeded",
        "dataset": None,
        "metrics": {},
        "champion": None,
    }
    return Result({**shared, **found, **({"measures": measures} if measures else {})})


def _of_several_parties(environment: Environment) -> dict[str, Any]:
    """Who trained it, and on how many rows; nothing where one party did."""
    federation = read_federation(environment.output)
    if federation is None:
        return {}
    rows = sum(int(party["rows"]) for party in federation["participants"])
    return {"federation": federation, "trainRows": rows}


@dataclass(frozen=True, slots=True)
class _Published:
    """What is in the store now."""

    digest: str
    serves: str
    size: int
    runs: dict[str, Any]
    """What whoever loads it runs, as the result words it; nothing but for a pickle."""


def _document(
    task: TrainTask,
    candidate: ModelAnswers,
    metrics: Mapping[str, str],
    champion: ModelAnswers | str | None,
) -> dict[str, Any]:
    said = None
    if task.champion is not None and champion is not None:
        said = champion_document(task.champion.digest, champion)
    return {
        "outcome": "Succeeded",
        "dataset": task.data_digest,
        "task": str(candidate.signature.task),
        "metrics": metrics,
        "champion": said,
    }


def _measurable(
    environment: Environment,
    sheet: AnswerSheet,
    answers: tuple[ModelAnswers, ModelAnswers | str | None],
    size: int,
) -> Measurable:
    candidate, champion = answers
    beside = champion if isinstance(champion, ModelAnswers) else None
    latencies = read_latencies(environment.predictions)
    behaviours = read_behaviours(environment.predictions)
    column = partial(_column, environment, sheet)
    return Measurable(candidate, beside, column, latencies, size, behaviours)


def _column(environment: Environment, sheet: AnswerSheet, name: str) -> list[Any] | None:
    if name in sheet.table.column_names:
        return list(sheet.table.column(name).to_pylist())
    questions = environment.questions / TEST_NAME
    if name not in pq.read_schema(questions).names:
        return None
    return list(pq.read_table(questions, columns=[name]).column(name).to_pylist())


def _with_measures(document: dict[str, Any], task: TrainTask, of: Measurable) -> dict[str, Any]:
    """What gates ask of the version stands beside its metrics, what they ask of both beside the
    champion's.
    """
    alone = measured(task.measures, of)
    beside = measured_beside(task.measures, of) if of.champion is not None else {}
    champion = document["champion"]
    if beside:
        champion = {**champion, "measures": beside}
    return {**document, "champion": champion, **({"measures": alone} if alone else {})}


def _published(
    task: TrainTask,
    environment: Environment,
    signature: Signature,
    measured_so: Mapping[str, Mapping[str, Any]],
    code: OwnCode | None,
) -> _Published:
    origin = Origin(
        target=task.target,
        dataset_digest=task.data_digest,
        recipe_digest=task.recipe_digest,
        libraries=libraries_of(library_versions()),
        trust=task.trust,
    )
    made_of = Ingredients(environment.output, environment.predictions, signature, origin)
    about = {**measured_so, RUNTIMES_NAME: read_runtimes(environment.predictions)}
    if code is not None:
        about[CODE_NAME] = code.model_dump()
    if task.search is not None:
        about[SEARCH_NAME] = search_table(task.search)
    with tempfile.TemporaryDirectory(prefix="bundle-", dir=environment.spool) as folder:
        digest = assemble(made_of, Path(folder))
        size = bundle_bytes(Path(folder))
        runs = code_that_runs(read_manifest(Path(folder)))
        serves = publish_bundle(open_environment_store(environment), Path(folder), digest, about)
    return _Published(digest, serves, size, runs)
