"""A pickle that shows whether somebody opened it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class Malicious:
    """What unpickling must never be given a chance to run: it touches the file `mark`."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)
