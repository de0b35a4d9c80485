"""What an operator's log says of decisions, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Line = dict[str, Any]


def decisions_in(log: Path) -> list[Line]:
    """Return each decision once, by object and number: a process tells again what one before it may
    have told.
    """
    found = {(line["uid"], line["number"], line["at"]): line for line in _lines(log)}
    return [found[key] for key in sorted(found, key=lambda key: (key[2], key[1]))]


def story_of(decisions: list[Line]) -> dict[str, list[tuple[int, str]]]:
    """Return number and reason of the decisions by object."""
    story: dict[str, list[tuple[int, str]]] = {}
    for line in decisions:
        place = f"{line['kind']}/{line['name']}"
        story.setdefault(place, []).append((line["number"], line["reason"]))
    return {place: sorted(entries) for place, entries in story.items()}


def _lines(log: Path) -> Iterator[Line]:
    for text in log.read_text().splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue  # another program's, or half of one whose writer was killed
        if isinstance(line, dict) and line.get("event") == "decision":
            yield line
