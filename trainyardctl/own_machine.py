"""What does a recipe give on this machine? The training image's own steps, one after the other.

The documents are those that the operator would write, so data and inputs have the digests that they
would have in a cluster, and so has the bundle where its training image has the same libraries.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetVersion, Refresh
from trainyard.api.v1alpha1.model_version import GateReport, ModelVersionSpec
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Run, RunCause
from trainyard.datasets.manifests import ingest_document
from trainyard.datasets.outcome import Accepted, Refused, describe_failures, read_outcome
from trainyard.jobs.result_message import read_document
from trainyard.model_versions.gates.judgement import ChampionEvidence, Evidence
from trainyard.model_versions.gates.verdict import is_accepted, judge
from trainyard.settings import Settings
from trainyard.training_jobs.identity import (
    describe_recipe,
    inputs_digest,
    recipe_digest,
    run_name,
    version_name,
)
from trainyard.training_jobs.inputs import dataset_name
from trainyard.training_jobs.manifests import train_document
from trainyard.training_jobs.result import read_result

_FOLDERS = ("data", "questions", "answers", "champion", "output", "predictions")
_STEPS = ("fetch", "train", "predict", "publish")
_RESULTS = {"ingest": "runs/data/result.json"}
_RESULT = "runs/model/result.json"


class Impossible(Exception):
    """It cannot be tried here, or ended without a model."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What the recipe gave."""

    data: DatasetVersion
    version: ModelVersionSpec
    name: str
    """What the ModelVersion would be called."""
    gates: Sequence[GateReport]

    @property
    def is_accepted(self) -> bool:
        """Whether every gate holds; none of them has a champion here."""
        return is_accepted(self.gates)


def try_recipe(
    dataset: Dataset, job: TrainingJob, data: Path, folder: Path, now: datetime
) -> Tried:
    """Return what the recipe makes of the data; store and model are left in the folder.

    Raises Impossible.
    """
    _refuse_what_needs_a_cluster(dataset, job)
    found = _ingested(dataset, data, folder, now)
    recipe = recipe_digest(job.spec)
    inputs = inputs_digest(recipe, found.digest)
    run = Run(
        name=run_name(job.metadata.name, inputs, 0),
        phase=TaskPhase.PENDING,
        queued_at=now,
        inputs_digest=inputs,
        recipe_digest=recipe,
        dataset_digest=found.digest,
        target=dataset.spec.target,
        recipe=describe_recipe(job.spec)[:256],
        cause=RunCause(kind="Request", message="tried on a machine of one's own"),
    )
    document: Mapping[str, Any] = {}
    for step in _STEPS:
        document = _step(step, train_document(job, run), folder)
    version = read_result(job, run, document, "")
    if not isinstance(version, ModelVersionSpec):
        raise Impossible(f"{job.metadata.name}: {version.reason}: {version.message}")
    absent = ChampionEvidence(absent="there is no champion on this machine")
    gates = judge(job.spec.gates, Evidence(version.metrics or {}, absent, version.measures or {}))
    return Tried(found, version, version_name(job.metadata.name, version.bundle_digest), gates)


def _refuse_what_needs_a_cluster(dataset: Dataset, job: TrainingJob) -> None:
    named = f"TrainingJob {job.metadata.name}"
    if job.spec.estimator is None or job.spec.search is not None:
        raise Impossible(f"{named}: only spec.estimator without a search can be tried here")
    wanted = dataset_name(job.spec)
    if wanted != dataset.metadata.name:
        raise Impossible(f"{named}: it learns from Dataset {wanted}, not {dataset.metadata.name}")
    if importlib.util.find_spec("trainer") is None or importlib.util.find_spec("pyarrow") is None:
        raise Impossible("training needs more libraries: pip install '.[cli,training]'")


def _ingested(dataset: Dataset, data: Path, folder: Path, now: datetime) -> DatasetVersion:
    if not data.exists():
        raise Impossible(f"{data}: there is no such file or folder")
    refresh = Refresh(
        name="data", phase=TaskPhase.PENDING, queued_at=now, trigger="spec", spec_digest=_NOTHING
    )
    document = ingest_document(dataset, refresh, Settings.model_construct().to_installation())
    whole = data.is_dir()
    root, path = (data, "**") if whole else (data.parent, data.name)
    document["source"] = {"kind": "files", "root": str(root.resolve()), "path": path}
    outcome = read_outcome(_step("ingest", document, folder), now)
    if isinstance(outcome, Refused):
        raise Impossible(f"{data}: {describe_failures(outcome.failures)}")
    if not isinstance(outcome, Accepted):
        raise Impossible(f"{data}: {getattr(outcome, 'message', outcome)}")
    return outcome.version


_NOTHING = f"sha256:{'0' * 64}"


def _step(verb: str, task: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """Return what the step says at its end. Raises Impossible where it fails."""
    told = folder / "termination-log"
    told.unlink(missing_ok=True)
    for name in _FOLDERS:
        (folder / "pod" / name).mkdir(parents=True, exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TRAINYARD_")}
    environment = kept | {
        "TRAINYARD_MOUNT": str(folder / "pod"),
        "TRAINYARD_TERMINATION_LOG": str(told),
        "TRAINYARD_STORE_URL": f"file://{folder / 'store'}",
        "TRAINYARD_RESULT": _RESULTS.get(verb, _RESULT),
        "TRAINYARD_SPOOL": str(folder),
        "TRAINYARD_TASK": json.dumps(task),
        "ORT_DISABLE_TELEMETRY": "1",
    }
    command = (sys.executable, "-m", "trainer", verb)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found = read_document(told.read_text(encoding="utf-8")) if told.exists() else None
    if done.returncode:
        said = (found or {}).get("message") or done.stderr[-1000:]
        raise Impossible(f"{verb}: {said}")
    return found or {}
