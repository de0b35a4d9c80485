"""What did the parties train together? The document beside the model, read without Flower."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FEDERATION_NAME = "federation.json"
FAILURE_NAME = "failure.json"
_MOST = 64_000


def read_federation(output: Path) -> dict[str, Any] | None:
    """Rounds, strategy and participants of the model in the folder; None: one party trained it."""
    return _read(output / FEDERATION_NAME)


def read_failure(output: Path) -> dict[str, Any] | None:
    """Why the rounds gave no model; None: they did, or are not over."""
    return _read(output / FAILURE_NAME)


def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file() or path.stat().st_size > _MOST:
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else None
