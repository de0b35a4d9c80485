"""Which parameters each trial tries."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.api.v1alpha1.search import Search
from trainyard.training_jobs.trials import read_value, told, trials_of, why_no_trials

DEPTH = {"name": "max_depth", "int": {"min": 2, "max": 4}}
KERNEL = {"name": "kernel", "values": ["rbf", "0.5", "null", "true", "[10, 2.5]"]}
ALPHA = {"name": "alpha", "float": {"min": "0.0001", "max": "1", "log": True}}
SHARE = {"name": "subsample", "float": {"min": "0.5", "max": "1"}}
SIZE = {"name": "n_estimators", "int": {"min": 1, "max": 1000, "log": True}}


def a_search(*space: dict[str, Any], **fields: Any) -> Search:
    """A search by accuracy."""
    return Search.model_validate({"objective": "accuracy", "space": list(space), **fields})


def test_a_grid_is_every_combination() -> None:
    """Of whole numbers and values, in the order in which they are written."""
    found = trials_of(a_search(DEPTH, KERNEL, strategy="Grid"), 0)
    assert 15 == len(found)
    assert {"max_depth": 2, "kernel": "rbf"} == found[0]
    assert {"max_depth": 4, "kernel": [10, {"$float": "2.5"}]} == found[-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("rbf", "rbf", id="a text"),
        pytest.param("3", 3, id="a whole number"),
        pytest.param("1.0", {"$float": "1.0"}, id="a number that JSON would lose"),
        pytest.param("null", {"$none": True}, id="nothing"),
        pytest.param("false", False, id="no"),
        pytest.param('"3"', "3", id="a text of digits"),
    ],
)
def test_values_are_read_as_json_where_they_are(text: str, expected: Any) -> None:
    """In the estimator's notation."""
    assert expected == read_value(text)


def test_random_trials_are_those_of_the_seed() -> None:
    """A trial does not depend on how many others there are; another seed gives others."""
    search = a_search(DEPTH, ALPHA, trials=20)
    found = trials_of(search, 7)
    assert found == trials_of(search, 7)
    assert found[:5] == trials_of(a_search(DEPTH, ALPHA, trials=5), 7)
    assert found != trials_of(search, 8)


def test_random_trials_stay_in_their_ranges_and_fill_them() -> None:
    """Bounds of whole numbers included; with log each power of ten as often as the next."""
    found = trials_of(a_search(DEPTH, ALPHA, SHARE, SIZE, KERNEL, trials=100), 3)
    assert {2, 3, 4} == {trial["max_depth"] for trial in found}
    assert 5 == len({str(trial["kernel"]) for trial in found})
    alphas = [float(trial["alpha"]["$float"]) for trial in found]
    assert all(0.0001 <= alpha <= 1 for alpha in alphas)
    assert 35 <= sum(alpha < 0.01 for alpha in alphas) <= 65
    shares = [float(trial["subsample"]["$float"]) for trial in found]
    assert 0.5 <= min(shares) < 0.55
    assert 0.95 < max(shares) <= 1
    sizes = [trial["n_estimators"] for trial in found]
    assert all(1 <= size <= 1000 for size in sizes)
    assert 20 <= sum(size <= 10 for size in sizes) <= 50


@pytest.mark.parametrize(
    ("search", "words"),
    [
        pytest.param(a_search(DEPTH, ALPHA), "", id="drawn"),
        pytest.param(a_search(DEPTH, strategy="Grid", trials=3), "", id="all of it"),
        pytest.param(
            a_search(DEPTH, KERNEL, strategy="Grid", trials=14),
            "the grid has 15 combinations and trials is 14",
            id="one too many",
        ),
        pytest.param(
            a_search(ALPHA, strategy="Grid"),
            "space alpha is a range of numbers without end",
            id="no grid",
        ),
    ],
)
def test_a_grid_is_tried_as_a_whole_or_not_at_all(search: Search, words: str) -> None:
    """Half a grid would look like an answer."""
    found = why_no_trials(search)
    assert found.startswith(words)
    assert bool(words) == bool(found)


def test_parameters_are_told_as_json() -> None:
    """Sorted, and cut where they are long."""
    assert '{"a": 1, "b": "x"}' == told({"b": "x", "a": 1})
    assert 1024 == len(told({"a": "x" * 2000}))
