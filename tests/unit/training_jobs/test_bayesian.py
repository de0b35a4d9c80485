"""Which trials of a Bayesian search are tried together, and what they learn from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders_training import NOW

from trainyard.api.v1alpha1.search import Search, SearchProgress
from trainyard.training_jobs.bayesian import (
    batch,
    batches,
    chosen_by,
    is_chosen,
    study_document,
    tried_parameters,
)
from trainyard.training_jobs.trials import trials_of, why_no_trials

SPACE: list[dict[str, Any]] = [
    {"name": "depth", "int": {"min": 2, "max": 20}},
    {"name": "rate", "float": {"min": "0.01", "max": "1"}},
    {"name": "kind", "values": ["null", "a"]},
]
DRAWN = {"outcome": "Succeeded", "score": "0.9", "drawn": "[7,0.25,1]", "means": "0.8 0.85 0.9"}


def a_search(**fields: Any) -> Search:
    """A Bayesian search of twelve trials."""
    given = {"strategy": "Bayesian", "trials": 12, "objective": "accuracy", "space": SPACE}
    return Search.model_validate({**given, **fields})


def a_progress(**fields: Any) -> SearchProgress:
    """Ten trials are over, and the next two are tried."""
    known: dict[str, Any] = {"name": "s", "phase": "Running", "queued_at": NOW, "trials": 12}
    scores = tuple(f"0.{n}" for n in range(10, 20))
    return SearchProgress(**{**known, "tried": (10, 11), "scores": (*scores, "", ""), **fields})


@pytest.mark.parametrize(
    ("trials", "rounds"),
    [
        (1, (1,)),
        (10, (10,)),
        (12, (10, 2)),
        (50, (10, *[5] * 8)),
        (55, (10, *[6] * 7, 3)),
        (100, (10, *[10] * 9)),
    ],
)
def test_a_tenth_is_tried_at_a_time(trials: int, rounds: tuple[int, ...]) -> None:
    """After ten that are drawn; each trial once."""
    assert rounds == batches(trials)
    tried = [trial for number in range(len(rounds)) for trial in batch(trials, number)]
    assert list(range(trials)) == tried


def test_the_first_ten_are_those_of_random() -> None:
    """What the others try is not known before their pods say so."""
    search = a_search()
    found = tried_parameters(search, 7, a_progress())
    assert trials_of(search, 7)[:10] == found[:10]
    assert (None, None) == found[10:]
    assert trials_of(search, 7) == tried_parameters(search, 7, None)


def test_what_a_pod_chose_is_kept() -> None:
    """With the mean after each fold; of values the place."""
    search = a_search()
    progress = chosen_by(search, a_progress(), {10: DRAWN})
    assert {
        "depth": 7,
        "rate": {"$float": "0.25"},
        "kind": "a",
    } == tried_parameters(search, 7, progress)[10]
    assert ("[7,0.25,1]", "0.8 0.85 0.9") == (progress.drawn[10], progress.means[10])
    random = a_search(strategy="Random")
    assert a_progress() == chosen_by(random, a_progress(), {10: DRAWN})


def test_a_round_learns_from_those_before_it_alone() -> None:
    """Who ended first in the same round does not matter."""
    search = a_search()
    progress = chosen_by(search, a_progress(), {10: DRAWN, 3: {"means": "0.1 nan 0.2 0.3 0.4"}})
    document = study_document(search, 7, progress)
    assert (10, False, 10) == (
        document["first"],
        document["lowerIsBetter"],
        len(document["earlier"]),
    )
    assert [0.1, 0.2] == document["earlier"][3]["means"]
    later = progress.model_copy(
        update={"tried": (11,), "scores": ("0.5",) * 10 + ("pruned: 0", "")}
    )
    told = study_document(search, 7, later)["earlier"][10]
    assert {"numbers": [7, 0.25, 1], "means": [0.8, 0.85, 0.9], "pruned": True} == told


@pytest.mark.parametrize(
    "drawn",
    ["", "{}", "7", "[7,0.25]", "[7,0.25,2]", '[7,"x",1]', "[7,0.25,true]", f"[{'1' * 400},1,1]"],
)
def test_what_cannot_be_read_is_not_taken(drawn: str) -> None:
    """A pod's word is a stranger's: too long, too few, no numbers, no such value."""
    search, result = a_search(), {**DRAWN, "drawn": drawn}
    assert not is_chosen(search, a_progress(), 10, result)
    assert "" == chosen_by(search, a_progress(), {10: result}).drawn[10]
    assert is_chosen(search, a_progress(), 9, result)
    assert is_chosen(search, a_progress(), 10, {**result, "outcome": "Failed"})
    assert is_chosen(a_search(strategy="Random"), a_progress(), 10, result)


def test_what_is_kept_is_bounded() -> None:
    """The longest numbers, of the most trials that are taken, are less than half of a status."""
    names = [{"name": f"p{n}", "float": {"min": "-1", "max": "1"}} for n in range(5)]
    search = a_search(trials=100, space=names)
    assert "" == why_no_trials(search)
    assert "800" in why_no_trials(a_search(trials=100, space=[*names, *SPACE]))
    result = {"drawn": json.dumps([-1.23457e-05] * 5), "means": " ".join(["-1.2345e-05"] * 3)}
    progress = a_progress(trials=100, scores=("",) * 100)
    progress = chosen_by(search, progress, dict.fromkeys(range(100), result))
    assert len(json.dumps([*progress.drawn, *progress.means])) < 16 * 1024
