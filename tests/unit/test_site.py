"""The site of the documents shows every page that people read."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
# Reached from the pages that cite them, or from the folder they explain.
NOT_IN_THE_MENU = ("docs/decisions/", "devcluster/", "benchmarks/", "tests/", "dashboards/")


def entries(menu: object) -> Iterator[str]:
    """Yield the pages of a menu, however deep."""
    if isinstance(menu, str):
        yield menu
    elif isinstance(menu, dict):
        yield from (page for part in menu.values() for page in entries(part))
    elif isinstance(menu, list):
        yield from (page for part in menu for page in entries(part))


def test_the_menu_lists_every_page_once() -> None:
    """And no page that is not there."""
    listed = sorted(entries(yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]))
    told = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    pages = [p for p in told.stdout.splitlines() if not p.startswith(NOT_IN_THE_MENU)]
    assert sorted(pages) == listed
