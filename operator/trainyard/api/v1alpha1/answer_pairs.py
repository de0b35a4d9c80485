"""How alike did both versions answer the same live requests?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trainyard.api.base import ApiModel, Sentence
from trainyard.api.v1alpha1.arm import Between


class AnswerPairs(ApiModel):
    """Answers to requests of which the new version got a copy, paired by the id of the request."""

    pairs: int = 0
    """Requests that both versions answered and that were compared: a sample of all of them."""
    agreed: int = 0
    """Of these, those with the same answer."""
    agreed_percent: Between | None = None
    """Where the share lies for all requests: in 99 of 100 rollouts, however often it was looked
    at; null without a pair."""
    distances: Annotated[tuple[int, ...], Field(max_length=4)] = ()
    """Of pairs of numbers, how many differ by at most 0.1 %, 1 %, 10 % of themselves, and by more;
    empty where answers are labels."""
    why: Sentence = ""
    """What could not be read at the last look."""
