"""Metrics and champions of result documents."""

from __future__ import annotations

import pytest
from builders_training import digest

from trainyard.api.v1alpha1.model_version import ChampionMeasured
from trainyard.jobs.measured import champion_measured, metrics_of


def test_metrics_are_decimal_texts_by_name() -> None:
    """Sorted, and no more than a status may hold."""
    assert metrics_of({"metrics": {"b": "0.5", "a": 1}}) == {"a": "1", "b": "0.5"}
    assert len(metrics_of({"metrics": {f"m{n}": "1" for n in range(99)}})) == 64
    assert metrics_of({}) == {}


def test_metrics_of_the_users_code_fill_the_room_that_is_left() -> None:
    """What the platform measured is always there, and its names win."""
    own = {f"m{n:02}": "1" for n in range(99)} | {"rmse": "0"}
    found = metrics_of({"metrics": {"rmse": "3.9"}, "ownMetrics": own})
    assert ("3.9", 64) == (found["rmse"], len(found))
    assert "m62" in found
    assert "m63" not in found


def test_metrics_of_another_shape_are_refused() -> None:
    """A list is none."""
    with pytest.raises(TypeError):
        metrics_of({"metrics": ["a"]})


def test_a_champion_is_measured_or_says_why_not() -> None:
    """An error leaves no metrics."""
    good = {"bundle": digest("c"), "metrics": {"rmse": "3.9"}}
    bad = {"bundle": digest("c"), "error": "column missing"}
    assert champion_measured(good) == ChampionMeasured(
        bundle_digest=digest("c"), metrics={"rmse": "3.9"}
    )
    assert champion_measured(bad) == ChampionMeasured(
        bundle_digest=digest("c"), error="column missing"
    )
    assert champion_measured(None) is None
