"""Has a source changed: since it was read last, or while it is read?

Objects are known by their etag, files of a volume by inode, size and time of change, a file behind
an address by the ETag, or time and length, that the server sends, keys of a ConfigMap by their
bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from modelbundle.canonical import canonical_json, digest_of
from trainer.pod.exits import Fault, Reason, UserFault
from trainer.sources.source_file import OpenedFile, SourceFile

Files = tuple[SourceFile, ...]


class ObservedSource:
    """The files of a source as they were listed first; what each is known by when it is opened is
    remembered.

    `reader` names who reads: another one may read the same bytes otherwise.
    """

    def __init__(self, listed: Callable[[], Files], reader: str) -> None:
        self._listed = listed
        self._reader = reader
        self._found = listed()
        self._tags: dict[str, str | None] = {}

    @property
    def files(self) -> Files:
        """The files; opening one is remembered."""
        return tuple(
            SourceFile(file.name, lambda file=file: self._opened(file), file.tag)  # type: ignore[misc]
            for file in self._found
        )

    def _opened(self, file: SourceFile) -> OpenedFile:
        opened = file.open()
        self._tags[file.name] = opened.tag
        return opened

    def state(self) -> str | None:
        """Names the source as it is now; nothing is read. None where something cannot tell."""
        return self._digest((file.name, _tag(file)) for file in self._found)

    def state_read(self) -> str | None:
        """Names the source as it was when its files were opened."""
        return self._digest(self._tags.items())

    def _digest(self, tags: Iterable[tuple[str, str | None]]) -> str | None:
        found = [list(pair) for pair in tags]
        if any(tag is None for _, tag in found):
            return None
        return digest_of(canonical_json({"reader": self._reader, "files": found}))

    def refuse_changes(self) -> None:
        """Returns where every file that was read is there and the same; others may have come.

        Raises UserFault SourceChanged: rows of two states of a source are no version of it.
        """
        now = {file.name: file for file in self._listed()} if self._tags else {}
        for name, tag in self._tags.items():
            if name not in now:
                raise _changed(f"{name} is gone")
            found = None if tag is None else _tag(now[name])
            if found is not None and found != tag:
                raise _changed(f"{name} is another one")


def _tag(file: SourceFile) -> str | None:
    try:
        return file.tag()
    except Fault:
        # Who does not answer now says nothing; reading will tell why.
        return None


def _changed(what: str) -> UserFault:
    return UserFault(
        Reason.SOURCE_CHANGED,
        f"source: {what} since its reading began; it will be read again. Write new files beside"
        " the old ones, or replace a file by a rename, so that a refresh meets whole files only",
    )
