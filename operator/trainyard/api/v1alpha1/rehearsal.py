"""The rehearsal of a new version: what is asked for, and what came of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainyard.api.base import ApiModel, Digest, Percent, Sentence
from trainyard.api.v1alpha1.task import Task


class RehearsalSpec(ApiModel):
    """Before its first live request a new version answers recorded inputs beside the stable one."""

    rows: Annotated[int, Field(ge=1, le=10000)] = 1000
    """How many test rows of the data that it was trained on are asked for, at most."""


class AgreementCheck(ApiModel):
    """Whether both versions say the same of recorded inputs (analysis.rehearsal) and of live
    requests (mirrorPercent).
    """

    min_percent: Percent = 98
    """Share of the answers that must agree. One less or more is chance: what lies too near is no
    evidence, and more rows or requests tell."""
    tolerance_percent: Percent = "0.1"
    """Numbers agree that differ by no more of themselves; labels agree that are equal."""


class Rehearsal(Task):
    """The Job in which both versions answer the same rows, and what came of it."""

    dataset_digest: Digest | None = None
    """The version of the data whose test rows are asked."""
    verdict: Literal["Pass", "Fail", "NoEvidence"] = "NoEvidence"
    rows: int = 0
    """Rows that were asked."""
    failed: int = 0
    """Rows that the stable version alone answered."""
    stable_failed: int = 0
    """Rows that the new version alone answered."""
    slower: int = 0
    """Rows for which the new version needed much longer."""
    both_answered: int = 0
    """Rows that both answered."""
    agreed: int = 0
    """Rows to which both gave the same answer."""
    why: Sentence = ""
