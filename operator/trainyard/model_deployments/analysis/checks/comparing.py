"""When a check that compares both versions fails, and when it may pass."""

from __future__ import annotations

from trainyard.model_deployments.analysis.checks.kind import Bounds, Look
from trainyard.model_deployments.analysis.evidence import Answer


def compared(log_e: float, shown: str, look: Look, bounds: Bounds) -> tuple[Answer, str]:
    """Return FAIL at the bound on false alarms, PASS below it after enough requests."""
    limit = bounds.threshold
    if log_e >= limit:
        return Answer.FAIL, f"{shown} (evidence e^{log_e:.1f}, limit e^{limit:.1f})"
    fewest = min(bounds.samples.canary, bounds.samples.stable)
    if fewest < bounds.samples.wanted:
        missing = f"{fewest} of {bounds.samples.wanted} requests"
        return Answer.NO_EVIDENCE, f"{missing}, {look.why}".removesuffix(", ")
    return Answer.PASS, shown
