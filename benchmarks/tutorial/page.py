"""Which commands does a page have people type, and under which heading?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_HERE = re.compile(r"<<-?\s*'?(\w+)'?")


@dataclass(frozen=True, slots=True)
class Command:
    """What is typed at one prompt: a line, with those that continue it."""

    part: str
    text: str

    @property
    def short(self) -> str:
        """Its first line."""
        return self.text.partition("\n")[0]


def commands_of(page: str) -> tuple[Command, ...]:
    """Return the commands of every `sh` fence, in order, each with the heading above it.

    Raises ValueError where a fence ends inside a command.
    """
    first, *rest = _HEADING.split(page)
    parts = [("", first), *zip(rest[::2], rest[1::2], strict=True)]
    return tuple(
        Command(part, text)
        for part, body in parts
        for fence in _FENCE.findall(body)
        for text in _split(fence)
    )


def _split(fence: str) -> Iterator[str]:
    begun: list[str] = []
    here = ""
    for line in fence.splitlines():
        if not begun and not line.strip():
            continue
        begun.append(line)
        if here:
            here = "" if line.strip() == here else here
        elif found := _HERE.search(line):
            here = found[1]
        if not here and not line.endswith(("\\", "|", "&&")):
            yield "\n".join(begun)
            begun = []
    if begun:
        raise ValueError(f"a command has no end: {begun[0]}")
