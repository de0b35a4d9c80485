"""The code that the page about notebooks shows."""

from __future__ import annotations

import re

from cluster_access import ROOT

PAGE = ROOT / "docs" / "how-to" / "from-a-notebook.md"
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks() -> list[str]:
    """Return its blocks in their order."""
    return _BLOCK.findall(PAGE.read_text(encoding="utf-8"))
