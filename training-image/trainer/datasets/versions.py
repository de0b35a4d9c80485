"""How does a dataset version get into the store, whole or not at all?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from modelbundle.canonical import canonical_json, digest_of, hex_of, is_digest
from modelbundle.faults import StoreNotFound
from modelbundle.retention_marks import claim
from modelbundle.store import Store
from trainer.datasets.dataset_manifest import (
    MANIFEST,
    DatasetManifest,
    dataset_folder,
    read_manifest,
)
from trainer.pod.exits import UserFault
from trainer.pod.storing import store_faults


@dataclass(frozen=True, slots=True)
class Published:
    """The version that the store now holds; `new` is false when it held it before."""

    digest: str
    manifest: DatasetManifest
    new: bool


def publish_version(store: Store, manifest: DatasetManifest, folder: Path) -> Published:
    """The store holds the version: its files first, its manifest last.

    A version with the same rows, columns and split that an earlier release of the image wrote is
    used as it is, even where this release would write other parquet bytes: an upgrade makes no new
    data. Nothing under a digest is ever rewritten.
    """
    earlier = _same_content(store, manifest)
    if earlier is not None and _is_kept(store, earlier.digest):
        return Published(earlier.digest, earlier, new=False)
    digest = manifest.digest
    key = f"{dataset_folder(digest)}/{MANIFEST}"
    with store_faults():
        claim(store, dataset_folder(digest))
        new = not store.exists(key)
        if new:
            for file in manifest.files:
                store.upload(f"{dataset_folder(digest)}/{file.path}", folder / file.path)
            store.write_once(key, manifest.content)
        store.write(content_key(manifest), canonical_json({"digest": digest}))
    return Published(digest, manifest, new)


def _is_kept(store: Store, digest: str) -> bool:
    """True when it is still there now that nobody removes it any more."""
    with store_faults():
        claim(store, dataset_folder(digest))
        return store.exists(f"{dataset_folder(digest)}/{MANIFEST}")


def content_identity(manifest: DatasetManifest) -> str:
    """What the version is made of, without how it is stored: rows, columns, target, split."""
    document = manifest.document()
    made_of = ("version", "contentDigest", "columns", "target", "split")
    return digest_of(canonical_json({name: document[name] for name in made_of}))


def content_key(manifest: DatasetManifest) -> str:
    """Where the pointer lies that leads from what a version is made of to the version."""
    return f"datasets/contents/{hex_of(content_identity(manifest))}.json"


def content_leads_to(store: Store, manifest: DatasetManifest) -> str | None:
    """The digest to which the pointer leads; None: there is none, or it is damaged."""
    try:
        with store_faults():
            digest: str = json.loads(store.read(content_key(manifest)))["digest"]
        return digest if is_digest(digest) else None
    except (StoreNotFound, ValueError, KeyError, TypeError):
        return None


def _same_content(store: Store, manifest: DatasetManifest) -> DatasetManifest | None:
    """The complete version with this content, if the store still has it.

    A pointer is a shortcut only: gone, damaged or leading nowhere, the version is written.
    """
    digest = content_leads_to(store, manifest)
    if digest is None:
        return None
    try:
        earlier = read_manifest(store, digest)
    except UserFault:
        return None
    return earlier if content_identity(earlier) == content_identity(manifest) else None
