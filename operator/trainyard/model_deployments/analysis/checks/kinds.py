"""All kinds of checks."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment import AnalysisSpec, Check
from trainyard.model_deployments.analysis.checks.agreement import AgreementKind
from trainyard.model_deployments.analysis.checks.errors import ErrorsKind
from trainyard.model_deployments.analysis.checks.kind import CheckKind
from trainyard.model_deployments.analysis.checks.latency import LatencyKind
from trainyard.model_deployments.analysis.checks.prometheus import PrometheusKind
from trainyard.model_deployments.analysis.checks.quality import QualityKind

KINDS: tuple[CheckKind, ...] = (
    ErrorsKind(),
    LatencyKind(),
    PrometheusKind(),
    QualityKind(),
    AgreementKind(),
)
OF_ANSWERS = frozenset({QualityKind.name, AgreementKind.name})
"""Kinds that say what answers are worth; that they came, and quickly, does not replace them."""


def kind_of(check: Check) -> CheckKind:
    """Return the kind whose member of the union is set; the API server lets through just one."""
    return next(kind for kind in KINDS if getattr(check, kind.name) is not None)


def compares(spec: AnalysisSpec) -> bool:
    """Tell whether a check needs the counters of both versions."""
    return any(kind_of(check).alarm_parts for check in spec.checks)


def queries(spec: AnalysisSpec) -> dict[str, str]:
    """Return the queries that need an answer, by check."""
    asked = ((check.name, kind_of(check).query(check)) for check in spec.checks)
    return {name: query for name, query in asked if query is not None}


def judges_answers(spec: AnalysisSpec) -> bool:
    """Tell whether a check says what the answers themselves are worth."""
    return any(kind_of(check).name in OF_ANSWERS and not check.dry_run for check in spec.checks)
