"""What a trial of a Bayesian search chooses, and when it is hopeless."""

from __future__ import annotations

import json
from typing import Any

from trainer.recipes.asking import Asking
from trainer.tasks.train_task import Study

SPACE = [
    {"name": "depth", "int": {"min": 2, "max": 12}},
    {"name": "rate", "float": {"min": "0.01", "max": "1", "log": True}},
    {"name": "kind", "values": ["null", "balanced", "0.5"]},
]


def a_study(*earlier: dict[str, Any], first: int = 10, lower: bool = False) -> Study:
    """What the pods of a round learn from."""
    return Study.model_validate(
        {"first": first, "space": SPACE, "lowerIsBetter": lower, "earlier": list(earlier)}
    )


def trial(depth: int, score: float, **more: Any) -> dict[str, Any]:
    """An earlier one: the deeper, the better."""
    return {"numbers": [depth, 0.1, 1], "means": [score, score], **more}


GOOD = [trial(depth, depth / 12) for depth in range(2, 13)]


def test_the_same_history_gives_the_same_choice() -> None:
    """In whichever pod; each of a round makes another one."""
    chosen = [Asking(a_study(*GOOD), place, 7).numbers for place in (0, 1, 2)]
    assert chosen == [Asking(a_study(*GOOD), place, 7).numbers for place in (0, 1, 2)]
    assert 3 == len(set(chosen))
    assert chosen[0] != Asking(a_study(*GOOD), 0, 8).numbers
    assert chosen[0] != Asking(a_study(*GOOD, first=12), 0, 7).numbers


def test_it_learns_from_what_was_good() -> None:
    """Where deeper was better it goes deeper, and where lower is better it does not."""
    places = range(6)
    deep = [Asking(a_study(*GOOD), place, 1).numbers[0] for place in places]
    flat = [Asking(a_study(*GOOD, lower=True), place, 1).numbers[0] for place in places]
    assert sum(deep) > sum(flat) + 6


def test_parameters_are_in_the_notation_of_estimators() -> None:
    """Numbers of the range, and what the values say; told as the operator reads it."""
    asking = Asking(a_study(), 0, 3)
    depth, rate, place = asking.numbers
    said = [{"$none": True}, "balanced", {"$float": "0.5"}][int(place)]
    assert {"depth": depth, "rate": {"$float": f"{rate:.6g}"}, "kind": said} == asking.parameters
    assert 2 <= depth <= 12
    assert 0.01 <= rate <= 1
    assert [depth, rate, place] == json.loads(asking.told()["drawn"])


def test_a_hopeless_trial_ends_early() -> None:
    """One that is worse than the median of the others after as many folds; failed ones say
    nothing.
    """
    failed = {"numbers": [3, 0.1, 0]}
    outside = {"numbers": [3, 1.000001, 0], "means": [0.1], "pruned": True}
    study = a_study(*GOOD, failed, outside)
    assert Asking(study, 0, 0).is_hopeless([0.1])
    hopeful = Asking(study, 0, 0)
    assert not hopeful.is_hopeless([0.9])
    assert not hopeful.is_hopeless([0.9, 0.8])
    assert "0.9 0.85" == hopeful.told()["means"]
    assert not Asking(a_study(*GOOD[:3]), 0, 0).is_hopeless([0.0])
