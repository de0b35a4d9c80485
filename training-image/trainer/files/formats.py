"""In which format is a file of a source written?"""

from __future__ import annotations

from trainer.pod.exits import Reason, UserFault
from trainer.tasks.ingest_task import Format

_ENDINGS = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".json": Format.JSONL,
}


_NOT_UNPACKED = (".br", ".lz4", ".snappy", ".7z", ".rar", ".z", ".tar", ".tgz", ".lzo")
_PACKED = (".gz", ".bz2", ".zst", ".zstd", ".xz", ".zip")


def format_of(name: str, declared: Format | None) -> Format | None:
    """The declared format, or the one that the name's ending tells; compression is not looked at.

    None for a zip archive, whose own file tells.
    Raises UserFault FormatUnreadable when neither tells.
    """
    lowered = name.lower()
    stem = lowered
    for ending in _PACKED:
        stem = stem.removesuffix(ending)
    if declared is not None:
        return declared
    for ending, found in _ENDINGS.items():
        if stem.endswith(ending):
            return found
    if lowered.endswith(".zip"):
        return None
    if stem.endswith(_NOT_UNPACKED):
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name}: this compression or archive is not read; gz, bz2, zst, xz and zip are",
        )
    raise UserFault(
        Reason.FORMAT_UNREADABLE,
        f"file {name}: its name tells no format; set format to csv, parquet or jsonl, or let the"
        " path match data files only",
    )
