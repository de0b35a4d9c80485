"""Which answers of both versions are answers to the same request, and are they alike?

A request that was tried again may stand in the pages of two pods; where its answers differ, or an
id was given to different requests, it is no pair.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainyard.api.v1alpha1.answer_pairs import AnswerPairs
from trainyard.api.v1alpha1.arm import Between
from trainyard.model_deployments.analysis.agreement import share_so_far

ALPHA = 0.01
"""How often a share is ever misjudged; see `agreement_so_far`."""
BANDS = (0.001, 0.01, 0.1)
"""Distances that are told, as shares of the greater number."""

MOST_ANSWERS = 1024
MOST_TARGETS = 64
LONGEST = 64
"""Characters of a key, a text or a number."""

Value = bool | int | float | str
Answered = Value | tuple[Value, ...]
"""One label or number; several where the model has several targets."""
Page = Mapping[str, Answered]
"""Answers of one pod by the key of their request."""


@dataclass(frozen=True, slots=True)
class PairReading:
    """What one look at the pods brought in."""

    stable: tuple[Page, ...] = ()
    canary: tuple[Page, ...] = ()
    why: str = ""
    """What could not be read."""


def with_pairs(before: AnswerPairs | None, found: PairReading, tolerance: float) -> AnswerPairs:
    """Return all pairs of the rollout; `tolerance`: the share by which numbers may differ."""
    known = before if before is not None else AnswerPairs()
    stable, canary = _merged(found.stable), _merged(found.canary)
    both = [(stable[key], canary[key]) for key in stable.keys() & canary.keys()]
    pairs = known.pairs + len(both)
    agreed = known.agreed + sum(alike(one, other, tolerance) for one, other in both)
    return known.model_copy(
        update={
            "pairs": pairs,
            "agreed": agreed,
            "agreed_percent": _between(agreed, pairs),
            "distances": _added(known.distances, [distance(*pair) for pair in both]),
            "why": found.why,
        }
    )


def page_in(body: bytes, window: str) -> Page:
    """Return what a pod's page says; raises ValueError where it is no page of this window."""
    try:
        document: Any = json.loads(body)
        name, found = document["window"], document["answers"]
        page = {key: _answered(value) for key, value in found.items()}
    except (AttributeError, KeyError, TypeError, RecursionError) as fault:
        raise ValueError(f"not a page of answers: {fault!r}") from fault
    if name != window or len(page) > MOST_ANSWERS or any(len(key) > LONGEST for key in page):
        raise ValueError("another window than was asked for, or more than such a page holds")
    return page


def _answered(value: Any) -> Answered:
    if not isinstance(value, list):
        return _plain(value)
    if not 0 < len(value) <= MOST_TARGETS:
        raise ValueError(f"an answer for {len(value)} targets")
    return tuple(_plain(each) for each in value)


def _plain(value: Any) -> Value:
    if not isinstance(value, bool | int | float | str) or len(str(value)) > LONGEST:
        raise ValueError(f"an answer that is neither label nor number: {str(value)[:LONGEST]}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"an answer that is no finite number: {value}")
    return value


def alike(one: Answered, other: Answered, tolerance: float) -> bool:
    """Tell whether labels are equal and numbers differ by no more than this share of themselves."""
    if isinstance(one, tuple) or isinstance(other, tuple):
        ones, others = _parts(one), _parts(other)
        together = zip(ones, others, strict=False)
        return len(ones) == len(others) and all(alike(a, b, tolerance) for a, b in together)
    if _is_number(one, other):
        return math.isclose(one, other, rel_tol=tolerance)  # type: ignore[arg-type]
    return type(one) is type(other) and one == other


def distance(one: Answered, other: Answered) -> float | None:
    """Return how far numbers are apart, as a share of the greater; None: they are labels."""
    if isinstance(one, tuple) or isinstance(other, tuple):
        found = [distance(a, b) for a, b in zip(_parts(one), _parts(other), strict=False)]
        known = [each for each in found if each is not None]
        return max(known) if known else None
    if not _is_number(one, other):
        return None
    a, b = float(one), float(other)
    return abs(a - b) / max(abs(a), abs(b)) if a != b else 0.0


def _is_number(one: Answered, other: Answered) -> bool:
    """Labels may be whole numbers: a regression answers with a fraction or with 3.0."""
    plain = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (one, other))
    return plain and isinstance(one, float)


def _parts(answer: Answered) -> tuple[Value, ...]:
    return answer if isinstance(answer, tuple) else (answer,)


def _merged(pages: Sequence[Page]) -> dict[str, Answered]:
    found: dict[str, Answered] = {}
    doubtful: set[str] = set()
    for page in pages:
        for key, answer in page.items():
            if found.setdefault(key, answer) != answer:
                doubtful.add(key)
    return {key: answer for key, answer in found.items() if key not in doubtful}


def _added(before: tuple[int, ...], distances: Sequence[float | None]) -> tuple[int, ...]:
    known = [each for each in distances if each is not None]
    if not known:
        return before
    bands = [sum(each <= band for band in (math.inf, *BANDS[::-1])) for each in known]
    new = [bands.count(number) for number in (4, 3, 2, 1)]
    return tuple(a + b for a, b in zip(before or (0, 0, 0, 0), new, strict=True))


def _between(agreed: int, pairs: int) -> Between | None:
    if not pairs:
        return None
    low, high = share_so_far(agreed, pairs, ALPHA / 2)
    return Between(low=f"{100 * low:.4g}", high=f"{100 * high:.4g}")
