"""A namespace as a cluster returns it: data, runs, versions, and a release that is half way."""

from __future__ import annotations

from typing import Any

from trainyardctl.snapshot import Snapshot

Raw = dict[str, Any]
DIGEST = "sha256:" + "b" * 64


def ours(kind: str, name: str, spec: Raw, status: Raw) -> Raw:
    """Return an object whose status is of its present generation."""
    return {
        "apiVersion": "trainyard.dev/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, "generation": 3, "creationTimestamp": "2026-05-04T10:00:00Z"},
        "spec": spec,
        "status": {"observedGeneration": 3, **status},
    }


def told(*found: tuple[str, str, str, str]) -> list[Raw]:
    """Return conditions of type, status, reason and message."""
    keys = ("type", "status", "reason", "message")
    return [dict(zip(keys, one, strict=True)) for one in found]


def data(**status: Any) -> Raw:
    """Return a Dataset with a version."""
    current = {"name": "4f1c2d3e4a5b", "rows": 178}
    conditions = told(("Ready", "True", "VersionFound", "version 4f1c2d3e4a5b, 178 rows"))
    stored = {"current": current, "conditions": conditions, "why": "VersionFound: 178 rows"}
    return ours("Dataset", "wine", {"target": "class"}, stored | status)


def job(**status: Any) -> Raw:
    """Return a TrainingJob with two runs."""
    runs = [
        {"name": "wine-2", "recipe": "Forest(300)", "metrics": {"accuracy": "0.97"}},
        {"name": "wine-1", "recipe": "Forest(100)", "metrics": {"accuracy": "0.95"}},
    ]
    conditions = told(("Ready", "True", "VersionAccepted", "ModelVersion wine-b"))
    stored = {"runs": runs, "conditions": conditions, "summary": {"run": "wine-2 Succeeded"}}
    return ours("TrainingJob", "wine", {"dataset": {"name": "wine"}}, stored | status)


def version(name: str, made_at: str) -> Raw:
    """Return an accepted ModelVersion of the TrainingJob."""
    spec = {
        "trainingJob": {"name": "wine"},
        "run": "wine-2",
        "recipe": "Forest(300)",
        "bundleDigest": DIGEST,
        "datasetDigest": DIGEST,
        "cause": {"kind": "NewData", "message": "10 more rows"},
    }
    conditions = told(("Accepted", "True", "GatesPassed", "good: 0.97"))
    status = {"conditions": conditions, "summary": {"metrics": "accuracy 0.97"}}
    made = ours("ModelVersion", name, spec, status)
    made["metadata"]["creationTimestamp"] = made_at
    return made


def deployment(**status: Any) -> Raw:
    """Return a ModelDeployment that serves one version and nothing else."""
    conditions = told(
        ("Ready", "True", "Serving", "a prediction was answered"),
        ("RolledOut", "True", "RolledOut", "wine-1111111111 has all requests"),
    )
    stored = {
        "conditions": conditions,
        "stable": {"revision": "wine-1111111111", "modelVersion": "wine-a"},
        "traffic": [{"role": "stable", "revision": "wine-1111111111", "weightPercent": 100}],
        "why": "RolledOut: wine-1111111111 has all requests",
    }
    spec = {"model": {"trainingJob": {"name": "wine"}}}
    return ours("ModelDeployment", "wine", spec, stored | status)


def releasing(reason: str = "RollingOut", **rollout: Any) -> Raw:
    """Return it with a canary in its first step of two."""
    canary = "wine-2222222222"
    return deployment(
        conditions=told(
            ("Ready", "True", "Serving", "a prediction was answered"),
            ("RolledOut", "False", reason, f"{canary}: 40 of 300 requests"),
        ),
        canary={"revision": canary, "modelVersion": "wine-b"},
        traffic=[
            {"role": "stable", "revision": "wine-1111111111", "weightPercent": 80},
            {"role": "canary", "revision": canary, "weightPercent": 20},
        ],
        rollout={
            "revision": canary,
            "progress": "1/2",
            "verdict": "NoEvidence",
            "canaryRequests": 40,
            "stableRequests": 160,
            "expectedSeconds": 90,
            "checks": [{"name": "errors", "verdict": "NoEvidence", "why": "40 of 300 requests"}],
        }
        | rollout,
    )


def namespace(serving: Raw) -> Snapshot:
    """Return the whole of it."""
    versions = (
        version("wine-a", "2026-05-04T10:00:00Z"),
        version("wine-b", "2026-05-05T10:00:00Z"),
    )
    return Snapshot(
        "models",
        {
            "Dataset": (data(),),
            "TrainingJob": (job(),),
            "ModelVersion": versions,
            "ModelDeployment": (serving,),
        },
    )
