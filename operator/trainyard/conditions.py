"""Setting and reading conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from trainyard.api.base import Condition

MESSAGE_LIMIT = 1024
COLUMN_LIMIT = 200
"""Longer texts in a column of `kubectl get` push all others off the screen."""
_DIGEST = re.compile(r"\b(sha256:[0-9a-f]{12})[0-9a-f]{52}\b")


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one condition's question."""

    type: str
    status: bool | None
    """None means Unknown."""
    reason: StrEnum
    message: str = ""


def get_condition(conditions: Iterable[Condition], type_: str) -> Condition | None:
    """Return the condition of that type, or None."""
    return next((c for c in conditions if c.type == type_), None)


def is_true(conditions: Iterable[Condition], type_: str) -> bool:
    """Tell whether the condition is there and True."""
    found = get_condition(conditions, type_)
    return found is not None and found.status == "True"


def merge_conditions(
    before: tuple[Condition, ...],
    findings: Iterable[Finding],
    *,
    generation: int,
    now: datetime,
) -> tuple[Condition, ...]:
    """Return the conditions for `findings`, in their order.

    A type that is not among the findings is dropped; `lastTransitionTime` moves only when the
    status of a condition changes.
    """
    return tuple(_condition(before, finding, generation, now) for finding in findings)


def _condition(
    before: tuple[Condition, ...], finding: Finding, generation: int, now: datetime
) -> Condition:
    status = _word(finding.status)
    old = get_condition(before, finding.type)
    unchanged = old is not None and old.status == status
    return Condition(
        type=finding.type,
        status=status,
        reason=str(finding.reason),
        message=shorten(finding.message),
        observed_generation=generation,
        last_transition_time=old.last_transition_time if old and unchanged else now,
    )


def _word(status: bool | None) -> Literal["True", "False", "Unknown"]:
    if status is None:
        return "Unknown"
    return "True" if status else "False"


def in_column(message: str) -> str:
    """Return the message as a column of `kubectl get` shows it; conditions hold all of it.

    Digests are cut, so that they do not push out what is to be done.
    """
    return shorten(_DIGEST.sub(r"\1…", " ".join(message.split())), COLUMN_LIMIT)


def shorten(message: str, limit: int = MESSAGE_LIMIT) -> str:
    """Return the message, cut with an ellipsis where it is longer than `limit` characters."""
    return message if len(message) <= limit else message[: limit - 1] + "…"
