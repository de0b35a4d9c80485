"""A ModelVersion with all that is recorded of one, and the objects around it."""

from __future__ import annotations

from typing import Any

from trainyardctl.model_card import Recorded, recorded
from trainyardctl.snapshot import Snapshot

BUNDLE, DATA = f"sha256:{'b' * 64}", f"sha256:{'d' * 64}"
VERSION: dict[str, Any] = {
    "metadata": {"name": "wine-bbbbbbbbbb", "creationTimestamp": "2026-03-01T12:00:00Z"},
    "spec": {
        "trainingJob": {"name": "wine"},
        "run": "wine-1234567890",
        "bundleDigest": BUNDLE,
        "datasetDigest": DATA,
        "recipeDigest": f"sha256:{'c' * 64}",
        "inputsDigest": f"sha256:{'e' * 64}",
        "target": "quality",
        "recipe": "sklearn.linear_model.LogisticRegression(C=1.0)",
        "author": "ada",
        "cause": {"kind": "NewData", "message": "12 | more rows"},
        "task": "Classification",
        "metrics": {"roc_auc": "0.97", "accuracy": "0.91"},
        "runtime": "onnx",
        "trainRows": 900,
        "testRows": 100,
        "libraries": {"scikit-learn": "1.8.0"},
        "image": "trainyard/training:1",
        "code": {"revision": "0f3c9a1", "source": "https://git.example.org/x", "dirty": True},
    },
    "status": {
        "conditions": [
            {"type": "Accepted", "status": "True", "reason": "GatesPassed", "message": "good"}
        ],
        "evaluations": [
            {
                "gates": [
                    {
                        "name": "good",
                        "kind": "Bound",
                        "outcome": "Passed",
                        "message": "roc_auc 0.97 ≥ 0.8",
                    }
                ]
            }
        ],
    },
}
DATASET = {
    "metadata": {"name": "cellar"},
    "status": {"versions": [{"digest": DATA, "columns": 12, "difference": "+12 rows"}]},
}
SERVING = {
    "metadata": {"name": "wine"},
    "status": {
        "stable": {"bundleDigest": BUNDLE},
        "signals": [{"kind": "Drift", "message": "acidity moved"}],
    },
}
APPROVAL: dict[str, Any] = {
    "metadata": {"name": "said", "creationTimestamp": "2026-03-02T12:00:00Z"},
    "spec": {
        "bundleDigest": BUNDLE,
        "decision": "Approve",
        "approver": "bob",
        "roles": ["risk"],
        "comment": "looked\nat it",
    },
}
OF_ANOTHER = {**APPROVAL, "spec": {**APPROVAL["spec"], "bundleDigest": DATA, "approver": "eve"}}


def all_recorded() -> Recorded:
    """Return the version with data, service and approval."""
    here = Snapshot("models", {"Dataset": [DATASET], "ModelDeployment": [SERVING]})
    return recorded(here, VERSION, [APPROVAL, OF_ANOTHER])


def alone() -> Recorded:
    """Return a version of which nothing else is left, from a cluster that knows few fields."""
    spec = {"bundleDigest": BUNDLE, "datasetDigest": DATA, "trainingJob": {"name": "wine"}}
    return recorded(Snapshot("models", {}), {"metadata": VERSION["metadata"], "spec": spec}, ())


def without_data() -> Recorded:
    """Return a version that was imported without data."""
    spec = {name: value for name, value in VERSION["spec"].items() if name != "datasetDigest"}
    return recorded(Snapshot("models", {"Dataset": [DATASET]}), {**VERSION, "spec": spec}, ())
