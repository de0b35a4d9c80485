"""The command line."""

from __future__ import annotations

import pytest

from benchmarks.control_plane.options import deployment_of, extent_of, options_of


def test_the_sizes_are_those_of_the_bars_unless_asked_otherwise() -> None:
    """In rising order."""
    assert options_of([]).models == [100, 1000, 5000]
    assert options_of(["--quick"]).models == [20, 100]
    assert options_of(["--quick", "--models", "9,3"]).models == [3, 9]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--models", "ten"], id="a word"),
        pytest.param(["--models", "0"], id="no model"),
        pytest.param(["--namespaces", "0"], id="no namespace"),
        pytest.param(["--models", "3", "--namespaces", "4"], id="more namespaces than models"),
    ],
)
def test_what_cannot_be_done_is_refused(arguments: list[str]) -> None:
    """With the exit code of a wrong command line."""
    with pytest.raises(SystemExit) as ended:
        options_of(arguments)
    assert ended.value.code == 2


def test_quick_means_less_and_shorter() -> None:
    """The same questions."""
    assert extent_of(quick=True).rollouts < extent_of(quick=False).rollouts
    quick, whole = (deployment_of(quick)["analysis"] for quick in (True, False))
    assert quick["intervalSeconds"] < whole["intervalSeconds"]


@pytest.mark.parametrize(
    ("arguments", "seconds"),
    [([], 60), (["--quick"], 10), (["--window", "30"], 30), (["--quick", "--window", "0"], 0)],
)
def test_monitors_have_the_window_that_was_asked_for(arguments: list[str], seconds: int) -> None:
    """0 is an answer, too: the defaults of a model."""
    options = options_of(arguments)
    assert seconds == extent_of(options.quick, options.window).window_seconds
