"""What was counted of a revision up to now, and how it is kept beyond the operator's process."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from trainyard.model_deployments.analysis.binned_columns import ColumnKey, ReferenceProfile

Cell = tuple[ColumnKey, str]
VERSION = 1
"""Of the form in which sums are kept; what was kept in another is not read."""
LARGEST = 256 << 10
"""Characters: a ConfigMap holds a megabyte, and every look writes it."""
LARGEST_SPREAD = 16 << 20
"""Bytes that may come of it: whoever may write the ConfigMap may write anything into it."""


@dataclass(slots=True)
class BinSum:
    """What was counted of one revision up to now."""

    revision: str
    since: datetime | None
    looked_at: datetime | None = None
    counters: dict[str, Mapping[Cell, int]] = field(default_factory=dict)
    """Where those of each process stood at the last look."""
    live: Counter[Cell] = field(default_factory=Counter)
    reference: ReferenceProfile | None = None
    fault: str = ""
    """Why a server could not be read at the last look."""
    checkpoint: str = ""
    """The sum as it is kept; empty: it is to be made anew, or too large."""


def encoded(found: BinSum) -> str:
    """Return the sum as text, without the reference, which every server shows; "": too large."""
    pages = [found.live, *found.counters.values()]
    cells = sorted({cell for page in pages for cell in page})
    kept = {
        "version": VERSION,
        "revision": found.revision,
        "since": _text(found.since),
        "lookedAt": _text(found.looked_at),
        "cells": [[int(column.prediction), column.name, label] for column, label in cells],
        "live": [found.live.get(cell, 0) for cell in cells],
        "processes": {
            process: [page.get(cell, 0) for cell in cells]
            for process, page in sorted(found.counters.items())
        },
    }
    text = json.dumps(kept, separators=(",", ":")).encode()
    shown = b64encode(zlib.compress(text)).decode()
    return shown if len(shown) <= LARGEST else ""


def decoded(text: str) -> BinSum | None:
    """Return what `encoded` wrote; None: it is something else."""
    try:
        spread = zlib.decompressobj().decompress(b64decode(text, validate=True), LARGEST_SPREAD)
        kept = json.loads(spread)
        if kept["version"] != VERSION:
            return None
        cells = [(ColumnKey(bool(p), str(name)), str(label)) for p, name, label in kept["cells"]]
        return BinSum(
            revision=str(kept["revision"]),
            since=_moment(kept["since"]),
            looked_at=_moment(kept["lookedAt"]),
            counters={
                str(process): _counts(cells, page) for process, page in kept["processes"].items()
            },
            live=Counter(_counts(cells, kept["live"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
        return None


def _counts(cells: list[Cell], page: list[int]) -> dict[Cell, int]:
    return {cell: int(count) for cell, count in zip(cells, page, strict=True)}


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
