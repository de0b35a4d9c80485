"""Four parties and a coordinator as processes on this machine, by Flower's own programs.

Each has volumes and a store of its own. The test plays the operator: it hands certificate and
public keys from one to the other, as they stand in the containers' messages.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from free_port import free_port
from training_pod import ROOT, Pod, Table, store_dataset, train_task

from benchmarks.serving.locked_environments import python_of_locked

FLOWER = ROOT / "requirements" / "federated.txt"
PARTIES = ("ward-a/rows", "ward-b/rows", "ward-c/rows", "ward-d/rows")


def skewed(table: Table, parties: int, seed: int) -> list[Table]:
    """The rows cut into parts of other sizes and with other shares of the classes (Dirichlet)."""
    rng = np.random.default_rng(seed)
    labels = table.frame[table.target].to_numpy()
    chosen: list[list[int]] = [[] for _ in range(parties)]
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        ends = (np.cumsum(rng.dirichlet([0.7] * parties))[:-1] * len(rows)).astype(int)
        for part, found in zip(chosen, np.split(rows, ends), strict=True):
            part.extend(int(row) for row in found)
    return [replace(table, frame=table.frame.iloc[sorted(part)]) for part in chosen]


@dataclass(frozen=True)
class Yard:
    """The coordinator's pod, the participants' pods, and what they are told."""

    root: Path
    table: Table
    parties: Mapping[str, Table]

    @property
    def coordinator(self) -> Pod:
        """Its Dataset has the rows to test on."""
        return Pod(self.root / "coordinator")

    def pod(self, name: str) -> Pod:
        """The pod of a participant."""
        return Pod(self.root / name.replace("/", "-"))

    def task(self, recipe: Mapping[str, Any], **federation: Any) -> dict[str, Any]:
        """The coordinator's task."""
        digest = store_dataset(self.coordinator.store, self.table)
        told = {
            "estimator": dict(recipe),
            "address": "localhost",
            "rounds": 3,
            "localIterations": 3,
            "minParticipants": 3,
            "participants": list(self.parties),
            "roundSeconds": 120,
            **federation,
        }
        return train_task(digest, self.table.target, {"federated": told})

    def participation(self, name: str, certificate: str, port: int) -> dict[str, Any]:
        """The task of a participant."""
        table = self.parties[name]
        return {
            "version": 1,
            "run": "run-1",
            "participant": name,
            "dataset": store_dataset(self.pod(name).store, table, test_share=0),
            "target": table.target,
            "address": "localhost",
            "port": port,
            "certificate": certificate,
        }


@contextmanager
def container(pod: Pod, verb: str, task: Mapping[str, Any], **more: str) -> Iterator[Any]:
    """The verb as a container that runs beside the test, in the image's own environment."""
    path = os.pathsep.join(str(ROOT / part) for part in ("training-image", "serving-image"))
    given = {**os.environ, "PYTHONPATH": path, **pod.variables(task), **more}
    command = [str(python_of_locked(FLOWER)), "-m", "trainer", verb]
    with (pod.root / f"{verb}.log").open("wb") as log:
        process = subprocess.Popen(command, env=given, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=60)


def finished(pod: Pod, verb: str, task: Mapping[str, Any]) -> dict[str, Any]:
    """What the verb leaves in its message; it ends well."""
    for name in ("data", "questions", "answers", "champion", "output", "predictions"):
        (pod.mount / name).mkdir(parents=True, exist_ok=True)
    with container(pod, verb, task) as process:
        code = process.wait(timeout=300)
    log = (pod.root / f"{verb}.log").read_text()
    assert code == 0, log
    found = pod.root / "termination-log"
    return dict(json.loads(found.read_text())) if found.exists() else {}


def ports() -> tuple[int, int]:
    """Two ports of the coordinator: inside its pod, and the one that others reach."""
    return free_port(), free_port()
