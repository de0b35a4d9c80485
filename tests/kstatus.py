"""What Flux, Helm 4 and other users of kstatus make of objects: computed by their library."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from cluster_access import run, tool


def kstatus(objects: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the status of each: InProgress, Current, Failed, Terminating."""
    lines = "".join(f"{json.dumps(found)}\n" for found in objects)
    return run(tool("kstatus"), stdin=lines).stdout.split()
