"""Typing commands in one shell, with the time that each took."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.tutorial.bars import bars
from benchmarks.tutorial.page import Command
from benchmarks.tutorial.report import report
from benchmarks.tutorial.typed import CommandFailed, Typed, type_all


def test_commands_share_a_shell_and_have_times(tmp_path: Path) -> None:
    """A variable is still there, what was shown is that of its command."""
    commands = (Command("a", "X=7; sleep 0.2"), Command("a", "echo $X"), Command("b", "echo end"))
    first, second, third = type_all(commands, tmp_path, os.environ, 60)
    assert (0.0, "", "7\n", "end\n") == (first.began, first.shown, second.shown, third.shown)
    assert 0.2 <= first.seconds <= third.ended


def test_the_command_that_fails_is_named_with_what_it_showed(tmp_path: Path) -> None:
    """And nothing is typed after it."""
    commands = (Command("", "true"), Command("", "echo why; exit 3"), Command("", "touch later"))
    with pytest.raises(CommandFailed, match=r"exit code 3: echo why; exit 3\nwhy"):
        type_all(commands, tmp_path, os.environ, 60)
    assert not (tmp_path / "later").exists()


def test_a_command_that_hangs_is_ended(tmp_path: Path) -> None:
    """By the limit for all of them."""
    with pytest.raises(CommandFailed, match="exit code 124: sleep 60"):
        type_all((Command("", "sleep 60"),), tmp_path, os.environ, 0.5)


@pytest.mark.parametrize(
    ("began", "holds"), [(599.0, [True, True, True]), (1799.5, [True, False, False])]
)
def test_bars_are_about_the_prediction_and_the_end(began: float, holds: list[bool]) -> None:
    """Commands and time until the first prediction, time until the last command."""
    typed = (
        Typed(Command("1", "kubectl apply"), 0.0, began, ""),
        Typed(Command("1", "kubectl create --raw /v2/models/a/infer"), began, 1.0, ""),
        Typed(Command("2", "a | b"), began + 1, 0.5, ""),
    )
    found = bars(typed)
    assert holds == [bar.holds for bar in found]
    text = report(typed, found)
    assert "| commands to the first prediction | 2 | 12 |" in text
    assert ("**not met**" in text) is not all(holds)
    assert "`a \\| b`" in text
