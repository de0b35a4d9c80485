"""What was counted of one group of requests, beside the others in the same time?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainyard.api.base import ApiModel, DecimalString
from trainyard.api.v1alpha1.labels import Number
from trainyard.api.v1alpha1.task import ShortText


class Between(ApiModel):
    """Where a number lies with 95 % confidence, from what was counted."""

    low: DecimalString
    high: DecimalString | None = None
    """Null: beyond the last latency bucket."""


class Outcome(ApiModel):
    """What labels that came later say of a version's answers (`monitoring.quality.labels`)."""

    metric: ShortText
    rows: int
    """Answers with a label that were judged, whichever group of the version they are of."""
    value: Number
    low: Number
    """By chance alone the true value is less in one of 2,000 joins."""
    high: Number
    """By chance alone the true value is more in one of 2,000 joins."""


class Arm(ApiModel):
    """One group of requests of a rollout: who answered it, and how well."""

    name: Literal["Stable", "Canary", "Matched", "Mirrored"]
    """Stable and Canary: by weight, so by chance. Matched: requests like one of rollout.matches,
    answered by the new version. Mirrored: copies, whose answers reach nobody."""
    requests: int = 0
    errors: int = 0
    """Of these requests, those that failed."""
    error_percent: Between | None = None
    """Share of the requests that failed; null without a request."""
    median_milliseconds: Between | None = None
    """Half of the answers took no longer, as exactly as the latency buckets say."""
    p99_milliseconds: Between | None = None
    """All but one answer in a hundred took no longer."""
    outcome: Outcome | None = None
    """What the answers of its version turned out to be worth; null: no labels came yet. It stands
    at Stable, and at Canary or, where no requests came by weight, at Matched."""
    within: Annotated[tuple[int, ...], Field(max_length=100)] = ()
    """How many were answered within each latency bucket, rising."""
