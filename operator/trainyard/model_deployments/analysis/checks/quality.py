"""The check `quality`: what labels that came later say, against the stable version."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment import Check
from trainyard.model_deployments.analysis.checks.kind import Bounds, Evidence, Look
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.analysis.labelled import worse_by


class QualityKind:
    """See CheckKind: the last join holds all that is known, so nothing is folded."""

    name = "quality"
    version = 1
    alarm_parts = 0

    def query(self, check: Check) -> str | None:  # noqa: ARG002 — CheckKind
        """See CheckKind.query."""
        return None

    def folded(self, check: Check, evidence: Evidence, look: Look) -> Evidence:  # noqa: ARG002
        """See CheckKind.folded."""
        return ()

    def answer(
        self,
        check: Check,
        evidence: Evidence,  # noqa: ARG002 — CheckKind
        look: Look,
        bounds: Bounds,  # noqa: ARG002 — CheckKind
    ) -> tuple[Answer, str]:
        """See CheckKind.answer."""
        if check.quality is None or look.labelled is None:
            return Answer.NO_EVIDENCE, "no labels yet; monitoring.quality.labels names them"
        arms, allowed = look.labelled, float(check.quality.max_regression)
        return worse_by(
            arms.stable, arms.canary, check.quality.min_rows, allowed, arms.higher_is_better
        )
