"""What does a dataset version hold? Its manifest, read from the store and verified."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from modelbundle.canonical import canonical_json, digest_of, hex_of
from modelbundle.faults import StoreNotFound
from trainer.pod.exits import Reason, UserFault
from trainer.pod.storing import store_faults
from trainer.tasks.ingest_task import ColumnType, Role

MANIFEST = "manifest.json"
PROFILE = "profile.json"


class Readable(Protocol):
    """The part of modelbundle's Store that reading a version needs."""

    def read(self, key: str) -> bytes:
        """All bytes of an object."""

    def stream(self, key: str) -> Iterable[bytes]:
        """The bytes of an object in chunks."""


@dataclass(frozen=True, slots=True)
class DatasetColumn:
    """One stored column; `kind` is how it reaches a model (None: not at all)."""

    name: str
    type: ColumnType
    role: Role
    kind: str | None

    def document(self) -> dict[str, Any]:
        """The column as the manifest holds it."""
        return {
            "name": self.name,
            "type": str(self.type),
            "role": str(self.role),
            "kind": self.kind,
        }


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """One file of a version; `sha256` is bare hex, `rows` 0 for what is not a part."""

    path: str
    size: int
    sha256: str
    rows: int

    def document(self) -> dict[str, Any]:
        """The file as the manifest holds it."""
        return {"path": self.path, "size": self.size, "sha256": self.sha256, "rows": self.rows}


@dataclass(frozen=True, slots=True)
class DatasetManifest:
    """A complete dataset version. Columns with role Ignore are listed, but not stored."""

    content_digest: str
    schema_digest: str
    columns: tuple[DatasetColumn, ...]
    target: str
    split: dict[str, Any]
    files: tuple[DatasetFile, ...]
    rows: int
    train_rows: int
    test_rows: int

    def document(self) -> dict[str, Any]:
        """manifest.json as a JSON object."""
        return {
            "version": 1,
            "contentDigest": self.content_digest,
            "schemaDigest": self.schema_digest,
            "columns": [column.document() for column in self.columns],
            "target": self.target,
            "split": self.split,
            "files": [file.document() for file in self.files],
            "rows": self.rows,
            "trainRows": self.train_rows,
            "testRows": self.test_rows,
        }

    @property
    def content(self) -> bytes:
        """The canonical bytes whose sha256 is the version's digest."""
        return canonical_json(self.document())

    @property
    def digest(self) -> str:
        """The name of the version."""
        return digest_of(self.content)

    @property
    def features(self) -> tuple[DatasetColumn, ...]:
        """The columns a model may see, in order."""
        return tuple(column for column in self.columns if column.role is Role.FEATURE)

    def parts(self, part: Literal["train", "test"]) -> tuple[DatasetFile, ...]:
        """The parquet files of one part, in the order of their rows."""
        return tuple(file for file in self.files if file.path.startswith(f"{part}/"))


def dataset_folder(digest: str) -> str:
    """Where a version lies in the store. Raises ValueError for what is not a digest."""
    return f"datasets/sha256/{hex_of(digest)}"


def parse_manifest(content: bytes) -> DatasetManifest:
    """The manifest in these bytes.

    Raises KeyError, TypeError or ValueError for another document.
    """
    document = json.loads(content)
    if document["version"] != 1:
        raise ValueError(f"manifest version {document['version']} is not known")
    return DatasetManifest(
        content_digest=document["contentDigest"],
        schema_digest=document["schemaDigest"],
        columns=tuple(_column(column) for column in document["columns"]),
        target=document["target"],
        split=document["split"],
        files=tuple(DatasetFile(**file) for file in document["files"]),
        rows=document["rows"],
        train_rows=document["trainRows"],
        test_rows=document["testRows"],
    )


def _column(document: dict[str, Any]) -> DatasetColumn:
    return DatasetColumn(
        document["name"], ColumnType(document["type"]), Role(document["role"]), document["kind"]
    )


def read_manifest(store: Readable, digest: str) -> DatasetManifest:
    """The verified manifest of a version.

    Raises UserFault DatasetNotFound or DatasetCorrupt, MachineFault when the store is away.
    """
    key = f"{dataset_folder(digest)}/{MANIFEST}"
    content = _get(store, key, digest)
    found = digest_of(content)
    if found != digest:
        raise _corrupt(digest, MANIFEST, digest, found)
    try:
        return parse_manifest(content)
    except (KeyError, TypeError, ValueError) as error:
        raise UserFault(
            Reason.DATASET_CORRUPT,
            f"dataset {digest}: its manifest was written by another version of Trainyard"
            f" ({error}); ingest the dataset again",
        ) from error


def download(store: Readable, digest: str, file: DatasetFile, destination: Path) -> None:
    """`destination` holds the file, and its size and sha256 are those of the manifest.

    Raises UserFault DatasetCorrupt naming the file, expected and found; the copy is then removed.
    """
    size, hasher = 0, hashlib.sha256()
    destination.parent.mkdir(parents=True, exist_ok=True)
    try:
        with store_faults(), destination.open("wb") as target:
            for chunk in store.stream(f"{dataset_folder(digest)}/{file.path}"):
                size += len(chunk)
                hasher.update(chunk)
                target.write(chunk)
    except StoreNotFound as error:
        raise _corrupt(digest, file.path, f"{file.size} bytes", "no such file") from error
    if (size, hasher.hexdigest()) != (file.size, file.sha256):
        destination.unlink()
        expected = f"{file.size} bytes with sha256 {file.sha256}"
        raise _corrupt(digest, file.path, expected, f"{size} with {hasher.hexdigest()}")


def _get(store: Readable, key: str, digest: str) -> bytes:
    try:
        with store_faults():
            return store.read(key)
    except StoreNotFound as error:
        raise UserFault(
            Reason.DATASET_NOT_FOUND,
            f"the store has no dataset version {digest}; was it erased, removed by retention, or"
            " published to another store? refresh@now on its Dataset publishes what its source has",
        ) from error


def _corrupt(digest: str, name: str, expected: str, found: str) -> UserFault:
    return UserFault(
        Reason.DATASET_CORRUPT,
        f"dataset {digest}, file {name}: expected {expected}, found {found}; the stored copy is"
        " damaged: ingest the dataset again",
    )
