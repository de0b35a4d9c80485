"""The bars of a stranger's path, and whether it stayed below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.tutorial.page import Command
from benchmarks.tutorial.typed import Typed

PREDICTION = "/infer"
"""What the command has in it that asks for a prediction."""
MOST_COMMANDS = 12
FIRST_SECONDS = 600.0
ALL_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Bar:
    """What was found beside what is allowed."""

    name: str
    found: float
    most: float

    @property
    def holds(self) -> bool:
        """Whether it is not above."""
        return self.found <= self.most


def until_a_prediction(commands: Sequence[Command]) -> int:
    """Return how many commands are typed up to the first that asks for a prediction, with it.

    Raises ValueError where none does.
    """
    for number, command in enumerate(commands, 1):
        if PREDICTION in command.text:
            return number
    raise ValueError("no command asks for a prediction")


def bars(typed: Sequence[Typed]) -> tuple[Bar, ...]:
    """Return the three bars of the issue, from what was typed."""
    count = until_a_prediction([one.command for one in typed])
    return (
        Bar("commands to the first prediction", count, MOST_COMMANDS),
        Bar("seconds to the first prediction", typed[count - 1].ended, FIRST_SECONDS),
        Bar("seconds for all parts", typed[-1].ended, ALL_SECONDS),
    )
