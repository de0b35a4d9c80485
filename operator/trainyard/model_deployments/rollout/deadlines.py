"""How long a rollout may take, and what becomes of it once that time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.rollout import Step
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.rollout.steps import step_at
from trainyard.model_deployments.rollout.strategy import Act, Move, Standing, starting
from trainyard.requests import Verb

WAITS_FOR_PEOPLE = ("Paused", "AwaitingApproval")
"""Phases whose time counts for no deadline."""


def overdue(at: Standing) -> Move | None:
    """Return the wait for a person once rollout.deadlineSeconds are over, or None."""
    if elapsed(at.rollout, at.now) <= deadline(at.spec, step_at(at.spec, at.rollout.step)):
        return None
    why = (
        f"rollout.deadlineSeconds ({at.spec.rollout.deadline_seconds}) are over at step"
        f" {at.rollout.step}, without failure evidence: {at.why or starting(at)};"
        f" {at.request(Verb.RESUME)} or {at.request(Verb.ABORT)}"
    )
    return Move(Act.INCONCLUSIVE, why, reason=Reason.INCONCLUSIVE)


def deadline(spec: ModelDeploymentSpec, step: Step | None) -> timedelta:
    """Return how long the step may take; None: the start of the pods."""
    least = step.min_seconds if step is not None else 0
    return seconds(spec.rollout.deadline_seconds + least)


def elapsed(rollout: RolloutStatus, now: datetime) -> timedelta:
    """Return how long the rollout has been in its step, pauses by people not counted."""
    until = (rollout.paused_at if rollout.phase in WAITS_FOR_PEOPLE else None) or now
    return until - rollout.step_started_at - seconds(rollout.paused_seconds)


def seconds(number: int) -> timedelta:
    """Return that many seconds."""
    return timedelta(seconds=number)
