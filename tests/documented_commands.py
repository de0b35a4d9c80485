"""Commands that pages have people type: at a prompt of their own, or within a sentence."""

from __future__ import annotations

import re
from pathlib import Path

from cluster_access import ROOT

from benchmarks.tutorial.page import Command, commands_of

PAGES = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "charts/trainyard/README.md")),
]
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_WITHIN = re.compile(r"`((?:kubectl )?trainyard [^`\n]+)`")


def fenced(page: Path) -> tuple[Command, ...]:
    """Return what stands in the page at a prompt, in order."""
    return commands_of(page.read_text(encoding="utf-8"))


def within(page: Path) -> tuple[Command, ...]:
    """Return what sentences and tables of the page have of the command line, with its words."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return tuple(Command("", found) for found in _WITHIN.findall(text))
