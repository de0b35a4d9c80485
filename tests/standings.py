"""Where a rollout may stand: each builder hides what a case is not about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from builders_serving import NOW, a_model_deployment

from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.revision.workload import Workload
from trainyard.model_deployments.rollout.strategy import Standing

READY = Workload("s", exists=True, replicas=2, pods=2, ready=2)
DOWN = Workload("s", exists=True, replicas=2, pods=2, ready=0)


def rollout(step: int = 1, seconds: float = 90, **fields: Any) -> RolloutStatus:
    """Return a rollout that has been in the step for so long."""
    began = NOW - timedelta(seconds=seconds)
    return RolloutStatus(
        id="c.1",
        revision="c",
        phase=fields.pop("phase", "Progressing" if step else "Starting"),
        step=step,
        started_at=began,
        step_started_at=began,
        **fields,
    )


def standing(at: RolloutStatus, weight: int = 0, /, **spec: Any) -> Standing:
    """Return a rollout whose pods are ready, whose checks pass and which the routers reach;
    `spec`: of the rollout, as in YAML.
    """
    return Standing(
        spec=a_model_deployment(replicas=2, rollout=spec).spec,
        rollout=at,
        stable=READY,
        canary=READY,
        canary_weight=weight,
        verdict=Answer.PASS,
        why="all checks pass",
        counted=True,
        routers_know=True,
        now=NOW,
    )
