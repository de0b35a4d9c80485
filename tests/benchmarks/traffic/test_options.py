"""The command line."""

from __future__ import annotations

import pytest

from benchmarks.traffic.options import options_of
from benchmarks.traffic.scenes import SCENES, SWITCHES


def test_a_walk_has_all_scenes_and_a_quick_one_every_switch() -> None:
    """One scene alone can be named."""
    assert list(SCENES) == options_of([]).scenes
    assert list(SWITCHES) == options_of(["--quick"]).scenes
    assert ["undo"] == options_of(["--scene", "undo"]).scenes


@pytest.mark.parametrize(
    "arguments", [["--walks", "0"], ["--rate", "0"], ["--plain", "-1"], ["--scene", "none"]]
)
def test_what_cannot_be_done_is_refused(arguments: list[str]) -> None:
    """With the exit code of a wrong command line."""
    with pytest.raises(SystemExit) as ended:
        options_of(arguments)
    assert ended.value.code == 2
