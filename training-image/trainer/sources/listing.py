"""Which files does a source hold, and how is each of them opened?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from modelbundle.canonical import file_sha256
from modelbundle.faults import (
    StoreDenied,
    StoreMissing,
    StoreNotFound,
    StoreUnreachable,
    StoreUnusable,
)
from modelbundle.store import Entry, Store
from trainer.pod.exits import MachineFault, Reason, UserFault
from trainer.sources.dvc_source import dvc_files
from trainer.sources.http_source import HttpLimits, http_file
from trainer.sources.patterns import (
    checked_path,
    fixed_prefix,
    has_wildcard,
    is_data,
    matches,
    may_hold,
)
from trainer.sources.source_file import OpenedFile, SourceFile
from trainer.sources.table_formats import refuse_table_formats
from trainer.tasks.task_parts import (
    DvcSource,
    FilesSource,
    HttpSource,
    S3Source,
    Source,
    StoreSource,
)

_CHUNK_BYTES = 1 << 20
_OWN_FOLDERS = ("datasets/sha256/", "datasets/contents/", "models/sha256/", "runs/")
"""Of the artifact store: rows that are kept from training, models, results."""

_OF_THE_DISK = "lost+found"
"""What ext4 keeps at the top of a volume, for root alone."""

Remote = FilesSource | HttpSource | S3Source | StoreSource
OpenBucket = Callable[[S3Source], Store]
OpenStore = Callable[[], Store]


def files_of(
    source: Source, open_store: OpenStore, open_bucket: OpenBucket
) -> tuple[SourceFile, ...]:
    """The files that the source means, sorted by name; at least one.

    Raises UserFault SourceNotFound when there is none, SourceForbidden or SourceInvalid;
    MachineFault SourceUnreachable when whoever holds it does not answer.
    """
    if isinstance(source, DvcSource):
        remote = source.remote

        def opened(key: str) -> OpenedFile:
            (file,) = files_of(_below_remote(remote, key), open_store, open_bucket)
            return file.open()

        return dvc_files(source.path, source.md5, opened)
    if isinstance(source, HttpSource):
        return (http_file(source.url, HttpLimits()),)
    if isinstance(source, FilesSource):
        return _mounted(Path(source.root), checked_path(source.path))
    path = checked_path(source.path)
    if isinstance(source, S3Source):
        return _objects(open_bucket(source), path, _shown(source))
    if fixed_prefix(path).startswith(_OWN_FOLDERS):
        raise UserFault(
            Reason.SOURCE_FORBIDDEN,
            f"source {_shown(source)}: what the store keeps of data, models and runs is no source;"
            " put your files into another folder",
        )
    return _objects(open_store(), path, _shown(source), hidden=_OWN_FOLDERS)


def _below_remote(remote: Remote, key: str) -> Remote:
    """The one object of that key; what its place is called by is a folder, prefix or address."""
    if isinstance(remote, HttpSource):
        head, mark, query = remote.url.partition("?")
        return remote.model_copy(update={"url": f"{head.rstrip('/')}/{key}{mark}{query}"})
    folder = remote.path.removesuffix("*").rstrip("/")
    return remote.model_copy(update={"path": f"{folder}/{key}" if folder else key})


def _shown(source: S3Source | StoreSource) -> str:
    if isinstance(source, S3Source):
        return f"s3://{source.bucket}/{source.path}"
    return f"store path {source.path}"


def _mounted(root: Path, path: str) -> tuple[SourceFile, ...]:
    if not root.is_dir():
        raise UserFault(Reason.SOURCE_NOT_FOUND, f"source folder {root} is not mounted")
    # A configMap volume is written when the pod starts: its file times say nothing about the data.
    timed = not (root / "..data").exists()
    wanted = path + "/" if path and (root / path).is_dir() and not path.endswith("/") else path

    def meant(name: str) -> bool:
        return matches(name, wanted) and (is_data(name) or name == path)

    there = sorted(_below(root, wanted, meant).items())
    names = [name for name, _ in there]
    found = [
        SourceFile(
            name,
            lambda place=place: _opened_path(place, timed=timed),  # type: ignore[misc]
            lambda place=place: _path_tag(place, timed=timed),  # type: ignore[misc]
        )
        for name, place in there
        if meant(name)
    ]
    refuse_table_formats([file.name for file in found], names)
    return _some(found, f"{path or '*'} below {root}", names)


def _below(root: Path, path: str, meant: Callable[[str], bool]) -> dict[str, Path]:
    """Regular files by their names, links to them included.

    A link to a folder is followed where the path names it (`latest/*.csv`): behind a wildcard its
    files would come twice. Raises UserFault SourceForbidden for a folder that cannot be read, and
    may hold files that the path means, and SourceNotFound for a link that is meant itself and leads
    to no file below the root.
    """
    inside, named = root.resolve(), root / fixed_prefix(path)
    behind = named.resolve()
    linked = behind.is_relative_to(inside) and behind != inside / fixed_prefix(path)

    def unreadable(error: OSError) -> None:
        place = Path(error.filename)
        name = place.relative_to(root).as_posix()
        if place.name != _OF_THE_DISK and is_data(name) and may_hold(name, path):
            why = f"source folder {place}: user 65532 may not read it ({error.strerror})"
            raise UserFault(Reason.SOURCE_FORBIDDEN, why) from error

    found: dict[str, Path] = {}
    for top in (root, named) if linked else (root,):
        for folder, _, files in os.walk(top, onerror=unreadable):
            for place in (Path(folder, file) for file in files):
                name = place.relative_to(root).as_posix()
                if name.startswith(".."):
                    continue
                if place.is_file() and place.resolve().is_relative_to(inside):
                    found[name] = place
                elif place.is_symlink() and meant(name):
                    raise _leads_nowhere(name, place)
    return found


def _leads_nowhere(name: str, place: Path) -> UserFault:
    """Its rows would lack without a word."""
    return UserFault(
        Reason.SOURCE_NOT_FOUND,
        f"source file {name} is a link to {place.readlink()}, which is no file of this source:"
        " copy the file to that place, remove the link, or let the path leave it out",
    )


def _opened_path(place: Path, *, timed: bool) -> OpenedFile:
    try:
        modified = datetime.fromtimestamp(place.stat().st_mtime, UTC) if timed else None
        return OpenedFile(_read_chunks(place), modified, _path_tag(place, timed=timed))
    except OSError as error:
        raise UserFault(
            Reason.SOURCE_FORBIDDEN, f"source file {place}: {error.strerror}"
        ) from error


def _path_tag(place: Path, *, timed: bool) -> str | None:
    """What the file system knows the file by; a file without a time of its own, by its bytes."""
    try:
        if not timed:
            return file_sha256(place)[1]
        found = place.stat()
    except OSError:
        return None
    return f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}"


def _read_chunks(place: Path) -> Iterator[bytes]:
    try:
        with place.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                yield chunk
    except PermissionError as error:
        raise UserFault(
            Reason.SOURCE_FORBIDDEN, f"source file {place}: user 65532 may not read it"
        ) from error
    except OSError as error:
        raise MachineFault(
            Reason.SOURCE_UNREACHABLE, f"source file {place}: {error.strerror}"
        ) from error


def _objects(
    store: Store, path: str, shown: str, hidden: tuple[str, ...] = ()
) -> tuple[SourceFile, ...]:
    exact = path and not has_wildcard(path) and not path.endswith("/")
    with _source_faults(shown):
        listed = store.list(fixed_prefix(path).rstrip("/"))
    entries = [entry for entry in listed if not entry.key.startswith(hidden)]
    # A key without a slash at its end may still be meant as a folder.
    folder = exact and all(entry.key != path for entry in entries)
    wanted = f"{path}/" if folder else path
    found = [
        SourceFile(
            entry.key,
            lambda entry=entry: _opened_object(store, entry, shown),  # type: ignore[misc]
            lambda entry=entry: entry.etag,  # type: ignore[misc]
        )
        for entry in entries
        if entry.size and matches(entry.key, wanted)
        if is_data(entry.key) or entry.key == path
    ]
    names = [entry.key for entry in entries]
    refuse_table_formats([file.name for file in found], names)
    return _some(found, shown, names)


def _opened_object(store: Store, entry: Entry, shown: str) -> OpenedFile:
    return OpenedFile(_object_chunks(store, entry, shown), entry.modified, entry.etag)


def _object_chunks(store: Store, entry: Entry, shown: str) -> Iterator[bytes]:
    with _source_faults(shown):
        found = 0
        for chunk in store.stream(entry.key, entry):
            found += len(chunk)
            yield chunk
    if found != entry.size:
        raise MachineFault(
            Reason.SOURCE_UNREACHABLE,
            f"source {entry.key}: {found} of {entry.size} bytes came; was it replaced meanwhile?",
        )


@contextmanager
def _source_faults(shown: str) -> Iterator[None]:
    try:
        yield
    except (StoreNotFound, StoreMissing) as error:
        raise UserFault(Reason.SOURCE_NOT_FOUND, f"source {shown}: {error}") from error
    except StoreDenied as error:
        hint = "; check the Secret that the source's secretName names" if "://" in shown else ""
        raise UserFault(Reason.SOURCE_FORBIDDEN, f"source {shown}: {error}{hint}") from error
    except StoreUnusable as error:
        raise UserFault(Reason.SOURCE_INVALID, f"source {shown}: {error}") from error
    except StoreUnreachable as error:
        raise MachineFault(Reason.SOURCE_UNREACHABLE, f"source {shown}: {error}") from error


def _some(found: list[SourceFile], wanted: str, names: list[str]) -> tuple[SourceFile, ...]:
    if not found:
        there = f"; it has {', '.join(names[:3])}" if names else "; there is nothing at all"
        raise UserFault(Reason.SOURCE_NOT_FOUND, f"source: no file matches {wanted}{there}")
    return tuple(sorted(found, key=lambda file: file.name))
