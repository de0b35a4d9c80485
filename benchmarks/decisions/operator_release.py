"""A release as the operator decides it, with nothing but its counters played.

Evidence, verdict, next move and status are the operator's own code; pods are ready and routers
follow at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from trainyard.api.v1alpha1.dispersion import Dispersion
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Revision
from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.installation import ClaimStore, Installation
from trainyard.model_deployments.analysis.evidence import Interval, Reading
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.revision.identity import weight_of
from trainyard.model_deployments.revision.workload import Workload
from trainyard.model_deployments.rollout.judging import with_evidence
from trainyard.model_deployments.rollout.moves import moved, with_traffic_at_rest
from trainyard.model_deployments.rollout.strategies import next_move
from trainyard.model_deployments.rollout.strategy import Act, Standing
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.view import Turn, View
from trainyard.reconciling import turn

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
STABLE, CANARY = "model-a", "model-b"
_READY = Workload("", exists=True, replicas=1, pods=1, ready=1)
_NOWHERE = Installation(
    operator_namespace="n", id="default", store=ClaimStore("s"), training_image="t",
    serving_image="s", router_image="r",
)  # fmt: skip


@dataclass(slots=True)
class Release:
    """One release on its way."""

    resource: ModelDeployment
    seconds: float = 0
    last: Act = Act.STAY

    @property
    def status(self) -> ModelDeploymentStatus:
        """As it would be stored."""
        return self.resource.status

    @property
    def share(self) -> float:
        """The share of the requests that the new version gets."""
        return weight_of(self.status, CANARY) / 100

    @property
    def ended(self) -> bool:
        """Whether it was promoted or taken back."""
        return self.status.rollout is None

    def look(self, interval: Interval | None, seconds: float) -> Act:
        """Decide once more, `seconds` later; what came of it is the act and the new status.

        None: counters are looked at for the first time, so there is no interval yet.
        """
        self.seconds += seconds
        now = BEGAN + timedelta(seconds=self.seconds)
        observed = Observed(
            _NOWHERE,
            Wanted("", ""),
            workloads={STABLE: _READY, CANARY: _READY},
            reading=Reading(now, interval),
        )
        view = View(self.resource, observed, now)
        after, self.last = _decided(view)
        self.resource = self.resource.model_copy(update={"status": after.status})
        return self.last


def begun(known: Dispersion | None, rehearsal: Rehearsal | None = None, **spec: Any) -> Release:
    """A release at its first step; `spec` is as in YAML, `known` what earlier ones taught."""
    resource = ModelDeployment.model_validate(
        {
            "metadata": {"name": "model", "namespace": "n", "uid": "u", "generation": 1},
            "spec": {
                "model": {"trainingJob": {"name": "job"}},
                "traffic": {"router": "Always"},  # no time goes by until a router is there
                **spec,
            },
        }
    )
    status = ModelDeploymentStatus(
        stable=Revision(revision=STABLE, bundle_digest=f"sha256:{'a' * 64}"),
        canary=Revision(revision=CANARY, bundle_digest=f"sha256:{'b' * 64}"),
        dispersion=known,
        rollout=RolloutStatus(
            id=f"{CANARY}.1", revision=CANARY, phase="Starting", started_at=BEGAN,
            step_started_at=BEGAN, rehearsal=rehearsal,
        ),
    )  # fmt: skip
    at_rest = with_traffic_at_rest(turn.Turn(status, BEGAN)).status
    release = Release(resource.model_copy(update={"status": at_rest}))
    release.look(None, 0)
    if not release.ended:
        release.look(None, 0)
    return release


def _decided(view: View) -> tuple[Turn, Act]:
    begin = view.begin()
    status = begin.status
    rollout, stable = status.rollout, status.stable
    if rollout is None or stable is None:
        return begin, Act.STAY
    judgement = with_evidence(view, rollout)
    move = next_move(
        Standing(
            spec=view.resource.spec,
            rollout=judgement.rollout,
            stable=view.observed.workload(stable.revision),
            canary=view.observed.workload(rollout.revision),
            canary_weight=weight_of(status, rollout.revision),
            verdict=judgement.answer,
            why=judgement.why,
            counted=judgement.counted,
            routers_know=True,
            now=view.now,
        )
    )
    return moved(view, begin.changed(rollout=judgement.rollout), move), move.act
