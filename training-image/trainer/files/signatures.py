"""Which other kind of file do these bytes begin as?"""

from __future__ import annotations

import re

from trainer.pod.exits import Reason, UserFault

_TAR_AT = 257
_JSON = re.compile(rb'\s*[{]\s*("|[}])')
_MARKUP = re.compile(rb"\s*<(!doctype|!--|html|head|body|table|div|\?xml)", re.IGNORECASE)
_LFS = b"version https://git-lfs"
_OFFICE = "an Excel workbook or another office document: save the sheet as CSV in UTF-8"
_KINDS: tuple[tuple[bytes, str], ...] = (
    (_LFS, "a pointer of Git LFS, not the data: fetch the data (git lfs pull) where it is copied"),
    (b"PAR1", "parquet: set format to parquet"),
    (b"PARE", "encrypted parquet: export it without encryption"),
    (b"ARROW1", "an Arrow or Feather file: export it as parquet"),
    (b"Obj\x01", "an Avro file: export it as parquet"),
    (b"ORC", "an ORC file: export it as parquet"),
    (b"\xd0\xcf\x11\xe0", _OFFICE),
    (b"SQLite format 3", "a SQLite database: export the table as CSV or parquet"),
    (b"\x89HDF", "an HDF5 file: export it as parquet"),
    (b"\x93NUMPY", "a NumPy array: export it as parquet, with names for its columns"),
    (b"\x80\x04\x95", "a pickle of Python: export the table as parquet"),
    (b"\x80\x05\x95", "a pickle of Python: export the table as parquet"),
    (b"<stata_dta>", "a file of Stata: export it as CSV or parquet"),
    (b"$FL2@(#)", "a file of SPSS: export it as CSV or parquet"),
    (bytes(12) + b"\xc2\xea\x81\x60", "a file of SAS: export it as CSV or parquet"),
    (b"RDX3\nX\n", "a file of R: export the table as CSV or parquet"),
    (b"%PDF", "a PDF document: export its table as CSV"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x04\x22\x4d\x18", "compressed with LZ4: gz, bz2, zst, xz and zip are read"),
    (b"\xff\x06\x00\x00sNaPpY", "compressed with Snappy: gz, bz2, zst, xz and zip are read"),
    (b"PK\x05\x06", "a zip archive without a file"),
    (b"7z\xbc\xaf", "a 7z archive: gz, bz2, zst, xz and zip are read"),
    (b"Rar!", "a RAR archive: gz, bz2, zst, xz and zip are read"),
)
_WORDS = frozenset({b"PAR1", b"PARE", b"ORC"})
"""Columns of a text may be called so, too: there a binary mark must follow."""

_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def refuse_other_kinds(name: str, start: bytes, wanted: str) -> None:
    """Returns where nothing speaks against the wanted format (CSV, JSON lines or parquet).

    Raises UserFault FormatUnreadable that says what the file is.
    """
    kind = _kind_of(start, wanted)
    if kind:
        raise UserFault(
            Reason.FORMAT_UNREADABLE, f"file {name} is not {wanted}: it begins as {kind}"
        )


def _kind_of(start: bytes, wanted: str) -> str:
    if _MARKUP.match(start):
        return "an HTML or XML page: does the address want a login?"
    if wanted == "CSV" and _JSON.match(start):
        return "JSON: set format to jsonl, with one object per line"
    if start[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "a tar archive: let the path match the files that it holds"
    written = wanted != "parquet" and not _BINARY.search(start[:64])
    for magic, kind in _KINDS:
        if start.startswith(magic) and not (written and magic in _WORDS):
            return "" if wanted == "parquet" and magic == b"PAR1" else kind
    return ""
