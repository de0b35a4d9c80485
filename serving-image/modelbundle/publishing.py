"""How does a bundle get into the store and out again, whole or not at all?"""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from modelbundle.canonical import hex_of
from modelbundle.faults import BundleCorrupt, BundleNotFound, StoreNotFound
from modelbundle.manifest import ABOUT_FOLDER, MANIFEST_NAME, BundleFile, Manifest
from modelbundle.packing import check_file, checked_manifest, verify
from modelbundle.retention_marks import claim

if TYPE_CHECKING:  # a server reads the name of a file here and needs no store
    from modelbundle.store import Store

RUNTIMES_NAME = "runtimes.json"


def bundle_key(digest: str, name: str = "") -> str:
    """Where a file of a bundle lies in the store; without a name, the bundle's folder."""
    return str(PurePosixPath("models/sha256", hex_of(digest), name))


def publish(store: Store, directory: Path, digest: str) -> Manifest:
    """The store holds the bundle, complete: its files first, its manifest last and only once.

    Again with the same digest: nothing is written, the stored bytes are verified.
    Raises BundleCorrupt when the directory, or what the store already holds, is not the digest,
    StoreBusy while an earlier copy is being removed.
    """
    manifest = verify(directory, digest)
    claim(store, bundle_key(digest))
    key = bundle_key(digest, MANIFEST_NAME)
    if not store.exists(key):
        for file in manifest.files:
            store.upload(bundle_key(digest, file.path), directory / file.path)
        if store.write_once(key, manifest.content()):
            return manifest
    return verify_stored(store, digest)


def publish_about(store: Store, digest: str, name: str, content: bytes) -> bool:
    """True: `about/<name>` beside the bundle now holds `content`. False: it was there before."""
    return store.write_once(bundle_key(digest, f"{ABOUT_FOLDER}/{name}"), content)


def verify_stored(store: Store, digest: str) -> Manifest:
    """Every byte the store holds of this bundle is what the digest says.

    Raises BundleNotFound, BundleCorrupt naming the file.
    """
    manifest = stored_manifest(store, digest)
    for file in manifest.files:
        _stream_checked(store, digest, file, None)
    return manifest


def stored_manifest(store: Store, digest: str) -> Manifest:
    """The manifest in the store, checked against the digest; the files are not read.

    Raises BundleNotFound, BundleCorrupt, BundleUnreadable.
    """
    try:
        content = store.read(bundle_key(digest, MANIFEST_NAME))
    except StoreNotFound:
        raise BundleNotFound(
            f"{store!r} holds no bundle {digest}; has the training run published it there?"
        ) from None
    return checked_manifest(content, digest)


def fetch(store: Store, digest: str, directory: Path) -> Manifest:
    """`directory` holds the bundle, verified while it was written; the manifest came last.

    `about/runtimes.json` comes along where the store has it. Raises BundleNotFound, BundleCorrupt
    naming the file, and the store's faults.
    """
    manifest = stored_manifest(store, digest)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / MANIFEST_NAME).unlink(missing_ok=True)
    for file in manifest.files:
        target = directory / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(target.name + ".partial")
        _stream_checked(store, digest, file, partial)
        partial.replace(target)
    _fetch_runtimes(store, digest, directory)
    (directory / MANIFEST_NAME).write_bytes(manifest.content())
    return manifest


def _fetch_runtimes(store: Store, digest: str, directory: Path) -> None:
    try:
        content = store.read(bundle_key(digest, f"{ABOUT_FOLDER}/{RUNTIMES_NAME}"))
    except StoreNotFound:
        return
    about = directory / ABOUT_FOLDER
    about.mkdir(exist_ok=True)
    (about / RUNTIMES_NAME).write_bytes(content)


def _stream_checked(store: Store, digest: str, file: BundleFile, target: Path | None) -> None:
    """Reads one stored file to its end, into `target` if given; raises BundleCorrupt."""
    size = 0
    hasher = hashlib.sha256()
    sink = target.open("wb") if target else None
    try:
        for chunk in store.stream(bundle_key(digest, file.path)):
            size += len(chunk)
            hasher.update(chunk)
            if size > file.size:
                break
            if sink:
                sink.write(chunk)
    except StoreNotFound:
        raise BundleCorrupt(file.path, f"{file.size} bytes", "no such file") from None
    finally:
        if sink:
            sink.close()
    check_file(file, size, hasher.hexdigest())
