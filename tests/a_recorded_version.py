"""A ModelVersion with all that is recorded of one, and the objects around it."""

from __future__ import annotations

from typing import Any

from trainyardctl.recorded import Recorded, recorded
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
        "quantitativeAnalysis": {
            "importance": {
                "loss": "Brier score",
                "base": "0.06",
                "rows": 100,
                "shuffles": 3,
                "evaluatedColumns": 12,
                "totalColumns": 12,
                "columns": [
                    {"name": "alcohol", "value": "0.2", "low": "0.15", "high": "0.25"},
                    {"name": 'a<b & "c"', "value": "-0.01", "low": "-0.03", "high": "0.01"},
                ],
            },
            "slices": [
                {
                    "column": "region",
                    "slice": "north",
                    "metric": "accuracy",
                    "value": "0.88",
                    "low": "0.76",
                    "high": "0.95",
                    "rows": 50,
                }
            ],
            "fairness": [
                {
                    "column": "region",
                    "measure": "DemographicParityDifference",
                    "value": "0.04",
                    "low": "0",
                    "high": "0.29",
                    "between": "north and south",
                }
            ],
            "calibration": [
                {"predicted": "0.1", "value": "0", "low": "0", "high": "0.3", "rows": 50},
                {"predicted": "0.9", "value": "1", "low": "0.7", "high": "1", "rows": 50},
            ],
        },
        "federation": {
            "rounds": 8,
            "strategy": "FedAvg",
            "participants": [
                {"name": "a/wine", "rows": 40, "rounds": 8, "datasetDigest": DATA},
                {"name": "b|c/wine", "rows": 60, "rounds": 3, "withdrew": True},
            ],
            "refusals": {"d/wine": "it has 3 rows to train on"},
            "privacy": {
                "noiseMultiplier": "2",
                "clippingNorm": "5",
                "epsilon": "7.2",
                "delta": "0.00001",
            },
        },
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
JOB: dict[str, Any] = {
    "metadata": {"name": "wine"},
    "spec": {
        "card": {
            "intendedUse": "Sorting cellars by quality",
            "limitations": "Knows no wine\nof the south",
            "owners": ["cellar team", "ada@example.org"],
            "license": "Apache-2.0",
        }
    },
}
SERVING = {
    "metadata": {"name": "wine"},
    "status": {
        "stable": {"bundleDigest": BUNDLE, "revision": "wine-1"},
        "labelJoin": {
            "metric": "accuracy",
            "counts": {"at": "2026-03-03T12:00:00Z"},
            "revisions": [
                {"revision": "wine-1", "rows": 812, "value": "0.9", "low": "0.87", "high": "0.93"},
                {"revision": "wine-0", "rows": 9, "why": "too few"},
            ],
        },
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
    objects = {"Dataset": [DATASET], "ModelDeployment": [SERVING], "TrainingJob": [JOB]}
    here = Snapshot("models", objects)
    return recorded(here, VERSION, [APPROVAL, OF_ANOTHER])


def alone() -> Recorded:
    """Return a version of which nothing else is left, from a cluster that knows few fields."""
    spec = {"bundleDigest": BUNDLE, "datasetDigest": DATA, "trainingJob": {"name": "wine"}}
    return recorded(Snapshot("models", {}), {"metadata": VERSION["metadata"], "spec": spec}, ())


def without_data() -> Recorded:
    """Return a version that was imported without data."""
    spec = {name: value for name, value in VERSION["spec"].items() if name != "datasetDigest"}
    return recorded(Snapshot("models", {"Dataset": [DATASET]}), {**VERSION, "spec": spec}, ())


def with_code() -> Recorded:
    """Return a version whose bundle holds a pickle, and code of its maker's."""
    packed = {"modules": ["rare_rows", "words"], "files": 3, "bytes": 2104}
    spec = {**VERSION["spec"], "runtime": "sklearn", "trust": "Pickle", "packedCode": packed}
    return recorded(Snapshot("models", {}), {**VERSION, "spec": spec}, ())
