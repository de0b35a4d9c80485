"""Models and their data."""

from __future__ import annotations

import pytest

from benchmarks.serving.models import models


@pytest.mark.parametrize("name", list(models()))
def test_data_is_the_same_each_time(name: str) -> None:
    """It ships with scikit-learn or comes from a seed."""
    model = models()[name]
    one, two = model.data(), model.data()
    assert one.frame.equals(two.frame)
    assert one.target.tolist() == two.target.tolist()


@pytest.mark.parametrize("name", list(models()))
def test_both_labels_are_there(name: str) -> None:
    """In a third of the rows at least: a constant answer is not right."""
    target = models()[name].data().target
    assert 0.33 < target.mean() < 0.67
