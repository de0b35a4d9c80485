"""The steps of a rollout: which there are, by number and by how far they go."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.api.v1alpha1.rollout import Step
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.analysis.samples import (
    EXPLAIN_SUFFIX,
    MATCHED_SUFFIX,
    MIRROR_SUFFIX,
)
from trainyard.model_deployments.traffic.decision import TrafficDecision, split

_UNSAID: Mapping[str, tuple[Step, ...]] = {
    "Canary": (Step(weight_percent=5), Step(weight_percent=50)),
    "BlueGreen": (Step(),),
    "Shadow": (Step(mirror_percent=100),),
    "Immediate": (),
}
"""By strategy: the steps where the spec says none."""


def steps_of(spec: ModelDeploymentSpec) -> tuple[Step, ...]:
    """Return the steps that a new version goes through."""
    return spec.rollout.steps or _UNSAID[spec.rollout.strategy]


def step_at(spec: ModelDeploymentSpec, number: int) -> Step | None:
    """Return the step with this number, counted from 1, or None."""
    steps = steps_of(spec)
    return steps[number - 1] if 1 <= number <= len(steps) else None


def progress_of(spec: ModelDeploymentSpec, number: int) -> str:
    """Return the step and how many there are, or nothing before the first."""
    return f"{number}/{len(steps_of(spec))}" if number else ""


def is_preview(step: Step) -> bool:
    """Tell whether the new version gets neither requests nor copies during the step."""
    return step.weight_percent is None and step.mirror_percent is None


def traffic_of(spec: ModelDeploymentSpec, step: Step, stable: str, canary: str) -> TrafficDecision:
    """Return how requests are split between these revisions during the step."""
    weight, mirror = step.weight_percent or 0, step.mirror_percent or 0
    return split(stable, canary, weight, mirror, spec.rollout.matches)


def words_of(spec: ModelDeploymentSpec, number: int, revision: str) -> str:
    """Return what the revision gets during the step with this number."""
    step = step_at(spec, number)
    begin = f"step {number} of {len(steps_of(spec))}"
    if step is None or is_preview(step):
        return f"{begin}: the preview of {revision}, no requests of users"
    if step.weight_percent is None:
        return f"{begin}: copies of {step.mirror_percent} % for {revision}"
    return f"{begin}: {step.weight_percent} % for {revision}"


def groups_apart(spec: ModelDeploymentSpec) -> frozenset[str]:
    """Return the groups of requests to the new version that are counted apart."""
    mirrors = any(step.mirror_percent for step in steps_of(spec))
    groups = {
        MATCHED_SUFFIX: spec.rollout.matches,
        MIRROR_SUFFIX: mirrors,
        EXPLAIN_SUFFIX: spec.server.explain is not None,
    }
    return frozenset(suffix for suffix, is_there in groups.items() if is_there)


def last_step_within(spec: ModelDeploymentSpec, rollout: RolloutStatus) -> int:
    """Return the number of the last step that goes no further than the rollout is; 0: none."""
    reached = _order(rollout.weight_percent, rollout.mirror_percent)
    return sum(_order(s.weight_percent, s.mirror_percent) <= reached for s in steps_of(spec))


def is_in(step: Step, rollout: RolloutStatus) -> bool:
    """Tell whether the rollout is as far as the step goes."""
    reached = _order(rollout.weight_percent, rollout.mirror_percent)
    return _order(step.weight_percent, step.mirror_percent) == reached


def _order(weight: int | None, mirror: int | None) -> int:
    return 100 + weight if weight else mirror or 0


def steps_digest(spec: ModelDeploymentSpec) -> str:
    """Return a digest of strategy, steps and matches, to notice that they were edited."""
    fields = [(s.weight_percent, s.mirror_percent, s.min_seconds, s.pause) for s in steps_of(spec)]
    matches = [match.model_dump() for match in spec.rollout.matches]
    text = repr((spec.rollout.strategy, fields, matches))
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def traffic_now(spec: ModelDeploymentSpec, rollout: RolloutStatus, stable: str) -> TrafficDecision:
    """Return how requests are split in the step that the rollout is in."""
    matches = spec.rollout.matches if rollout.step else ()
    weight, mirror = rollout.weight_percent, rollout.mirror_percent
    return split(stable, rollout.revision, weight, mirror, matches)
