"""In which format is a file of a source written?"""

from __future__ import annotations

from dataclasses import dataclass

from trainer.pod.exits import Reason, UserFault
from trainer.tasks.ingest_task import Format

_ENDINGS = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
}


@dataclass(frozen=True, slots=True)
class FileFormat:
    """The format, and whether gzip lies around it."""

    format: Format
    gzipped: bool


def format_of(name: str, declared: Format | None) -> FileFormat:
    """The declared format, or the one that the name's ending tells.

    Raises UserFault FormatUnreadable when neither tells.
    """
    lowered = name.lower()
    gzipped = lowered.endswith(".gz")
    stem = lowered.removesuffix(".gz")
    if declared is not None:
        return FileFormat(declared, gzipped)
    for ending, found in _ENDINGS.items():
        if stem.endswith(ending):
            return FileFormat(found, gzipped)
    raise UserFault(
        Reason.FORMAT_UNREADABLE,
        f"file {name}: its name tells no format; set format to csv, parquet or jsonl, or let the"
        " path match data files only",
    )
