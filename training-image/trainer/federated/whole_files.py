"""How does another process read a file whole while it is written anew?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write_whole(path: Path, document: Any) -> None:
    """The file holds the document as JSON; who reads it meanwhile sees the old one or this one."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(document), encoding="utf-8")
    part.rename(path)
