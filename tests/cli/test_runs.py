"""What is different between two runs?"""

from __future__ import annotations

import io

import pytest
from a_namespace import job
from rich.console import Console

from trainyardctl.runs import NoSuchRun, difference, two_runs


def test_the_last_two_runs_stand_side_by_side() -> None:
    """Older first, metrics with their change."""
    text = io.StringIO()
    Console(file=text, width=100).print(difference(*two_runs(job(), ())))
    rows = {line.split()[0]: line.split()[1:] for line in text.getvalue().splitlines()[1:]}
    assert ["Forest(100)", "Forest(300)"] == rows["recipe"]
    assert ["0.95", "0.97", "(+0.02)"] == rows["accuracy"]


def test_runs_are_named_in_any_order() -> None:
    """The first one named is the left one."""
    before, after = two_runs(job(), ("wine-2", "wine-1"))
    assert ("wine-2", "wine-1") == (before["name"], after["name"])


@pytest.mark.parametrize("names", [("wine-9", "wine-1"), ("wine-1",)])
def test_other_runs_are_not_guessed(names: tuple[str, ...]) -> None:
    """The sentence says which there are."""
    with pytest.raises(NoSuchRun, match="the status keeps: wine-2, wine-1"):
        two_runs(job(), names)


def test_one_run_is_not_enough() -> None:
    """Neither is none."""
    with pytest.raises(NoSuchRun, match="keeps: none"):
        two_runs(job(runs=[]), ())
