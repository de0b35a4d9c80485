"""The part of a ModelDeployment that says what is watched after a promotion."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import ApiModel, DecimalString, cel
from trainyard.api.gates import HIGHER_IS_BETTER, LOWER_IS_BETTER
from trainyard.api.v1alpha1.capture import CaptureSpec
from trainyard.api.v1alpha1.drift_monitor import DriftMonitor
from trainyard.api.v1alpha1.labels import FairnessMonitor, LabelsSpec
from trainyard.api.v1alpha1.prometheus_bounds import PrometheusBounds

_METRICS = ",".join(f"'{name}'" for name in sorted(HIGHER_IS_BETTER | LOWER_IS_BETTER))


class QualityMonitor(ApiModel):
    """How good the answers of the stable version turn out to be; exactly one of `prometheus` and
    `labels`.
    """

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "has(self.prometheus) != has(self.labels)",
                "set exactly one of prometheus (a query of yours) and labels (a Dataset of them)",
            ),
            (
                "has(self.labels) == (has(self.min) || has(self.max))",
                "min, max or both belong to labels; those of a query stand in prometheus",
            ),
            (f"self.metric in [{_METRICS}]", "not a known metric; see the guide"),
        )
    )

    prometheus: PrometheusBounds | None = None
    """The query and its bounds; $(revision) is the stable revision."""
    labels: LabelsSpec | None = None
    """Labels of captured requests that come later. One join is enough to raise the signal."""
    metric: Annotated[str, StringConstraints(max_length=64)] = "accuracy"
    """What is measured by the labels."""
    min: DecimalString | None = None
    """The smallest good value of the metric."""
    max: DecimalString | None = None
    """The largest good value of the metric."""
    interval_seconds: Annotated[int, Field(ge=5, le=86400)] = 60
    """How often it is asked."""
    failure_limit: Annotated[int, Field(ge=1, le=100)] = 3
    """This many bad values in a row raise the signal; as many good ones take it back."""
    action: Literal["Report", "Rollback"] = "Report"
    """What the signal does beside starting the TrainingJobs that subscribe to it. Rollback: the
    version before serves again if its last value was good, and this one is quarantined."""


class AgainstPrevious(ApiModel):
    """Failed requests of the stable version, against those of the version before while this one
    was tried beside it.
    """

    max_ratio: DecimalString = "1.5"
    """It may fail this many times as often."""


class ErrorsMonitor(ApiModel):
    """Failed requests of the stable version; exactly one of `prometheus` and `againstPrevious`."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "has(self.prometheus) != has(self.againstPrevious)",
                "set exactly one of prometheus (a query of yours) and againstPrevious",
            ),
            (
                "!has(self.againstPrevious) || self.intervalSeconds <= 600",
                "counters are compared at least every 600 seconds: lower intervalSeconds",
            ),
        )
    )

    prometheus: PrometheusBounds | None = None
    """The query and its bounds; $(revision) is the stable revision."""
    against_previous: AgainstPrevious | None = None
    """Counted where the checks of a rollout count, so no Prometheus is needed; `{}` compares with
    the defaults. Minutes with fewer than analysis.minRequests are joined, up to ten of them."""
    interval_seconds: Annotated[int, Field(ge=5, le=86400)] = 60
    """How often it is asked."""
    failure_limit: Annotated[int, Field(ge=1, le=100)] = 3
    """This many bad values in a row raise the signal; as many good ones take it back."""
    action: Literal["Report", "Rollback"] = "Report"
    """What the signal does beside starting the TrainingJobs that subscribe to it. Rollback: the
    version before serves again if it is known to be better, and this one is quarantined."""


class MonitoringSpec(ApiModel):
    """What is watched after a promotion."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "!has(self.fairness) || (has(self.quality) && has(self.quality.labels))",
                "fairness is measured on the rows that quality.labels joins: set it too",
            ),
            (
                "!has(self.quality) || !has(self.quality.labels) || has(self.capture)",
                "labels are joined with captured requests: set capture too",
            ),
        )
    )

    errors: ErrorsMonitor | None = None
    """Raises the signal Errors."""
    quality: QualityMonitor | None = None
    """Raises the signal Quality."""
    fairness: FairnessMonitor | None = None
    """Raises the signal Fairness."""
    drift: DriftMonitor | None = None
    """Raises the signal Drift; `{}` watches with the defaults. Needs no Prometheus."""
    capture: CaptureSpec | None = None
    """Keeps some of the requests with their answers; `{}` keeps a tenth. Absent: none."""
