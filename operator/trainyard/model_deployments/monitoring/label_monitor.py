"""The monitors `quality.labels` and `fairness`: what labels say of the stable version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from trainyard.api.gates import HIGHER_IS_BETTER
from trainyard.api.v1alpha1.labels import LabelJoin, LiveFairness, LiveQuality
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.api.v1alpha1.signals import MonitorState, SignalKind
from trainyard.model_deployments.analysis.checks.kind import LabelledArms
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.analysis.labelled import LabelledValue, answer_of
from trainyard.model_deployments.join_job import join_question
from trainyard.model_deployments.monitoring.monitor import (
    Level,
    MonitorAnswer,
    in_a_row,
    level_of,
    named,
)
from trainyard.model_deployments.view import View

_DAILY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LabelMonitor:
    """See Monitor: one join is enough, because the bounds of its value hold by themselves.

    It asks nobody: joins tell.
    """

    signal: SignalKind
    measured: str
    """What joins measure for it."""
    min_rows: int
    least: float | None = None
    most: float | None = None

    @property
    def measure(self) -> str:
        """See Monitor.measure."""
        return named("labels", self.measured, self.least, self.most)

    def wanted(self, state: MonitorState | None, now: datetime) -> None:  # noqa: ARG002
        """See Monitor.wanted."""
        return

    def again(self, state: MonitorState, now: datetime, *, answered: bool) -> datetime:  # noqa: ARG002
        """See Monitor.again."""
        return now + _DAILY

    def folded(self, state: MonitorState, answer: MonitorAnswer, now: datetime) -> MonitorState:
        """See Monitor.folded: the same join counted again changes nothing."""
        if not isinstance(answer, LabelledValue):
            return state
        verdict, why = answer_of(answer, self.min_rows, self.least, self.most)
        if verdict is Answer.NO_EVIDENCE and state.why != why:
            return state.model_copy(update={"why": why})
        return in_a_row(state, verdict, why, 1, now)

    def level(self, state: MonitorState) -> Level:
        """See Monitor.level."""
        return level_of(state, 1)


def label_answers(
    resource: ModelDeployment, status: ModelDeploymentStatus
) -> dict[SignalKind, LabelledValue]:
    """Return what the last join says of the stable revision, by signal; nothing where it was asked
    something else than the spec asks by now.
    """
    join = status.label_join
    found = of_revision(join, status.stable.revision if status.stable else "")
    if found is None or join is None or join.question not in ("", join_question(resource)):
        return {}
    answers = {SignalKind.QUALITY: quality_value(found, join.metric)}
    if found.fairness is not None:
        answers[SignalKind.FAIRNESS] = _fairness_value(found, found.fairness)
    return answers


def labelled_arms(view: View) -> LabelledArms | None:
    """Return what the last join says of both versions of a rollout; None: there was none."""
    status = view.resource.status
    join, stable, canary = status.label_join, status.stable, status.canary
    if join is None or not join.metric or stable is None or canary is None:
        return None
    return LabelledArms(
        stable=_value_of(join, stable.revision),
        canary=_value_of(join, canary.revision),
        higher_is_better=join.metric in HIGHER_IS_BETTER,
    )


def _value_of(join: LabelJoin, revision: str) -> LabelledValue:
    found = of_revision(join, revision)
    return quality_value(found, join.metric) if found else LabelledValue(join.metric, 0)


def of_revision(join: LabelJoin | None, revision: str) -> LiveQuality | None:
    """Return what the last join says of that revision, or None."""
    revisions = join.revisions if join is not None else ()
    return next((found for found in revisions if found.revision == revision), None)


def quality_value(found: LiveQuality, metric: str) -> LabelledValue:
    """Return the revision's metric with its bounds."""
    return LabelledValue(
        metric, found.rows, _number(found.value), _number(found.low), _number(found.high), found.why
    )


def _fairness_value(found: LiveQuality, fairness: LiveFairness) -> LabelledValue:
    between = " and ".join(fairness.between)
    name = f"the difference between {between}" if between else "the difference"
    return LabelledValue(
        name,
        found.rows,
        _number(fairness.value),
        _number(fairness.low),
        _number(fairness.high),
        fairness.why,
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
