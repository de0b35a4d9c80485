"""How does one model come to rest? By its whole life: the fleet is made of copies of it.

Data come five times and each time give a version; then a deployment serves the newest. Everything
that is copied was therefore written by the operator itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

from benchmarks.control_plane.kube_api import KubeApi, Raw, collection

VERSIONS = 5
NAME = "m-original"
NAMESPACE = "original"
API = "trainyard.dev/v1alpha1"
_FIRST_ROWS, _MORE_ROWS, _TEST_ROWS = 300, 50, 50
_WITHIN = 300


@dataclass(slots=True)
class Results:
    """What the pods of Jobs leave behind."""

    ingests: dict[tuple[str, str], int] = field(default_factory=dict)
    """How many there were, by namespace and Dataset."""

    def __call__(self, pod: Raw) -> str:
        """The termination message, as the contract of the images words it."""
        container = pod["spec"]["containers"][-1]
        task = json.loads({e["name"]: e.get("value") for e in container["env"]}["TRAINYARD_TASK"])
        if container["name"] != "ingest":
            return json.dumps(_trained(task))
        place = pod["metadata"]["namespace"], pod["metadata"]["labels"]["trainyard.dev/owner"]
        ingests = self.ingests[place] = self.ingests.get(place, 0) + 1
        return json.dumps(_ingested(_FIRST_ROWS + _MORE_ROWS * (ingests - 1)))


def _digest(*of: object) -> str:
    return f"sha256:{hashlib.sha256(repr(of).encode()).hexdigest()}"


def _ingested(rows: int) -> Raw:
    return {
        "verb": "ingest",
        "outcome": "Accepted",
        "digest": _digest("data", rows),
        "schemaDigest": _digest("schema"),
        "sourceDigest": _digest("source", rows),
        "warnings": [],
        "rows": rows,
        "trainRows": rows - _TEST_ROWS,
        "testRows": _TEST_ROWS,
        "columns": 4,
        "bytes": 9000,
    }


def _trained(task: Raw) -> Raw:
    metrics = {"roc_auc": "0.97", "accuracy": "0.94", "f1": "0.93", "log_loss": "0.21"}
    champion = task["champion"] and {"bundle": task["champion"]["digest"], "metrics": metrics}
    data = task["dataset"]["digest"]
    return {
        "verb": "train",
        "outcome": "Succeeded",
        "bundle": _digest("bundle", task["recipeDigest"], data),
        "dataset": data,
        "task": "Classification",
        "metrics": metrics,
        "champion": champion,
        "serves": "onnx",
        "trainRows": 250,
        "testRows": _TEST_ROWS,
        "libraries": {"scikit-learn": "1.8.0", "numpy": "2.3.5"},
    }


def deployment(name: str, namespace: str, trainingjob: str, spec: Raw) -> Raw:
    """What a user applies to serve the current version of a TrainingJob."""
    needed = {"model": {"trainingJob": {"name": trainingjob}}, "traffic": {"router": "Always"}}
    return _object("ModelDeployment", name, namespace, needed | spec)


def _object(kind: str, name: str, namespace: str, spec: Raw) -> Raw:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}


async def live(api: KubeApi, spec: Raw) -> None:
    """Take the model from nothing to rest; `spec`: of its deployment."""
    good = {"name": "good", "metric": "roc_auc", "min": "0.8"}
    not_worse = {
        "name": "not-worse",
        "metric": "roc_auc",
        "againstChampion": {"modelDeployment": {"name": NAME}},
    }
    data = {"configMap": {"name": "data", "path": "data.csv"}}
    recipe = {
        "dataset": {"name": NAME},
        "estimator": {"class": "sklearn.linear_model.LogisticRegression"},
        "gates": [good, not_worse],
        "retrain": {
            "onNewData": {"minNewRows": _MORE_ROWS},
            "limits": {"cooldownSeconds": 0, "maxRunsPerDay": 48},
        },
    }
    for raw in (
        _object("Dataset", NAME, NAMESPACE, {"source": data, "target": "diagnosis"}),
        _object("TrainingJob", NAME, NAMESPACE, recipe),
    ):
        await api.ask("POST", collection(raw["kind"], NAMESPACE), raw)
    for number in range(VERSIONS):
        if number:
            request = {
                "metadata": {"annotations": {"trainyard.dev/request": f"refresh@now#{number}"}}
            }
            await api.ask("PATCH", f"{collection('Dataset', NAMESPACE)}/{NAME}", request)
        await until(partial(_has_versions, api, number + 1))
    raw = deployment(NAME, NAMESPACE, NAME, spec)
    await api.ask("POST", collection("ModelDeployment", NAMESPACE), raw)
    await until(partial(serves, api, NAMESPACE, NAME))


async def until(is_so: Callable[[], Awaitable[bool]], seconds: float = _WITHIN) -> None:
    """Wait until it is so; raises TimeoutError with `is_so`, which says what was waited for."""
    deadline = monotonic() + seconds
    while not await is_so():
        if monotonic() > deadline:
            raise TimeoutError(f"not so after {seconds:.0f} s: {is_so}")
        await asyncio.sleep(0.2)


async def _has_versions(api: KubeApi, wanted: int) -> bool:
    """True when there are so many, all judged, and the newest is current."""
    versions = await api.items("ModelVersion", NAMESPACE)
    job = await api.ask("GET", f"{collection('TrainingJob', NAMESPACE)}/{NAME}")
    current = (job.get("status") or {}).get("current") or {}
    newest = _digest("data", _FIRST_ROWS + _MORE_ROWS * (wanted - 1))
    return len(versions) == wanted and current.get("datasetDigest") == newest


async def serves(api: KubeApi, namespace: str, name: str) -> bool:
    """True when the deployment is ready and nothing of it is under way."""
    raw = await api.ask("GET", f"{collection('ModelDeployment', namespace)}/{name}")
    status = raw.get("status") or {}
    ready = any(
        c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions") or ()
    )
    under_way = any(status.get(key) for key in ("rollout", "canary", "leaving"))
    warm = (status.get("previous") or {}).get("warmUntil")
    return ready and not under_way and not warm
