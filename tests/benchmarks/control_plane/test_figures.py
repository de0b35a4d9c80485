"""Figures, and what follows from them."""

from __future__ import annotations

import json
from collections.abc import Callable

from benchmarks.control_plane.figures import Figures, figures_of


def test_json_gives_the_same_figures_back(made: Callable[..., Figures]) -> None:
    """Every field."""
    figures = made(7)
    assert figures == figures_of(json.loads(json.dumps(figures.document())))


def test_what_an_idle_operator_uses_is_no_cost_of_a_change(made: Callable[..., Figures]) -> None:
    """Half a percent of a core at rest, for ten seconds, is 50 ms."""
    figures = made(spec={"cpu": 0.25, "wall": 10.0}, idle={"cpu": 0.3, "wall": 60.0})
    assert round(figures.net_cpu("spec"), 6) == 0.2


def test_all_objects_are_counted(made: Callable[..., Figures]) -> None:
    """Of every kind."""
    assert made(10).all_objects() == 60
