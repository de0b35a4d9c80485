"""How stories of releases begin, and what is read of them: a yard with a stable version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from builders_serving import NAME, NAMESPACE, NOW, digest
from serving_yard import ServingYard

from trainyard.conditions import get_condition

QUICK = {
    "replicas": 2,
    "rollout": {
        "steps": [{"weightPercent": 5, "minSeconds": 30}, {"weightPercent": 50, "minSeconds": 30}],
        "scaleDownDelaySeconds": 60,
    },
}


async def serving(letter: str = "a", **spec: Any) -> ServingYard:
    """Return a yard in which this version is stable and everything has settled."""
    yard = ServingYard(spec=QUICK | spec)
    yard.publish(letter)
    await yard.run(30)
    assert {letter: 100} == yard.weights
    return yard


def reason(yard: ServingYard, condition: str) -> str:
    """Return the reason of the condition; empty where there is none."""
    found = get_condition(yard.resource.status.conditions, condition)
    return found.reason if found is not None else ""


def told(yard: ServingYard) -> list[str]:
    """Return the reasons of all Events, oldest first."""
    return [reason for reason, _ in yard.events]


def approval(
    approver: str,
    letter: str = "b",
    made: datetime = NOW,
    decision: str = "Approve",
    **more: Any,
) -> dict[str, Any]:
    """Return what is stored of a person's word about the version with this bundle."""
    return {
        "apiVersion": "trainyard.dev/v1alpha1",
        "kind": "Approval",
        "metadata": {
            "name": f"{approver}-{letter}-{decision.lower()}-{int(made.timestamp())}",
            "namespace": NAMESPACE,
            "labels": {},
            "creationTimestamp": made.isoformat(),
        },
        "spec": {
            "modelDeployment": {"name": NAME},
            "bundleDigest": digest(letter),
            "decision": decision,
            "approver": approver,
            **more,
        },
    }


def say(yard: ServingYard, approver: str, **more: Any) -> None:
    """Store what a person says now of version b."""
    raw = approval(approver, made=yard.now, **more)
    yard.objects["Approval", raw["metadata"]["name"]] = raw
