"""Manifests that pages of the documentation show."""

from __future__ import annotations

import re
from typing import Any

import yaml
from cluster_access import ROOT

_FENCE = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def documented(page: str = "docs/how-to/*.md") -> list[tuple[str, dict[str, Any]]]:
    """Return every manifest of our kinds that the pages show, each with the page and its name."""
    found = [
        (path.relative_to(ROOT).as_posix(), document)
        for path in sorted(ROOT.glob(page))
        for text in _FENCE.findall(path.read_text(encoding="utf-8"))
        for document in yaml.safe_load_all(text)
        if isinstance(document, dict)
        and str(document.get("apiVersion", "")).startswith("trainyard.dev/")
    ]
    return [(f"{path} {document['metadata']['name']}", document) for path, document in found]
