"""What a strategy is asked, and what it answers: where a rollout stands, and its next move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.revision.workload import Workload
from trainyard.model_deployments.traffic.decision import TrafficDecision, all_to
from trainyard.requests import Verb, acting_now


class Act(StrEnum):
    """What may happen to a rollout."""

    STAY = "Stay"
    ENTER = "Enter"
    """Go to `step`, with its weight."""
    FINISH = "Finish"
    """The steps are passed: make pods ready for all requests."""
    PROMOTE = "Promote"
    ROLL_BACK = "RollBack"
    """Back to the stable version, with quarantine."""
    RETRY_LATER = "RetryLater"
    """Back to the stable version, and again after a while."""
    GIVE_UP = "GiveUp"
    """Back to the stable version for want of evidence, and again after a longer while."""
    WITHDRAW = "Withdraw"
    """No requests to the canary while none of its pods is ready."""
    TAKE_OVER = "TakeOver"
    """All requests to the canary, because no stable pod is ready."""
    GIVE_BACK = "GiveBack"
    """The stable version is ready again: the weight of the step it is in."""
    PAUSE = "Pause"
    """Wait for a person, as the step says."""
    AWAIT_APPROVAL = "AwaitApproval"
    """Wait for the people whose yes the version needs."""
    INCONCLUSIVE = "Inconclusive"
    """Wait for evidence or a person, because time ran out."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move, with the reason that is told."""

    act: Act
    why: str
    step: int = 0
    reason: Reason = Reason.ROLLING_OUT
    traffic: TrafficDecision | None = None
    """The split of the requests from now on; None: as it is."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the next move depends on."""

    spec: ModelDeploymentSpec
    rollout: RolloutStatus
    stable: Workload | None
    """None: there is no stable version yet."""
    canary: Workload
    canary_weight: int
    verdict: Answer
    why: str
    counted: bool
    """Fresh counters were read: whatever failed is known."""
    routers_know: bool
    """Whether every router acts on the newest decision and reaches who is next to serve."""
    now: datetime
    routers_trouble: str = ""
    """What keeps routers from starting."""
    last_request: str = ""
    """What people asked for last."""

    def request(self, verb: Verb) -> str:
        """Return what people write to ask this of the rollout."""
        return acting_now(f"{verb}@{self.rollout.revision}", self.last_request)


def promoted(at: Standing, why: str) -> Move:
    """Return the end of a rollout that won: all requests to its version."""
    traffic = all_to(at.rollout.revision)
    return Move(Act.PROMOTE, why, reason=Reason.PROMOTED, traffic=traffic)


def back(at: Standing, act: Act, why: str, reason: Reason) -> Move:
    """Return the end of a rollout that did not win: all requests to the stable version."""
    traffic = all_to(at.stable.revision) if at.stable is not None else TrafficDecision()
    return Move(act, why, reason=reason, traffic=traffic)


def starting(at: Standing) -> str:
    """Return how far the pods of the new version are."""
    wanted = at.spec.replicas
    return at.canary.message or f"{at.canary.ready} of {wanted} pods are ready"
