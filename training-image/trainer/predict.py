"""What do the candidate and the champion say about the test rows?

Runs whatever code a model brings, so it has neither credentials nor answers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from modelbundle.example import example_of, typical_row
from modelbundle.manifest import EXAMPLE_NAME, FORMAT_FILES, PROFILE_NAME
from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.prediction import Runtime
from modelbundle.publishing import RUNTIMES_NAME
from modelbundle.reference_profile import profile_of
from modelbundle.rows import Rows
from modelbundle.signature import Signature
from trainer.datasets.columns import Columns, read_columns
from trainer.datasets.tables import TEST_NAME, TRAIN_NAME, read_table, rows_of_table
from trainer.models.answer_files import (
    CANDIDATE_NAME,
    CHAMPION_ERROR_NAME,
    CHAMPION_MODEL_NAME,
    CHAMPION_NAME,
    GradedRows,
    write_answers,
)
from trainer.models.asking import ask
from trainer.models.behaviour_files import write_behaviours
from trainer.models.candidates import Candidate, TrainFacts, load_candidate, probed
from trainer.models.conversion import Converted, convert
from trainer.models.latencies import write_latencies
from trainer.models.model_files import model_file
from trainer.models.self_described import describe
from trainer.models.shuffled_answers import write_shuffled
from trainer.models.signatures import MODEL_NAME, write_signature
from trainer.models.stored_models import load_champion, load_evaluated
from trainer.models.timing import BUDGET_SECONDS, runtimes_document, time_runtime
from trainer.models.verification_rows import Sample, verification_rows
from trainer.pod.environment import Environment
from trainer.pod.exits import Exit, Reason, UserFault
from trainer.pod.result import Result
from trainer.recipes.boosting import boosted_parts
from trainer.recipes.labels import labels_of
from trainer.tasks.train_task import TrainTask

MAX_CONVERTED_BYTES = 128 << 20
"""Converting walks every node of every tree in Python; a run has a deadline."""


def run(task: TrainTask, environment: Environment) -> Result:
    """The predictions folder holds all that `publish` grades and packs.

    Raises UserFault: ModelNotTrusted, ModelUnreadable, ModelNotServable, PredictionsInvalid,
    BundleCorrupt.
    """
    if task.dataset is None:
        return _without_rows(task, environment)
    columns = read_columns(environment.data)
    questions = read_table(environment.questions / TEST_NAME)
    environment.predictions.mkdir(parents=True, exist_ok=True)
    if task.candidate is None:
        candidate = _trained(task, environment, columns, questions)
    else:
        digest = task.candidate.digest
        candidate = load_evaluated(environment.output, digest, columns.features)
        _write_answers(candidate, ask(candidate, questions), environment.predictions)
        rows = rows_of_table(questions, candidate.signature.features)
        _measure(task, _runtimes(candidate, environment.output), rows, environment)
    if task.champion is not None:
        _ask_champion(task.champion.digest, candidate.signature, environment, questions)
    return Result({}, Exit.DONE)


def _without_rows(task: TrainTask, environment: Environment) -> Result:
    """What an import without data needs to be packed; one that is measured again needs nothing."""
    environment.predictions.mkdir(parents=True, exist_ok=True)
    if task.candidate is None:
        path = model_file(environment.output, task.trust)
        describe(path, task.trust, environment.predictions)
    return Result({}, Exit.DONE)


def _trained(
    task: TrainTask, environment: Environment, columns: Columns, questions: pa.Table
) -> Candidate:
    """The candidate that training left behind, with everything its bundle needs."""
    train = read_table(environment.data / TRAIN_NAME)
    labels = tuple(_seen_labels(train, target) for target in columns.targets)
    facts = TrainFacts(columns.features, labels, columns.targets)
    path = model_file(environment.output, task.trust)
    candidate = _probed(load_candidate(path, task.trust, facts), train)
    answers = ask(candidate, questions)
    _write_answers(candidate, answers, environment.predictions)
    rows = rows_of_table(train, candidate.signature.features)
    _write_descriptions(candidate, rows, answers, environment.predictions)
    asked = rows_of_table(questions, candidate.signature.features)
    sample = verification_rows(asked, candidate.runtime, task.seed)
    _write_runtimes(candidate, sample, environment.predictions)
    _measure(task, _runtimes(candidate, environment.predictions), asked, environment)
    write_shuffled(candidate, asked, task.seed, environment.predictions)
    return candidate


def _measure(
    task: TrainTask, runtimes: Sequence[Runtime], rows: Rows, environment: Environment
) -> None:
    """What gates want to know that only the model itself can show; its own runtime comes first."""
    write_latencies(task.measures, runtimes, rows, environment.predictions)
    mounts, folder = environment.behaviours, environment.predictions
    write_behaviours(task.measures, mounts, runtimes[0], rows, folder)


def _runtimes(candidate: Candidate, folder: Path) -> tuple[Runtime, ...]:
    """The runtimes that may serve it: its own, and ONNX where the folder has its conversion."""
    converted = folder / FORMAT_FILES["onnx"]
    if candidate.estimator is None or not converted.is_file():
        return (candidate.runtime,)
    return candidate.runtime, OnnxRuntime(converted, candidate.signature)


def _probed(candidate: Candidate, train: pa.Table) -> Candidate:
    rows = rows_of_table(train, candidate.signature.features)
    try:
        return probed(candidate, rows)
    except MemoryError:
        raise
    except Exception as error:
        raise UserFault(
            Reason.PREDICTIONS_INVALID,
            f"{candidate.path.name} fails on a typical row (medians, most frequent values):"
            f" {type(error).__name__}: {error}. It gets one column per feature, numbers as float64"
            " and categories as text",
        ) from error


def _seen_labels(train: pa.Table, target: str) -> tuple[Any, ...]:
    """Sorted labels; nothing where the target is no label at all."""
    try:
        return tuple(sorted(set(labels_of(train.column(target), target))))
    except UserFault:
        return ()


def _write_answers(candidate: Candidate, answers: GradedRows, folder: Path) -> None:
    write_answers(answers, folder / CANDIDATE_NAME, candidate.signature)
    write_signature(candidate.signature, folder / MODEL_NAME)


def _write_descriptions(
    candidate: Candidate, train: Rows, answers: GradedRows, folder: Path
) -> None:
    """The reference profile and the example.

    Predictions are profiled on test rows: on the rows it was fitted on a model is too sure.
    """
    signature = candidate.signature
    profile = profile_of(train, answers.prediction, signature)
    (folder / PROFILE_NAME).write_bytes(profile.content())
    row = typical_row(train, signature)
    example = example_of(row, candidate.runtime.predict(row), signature)
    (folder / EXAMPLE_NAME).write_bytes(example.content())


def _write_runtimes(candidate: Candidate, sample: Sample, folder: Path) -> None:
    made = None
    if candidate.estimator is not None:
        made = _converted(candidate, sample, folder / FORMAT_FILES["onnx"])
    document = runtimes_of(candidate, made, sample)
    (folder / RUNTIMES_NAME).write_text(json.dumps(document, indent=1), encoding="utf-8")


def runtimes_of(
    candidate: Candidate, made: Converted | None, sample: Sample, seconds: float = BUDGET_SECONDS
) -> dict[str, Any]:
    """runtimes.json: who serves, why, on what evidence; `made` None for a model that is ONNX.

    Raises UserFault(ModelNotServable) for boosted trees that do not convert.
    """
    own = time_runtime(candidate.runtime, sample.rows, seconds)
    if made is None:
        return runtimes_document(None, own, {}, "")
    boosted = sorted({type(part).__name__ for part in boosted_parts(candidate.estimator)})
    if made.runtime is None and boosted:
        raise UserFault(
            Reason.MODEL_NOT_SERVABLE,
            f"the model holds {', '.join(boosted)}, for which servers answer by ONNX alone, and"
            f" {made.why_not}. Take a usual objective and booster, or bring a container that writes"
            " model.onnx",
        )
    onnx = None if made.runtime is None else time_runtime(made.runtime, sample.rows, seconds)
    return runtimes_document(own, onnx, _verified(made), made.why_not, only_onnx=bool(boosted))


def _converted(candidate: Candidate, sample: Sample, path: Path) -> Converted:
    size = candidate.path.stat().st_size
    if size > MAX_CONVERTED_BYTES:
        return Converted(None, None, f"a model of {size} bytes is too large to convert in time")
    return convert(candidate.estimator, candidate.runtime, sample, path)


def _verified(made: Converted) -> dict[str, Any]:
    if made.agreement is None:
        return {}
    return {
        "rows": made.agreement.rows,
        "disagreements": made.agreement.disagreements,
        "largestDifference": f"{made.agreement.difference:.3g}",
    }


def _ask_champion(
    digest: str, like: Signature, environment: Environment, questions: pa.Table
) -> None:
    features = read_columns(environment.data).features
    champion = load_champion(environment.champion, digest, like, features)
    error = champion if isinstance(champion, str) else _answered(champion, environment, questions)
    if error:
        note = json.dumps({"error": error})
        (environment.predictions / CHAMPION_ERROR_NAME).write_text(note, encoding="utf-8")


def _answered(champion: Candidate, environment: Environment, questions: pa.Table) -> str:
    signature: Signature = champion.signature
    try:
        answers = ask(champion, questions)
        write_answers(answers, environment.predictions / CHAMPION_NAME, signature)
    except UserFault as fault:
        return fault.message
    write_signature(signature, environment.predictions / CHAMPION_MODEL_NAME)
    return ""
