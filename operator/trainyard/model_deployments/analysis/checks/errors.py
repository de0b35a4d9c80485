"""The check `errors`: failed requests against the stable version."""

from __future__ import annotations

from collections.abc import Iterable

from trainyard.api.v1alpha1.model_deployment import Check
from trainyard.api.v1alpha1.rollout_status import CheckState
from trainyard.model_deployments.analysis import errors
from trainyard.model_deployments.analysis.checks.comparing import compared
from trainyard.model_deployments.analysis.checks.kind import Bounds, Evidence, Look, is_of
from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.analysis.evidence import Answer


class ErrorsKind:
    """See CheckKind."""

    name = "errors"
    version = 2
    alarm_parts = 9

    def query(self, check: Check) -> str | None:  # noqa: ARG002 — CheckKind
        """See CheckKind.query."""
        return None

    def folded(self, check: Check, evidence: Evidence, look: Look) -> Evidence:
        """See CheckKind.folded."""
        found = errors.unfolded(evidence)
        if look.interval is not None and check.errors is not None:
            found = errors.with_interval(found, look.interval, float(check.errors.max_ratio))
        return found.folded()

    def answer(
        self,
        check: Check,  # noqa: ARG002 — CheckKind
        evidence: Evidence,
        look: Look,
        bounds: Bounds,
    ) -> tuple[Answer, str]:
        """See CheckKind.answer."""
        found = errors.unfolded(evidence)
        c, s = found.canary, found.stable
        shown = f"failed {c.errors} of {c.requests}, stable {s.errors} of {s.requests}"
        return compared(
            errors.log_e_value(found, bounds.known, bounds.known_split), shown, look, bounds
        )


def burstiness(states: Iterable[CheckState]) -> tuple[Spread, Spread]:
    """Return how unevenly the stable version failed, and failures divided, as the check with most
    intervals saw it.
    """
    kind = ErrorsKind()
    found = (errors.unfolded(state.evidence) for state in states if is_of(kind, state))
    most = max(found, key=lambda seen: seen.stable.intervals, default=errors.ErrorEvidence())
    return most.stable, most.split
