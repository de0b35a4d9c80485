"""Whoever finds a reason finds what to do about it, on one page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trainyard.api.base import Resource
from trainyard.crdgen.kinds import KINDS
from trainyard.crdgen.reasons import reasons_of

PAGE = (Path(__file__).parents[2] / "docs/operations/reasons.md").read_text()


def rows_of(kind: str) -> list[tuple[list[str], str]]:
    """Return the reasons of each row in the kind's table, and what to do."""
    part = re.search(rf"^## Of an? {kind}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    lines = (part[1] if part else "").splitlines()
    cells = (line.strip("| ").split(" | ", 1) for line in lines if line.startswith("| `"))
    return [(re.findall(r"`(\w+)`", words), told) for words, told in cells]


@pytest.mark.parametrize("kind", [k for k in KINDS if reasons_of(k)], ids=lambda k: k.__name__)
def test_every_reason_stands_once_with_what_to_do(kind: type[Resource]) -> None:
    """And none that the kind does not have."""
    rows = rows_of(kind.definition.kind)
    told, known = [w for words, _ in rows for w in words], [r.word for r in reasons_of(kind)]
    assert sorted(known) == sorted(told), "write what to do into docs/operations/reasons.md"
    assert all(what.strip(" |").endswith(".") for _, what in rows)


def test_every_command_on_the_page_is_one_of_ours() -> None:
    """As the command line names it, for the kind that it takes."""
    from trainyardctl.asking import EFFECTS

    known = {str(verb) for verb in EFFECTS} | {"get", "why", "approve"}
    named = set(re.findall(r"`trainyard ([a-z-]+)", PAGE))
    assert named <= known, named - known
