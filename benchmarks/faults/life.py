"""One life in a namespace: data, a run, a release; better data, a canary, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.control_plane.kube_api import KubeApi, Raw, collection
from benchmarks.faults.data import FIRST_ROWS, MORE_ROWS, Data, bundle
from benchmarks.faults.disturbing import Disturbance
from benchmarks.faults.operator_lives import Operator
from benchmarks.faults.patience import NeverCame, Patience
from benchmarks.faults.plans import Story
from benchmarks.faults.statuses import Statuses

NAMES = {"Dataset": "data", "TrainingJob": "model", "ModelDeployment": "tumours"}
_API = "trainyard.dev/v1alpha1"
_REQUEST = "trainyard.dev/request"
QUIET_SECONDS = 4.0
"""So long nothing is written any more before a life counts as settled."""
_STEPS = {
    Story.PROMOTED: [
        {"weightPercent": 20, "minSeconds": 2},
        {"weightPercent": 50, "minSeconds": 2},
    ],
    Story.ABORTED: [{"weightPercent": 20, "minSeconds": 3600}],
}


@dataclass(slots=True)
class Life:
    """One namespace in which a plan is carried out."""

    api: KubeApi
    statuses: Statuses
    disturbance: Disturbance
    data: Data
    operator: Operator
    seconds: float
    """How long nothing may be written before it got where it should."""

    @property
    def namespace(self) -> str:
        """Where it takes place."""
        return self.disturbance.plan.namespace

    async def run(self) -> None:
        """Take it from nothing to its end, settled; raises NeverCame."""
        self.data.rows[self.namespace] = FIRST_ROWS
        metadata = {"name": self.namespace}
        place = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
        await self.api.ask("POST", "/api/v1/namespaces", place)
        await self._bring_data("POST")
        for manifest in manifests(self.namespace, self.disturbance.plan.story):
            await self.api.ask("POST", collection(manifest["kind"], self.namespace), manifest)
        await self._until(FIRST_ROWS, quarantined=False)
        self.data.rows[self.namespace] = MORE_ROWS
        await self._bring_data("PUT")
        if self.disturbance.plan.story is Story.ABORTED:
            await self._request("ModelDeployment", f"abort@{await self._canary()}")
            await self._settled(FIRST_ROWS, quarantined=True)
        else:
            await self._settled(MORE_ROWS, quarantined=False)

    def status(self, kind: str) -> Raw:
        """The status as it is stored."""
        return self.statuses.of(kind, self.namespace)

    async def _bring_data(self, method: str) -> None:
        """Make, or change, the ConfigMap that the Dataset reads."""
        name, path = NAMES["Dataset"], collection("ConfigMap", self.namespace)
        metadata = {"name": name, "namespace": self.namespace}
        data = {"data.csv": str(self.data.rows[self.namespace])}
        raw = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
        await self.api.ask(method, f"{path}/{name}" if method == "PUT" else path, raw)

    async def _request(self, kind: str, text: str) -> None:
        path = f"{collection(kind, self.namespace)}/{NAMES[kind]}"
        await self.api.ask("PATCH", path, {"metadata": {"annotations": {_REQUEST: text}}})

    async def _canary(self) -> str:
        """The revision of the second version, once it gets its share of the requests."""
        patience = Patience(self.seconds)
        while True:
            status = self.status("ModelDeployment")
            rollout = status.get("rollout") or {}
            if rollout.get("weightPercent") and status.get("routingAppliedAt"):
                return str(rollout["revision"])
            await self._look(patience, "no canary")

    async def _until(self, rows: int, *, quarantined: bool) -> None:
        patience = Patience(self.seconds)
        while not self._serves(rows, quarantined=quarantined):
            await self._look(patience, f"{rows} rows not served")

    async def _look(self, patience: Patience, what: str) -> None:
        try:
            await patience.look(self.disturbance.writes, self.operator.answers, what)
        except NeverCame as fault:
            raise NeverCame(f"{fault}: {self._why()}") from fault

    def _serves(self, rows: int, *, quarantined: bool) -> bool:
        """True when the version of these rows serves alone."""
        job, status = self.status("TrainingJob"), self.status("ModelDeployment")
        wanted = bundle((job.get("inputs") or {}).get("recipeDigest", ""), rows)
        conditions = {c["type"]: c["status"] for c in status.get("conditions") or ()}
        return (
            (status.get("stable") or {}).get("bundleDigest") == wanted
            and conditions.get("Ready") == "True"
            and not any(status.get(key) for key in ("canary", "rollout", "leaving", "waiting"))
            and bool(status.get("quarantine")) == quarantined
            and _is_in_force(status)
        )

    async def _settled(self, rows: int, *, quarantined: bool) -> None:
        """Return when it is so, and nothing has been written for a while."""
        patience = Patience(self.seconds)
        while patience.quiet_seconds < QUIET_SECONDS or not self._serves(
            rows, quarantined=quarantined
        ):
            await self._look(patience, f"not settled with {rows} rows")

    def _why(self) -> str:
        found = []
        for kind in NAMES:
            status = self.status(kind)
            conditions = [
                f"{c['type']}={c['status']} {c['reason']}: {c.get('message', '')}"
                for c in status.get("conditions") or ()
            ]
            found.append(f"{kind}: {'; '.join(conditions) or 'no status'}")
        return " | ".join(found)


def _is_in_force(status: Raw) -> bool:
    """True when the newest routing is carried out, seen by a prediction, and nothing waits."""
    seen = (status.get("smokeTest") or {}).get("routingGeneration")
    waits = (status.get("previous") or {}).get("warmUntil")
    return (
        bool(status.get("routingAppliedAt")) and seen == status["routingGeneration"] and not waits
    )


def manifests(namespace: str, story: Story) -> Sequence[Raw]:
    """What a user applies."""
    source = {"configMap": {"name": NAMES["Dataset"], "path": "data.csv"}}
    gates = [
        {"name": "good", "metric": "roc_auc", "min": "0.8"},
        {"name": "not-worse", "metric": "roc_auc", "againstChampion": {}},
    ]
    job = {
        "dataset": {"name": NAMES["Dataset"]},
        "estimator": {"class": "sklearn.linear_model.LogisticRegression"},
        "gates": gates,
        "retrain": {"onNewData": {"minNewRows": 50}, "limits": {"cooldownSeconds": 0}},
    }
    deployment = {
        "model": {"trainingJob": {"name": NAMES["TrainingJob"]}},
        "traffic": {"router": "Always"},  # of the pods that are played, only routers answer
        "rollout": {"steps": _STEPS[story], "scaleDownDelaySeconds": 1},
        "analysis": {"intervalSeconds": 5, "minRequests": 40},
    }
    specs: dict[str, Any] = {
        "Dataset": {"source": source, "target": "diagnosis"},
        "TrainingJob": job,
        "ModelDeployment": deployment,
    }
    return [
        {
            "apiVersion": _API,
            "kind": kind,
            "metadata": {"name": NAMES[kind], "namespace": namespace},
            "spec": spec,
        }
        for kind, spec in specs.items()
    ]
