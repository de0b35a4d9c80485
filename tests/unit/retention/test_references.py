"""What the objects of a namespace refer to."""

from __future__ import annotations

import hashlib
from typing import Any

from trainyard.retention.references import references_of

DIGITS = "0123456789abcdef" * 4


def an_object(kind: str, name: str, status: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return one as the API server stores it."""
    metadata = {"name": name, "namespace": "team", "uid": f"uid-{name}"}
    return {"kind": kind, "metadata": metadata, "status": status or {}}


def short(name: str) -> str:
    """Return by what a run is told."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def test_digests_count_wherever_they_stand() -> None:
    """In statuses, in specs, in the arguments of a Deployment."""
    deployment = an_object("Deployment", "scoring-1", {})
    deployment["spec"] = {"args": [f"--bundle=sha256:{DIGITS[4:]}0000"]}
    dataset = an_object("Dataset", "orders", {"versions": [{"digest": f"sha256:{DIGITS}"}]})
    found = references_of([dataset, deployment])
    assert {DIGITS[:16], DIGITS[4:20]} == found.digests
    assert {"uid-orders"} == found.owners


def test_runs_are_told_by_their_names() -> None:
    """Also inside of a path, and whatever the name of their owner."""
    status = {
        "lastRefresh": {"name": "my.orders-0123456789", "phase": "Succeeded"},
        "report": "runs/uid-orders/orders-abcdef0123/report.md",
    }
    found = references_of([an_object("Dataset", "orders", status)])
    assert {short("my.orders-0123456789"), short("orders-abcdef0123")} == found.runs
    assert frozenset() == found.at_work


def test_what_has_not_ended_is_named_by_its_result() -> None:
    """However deep it lies; what it found counts before anybody has read it."""
    status = {
        "runs": [
            {"name": "risk-0000000001", "phase": "Running"},
            {"name": "risk-0000000002", "phase": "Succeeded"},
            {"name": "risk-0000000003", "phase": "Waiting"},
        ]
    }
    assert {
        "runs/uid-risk/risk-0000000001/result.json",
        "runs/uid-risk/risk-0000000003/result.json",
    } == references_of([an_object("TrainingJob", "risk", status)]).at_work


def test_labelled_rows_belong_to_the_name_of_a_deployment() -> None:
    """Jobs own nothing in the store."""
    found = references_of([an_object("ModelDeployment", "scoring"), an_object("Job", "job")])
    assert {"scoring"} == found.deployments
    assert {"uid-scoring"} == found.owners
    assert ["atWork", "deployments", "digests", "owners", "runs"] == sorted(found.document())
