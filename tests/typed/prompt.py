"""A prompt at which commands are typed one after the other, in one shell."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tutorial.page import Command


def whole(commands: Iterable[Command]) -> Iterator[str]:
    """Yield what bash takes as a command: the lines of a loop or of a quoted text belong together.

    Raises ValueError where the last one has no end.
    """
    begun = ""
    for command in commands:
        begun = f"{begun}\n{command.text}" if begun else command.text
        if not subprocess.run(["bash", "-nc", begun], capture_output=True, check=False).returncode:
            yield begun
            begun = ""
    if begun:
        raise ValueError(f"a command has no end: {begun}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A bash in a folder; what a command sets is there for the next one."""

    bash: subprocess.Popen[str]

    def types(self, text: str) -> tuple[int, str]:
        """Return exit code and what the terminal shows."""
        mark = secrets.token_hex(8)
        assert self.bash.stdin
        assert self.bash.stdout
        self.bash.stdin.write(f"{{ {text}\n}} </dev/null; printf '\\n{mark} %s\\n' $?\n")
        self.bash.stdin.flush()
        shown: list[str] = []
        for line in self.bash.stdout:
            if line.startswith(mark):
                return int(line.split()[1]), "".join(shown).strip()
            shown.append(line)
        raise AssertionError(f"the shell ended: {text}\n{''.join(shown)}")

    def ends(self) -> None:
        """The shell is gone."""
        self.bash.communicate()


def prompt(folder: Path, environment: Mapping[str, str]) -> Prompt:
    """Return a shell that fails as soon as a part of a pipe does."""
    bash = subprocess.Popen(
        ["bash", "-uo", "pipefail"],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
    )
    return Prompt(bash)
