"""Answers to the same request: found by key, compared, and counted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trainyard.api.v1alpha1.answer_pairs import AnswerPairs
from trainyard.model_deployments.analysis.answer_pairs import (
    Answered,
    Page,
    PairReading,
    alike,
    distance,
    page_in,
    with_pairs,
)


@pytest.mark.parametrize(
    ("one", "other", "tolerance", "same"),
    [
        pytest.param("yes", "yes", 0.0, True, id="equal labels"),
        pytest.param("yes", "no", 0.5, False, id="no tolerance makes labels equal"),
        pytest.param(100.0, 100.4, 0.005, True, id="numbers near enough"),
        pytest.param(100.0, 101.0, 0.005, False, id="numbers too far apart"),
        pytest.param(0.0, 1e-9, 0.001, False, id="beside zero everything is far"),
        pytest.param(100, 101, 0.5, False, id="whole numbers are labels"),
        pytest.param(True, 1, 0.0, False, id="another type is another answer"),
        pytest.param(("a", 1.0), ("a", 1.001), 0.01, True, id="every target agrees"),
        pytest.param(("a", "b"), ("a", "c"), 0.01, False, id="one target does not"),
        pytest.param(("a", "b"), ("a",), 0.01, False, id="other targets"),
        pytest.param("a", ("a", "b"), 0.01, False, id="one target against two"),
    ],
)
def test_what_is_the_same_answer(
    one: Answered, other: Answered, tolerance: float, *, same: bool
) -> None:
    """Labels are equal, or not; numbers have a tolerance."""
    assert same is alike(one, other, tolerance)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (100.0, 100.0, 0.0),
        (0.0, 0.0, 0.0),
        (100.0, 50.0, 0.5),
        (-1.0, 1.0, 2.0),
        ("a", "b", None),
        (1, 2, None),
        ((1.0, 10.0), (1.0, 5.0), 0.5),
        (("a",), ("b",), None),
    ],
)
def test_how_far_numbers_are_apart(one: Answered, other: Answered, apart: float | None) -> None:
    """As a share of the greater one; of several targets the furthest."""
    assert apart == distance(one, other)


def reading(stable: list[Page], canary: list[Page]) -> PairReading:
    """Return what these pods said."""
    return PairReading(tuple(stable), tuple(canary), "pod c: gone")


def test_pairs_are_found_across_pods_and_added_up() -> None:
    """A key that both versions know is a pair, whichever pods answered."""
    found = reading(
        [{"1": "a", "2": "b"}, {"3": "c"}], [{"3": "c", "1": "a"}, {"2": "x", "9": "a"}]
    )
    told = with_pairs(AnswerPairs(pairs=7, agreed=7), found, 0.0)
    assert (10, 9, ()) == (told.pairs, told.agreed, told.distances)
    assert "pod c: gone" == told.why


def test_a_doubtful_key_is_no_pair() -> None:
    """One id was given to different requests, or another pod answered otherwise."""
    found = reading([{"1": "a", "2": "b"}, {"1": "z", "2": "b"}], [{"1": "a", "2": "b"}])
    assert 1 == with_pairs(None, found, 0.0).pairs


def test_distances_of_numbers_are_told_in_bands() -> None:
    """At most a thousandth, a hundredth, a tenth of themselves, and more."""
    apart = [0.0, 0.0005, 0.005, 0.05, 0.5, 0.5]
    found = reading(
        [{str(n): 100.0 for n in range(6)}],
        [{str(n): 100.0 * (1 - share) for n, share in enumerate(apart)}],
    )
    told = with_pairs(None, found, 0.01)
    assert ((2, 1, 1, 2), 6, 3) == (told.distances, told.pairs, told.agreed)
    again = with_pairs(told, reading([{"a": 1.0}], [{"a": 1.0}]), 0.01)
    assert (3, 1, 1, 2) == again.distances


def test_the_share_has_bounds() -> None:
    """None without a pair; they narrow as pairs come."""
    assert with_pairs(None, reading([], []), 0.0).agreed_percent is None
    some = {str(n): "a" for n in range(500)}
    few = with_pairs(None, reading([some], [some]), 0.0).agreed_percent
    many = with_pairs(AnswerPairs(pairs=9500, agreed=9500), reading([some], [some]), 0.0)
    assert few is not None
    assert many.agreed_percent is not None
    assert 98 < float(few.low) < float(many.agreed_percent.low) < 100 == float(few.high or 0)


def _page(**answers: Any) -> bytes:
    return json.dumps({"window": "w", "answers": answers}).encode()


def test_a_page_is_read() -> None:
    """Lists are answers for several targets."""
    assert {"a": "yes", "b": 1.5, "c": (1, "x")} == page_in(_page(a="yes", b=1.5, c=[1, "x"]), "w")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html>", id="no JSON"),
        pytest.param(b"[" * 100_000, id="too deep"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b'{"window": "w", "answers": [1]}', id="no map"),
        pytest.param(b'{"window": "other", "answers": {}}', id="another window"),
        pytest.param(_page(a=None), id="null"),
        pytest.param(_page(a={"b": 1}), id="an object"),
        pytest.param(_page(a=[]), id="no target"),
        pytest.param(_page(a=[[1]]), id="lists in lists"),
        pytest.param(_page(a="x" * 65), id="a long text"),
        pytest.param(_page(**{"k" * 65: 1}), id="a long key"),
        pytest.param(_page(a=float("nan")), id="not a number"),
        pytest.param(b'{"window": "w", "answers": {"a": 1' + b"0" * 70 + b"}}", id="a huge number"),
        pytest.param(b'{"window": "w", "answers": {"a": 1' + b"0" * 5000 + b"}}", id="huger"),
        pytest.param(_page(**{str(n): 1 for n in range(1025)}), id="too many"),
    ],
)
def test_a_page_of_a_stranger_is_refused(body: bytes) -> None:
    """An image of a user's may tell anything."""
    with pytest.raises(ValueError):  # noqa: PT011  (json's own, too)
        page_in(body, "w")
