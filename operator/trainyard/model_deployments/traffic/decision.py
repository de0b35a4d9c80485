"""How requests are to be split: what a rollout decides, and a mode carries out."""

from __future__ import annotations

from dataclasses import dataclass

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.api.v1alpha1.rollout_status import TrafficShare
from trainyard.api.v1alpha1.traffic import TrafficMatch


@dataclass(frozen=True, slots=True)
class TrafficDecision:
    """Who gets which requests."""

    weights: tuple[tuple[str, int], ...] = ()
    """Revisions with their percent, the stable one first, the canary last."""
    mirror_percent: int = 0
    """Share of the requests of which the canary gets a copy."""
    matches: tuple[TrafficMatch, ...] = ()
    """Requests that the canary gets whatever its weight is."""

    def weight_of(self, revision: str) -> int:
        """Return the percent that the revision gets."""
        return dict(self.weights).get(revision, 0)


def all_to(revision: str) -> TrafficDecision:
    """Return the decision for one revision alone."""
    return TrafficDecision(((revision, 100),))


def split(
    stable: str,
    canary: str,
    canary_weight: int,
    mirror_percent: int = 0,
    matches: tuple[TrafficMatch, ...] = (),
) -> TrafficDecision:
    """Return the decision with this percent for the canary and the rest for the stable one."""
    weights = ((stable, 100 - canary_weight), (canary, canary_weight))
    return TrafficDecision(weights, mirror_percent, matches)


def at_rest(status: ModelDeploymentStatus) -> TrafficDecision:
    """Return the decision with all requests to the stable revision; a canary waits with none."""
    stable, canary = status.stable, status.canary
    if stable is None:
        return TrafficDecision()
    return split(stable.revision, canary.revision, 0) if canary else all_to(stable.revision)


def shares_of(status: ModelDeploymentStatus, decision: TrafficDecision) -> tuple[TrafficShare, ...]:
    """Return the decision as the status shows it, with the roles that its revisions have now."""
    stable = status.stable.revision if status.stable is not None else None
    last = decision.weights[-1][0] if len(decision.weights) > 1 else ""
    return tuple(
        TrafficShare(
            role="stable" if revision == stable else "canary",
            revision=revision,
            weight_percent=weight,
            mirror_percent=decision.mirror_percent if revision == last else 0,
            matches=decision.matches if revision == last else (),
        )
        for revision, weight in decision.weights
    )
