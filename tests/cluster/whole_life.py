"""All that an operator does in a namespace, with the account of the chart and nothing else."""

from __future__ import annotations

import http.client
import json
from contextlib import suppress

from cluster.chart_account import RIGHT_MISSING
from cluster.elsewhere import digest_of, importing, in_config_map, onnx_model
from cluster.model_yard import (
    ModelYard,
    Object,
    State,
    csv_of,
    dataset,
    deployment,
    training_job,
    tumours,
)

STORE = "trainyard-store"
SETTINGS = {
    "TRAINYARD_STORE": f"pvc://{STORE}",
    "TRAINYARD_ROUTER_IMAGE": "trainyard/envoy:dev",
    "TRAINYARD_LEADER_ELECTION": "true",
}


def is_lived(yard: ModelYard) -> None:
    """Data, training, import, rehearsal, release, drift, the way back, no router, old versions."""
    yard.apply(files(300), *declared())
    first = released(yard, "the first version serves", "")
    bring(yard, 500)
    second = released(yard, "the second version is released", first["bundleDigest"])
    assert "Rehearsed" in yard.kubectl("get", "events", "-o", "jsonpath={.items[*].reason}")
    yard.until("live values are compared", lambda s: asked(yard) > 0 and is_compared(s))

    back = f"trainyard.dev/request=undo@{second['revision']}"
    yard.kubectl("annotate", "mdep", "tumours", back)
    released(yard, "the first version is back", second["bundleDigest"])
    yard.kubectl("patch", "mdep", "tumours", "--type=merge", "-p", json.dumps(WITHOUT_ROUTER))
    yard.until("no router is left", lambda _: "router" not in yard.kubectl("get", "deploy,cm"))
    yard.kubectl("delete", "mdep", "tumours")
    bring(yard, 569)
    oldest = ("ModelVersion", first["modelVersion"])
    yard.until("the oldest version goes", lambda s: oldest not in s.objects)

    assert yard.state().current("import") != {}
    assert yard.kubectl(
        "get", "lease", "trainyard-default", "-o", "jsonpath={.spec.holderIdentity}"
    )
    assert yard.process is not None
    assert yard.process.poll() is None
    assert RIGHT_MISSING not in yard.log()


WITHOUT_ROUTER = {"spec": {"traffic": {"mode": "Replicas"}}}


def released(yard: ModelYard, what: str, other_than: str) -> Object:
    """Wait until a version with another bundle serves alone; return it as the status has it."""

    def alone(state: State) -> bool:
        status = state.status("ModelDeployment", "tumours")
        stable = (status.get("stable") or {}).get("bundleDigest", other_than)
        ready = state.condition("ModelDeployment", "tumours", "Ready").status == "True"
        return stable != other_than and ready and not status.get("rollout")

    found: Object = yard.until(what, alone).status("ModelDeployment", "tumours")
    stable: Object = found["stable"]
    return stable


def asked(yard: ModelYard, times: int = 40) -> int:
    """Ask the Service for predictions as a user does; return how many were answered."""
    address = yard.kubectl("get", "svc", "tumours", "-o", "jsonpath={.spec.clusterIP}")
    connection = http.client.HTTPConnection(address, 80, timeout=10)
    answered = 0
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/v2/models/tumours/example")
        example = connection.getresponse().read()
        for _ in range(times):
            connection.request("POST", "/v2/models/tumours/infer", example)
            answer = connection.getresponse()
            answer.read()
            answered += answer.status == 200
    connection.close()
    return answered


def is_compared(state: State) -> bool:
    """Whether the monitor of drift has had a window with enough rows."""
    monitors = state.status("ModelDeployment", "tumours").get("monitors", ())
    return any(m["kind"] == "Drift" and m.get("drift") for m in monitors)


def bring(yard: ModelYard, rows: int) -> None:
    """Do what a user does when the data grew."""
    yard.apply(files(rows))
    asked_for = f"trainyard.dev/request=refresh@now#{rows}"
    yard.kubectl("annotate", "--overwrite", "dataset", "tumours", asked_for)


def declared() -> list[Object]:
    """What people apply: a recipe that learns from new data, an import, and a service."""
    retrain = {"onNewData": {"minNewRows": 50}, "limits": {"cooldownSeconds": 0}}
    served = deployment("tumours")
    served["spec"] |= {
        "traffic": {"mode": "Router"},
        "analysis": {
            "intervalSeconds": 5,
            "minRequests": 40,
            "onNoEvidence": "Promote",
            "evidenceTimeoutSeconds": 20,
            "rehearsal": {"rows": 50},
        },
        "monitoring": {"drift": {"windowSeconds": 10, "minRows": 50}},
    }
    model = onnx_model()
    return [
        dataset("tumours", {"configMap": {"name": "tumours", "path": "tumours.csv"}}),
        training_job("tumours", "tumours", retrain=retrain, historyLimit=1),
        in_config_map(model),
        importing("import", "tumours", digest_of(model)),
        served,
    ]


def files(rows: int) -> Object:
    """A ConfigMap with so many real rows."""
    data = {"tumours.csv": csv_of(tumours(rows))}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "tumours"}, "data": data}
