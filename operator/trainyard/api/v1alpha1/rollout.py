"""How does a new version take over?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from trainyard.api.base import ApiModel, cel
from trainyard.api.v1alpha1.approval import ApprovalsSpec
from trainyard.api.v1alpha1.traffic import TrafficMatch

_ORDER = (
    "self.map(s, has(s.weightPercent) ? 100 + s.weightPercent"
    " : has(s.mirrorPercent) ? s.mirrorPercent : 0)"
)
_RISING = cel(
    (
        f"{_ORDER}.isSorted() && {_ORDER}.all(o, {_ORDER}.exists_one(other, other == o))",
        ("mirrorPercent, in the first steps, and then weightPercent must rise from step to step"),
    ),
    (
        "self.all(s, !has(s.weightPercent) || s.weightPercent < 100)",
        (
            "a step of 100 % leaves nobody to compare with: leave it out. After the last step the"
            " version gets all requests; scaleDownDelaySeconds keeps the old one for undo@"
        ),
    ),
)
_STRATEGY = cel(
    (
        (
            "!has(self.steps) || self.strategy != 'Canary' ||"
            " self.steps.all(s, has(s.weightPercent) != has(s.mirrorPercent))"
        ),
        "each step of strategy Canary says either weightPercent or mirrorPercent",
    ),
    (
        (
            "!has(self.steps) || self.strategy != 'Shadow' ||"
            " self.steps.all(s, has(s.mirrorPercent) && !has(s.weightPercent))"
        ),
        "each step of strategy Shadow says mirrorPercent; Canary has weights",
    ),
    (
        (
            "!has(self.steps) || self.strategy != 'BlueGreen' || size(self.steps) <= 1 &&"
            " self.steps.all(s, !has(s.mirrorPercent) && !has(s.weightPercent))"
        ),
        (
            "strategy BlueGreen has one step, the preview: minSeconds and pause, but neither"
            " weightPercent nor mirrorPercent; Canary has weights"
        ),
    ),
    (
        "!has(self.steps) || self.strategy != 'Immediate' || size(self.steps) == 0",
        "strategy Immediate has no steps: leave them out, or use Canary",
    ),
    (
        "!has(self.matches) || size(self.matches) == 0 || self.strategy in ['Canary', 'BlueGreen']",
        (
            "matches are of strategy Canary and BlueGreen: the others give no request to a version"
            " before it is promoted"
        ),
    ),
)


class Step(ApiModel):
    """One step of a rollout."""

    weight_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    """Share of the requests that the new version gets during this step (Canary)."""
    mirror_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    """Share of the requests of which the new version gets a copy during this step; its answers
    reach no user (Shadow, and Canary before the first weight; HTTP alone)."""
    min_seconds: Annotated[int, Field(ge=0, le=604800)] = 60
    """How long the step lasts at least."""
    pause: Literal["Manual"] | None = None
    """Manual: the step does not end by itself; `trainyard.dev/request: resume@<revision>` ends it
    once its evidence passes."""


class RolloutSpec(ApiModel):
    """How a new version takes over."""

    model_config = ConfigDict(json_schema_extra=_STRATEGY)

    strategy: Literal["Canary", "BlueGreen", "Shadow", "Immediate"] = "Canary"
    """Canary: by weight, step by step. BlueGreen: without requests of users, behind the Service
    `<name>-preview`, then all at once. Shadow: with copies of requests alone, then all at once, by
    the check `agreement` or by a person. Immediate: all at once when its pods are ready."""
    steps: Annotated[tuple[Step, ...], Field(max_length=20, json_schema_extra=_RISING)] = ()
    """What the new version goes through, one after the other, before it is promoted. Unless said:
    5 and 50 percent (Canary), 60 seconds (BlueGreen), copies of all requests (Shadow), nothing
    (Immediate)."""
    matches: Annotated[tuple[TrafficMatch, ...], Field(max_length=8)] = ()
    """Requests like one of these go to the new version from its first step on, whatever its
    weight. No verdict rests on them, as they are not chosen by chance; `status.rollout.arms` has
    their result."""
    on_new_version: Literal["Queue", "Supersede"] = "Queue"
    """Queue: a newer version waits for the end of the rollout. Supersede: it starts at once, as it
    always does where the rollout waits for a person or is inconclusive."""
    deadline_seconds: Annotated[int, Field(ge=30, le=2592000)] = 3600
    """How long a step may take beyond its minSeconds, and the start of the pods, pauses not
    counted; then the rollout is inconclusive, never quarantined without failure evidence."""
    approvals: ApprovalsSpec | None = None
    """Whose yes a version needs that is not the bytes of the stable one; null: nobody's."""
    scale_down_delay_seconds: Annotated[int, Field(ge=0, le=604800)] = 600
    """How long the old version stays warm after a promotion (not with mode Replicas)."""
