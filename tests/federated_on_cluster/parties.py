"""Three parties and a coordinator on the real node, each with claims of its own namespace."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from cluster.model_yard import ModelYard, Object, model_yard
from cluster_access import kubeconfig, kubectl, run
from marked_rows import Mark

STORE, RAW = "trainyard-store", "raw"
WARDS = ("ward-a", "ward-b", "ward-c")
ROWS, ROUNDS = 80_000, 10
FEATURES = tuple(f"f{number}" for number in range(1, 9))
MARK = Mark("clinic-7f3ac91d04", 0.7351928460152837)
COLUMNS = [
    {"name": "ill", "type": "Category", "allowed": ["no", "yes"]},
    {"name": "clinic", "type": "Category"},
    *({"name": name, "type": "Float"} for name in FEATURES),
]


@dataclass(frozen=True, slots=True)
class Parties:
    """The yard, and the folders behind each namespace's claims."""

    yard: ModelYard
    folders: dict[str, Path]

    @property
    def research(self) -> str:
        """The coordinator's namespace."""
        return self.yard.namespaces[0]

    def namespace(self, ward: str) -> str:
        """The party's namespace."""
        return self.yard.namespaces[1 + WARDS.index(ward)]

    def dataset(self, ward: str) -> str:
        """By which the coordinator knows it."""
        return f"{self.namespace(ward)}/rows"

    def pod(self, namespace: str, container: str) -> Object:
        """The pod in which the container runs now; empty while there is none."""
        found = json.loads(self.yard.kubectl("get", "pods", "-o", "json", namespace=namespace))
        for pod in found["items"]:
            status = pod["status"]
            for one in (
                *status.get("initContainerStatuses", ()),
                *status.get("containerStatuses", ()),
            ):
                if one["name"] == container and "running" in one["state"]:
                    return dict(pod)
        return {}

    def rounds(self) -> dict[str, Any]:
        """How far the rounds are, as the status says."""
        return dict(self.yard.state().status("TrainingJob", "tumours").get("rounds", {}))

    def withdraws(self, ward: str) -> None:
        """Do what the party does when it no longer wants to."""
        change = json.dumps({"spec": {"federation": {"allowedCoordinators": []}}})
        patch = ("patch", "dataset", "rows", "--type=merge", "-p", change)
        self.yard.kubectl(*patch, namespace=self.namespace(ward))

    def kill(self, ward: str) -> None:
        """The party's SuperNode and what it started are dead, in the middle of its work."""
        self._runs(ward, _KILL)

    def says(self, ward: str, word: str, address: str, port: int) -> None:
        """The party's pod sends the word in a packet of its own, as no program of ours does."""
        self._runs(ward, _SAY, word, address, str(port))

    def _runs(self, ward: str, program: str, *words: str) -> None:
        pod = self.pod(self.namespace(ward), "participate")["metadata"]["name"]
        command = ("exec", pod, "-c", "participate", "--", "python", "-c", program, *words)
        self.yard.kubectl(*command, namespace=self.namespace(ward))


_SAY = """
import socket, sys
word, address, port = sys.argv[1:]
socket.socket(type=socket.SOCK_DGRAM).sendto(word.encode(), (address, int(port)))
"""
_KILL = """
import os, pathlib, time
def found(word):
    for path in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
        try:
            if word in path.read_bytes() and int(path.parent.name) not in (1, os.getpid()):
                yield int(path.parent.name)
        except OSError:
            pass
while not [*found(b'flwr-client' + b'app')]:
    time.sleep(0.02)
for pid in {*found(b'flwr-client' + b'app'), *found(b'flower-super' + b'node')}:
    os.kill(pid, 9)
"""
"""It waits for the moment in which a round is at work in the pod."""


def rows(count: int, seed: int, ill: float) -> pd.DataFrame:
    """Made-up rows; the shares of the classes differ from party to party."""
    rng = np.random.default_rng(seed)
    label = rng.random(count) < ill
    numbers = rng.normal(size=(count, len(FEATURES))) + 0.9 * label[:, None]
    frame = pd.DataFrame(numbers, columns=list(FEATURES))
    clinics = rng.choice(["north", "south"], count)
    return frame.assign(clinic=clinics, ill=np.where(label, "yes", "no"))


def marked(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with one of which something is known."""
    frame.loc[4711, ["f3", "clinic"]] = [MARK.number, MARK.text]
    return frame


def _dataset(namespace: str, test: bool) -> Object:
    spec: Object = {
        "source": {"pvc": {"claimName": RAW, "path": "*.parquet"}},
        "target": "ill",
        "columns": COLUMNS,
    }
    if not test:
        coordinators = [{"name": "tumours", "namespace": namespace}]
        spec["federation"] = {"allowedCoordinators": coordinators}
    return _object("Dataset", "rows", spec)


def _training_job(datasets: list[tuple[str, str]]) -> Object:
    spec = {
        "dataset": {"name": "rows"},
        "federated": {
            "estimator": {"class": "sklearn.linear_model.LogisticRegression"},
            "participants": [
                {"dataset": {"name": name, "namespace": namespace}} for namespace, name in datasets
            ],
            "minParticipants": 2,
            "rounds": ROUNDS,
            "roundSeconds": 60,
        },
        "gates": [{"name": "good", "metric": "roc_auc", "min": "0.9"}],
    }
    return _object("TrainingJob", "tumours", spec)


def _object(kind: str, name: str, spec: Object) -> Object:
    meta = {"apiVersion": "trainyard.dev/v1alpha1", "kind": kind, "metadata": {"name": name}}
    return {**meta, "spec": spec}


@contextmanager
def parties(folder: Path) -> Iterator[Parties]:
    """All are there, and nobody trains yet."""
    settings = {"TRAINYARD_STORE": f"pvc://{STORE}"}
    with model_yard(folder, settings, ["research", *WARDS]) as yard:
        volumes = Path(kubeconfig()).parent / "volumes"
        found = Parties(yard, {name: volumes / name for name in yard.namespaces})
        for number, name in enumerate(yard.namespaces):
            for claim in (STORE, RAW):
                run(sys.executable, "-m", "devcluster", "target", "volume", name, claim, "2Gi")
            frame = rows(ROWS if number else 3000, number, 0.3 + 0.1 * number)
            if number == 1:
                frame = marked(frame)
            frame.to_parquet(found.folders[name] / RAW / "rows.parquet")
            yard.apply(_dataset(found.research, test=not number), namespace=name)
        try:
            yield found
        finally:
            for name in yard.namespaces:
                for claim in (STORE, RAW):
                    kubectl("delete", "pv", f"{name}-{claim}", "--ignore-not-found", "--wait=false")
                shutil.rmtree(found.folders[name], ignore_errors=True)


def begin(place: Parties) -> None:
    """The coordinator's recipe is applied."""
    names = [(place.namespace(ward), "rows") for ward in WARDS]
    place.yard.apply(_training_job(names))
