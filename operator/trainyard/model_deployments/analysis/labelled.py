"""What does a value that was measured by labels say, given its bounds?"""

from __future__ import annotations

from dataclasses import dataclass

from trainyard.model_deployments.analysis.evidence import Answer


@dataclass(frozen=True, slots=True)
class LabelledValue:
    """A value over so many labelled rows; None: there is none, and `why` says so.

    By chance alone the true value is below `low`, and above `high`, in one of 2,000 joins each.
    """

    name: str
    rows: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""


def answer_of(
    found: LabelledValue, min_rows: int, least: float | None, most: float | None
) -> tuple[Answer, str]:
    """Return whether the true value is certainly within, or certainly outside of what is good."""
    if found.value is None or found.low is None or found.high is None:
        return Answer.NO_EVIDENCE, found.why or "labels gave no value"
    if found.rows < min_rows:
        return Answer.NO_EVIDENCE, f"{found.rows} labelled rows; at least {min_rows} are needed"
    shown = (
        f"{found.name} is {found.value:.4g} over {found.rows} labelled rows"
        f" (between {found.low:.4g} and {found.high:.4g})"
    )
    if least is not None and found.high < least:
        return Answer.FAIL, f"{shown}; at least {least:g} is good"
    if most is not None and found.low > most:
        return Answer.FAIL, f"{shown}; at most {most:g} is good"
    within = (least is None or found.low >= least) and (most is None or found.high <= most)
    return (Answer.PASS if within else Answer.NO_EVIDENCE), shown


def worse_by(
    stable: LabelledValue, canary: LabelledValue, min_rows: int, allowed: float, higher: bool
) -> tuple[Answer, str]:
    """Return whether the canary's value is worse than the stable one's by more than is allowed.

    The rows are others, so the bounds of both widen the difference.
    """
    for found, whose in ((stable, "stable"), (canary, "new")):
        if found.value is None or found.low is None or found.high is None:
            return Answer.NO_EVIDENCE, f"{whose} version: {found.why or 'no labelled rows yet'}"
        if found.rows < min_rows:
            return (
                Answer.NO_EVIDENCE,
                f"{whose} version: {found.rows} labelled rows; at least {min_rows} are needed",
            )
    assert stable.value is not None  # noqa: S101
    assert canary.value is not None  # noqa: S101
    sign = 1 if higher else -1
    loss = sign * (stable.value - canary.value)
    wide = (_half(stable) ** 2 + _half(canary) ** 2) ** 0.5
    shown = (
        f"{canary.name} is {canary.value:.4g} over {canary.rows} labelled rows, the stable"
        f" version's {stable.value:.4g} over {stable.rows} (±{wide:.2g})"
    )
    if loss - wide > allowed:
        return Answer.FAIL, f"{shown}; {allowed:g} less is allowed"
    return (Answer.PASS if loss + wide <= allowed else Answer.NO_EVIDENCE), shown


def _half(found: LabelledValue) -> float:
    return ((found.high or 0.0) - (found.low or 0.0)) / 2
