"""Typing commands into one shell, and knowing when each of them began and ended."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tutorial.page import Command


@dataclass(frozen=True, slots=True)
class Typed:
    """A command that ended well: when it began after the first one did, how long it took."""

    command: Command
    began: float
    seconds: float
    shown: str

    @property
    def ended(self) -> float:
        """Seconds from the first command's begin to this one's end."""
        return self.began + self.seconds


class CommandFailed(Exception):
    """A command of the page ended with an error, or the page took longer than it may."""


def type_all(
    commands: Sequence[Command], folder: Path, environment: Mapping[str, str], limit: float
) -> tuple[Typed, ...]:
    """Type every command in `folder`, in one bash, within `limit` seconds altogether.

    Raises CommandFailed with the command and what the terminal showed.
    """
    script = folder / "typed.sh"
    script.write_text(_script(commands))
    marks = folder / "marks"
    with (folder / "shown").open("wb") as shown:
        done = subprocess.run(
            ["timeout", str(limit), "bash", "-euo", "pipefail", str(script)],
            cwd=folder,
            env={**environment, "MARKS": str(marks)},
            stdout=shown,
            stderr=subprocess.STDOUT,
            check=False,
        )
    begins, texts = _read(marks, folder / "shown")
    if done.returncode:
        failed = commands[len(begins) - 1]
        raise CommandFailed(f"exit code {done.returncode}: {failed.text}\n{texts[-1]}")
    return tuple(
        Typed(command, begin - begins[0], end - begin, text)
        for command, begin, end, text in zip(commands, begins, begins[1:], texts, strict=False)
    )


_END = "printf '\\f'; printf '%s\\n' \"$EPOCHREALTIME\" >> \"$MARKS\""


def _script(commands: Sequence[Command]) -> str:
    lines = [part for command in commands for part in (_END, command.text)]
    return "\n".join([*lines, _END, ""])


def _read(marks: Path, shown: Path) -> tuple[list[float], list[str]]:
    begins = [float(line) for line in marks.read_text().split()]
    return begins, shown.read_text(errors="replace").split("\f")[1:]
