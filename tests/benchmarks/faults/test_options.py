"""The command line."""

from __future__ import annotations

import pytest

from benchmarks.faults.options import options_of


def test_without_words_there_are_fifty_plans() -> None:
    """Of seed 1, from the first on."""
    found = options_of([])
    assert (50, 1, 0) == (found.plans, found.seed, found.first)


@pytest.mark.parametrize("arguments", [["--plans", "0"], ["--at-once", "0"], ["--seed", "x"]])
def test_what_cannot_be_done_is_refused(arguments: list[str]) -> None:
    """With the exit code of a wrong command line."""
    with pytest.raises(SystemExit) as ended:
        options_of(arguments)
    assert ended.value.code == 2
