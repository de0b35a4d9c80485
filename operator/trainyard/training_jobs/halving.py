"""Which trials of a search go on, with how many of the rows? A third, with three times as many."""

from __future__ import annotations

from dataclasses import dataclass

from trainyard.api.gates import LOWER_IS_BETTER
from trainyard.api.v1alpha1.search import Search, SearchProgress
from trainyard.training_jobs.bayesian import batch, batches

_FACTOR = 3
_MOST_ROUNDS = 4
"""The first of four rounds has 1/27 of the rows; less says little about all of them."""
DROPPED = "dropped"
"""Before the last score of a trial that did not go on."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round: how many trials are in it, on which part of the rows."""

    trials: int
    part: int
    """One of so many parts of the rows; 1: all of them."""


def rounds_of(search: Search, trials: int) -> tuple[Round, ...]:
    """Return the rounds of the search; only Halving and Bayesian have several."""
    if search.strategy == "Bayesian":
        return tuple(Round(size, 1) for size in batches(trials))
    if search.strategy != "Halving":
        return (Round(trials, 1),)
    sizes = [trials]
    while len(sizes) < _MOST_ROUNDS and sizes[-1] >= _FACTOR:
        sizes.append(sizes[-1] // _FACTOR)
    last = len(sizes) - 1
    return tuple(Round(size, _FACTOR ** (last - place)) for place, size in enumerate(sizes))


def present_round(search: Search, progress: SearchProgress) -> Round:
    """Return the round that the search is in."""
    rounds = rounds_of(search, progress.trials)
    return rounds[min(progress.round, len(rounds) - 1)]


def tried_now(progress: SearchProgress) -> tuple[int, ...]:
    """Return the trials of the present round, in the order of the Job's completions."""
    return progress.tried or tuple(range(progress.trials))


def next_round(search: Search, progress: SearchProgress) -> SearchProgress | None:
    """Return the search with its next round, or None when this was the last one.

    Of equal trials the first goes on. Those that go on lose their score: the next one is of more
    rows.
    """
    rounds = rounds_of(search, progress.trials)
    if search.strategy == "Bayesian":
        following = progress.round + 1
        if following >= len(rounds) or progress.best is None:
            return None
        tried = batch(progress.trials, following)
        return progress.model_copy(update={"round": following, "tried": tried})
    scored = [trial for trial in tried_now(progress) if is_score(progress.scores[trial])]
    if progress.round + 1 >= len(rounds) or not scored:
        return None
    sign = 1 if search.objective in LOWER_IS_BETTER else -1
    ranked = sorted(scored, key=lambda trial: (sign * float(progress.scores[trial]), trial))
    going_on = tuple(sorted(ranked[: rounds[progress.round + 1].trials]))
    part = rounds[progress.round].part
    scores = tuple(
        "" if trial in going_on else _dropped(said, part) if trial in scored else said
        for trial, said in enumerate(progress.scores)
    )
    return progress.model_copy(
        update={"round": progress.round + 1, "tried": going_on, "scores": scores, "succeeded": 0}
    )


def _dropped(score: str, part: int) -> str:
    return f"{DROPPED}: {score} on 1/{part} of the rows"


def is_score(text: str) -> bool:
    """Tell whether the text is a number, and neither NaN nor infinite."""
    try:
        return float(text) - float(text) == 0
    except ValueError:
        return False
