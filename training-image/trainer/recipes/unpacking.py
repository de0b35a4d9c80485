"""How does a pickled model with code of its own, in one archive, get into the output folder?

An import is one file with one digest, so both come as one `.zip`. No format that joblib writes
begins as a zip does.
"""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from modelbundle.manifest import CODE_FOLDER, FORMAT_FILES
from modelbundle.packed_code import CACHE, MAX_FILES, why_no_code
from trainer.pod.exits import Reason, UserFault

_MODEL = FORMAT_FILES["joblib"]
_BELOW = f"{CODE_FOLDER}/"
_BEGINNING = b"PK\x03\x04"
_COMPRESSED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MOST_GROWTH = 100
"""Numbers of models shrink to half or a tenth: what grows more than this when it is unpacked was
made to fill a disk."""
SMALL = 64 << 20
"""Bytes that any archive may unpack to."""
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""RuntimeError: a password is needed."""


def is_archive(path: Path) -> bool:
    """True where the file begins as a zip does."""
    with path.open("rb") as source:
        return source.read(len(_BEGINNING)) == _BEGINNING


def unpack(archive: Path, folder: Path) -> None:
    """`folder` holds `model.joblib` and `code/` of the archive.

    Raises UserFault(CodeInvalid) where the archive is damaged, or holds anything else, links, or
    code that may not travel with a model.
    """
    try:
        with zipfile.ZipFile(archive) as source:
            for member in _members(source, archive.stat().st_size):
                place = folder / member.filename
                place.parent.mkdir(parents=True, exist_ok=True)
                with source.open(member) as content, place.open("wb") as target:
                    shutil.copyfileobj(content, target)
    except _DAMAGE as fault:
        _refuse(f"it cannot be unpacked: {fault}")


def _members(source: zipfile.ZipFile, size: int) -> Iterator[zipfile.ZipInfo]:
    """The files, each of which lies where it may: all are looked at before the first comes."""
    files = [
        member
        for member in source.infolist()
        if not member.is_dir() and CACHE not in member.filename.split("/")
    ]
    names = [member.filename for member in files]
    if len(set(names)) < len(names):
        _refuse("it holds a file twice")
    if len(names) > MAX_FILES + 1:
        _refuse(f"it holds {len(names)} files; at most {MAX_FILES} travel with a model")
    foreign = [name for name in names if name != _MODEL and not name.startswith(_BELOW)]
    if _MODEL not in names or foreign:
        found = ", ".join(sorted(foreign or names)[:3]) or "nothing"
        _refuse(f"expected {_MODEL} and files below {_BELOW}, found {found}")
    unpacked = sum(member.file_size for member in files)
    if unpacked > max(SMALL, MOST_GROWTH * size):
        _refuse(f"it has {size} bytes and {unpacked} unpacked; at most {MOST_GROWTH} times as many")
    for member in files:
        if stat.S_ISLNK(member.external_attr >> 16):
            _refuse(f"{member.filename} is a link; put the file itself into it")
        if member.compress_type not in _COMPRESSED:
            _refuse(f"{member.filename} is compressed in a way other than zip's usual Deflate")
    code = {m.filename.removeprefix(_BELOW): m.file_size for m in files if m.filename != _MODEL}
    refused = why_no_code(code) if code else ""
    if refused:
        _refuse(refused)
    yield from files


def _refuse(why: str) -> NoReturn:
    raise UserFault(Reason.CODE_INVALID, f"the archive with model and code: {why}")
