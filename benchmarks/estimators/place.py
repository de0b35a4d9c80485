"""One namespace on the real node, its Datasets, and recipes that come, are served, and go."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cluster.bucket_yard import BucketYard, bucket_yard
from cluster.model_yard import State, csv_of, deployment

from benchmarks.estimators.asking import Answers, answered, request_of
from benchmarks.estimators.stored import Data, stored_data
from benchmarks.estimators.tables import TABLES, dataset

PATIENCE = 900


@dataclass(frozen=True, slots=True)
class Served:
    """What a recipe came to: the runtime and the answers, or why there are none."""

    runtime: str
    answers: Answers | None
    fault: str = ""
    version: dict[str, Any] = field(default_factory=dict)
    """What the ModelVersion records."""


@dataclass(frozen=True, slots=True)
class Place:
    """A namespace with an operator and a bucket."""

    made: BucketYard
    folder: Path

    def data(self, name: str) -> Data:
        """Wait for the Dataset's version; return its parts."""
        what = f"the Dataset {name} has a version"
        state = self.made.yard.until(what, lambda s: s.dataset_digest(name) != "")
        return stored_data(self.made.store, state.dataset_digest(name), self.folder)

    def bring(self, name: str, data: str, recipe: dict[str, Any]) -> None:
        """A TrainingJob with a gate, and the ModelDeployment that follows it."""
        metric, least = ("r2", "0.1") if data == "costs" else ("balanced_accuracy", "0.6")
        spec = {
            "dataset": {"name": data},
            "seed": 7,
            "gates": [{"name": "good", "metric": metric, "min": least}],
            **recipe,
        }
        job = {
            "apiVersion": "trainyard.dev/v1alpha1",
            "kind": "TrainingJob",
            "metadata": {"name": name},
            "spec": spec,
        }
        self.made.yard.apply(job, deployment(name))

    def served(self, name: str, data: Data) -> Served:
        """Wait until it serves, or cannot; the answers to all test rows; then it goes."""
        try:
            return self._served(name, data)
        finally:
            self.made.yard.kubectl("delete", f"mdep/{name}", f"tj/{name}", "--wait=false")

    def _served(self, name: str, data: Data) -> Served:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            state = self.made.yard.state()
            fault = _fault(state, name)
            if fault:
                return Served("", None, fault)
            if state.condition("ModelDeployment", name, "Ready").status == "True":
                address = self.made.ready(name)
                url = f"http://{address}/v2/models/{name}/infer"
                current = state.current(name)
                version = state.objects["ModelVersion", current["name"]]["spec"]
                answers = answered(url, request_of(data.test, data.features))
                return Served(current.get("runtime", ""), answers, version=version)
            time.sleep(2)
        return Served("", None, f"not served after {PATIENCE} s")


def _fault(state: State, name: str) -> str:
    """Why nothing will be served; empty while something may be."""
    run = next(iter(state.runs(name)), {})
    stalled = state.condition("TrainingJob", name, "Stalled")
    ready = state.condition("TrainingJob", name, "Ready")
    if run.get("phase") == "Failed" or stalled.status == "True":
        return f"{run.get('reason', '')} {run.get('message', '') or stalled.message}".strip()
    return ready.message if ready.reason == "VersionRefused" else ""


@contextmanager
def a_place(folder: Path, datasets: Sequence[str]) -> Iterator[Place]:
    """The Datasets are applied; everything is gone afterwards."""
    with bucket_yard(folder, "estimators") as made:
        for name in datasets:
            made.store.write(f"raw/{name}.csv", csv_of(TABLES[name]()).encode())
        made.yard.apply(*(dataset(name) for name in datasets))
        yield Place(made, folder)


def image_of(example: Path) -> str:
    """The tag under which the example's image is on the node, built from its folder."""
    tag = f"trainyard/example-{example.name}:dev"
    words = ("target", "build-image", "--file", str(example / "Dockerfile"))
    command = ("python3", "-m", "devcluster", *words, "--context", str(example), "--tag", tag)
    subprocess.run(command, check=True, cwd=example.parents[2])
    return f"docker.io/{tag}"
