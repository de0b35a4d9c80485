"""What did a program that knows nothing of us say last, and why did it fail?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from trainyard.conditions import shorten

_CUT = "…"
_FRAME = re.compile(r'(?P<margin>.*?)File ".*", line \d+')
"""A line of a Python traceback that says where; its margin stands before all lines of the trace."""


def last_words(said: str, room: int) -> str:
    """Return the end of what was said, in whole lines and in at most `room` characters.

    The exception that ends a Python traceback is always among them, whatever was said after it.
    """
    lines = [line.rstrip() for line in said.strip().splitlines() if line.strip()]
    whole = "\n".join(lines)
    if len(whole) <= room:
        return whole
    raised = _exception(lines)
    end = "\n".join(lines[raised:])
    left = room - len(_CUT) - 1
    if len(end) > left:
        return _both_ends(lines[raised:], room)
    return f"{_CUT}\n{_from_the_end([*lines[:raised], end], left)}"


def _exception(lines: Sequence[str]) -> int:
    """The index of the line by which the last traceback ends; without one, of the last line."""
    frames = [(index, match) for index, line in enumerate(lines) if (match := _FRAME.match(line))]
    if frames:
        frame, match = frames[-1]
        for index in range(frame + 1, len(lines)):
            if not lines[index].startswith(match["margin"]):
                return index
    return len(lines) - 1


def _both_ends(lines: Sequence[str], room: int) -> str:
    """How the lines begin, which names the exception, and how they end."""
    first, *rest = lines
    half = room // 2
    if not rest:
        return f"{first[: half - len(_CUT)]}{_CUT}{first[half - room :]}"
    first = shorten(first, half)
    return f"{first}\n{_CUT}\n{_from_the_end(rest, room - len(first) - len(_CUT) - 2)}"


def _from_the_end(lines: Sequence[str], room: int) -> str:
    """As many of the last lines as fit; the last one is cut where it alone does not."""
    kept = shorten(lines[-1], room)
    for line in reversed(lines[:-1]):
        if len(line) + 1 + len(kept) > room:
            break
        kept = f"{line}\n{kept}"
    return kept
