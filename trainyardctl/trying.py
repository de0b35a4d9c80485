"""Which recipe of the files is tried, and what does a person read of it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import requires
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from trainyard.api.base import Resource
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.reconciling.parsing import Unreadable as Unparsed
from trainyard.reconciling.parsing import parse
from trainyardctl.environment import environment_lines, pins_of_training
from trainyardctl.lint.linting import lint_paths
from trainyardctl.lint.manifests import files_of, manifests_of
from trainyardctl.own_machine import Impossible, Tried, try_recipe

ResourceT = TypeVar("ResourceT", bound=Resource)


def tried_lines(files: Sequence[str], data: Path, keep: Path | None) -> tuple[bool, Sequence[str]]:
    """Return whether every gate holds, and what is told. Raises Impossible and lint's Unreadable.

    Without a folder to keep, store and model are gone afterwards.
    """
    wrong = [str(line) for line in lint_paths(files).lines if line.fault.is_certain]
    if wrong:
        raise Impossible("\n".join(wrong))
    dataset, job = _only(Dataset, files), _only(TrainingJob, files)
    with ExitStack() as tidying:
        folder = keep or Path(tidying.enter_context(TemporaryDirectory(prefix="trainyard-try-")))
        folder.mkdir(parents=True, exist_ok=True)
        tried = try_recipe(dataset, job, data, folder.resolve(), datetime.now(UTC))
    return tried.is_accepted, tuple(_lines(tried))


def _only(model: type[ResourceT], files: Sequence[str]) -> ResourceT:
    kind = model.definition.kind
    found = [m.raw for file in files_of(files) for m in manifests_of(file) if m.raw["kind"] == kind]
    if len(found) != 1:
        raise Impossible(f"expected one {kind} in {', '.join(files)}, found {len(found)}")
    try:
        return parse(model, found[0])
    except Unparsed as fault:
        raise Impossible(str(fault)) from fault


def _lines(tried: Tried) -> Iterator[str]:
    data, version = tried.data, tried.version
    yield f"data     {data.digest}"
    yield f"         {data.train_rows} rows to train on, {data.test_rows} to test"
    yield f"inputs   {version.inputs_digest}"
    yield f"bundle   {version.bundle_digest}"
    pins = pins_of_training(requires("trainyard") or ())
    for line in environment_lines(version.libraries or {}, pins):
        yield f"         {line}"
    yield f"version  {tried.name}"
    for metric, value in (version.metrics or {}).items():
        yield f"  {metric} {value}"
    for gate in tried.gates:
        yield f"gate {gate.name}: {gate.outcome}: {gate.message}"
