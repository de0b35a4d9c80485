"""Bars: met, not met, or nothing to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from benchmark_figures import figures, point

from benchmarks.serving.bars import BINARY, bars
from benchmarks.serving.figures import Agreement, Figures

PEERS = {"A", "B"}


def verdicts(found: Mapping[str, Mapping[str, Figures]]) -> dict[str, bool | None]:
    """What each bar says, by its first words."""
    return {bar.asked: bar.met for bar in bars(found, PEERS)}


def test_the_best_peer_counts() -> None:
    """25 times the one and 12.5 times the other is 12.5 times."""
    found = {"linear": {"Trainyard": figures(1000), "A": figures(40), "B": figures(80)}}
    made = bars(found, PEERS)
    assert ("12.5×" in made[0].found, made[0].met) == (True, False)
    assert "best is B" in made[0].found


def test_a_peer_no_bar_is_about_does_not_count() -> None:
    """It stands in the tables only."""
    found = {"linear": {"Trainyard": figures(1000), "A": figures(40), "naive": figures(999)}}
    assert verdicts(found)["linear, 1 row, c=64: ≥ 20× the best peer"] is True


def test_a_forest_has_a_higher_bar() -> None:
    """Thirty times."""
    found = {"forest": {"Trainyard": figures(1000), "A": figures(40)}}
    assert verdicts(found)["forest, 1 row, c=64: ≥ 30× the best peer"] is False


def test_the_tail_has_to_be_below_every_median() -> None:
    """Ours p99 against the peer's p50, rate by rate."""
    ours = figures(1000, open={"A": point(9, p99=3.0), "B": point(9, p99=3.0)})
    slow, quick = (
        figures(9, open={"A": point(9, p50=5.0)}),
        figures(9, open={"B": point(9, p50=2.0)}),
    )
    asked = "linear: p99 below each peer's p50 at half of the peer's best rate"
    assert verdicts({"linear": {"Trainyard": ours, "A": slow}})[asked] is True
    both = {"linear": {"Trainyard": ours, "A": slow, "B": quick}}
    assert verdicts(both)[asked] is False
    assert verdicts({"linear": {"Trainyard": figures(1000), "A": slow}})[asked] is None


def test_binary_tensors_have_to_be_twice_as_fast() -> None:
    """As our own JSON with 32 rows."""
    found = {"linear": {"Trainyard": figures(1000), BINARY: figures(2500)}}
    assert verdicts(found)["linear, 32 rows, c=64: binary tensors ≥ 2× our own JSON"] is True


def test_one_differing_label_is_too_many() -> None:
    """And so is a probability 2e-5 apart; without probabilities there is nothing to say."""
    asked = "linear: labels equal to scikit-learn's, probabilities within 1e-05"
    cases: dict[Agreement, bool | None] = {
        Agreement(10, 0, 1e-6): True,
        Agreement(10, 1, 1e-6): False,
        Agreement(10, 0, 2e-5): False,
        Agreement(10, 0, None): None,
    }
    for agreement, met in cases.items():
        of = {"Trainyard": replace(figures(1000), agreement=agreement)}
        assert verdicts({"linear": of})[asked] is met
