"""Which files does a DVC pointer name, and are they what it says?

A remote keeps every file under its md5: `files/md5/ab/cdef…` since DVC 3, `ab/cdef…` before. The
pointer of a folder (`.dir`) names a JSON list of its files with their md5. Before DVC 3 the md5 of
a text was that of the text with Unix line ends, so of files at the old place both are right.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator

from trainer.pod.exits import Reason, UserFault
from trainer.sources.patterns import is_data
from trainer.sources.source_file import OpenedFile, SourceFile

_FOLDER = ".dir"
_LARGEST_LIST = 64 << 20
_MD5 = re.compile(r"[0-9a-f]{32}")

OpenObject = Callable[[str], OpenedFile]
"""Opens what the remote has under a key. Raises UserFault SourceNotFound."""


def dvc_files(path: str, md5: str, open_object: OpenObject) -> tuple[SourceFile, ...]:
    """The file of the pointer, or those of its folder.

    Raises UserFault SourceNotFound when the remote does not have the list of a folder,
    DigestMismatch when it is another one. Opening a file raises the same for the file.
    """
    if not md5.endswith(_FOLDER):
        return (_file(path, md5, open_object),)
    content = bytearray()
    for chunk in _opened(path, md5, open_object).chunks:
        content += chunk
        if len(content) > _LARGEST_LIST:
            raise UserFault(
                Reason.SOURCE_INVALID,
                f"source {path}: the list of its files is over {_LARGEST_LIST >> 20} MiB; name"
                " folders below it",
            )
    entries = _entries(path, bytes(content))
    return tuple(
        _file(f"{path.rstrip('/')}/{name}", found, open_object)
        for name, found in sorted(entries.items())
        if is_data(name)
    )


def _entries(path: str, content: bytes) -> dict[str, str]:
    try:
        found = {str(entry["relpath"]): str(entry["md5"]) for entry in json.loads(content)}
    except (ValueError, KeyError, TypeError) as error:
        raise UserFault(
            Reason.SOURCE_INVALID, f"source {path}: the list of its files is no list of DVC's"
        ) from error
    odd = next((name for name, md5 in found.items() if not _MD5.fullmatch(md5)), None)
    if odd is not None:
        raise UserFault(
            Reason.SOURCE_INVALID, f"source {path}: the list of its files has no md5 of {odd}"
        )
    return found


def _file(name: str, md5: str, open_object: OpenObject) -> SourceFile:
    return SourceFile(name, lambda: _opened(name, md5, open_object), lambda: f"md5 {md5}")


def _opened(name: str, md5: str, open_object: OpenObject) -> OpenedFile:
    key = f"{md5[:2]}/{md5[2:]}"
    bare = md5.removesuffix(_FOLDER)
    try:
        opened = open_object(f"files/md5/{key}")
        chunks = _verified(name, bare, opened.chunks, unix_lines=False)
    except UserFault as fault:
        if fault.reason is not Reason.SOURCE_NOT_FOUND:
            raise
        opened = _opened_as_before(name, md5, lambda: open_object(key))
        chunks = _verified(name, bare, opened.chunks, unix_lines=True)
    return OpenedFile(chunks, opened.modified, f"md5 {md5}")


def _opened_as_before(name: str, md5: str, open_object: Callable[[], OpenedFile]) -> OpenedFile:
    try:
        return open_object()
    except UserFault as fault:
        if fault.reason is not Reason.SOURCE_NOT_FOUND:
            raise
        raise UserFault(
            Reason.SOURCE_NOT_FOUND,
            f"source {name}: the DVC remote has no file with md5 {md5}; `dvc push` brings it, or"
            " source.dvc.remote names another place than DVC's own configuration",
        ) from fault


def _verified(name: str, md5: str, chunks: Iterator[bytes], *, unix_lines: bool) -> Iterator[bytes]:
    whole = hashlib.md5(usedforsecurity=False)
    unix = hashlib.md5(usedforsecurity=False)
    held = b""
    for chunk in chunks:
        whole.update(chunk)
        if unix_lines:
            text = held + chunk
            held = b"\r" if text.endswith(b"\r") else b""
            unix.update(text[: len(text) - len(held)].replace(b"\r\n", b"\n"))
        yield chunk
    unix.update(held)
    found = whole.hexdigest()
    if md5 != found and not (unix_lines and md5 == unix.hexdigest()):
        raise UserFault(
            Reason.DIGEST_MISMATCH,
            f"source {name}: the DVC remote's file has md5 {found}, the pointer says {md5}; its"
            " copy is damaged: push it again",
        )
