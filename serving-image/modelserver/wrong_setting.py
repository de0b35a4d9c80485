"""What is wrong with a setting?"""

from __future__ import annotations


class SettingsWrong(Exception):
    """A variable of the environment is missing or has a value that cannot be meant."""

    def __init__(self, variable: str, found: str | None, expected: str) -> None:
        shown = "not set" if found is None else repr(found)
        super().__init__(f"environment variable {variable} is {shown}; expected {expected}")
        self.variable = variable
