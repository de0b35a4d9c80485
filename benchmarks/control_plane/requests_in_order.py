"""Which requests were about one object and its children, one after the other?

`python -m benchmarks.control_plane.requests_in_order FOLDER/audit.log NAME`, with the folder of
`--logs`; leases and watches are left out.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from benchmarks.control_plane.audit import LEASE


def in_order(lines: Iterable[str], name: str) -> list[str]:
    """Time, verb, resource, name and status of each request of these audit lines."""
    return sorted(_told(entry) for entry in _answered(lines) if _is_about(entry, name))


def _answered(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        entry = json.loads(line)
        if entry["verb"] != "watch" and entry["stage"] == "ResponseComplete":
            yield entry


def _is_about(entry: dict[str, Any], name: str) -> bool:
    """The name itself, or that of a child: `name-router`, `name-1a2b3c4d5e`, `name.event`."""
    place = entry.get("objectRef") or {}
    if place.get("resource") == LEASE:
        return False
    text = f"{place.get('name', '')} {unquote(entry['requestURI'])}"
    child = r"(-router(-\w+)?|-[0-9a-f]{10}(-\w+)?|\.\w+)?"
    return re.search(rf"(?<![\w.-]){re.escape(name)}{child}(?![\w.-])", text) is not None


def _told(entry: dict[str, Any]) -> str:
    place = entry.get("objectRef") or {}
    resource = "/".join(filter(None, (place.get("resource"), place.get("subresource"))))
    code = (entry.get("responseStatus") or {}).get("code", "")
    at = entry["requestReceivedTimestamp"]
    return f"{at} {entry['verb']} {resource} {place.get('name', '')} {code}"


if __name__ == "__main__":
    print("\n".join(in_order(Path(sys.argv[1]).read_text().splitlines(), sys.argv[2])))
