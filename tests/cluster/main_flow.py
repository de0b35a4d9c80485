"""The main flow, from data to a promoted second version, with the real operator process.

Dataset version → run → accepted ModelVersion → stable; then better data → run → ModelVersion →
canary → steps → promotion, and what is old is deleted. Pods are played (`scripted_node`).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cluster.operator_process import Process
from cluster.proxy import Exchange, Proxy
from cluster.rig import eventually
from cluster.scripted_node import Raw

from trainyard.api.base import Condition
from trainyard.clients.cluster import KubernetesCluster
from trainyard.conditions import is_true

API = "trainyard.dev/v1alpha1"
OURS = ("Dataset", "TrainingJob", "ModelVersion", "ModelDeployment")
CHILDREN = ("Job", "Deployment", "Service", "ConfigMap")
MANAGED = {"app.kubernetes.io/managed-by": "trainyard"}
QUIET_SECONDS = 3
FIRST_ROWS, MORE_ROWS = 300, 500


def digest(*of: object) -> str:
    """Return the digest that stands for content made of these."""
    return f"sha256:{hashlib.sha256(repr(of).encode()).hexdigest()}"


@dataclass(slots=True)
class Sources:
    """What the data of each namespace is, and hence what the pods of its Jobs report."""

    rows: dict[str, int] = field(default_factory=dict)

    def result(self, pod: Raw) -> str:
        """Return the termination message, as the contract words it."""
        container = pod["spec"]["containers"][-1]
        task = json.loads({e["name"]: e.get("value") for e in container["env"]}["TRAINYARD_TASK"])
        if container["name"] == "ingest":
            return json.dumps(_ingested(self.rows[pod["metadata"]["namespace"]]))
        return json.dumps(_trained(task))


def _ingested(rows: int) -> Raw:
    counts = {"rows": rows, "trainRows": rows - 50, "testRows": 50, "columns": 4, "bytes": 9000}
    return {
        "verb": "ingest",
        "outcome": "Accepted",
        "digest": digest("data", rows),
        "schemaDigest": digest("schema"),
        "sourceDigest": digest("source", rows),
        "warnings": [],
        **counts,
    }


def _trained(task: Raw) -> Raw:
    metrics = {"roc_auc": "0.97"}
    champion = task["champion"] and {"bundle": task["champion"]["digest"], "metrics": metrics}
    data = task["dataset"]["digest"]
    return {
        "verb": "train",
        "outcome": "Succeeded",
        "bundle": bundle(task["recipeDigest"], data),
        "dataset": data,
        "task": "Classification",
        "metrics": metrics,
        "champion": champion,
        "serves": "onnx",
        "trainRows": 250,
        "testRows": 50,
        "libraries": {},
    }


def bundle(recipe: str, data: str) -> str:
    """Return the digest of the model that a recipe makes of data."""
    return digest("bundle", recipe, data)


def manifests(pod: Raw) -> list[Raw]:
    """Return what a user applies."""
    source = {"configMap": {"name": "tumours", "path": "data.csv"}}
    not_worse = {"name": "not-worse", "metric": "roc_auc", "againstChampion": {}}
    good = {"name": "good", "metric": "roc_auc", "min": "0.8"}
    retrain = {"onNewData": {"minNewRows": 50}, "limits": {"cooldownSeconds": 0}}
    steps = [{"weightPercent": 20, "minSeconds": 2}, {"weightPercent": 50, "minSeconds": 2}]
    job = {
        "dataset": {"name": "tumours"},
        "estimator": {"class": "sklearn.linear_model.LogisticRegression"},
        "gates": [good, not_worse],
        "retrain": retrain,
        "pod": pod,
    }
    deployment = {
        "model": {"trainingJob": {"name": "model"}},
        "traffic": {"router": "Always"},  # of the pods that are played, only routers answer
        "rollout": {"steps": steps, "scaleDownDelaySeconds": 1},
        "pod": pod,
        "analysis": {"intervalSeconds": 5, "minRequests": 40},
    }
    return [
        _object("Dataset", "tumours", {"source": source, "target": "diagnosis", "pod": pod}),
        _object("TrainingJob", "model", job),
        _object("ModelDeployment", "tumours", deployment),
    ]


def _object(kind: str, name: str, spec: Raw) -> Raw:
    return {"apiVersion": API, "kind": kind, "metadata": {"name": name}, "spec": spec}


@dataclass(slots=True)
class Flow:
    """One namespace in which the flow runs, behind a proxy of its own."""

    cluster: KubernetesCluster
    namespace: str
    proxy: Proxy
    process: Process
    sources: Sources
    pod: Raw
    """Settings that steer the pods to the scripted node."""

    async def run(self) -> None:
        """Take the flow from nothing to its end; returns when all is settled."""
        self.sources.rows[self.namespace] = FIRST_ROWS
        await self.cluster.create(self.data())
        await self.process.start()
        for manifest in manifests(self.pod):
            manifest["metadata"]["namespace"] = self.namespace
            await self.cluster.create(manifest)
        await self.settled(FIRST_ROWS)
        await self.bring_more_data()
        await self.settled(MORE_ROWS)

    async def bring_more_data(self) -> None:
        """Do what a user does when the data grew."""
        self.sources.rows[self.namespace] = MORE_ROWS
        await self.cluster.apply(self.data())

    def data(self) -> Raw:
        """Return the ConfigMap that the Dataset reads."""
        rows = {"data.csv": str(self.sources.rows[self.namespace])}
        metadata = {"name": "tumours", "namespace": self.namespace}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": rows}

    async def settled(self, rows: int) -> None:
        """Return when the version of this data serves alone and no write came for a while."""
        await eventually(lambda: self._serves(rows))
        written = -1
        while written != len(self.proxy.exchanges):
            written = len(self.proxy.exchanges)
            await asyncio.sleep(QUIET_SECONDS)
            await eventually(lambda: self._serves(rows))

    async def _serves(self, rows: int) -> None:
        status = await self.status("ModelDeployment", "tumours")
        inputs = (await self.status("TrainingJob", "model")).get("inputs") or {}
        expected = bundle(inputs.get("recipeDigest", ""), digest("data", rows))
        assert expected == (status.get("stable") or {}).get("bundleDigest"), status.get("why")
        found = [Condition.model_validate(c) for c in status["conditions"]]
        assert is_true(found, "Ready"), status["why"]
        under_way = {"canary", "rollout", "leaving", "waiting"} & set(status)
        assert not {key for key in under_way if status[key]}, under_way
        assert {"Ready"} <= {c.type for c in found} - {"Stalled"}, found
        labels = MANAGED | {"trainyard.dev/owner-kind": "modeldeployment"}
        deployments = (await self.cluster.list("Deployment", self.namespace, labels)).items
        assert 2 == len(deployments), [d["metadata"]["name"] for d in deployments]

    async def status(self, kind: str, name: str) -> Raw:
        """Return the status as it is stored."""
        found = await self.cluster.get(kind, self.namespace, name) or {}
        status: Raw = found.get("status") or {}
        return status

    async def end_state(self) -> dict[str, Any]:
        """Return every object by kind and name, without what differs from life to life."""
        state = {}
        for kind in (*OURS, *CHILDREN):
            labels = {} if kind in OURS else MANAGED
            for raw in (await self.cluster.list(kind, self.namespace, labels)).items:
                state[f"{kind}/{raw['metadata']['name']}"] = _lasting(raw, ours=kind in OURS)
        masked: dict[str, Any] = json.loads(self._masked(json.dumps(state)))
        return masked

    def created(self) -> dict[str, int]:
        """Return how often each object was created."""
        counts: dict[str, int] = {}
        for exchange in self.proxy.writes():
            if exchange.status == 201:
                place = self.place(exchange)
                counts[place] = counts.get(place, 0) + 1
        return counts

    def changes(self) -> set[str]:
        """Return what was changed, and how."""
        return {f"{e.method} {self.place(e)}" for e in self.proxy.writes() if e.status < 300}

    def place(self, exchange: Exchange) -> str:
        """Return the path of the object that was written, the same in every life."""
        path = "/".join(part for part in (exchange.path, exchange.name) if part)
        return self._masked(re.sub(r"pods/.*", "pods/<pod>", path))

    def _masked(self, text: str) -> str:
        """Return it without times, uids and counts; refreshes are numbered as they were created."""
        text = text.replace(self.namespace, "<namespace>")
        jobs = [e.name for e in self.proxy.exchanges if e.path.endswith("/jobs")]
        refreshes = dict.fromkeys(name for name in jobs if name.startswith("tumours-"))
        for number, name in enumerate(refreshes):
            text = text.replace(name, f"refresh-{number}")
        for pattern, mask in MASKS:
            text = re.sub(pattern, mask, text)
        return text


MASKS = (
    (r'(trainyard.dev/wanted": )"[0-9a-f]+"', r'\1"<digest over the uid of the owner too>"'),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", "<time>"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>"),
    (r"; about [^;\"]* at the present rate of requests", ""),
    (r'(configMap(?:Version": "|:))\d+', r"\1<version>"),
    (r"\d+ requests", "<count> requests"),
    (r"stable \d+ of \d+|failed \d+ of \d+", "<counts>"),
)


def _lasting(raw: Mapping[str, Any], *, ours: bool) -> Raw:
    metadata, spec = raw["metadata"], dict(raw.get("spec") or {})
    kept = {key: metadata.get(key) for key in ("labels", "annotations", "ownerReferences")}
    for assigned in ("clusterIP", "clusterIPs"):
        spec.pop(assigned, None)
    status = dict(raw.get("status") or {}) if ours else {}
    status.pop("dispersion", None)  # how many requests came in how many looks
    status.pop("lastArms", None)  # what was counted of them
    if previous := status.get("previous"):
        status["previous"] = {key: previous[key] for key in previous if key != "errors"}
    return {"metadata": kept, "spec": spec, "data": raw.get("data"), "status": status}


def differences(expected: Any, found: Any, place: str = "") -> list[str]:
    """Return where two end states differ, one line for each place."""
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = sorted({*expected, *found})
        places = [f"{place}/{key}" for key in keys]
        pairs = [(expected.get(key), found.get(key)) for key in keys]
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        places = [f"{place}/{number}" for number in range(len(expected))]
        pairs = list(zip(expected, found, strict=True))
    else:
        return [] if expected == found else [f"{place}: {expected} != {found}"]
    return [
        line
        for place_of, pair in zip(places, pairs, strict=True)
        for line in differences(*pair, place_of)
    ]
