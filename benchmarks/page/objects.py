"""Models as an API server keeps them: as much history and evidence as a status holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

Raw = dict[str, Any]
VERSIONS = 5
_WHEN = "2026-05-04T10:00:00Z"
_DECISIONS, _BUCKETS = 20, 40
_EVERY_GENERATION = 1_000_000
"""A kind without a status of its own counts writes of the status too."""


def namespace_of(number: int) -> str:
    """Ten models share a namespace."""
    return f"team-{number // 10}"


def name_of(number: int) -> str:
    """How the model and all that it is made of are called."""
    return f"m-{number:05}"


def objects_of(number: int) -> Iterator[Raw]:
    """The objects of one model; every fourth is half way through a release."""
    name = name_of(number)
    current = {"name": "4f1c2d3e4a5b", "rows": 178, "digest": _digest(name)}
    current |= {"schemaDigest": _digest(name), "trainRows": 140, "testRows": 38, "foundAt": _WHEN}
    source = {"configMap": {"name": name}}
    yield _ours(
        number, "Dataset", name, {"source": source, "target": "class"}, {"current": current}
    )
    estimator = {"class": "sklearn.ensemble.RandomForestClassifier"}
    yield _ours(
        number, "TrainingJob", name, {"dataset": {"name": name}, "estimator": estimator}, {}
    )
    for version in range(VERSIONS):
        yield _version(number, version)
    spec = {"model": {"trainingJob": {"name": name}}}
    yield _ours(number, "ModelDeployment", name, spec, _serving(number))


def _ours(number: int, kind: str, name: str, spec: Raw, status: Raw) -> Raw:
    metadata = {"name": name, "namespace": namespace_of(number)}
    conditions = [_condition("Ready", "True", "Serving"), _condition("RolledOut", "True", "Done")]
    whole = {"observedGeneration": _EVERY_GENERATION, "conditions": conditions, **status}
    version = "trainyard.dev/v1alpha1"
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
        "status": whole,
    }


def _version(number: int, version: int) -> Raw:
    name = name_of(number)
    bundle = _digest(f"{name}-{version}")
    spec = {
        "trainingJob": {"name": name},
        "run": f"{name}-{version}",
        "recipe": "RandomForestClassifier(n_estimators=200)",
        "bundleDigest": bundle,
        "cause": {"kind": "NewData", "message": "10 more rows"},
        "metrics": {"accuracy": f"0.9{version}", "f1": f"0.8{version}"},
        **{field: _digest(name) for field in ("datasetDigest", "inputsDigest", "recipeDigest")},
    }
    accepted = {"conditions": [_condition("Accepted", "True", "GatesPassed")]}
    return _ours(number, "ModelVersion", f"{name}-{bundle[7:17]}", spec, accepted)


def _serving(number: int) -> Raw:
    name = name_of(number)
    stable = _revision(name, VERSIONS - 2)
    history = [
        {
            "at": _WHEN,
            "reason": "StepStarted",
            "message": f"step {n} of {name}: 300 of 300 requests",
        }
        for n in range(_DECISIONS)
    ]
    status: Raw = {"stable": stable, "replicas": 2, "history": history, "lastArms": _arms()}
    if number % 4:
        return status | {"traffic": [_share("stable", stable, 100)]}
    canary = _revision(name, VERSIONS - 1)
    rollout: Raw = {
        "id": canary["revision"],
        "revision": canary["revision"],
        "phase": "Progressing",
        "progress": "1/2",
        "step": 1,
        "startedAt": _WHEN,
        "stepStartedAt": _WHEN,
        "arms": _arms(),
        "checks": [{"name": "errors", "verdict": "Pass", "why": "3 of 900"}],
    }
    shares = [_share("stable", stable, 80), _share("canary", canary, 20)]
    return status | {"canary": canary, "rollout": rollout, "traffic": shares}


def _revision(name: str, version: int) -> Raw:
    bundle = _digest(f"{name}-{version}")
    model_version = f"{name}-{bundle[7:17]}"
    return {"revision": model_version, "bundleDigest": bundle, "modelVersion": model_version}


def _share(role: str, revision: Raw, weight: int) -> Raw:
    return {"role": role, "revision": revision["revision"], "weightPercent": weight}


def _arms() -> list[Raw]:
    between = {"low": "0.1", "high": "0.4"}
    counted = {"requests": 900, "errors": 3, "errorPercent": between, "p99Milliseconds": between}
    within = list(range(_BUCKETS))
    return [{"name": arm, "within": within, **counted} for arm in ("Stable", "Canary")]


def _condition(kind: str, status: str, reason: str) -> Raw:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": f"{reason}: all is as it was asked for, by 300 of 300 requests",
        "lastTransitionTime": _WHEN,
    }


def _digest(words: str) -> str:
    return f"sha256:{hashlib.sha256(words.encode()).hexdigest()}"
