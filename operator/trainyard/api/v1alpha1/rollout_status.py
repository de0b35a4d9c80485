"""How does a rollout stand, and which requests does it decide about?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel, Name, Sentence
from trainyard.api.v1alpha1.answer_pairs import AnswerPairs
from trainyard.api.v1alpha1.approval import UserName
from trainyard.api.v1alpha1.arm import Arm
from trainyard.api.v1alpha1.counter_anchor import CounterAnchor
from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.traffic import TrafficMatch


class TrafficShare(ApiModel):
    """The requests that one revision gets."""

    role: Literal["stable", "canary"]
    revision: Name
    weight_percent: Annotated[int, Field(ge=0, le=100)]
    mirror_percent: Annotated[int, Field(ge=0, le=100)] = 0
    """Share of the requests of which it gets a copy."""
    matches: Annotated[tuple[TrafficMatch, ...], Field(max_length=8)] = ()
    """Requests that it gets whatever the weights are."""


class CheckState(ApiModel):
    """How one check stands, and the folded evidence behind it as integers."""

    name: Annotated[str, StringConstraints(max_length=40)]
    kind: Annotated[str, StringConstraints(max_length=40)] = ""
    """What kind of check the evidence is for."""
    version: int = 0
    """The form of the evidence; what the operator does not know is dropped."""
    verdict: Literal["Pass", "Fail", "NoEvidence"]
    why: Sentence = ""
    dry_run: bool = False
    evidence: Annotated[tuple[int, ...], Field(max_length=400)] = ()
    """Folded counters and logarithms (in millionths); the check knows their order."""


class RolloutStatus(ApiModel):
    """One new version on its way."""

    id: Annotated[str, StringConstraints(max_length=80)]
    """Names this rollout: the revision and the number of the decision that began it."""
    revision: Name
    phase: Literal["Starting", "Progressing", "Paused", "Inconclusive", "AwaitingApproval"]
    why: Sentence = ""
    verdict: Literal["Pass", "Fail", "NoEvidence"] = "NoEvidence"
    step: int = 0
    """The step it is in, from 1; 0 while the pods start."""
    progress: Annotated[str, StringConstraints(max_length=16)] = ""
    """The step and how many there are, "1/2"."""
    weight_percent: int = 0
    """The weight of the step it is in; 0 before the first."""
    mirror_percent: int = 0
    """Of the step it is in: share of the requests of which it gets a copy."""
    steps_digest: Annotated[str, StringConstraints(max_length=16)] = ""
    """Of the steps that it follows: steps that are edited under way are noticed."""
    readiness_only: bool = False
    """True: ready pods are enough (a first version, or the way back that a person asked for)."""
    finishing: bool = False
    """True: the steps are passed and pods for all requests are being made ready."""
    taken_over: bool = False
    """True: it has all requests, unpromoted, because no pod of the stable version is ready."""
    pause_requested: bool = False
    """True: a person asked to pause."""
    started_at: datetime
    step_started_at: datetime
    paused_at: datetime | None = None
    """Since when it is paused, inconclusive or awaits approval."""
    paused_seconds: int = 0
    """How long it was paused before in this step; not counted by deadline and wait for evidence."""
    expected_seconds: int | None = None
    """How long the step takes in all at the present rate of requests; null: not known yet."""
    observed_until: datetime | None = None
    """Counters up to this time are in the evidence."""
    anchor: CounterAnchor | None = None
    """Where counters stood then, if Prometheus does not know them: a restart loses no interval."""
    last_reading: Sentence = ""
    """Why nothing could be compared at the last look, or which pods Prometheus does not know."""
    stable_requests: int = 0
    """Requests that the stable version answered in this step and that were counted."""
    canary_requests: int = 0
    """Requests, or copies of them, that the new version answered in this step and that were
    counted."""
    approved_by: Annotated[tuple[UserName, ...], Field(max_length=64)] = ()
    """Whose approvals of it count."""
    rehearsal: Rehearsal | None = None
    """The recorded inputs that it answered before its first live request."""
    pairs: AnswerPairs | None = None
    """How alike both versions answered live requests in steps with copies; null: no copies yet."""
    checks: Annotated[tuple[CheckState, ...], Field(max_length=16)] = ()
    arms: Annotated[tuple[Arm, ...], Field(max_length=4)] = ()
    """What was counted of each group of requests since the first step."""
