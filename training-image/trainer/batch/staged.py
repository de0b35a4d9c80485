"""What do the three containers of a part hand on to each other, in folders of their pod?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trainer.pod.result import Document

PREDICTIONS_NAME = "predictions.parquet"
SET_ASIDE_NAME = "set-aside.parquet"
_FILES_NAME = "files.json"
_RECEIPT_NAME = "receipt.json"
_COUNTS_NAME = "counts.json"


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file of the source, copied as it is; `sha256` is bare hex."""

    name: str
    copy: str
    size: int
    sha256: str


def write_staged(folder: Path, files: Sequence[StagedFile]) -> None:
    """The folder names its files."""
    _write(folder / _FILES_NAME, [asdict(file) for file in files])


def read_staged(folder: Path) -> tuple[StagedFile, ...]:
    """The files that were copied into the folder."""
    return tuple(StagedFile(**file) for file in _read(folder / _FILES_NAME))


def write_receipt(folder: Path, receipt: Document) -> None:
    """The folder says that there is nothing to score: the part is in the store."""
    _write(folder / _RECEIPT_NAME, receipt)


def read_receipt(folder: Path) -> Document | None:
    """The receipt of a part that is in the store already; None: it is to be scored."""
    path = folder / _RECEIPT_NAME
    return dict(_read(path)) if path.is_file() else None


def write_counts(folder: Path, counts: Document) -> None:
    """The folder says what became of the rows."""
    _write(folder / _COUNTS_NAME, counts)


def read_counts(folder: Path) -> Document:
    """What became of the rows."""
    return dict(_read(folder / _COUNTS_NAME))


def _write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document), encoding="utf-8")


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
