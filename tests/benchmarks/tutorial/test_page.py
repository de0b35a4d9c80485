"""Which commands a page has people type."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.tutorial.bars import MOST_COMMANDS, until_a_prediction
from benchmarks.tutorial.page import Command, commands_of

PAGE = Path(__file__).parents[3] / "docs/tutorial.md"


def test_each_command_stands_under_its_heading() -> None:
    """Fences of other languages are for reading; what is joined is one command."""
    text = (
        "```sh\nfirst\n```\n## 1. Here\n```yaml\nno: command\n```\n"
        "```sh\na |\n  b\n\nc \\\n  d\n```\n"
        "## 2. There\n```sh\nmake -f - <<END\none\ntwo\nEND\nlast\n```\n"
    )
    assert (
        Command("", "first"),
        Command("1. Here", "a |\n  b"),
        Command("1. Here", "c \\\n  d"),
        Command("2. There", "make -f - <<END\none\ntwo\nEND"),
        Command("2. There", "last"),
    ) == commands_of(text)


@pytest.mark.parametrize("fence", ["a \\", "cat <<END\nno end"])
def test_a_command_without_an_end_is_refused(fence: str) -> None:
    """A fence is typed as it stands."""
    with pytest.raises(ValueError, match="has no end"):
        commands_of(f"```sh\n{fence}\n```\n")


def test_a_stranger_types_no_more_than_the_bar_allows() -> None:
    """From an empty cluster to a prediction; what it takes in time is measured on a node."""
    assert until_a_prediction(commands_of(PAGE.read_text())) <= MOST_COMMANDS


def test_where_nothing_is_predicted_nothing_is_counted() -> None:
    """A page that lost the command is no page that is below the bar."""
    with pytest.raises(ValueError, match="asks for a prediction"):
        until_a_prediction((Command("", "kubectl get pods"),))
