"""Versions in the store: whole or not at all, and never rewritten."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from ingests import Rig, csv_of, plain_rows

from modelbundle.canonical import hex_of
from modelbundle.faults import StoreUnreachable
from modelbundle.store import Store
from trainer.datasets.dataset_manifest import DatasetManifest, dataset_folder
from trainer.datasets.versions import content_identity, publish_version
from trainer.pod.exits import MachineFault


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """A store with one version, and its files below `files`."""
    rig = Rig(tmp_path)
    rig.put("t.csv", csv_of(plain_rows(60)))
    return rig


def _files(rig: Rig, digest: str) -> Path:
    return rig.folder / "store" / dataset_folder(digest)


def _other_bytes(manifest: DatasetManifest) -> DatasetManifest:
    """The same rows as another release of the image would store them."""
    files = tuple(replace(file, sha256="0" * 64) for file in manifest.files)
    return replace(manifest, files=files)


def test_an_upgrade_of_the_image_makes_no_new_version(rig: Rig) -> None:
    """The same rows in other parquet bytes are the version that is there."""
    digest = rig.ingest()["digest"]
    other = _other_bytes(rig.manifest(digest))
    published = publish_version(rig.store, other, rig.folder)
    assert other.digest != digest
    assert (digest, False) == (published.digest, published.new)


@pytest.mark.parametrize(
    "pointer",
    [
        pytest.param(b"{}", id="it says nothing"),
        pytest.param(b"{", id="it is damaged"),
        pytest.param(json.dumps({"digest": "sha256:" + "1" * 64}).encode(), id="it leads nowhere"),
        pytest.param(json.dumps({"digest": "../../x"}).encode(), id="it leads elsewhere"),
    ],
)
def test_a_pointer_that_is_no_good_is_not_followed(rig: Rig, pointer: bytes) -> None:
    """The version is published under its own digest as if there were no pointer."""
    digest = rig.ingest()["digest"]
    manifest = rig.manifest(digest)
    rig.store.write(f"datasets/contents/{hex_of(content_identity(manifest))}.json", pointer)
    published = publish_version(rig.store, manifest, _files(rig, digest))
    assert (digest, False) == (published.digest, published.new)


class _Stopping(Store):
    """A store that fails at the n-th write, as a full or vanishing one does."""

    def __init__(self, store: Store, writes: int) -> None:
        self._inner = store
        self._left = writes

    def read(self, key: str) -> bytes:
        return self._inner.read(key)

    def exists(self, key: str) -> bool:
        return self._inner.exists(key)

    def upload(self, key: str, path: Path) -> None:
        self._count()
        self._inner.upload(key, path)

    def write_once(self, key: str, content: bytes) -> bool:
        self._count()
        return self._inner.write_once(key, content)

    def write(self, key: str, content: bytes) -> None:
        self._count()
        self._inner.write(key, content)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise StoreUnreachable("the disk is full")


@pytest.mark.parametrize("writes", range(5))
def test_an_ingest_that_dies_leaves_nothing_visible(
    rig: Rig, tmp_path_factory: pytest.TempPathFactory, writes: int
) -> None:
    """After each single write: no manifest unless all files are there; again, and it is whole."""
    digest = rig.ingest()["digest"]
    manifest, files = rig.manifest(digest), _files(rig, digest)
    fresh = Rig(tmp_path_factory.mktemp("fresh"))
    with pytest.raises(MachineFault, match="the disk is full"):
        publish_version(_Stopping(fresh.store, writes), manifest, files)
    folder = _files(fresh, digest)
    complete = {file.path for file in manifest.files}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert "manifest.json" not in there or complete <= there
    assert digest == publish_version(fresh.store, manifest, files).digest
    assert manifest == fresh.manifest(digest)
