"""Bundles into the store and out again."""

from __future__ import annotations

from pathlib import Path

import pytest
from serving_bundles import Sample

from modelbundle.faults import BundleCorrupt, BundleNotFound
from modelbundle.packing import verify
from modelbundle.publishing import (
    bundle_key,
    fetch,
    publish,
    publish_about,
    stored_manifest,
    verify_stored,
)
from modelbundle.store import Store, open_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the store keeps its files."""
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Store:
    """An empty store."""
    return open_store(folder.as_uri())


def test_published_is_fetched_intact(store: Store, tumours_sample: Sample, tmp_path: Path) -> None:
    """What comes out is, byte by byte, what went in."""
    publish(store, tumours_sample.directory, tumours_sample.digest)
    fetch(store, tumours_sample.digest, tmp_path / "b")
    verify(tmp_path / "b", tumours_sample.digest)
    assert not list((tmp_path / "b").glob("*.partial"))


def test_publishing_again_writes_nothing(
    store: Store, folder: Path, tumours_sample: Sample
) -> None:
    """Bytes under a digest never change, not even their times."""
    publish(store, tumours_sample.directory, tumours_sample.digest)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    publish(store, tumours_sample.directory, tumours_sample.digest)
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_publishing_again_finds_damage(store: Store, folder: Path, tumours_sample: Sample) -> None:
    """A stored bundle that rotted is not passed off as published."""
    publish(store, tumours_sample.directory, tumours_sample.digest)
    _flip(folder / bundle_key(tumours_sample.digest, "model.onnx"))
    with pytest.raises(BundleCorrupt, match=r"model\.onnx"):
        publish(store, tumours_sample.directory, tumours_sample.digest)


def test_half_a_bundle_is_none(
    store: Store, folder: Path, tumours_sample: Sample, tmp_path: Path
) -> None:
    """Without the manifest, which comes last, nothing is fetched; publishing completes it."""
    publish(store, tumours_sample.directory, tumours_sample.digest)
    (folder / bundle_key(tumours_sample.digest, "manifest.json")).unlink()
    (folder / bundle_key(tumours_sample.digest, "model.onnx")).write_bytes(b"torn")
    with pytest.raises(BundleNotFound, match="has the training run published it"):
        fetch(store, tumours_sample.digest, tmp_path / "b")
    publish(store, tumours_sample.directory, tumours_sample.digest)
    verify_stored(store, tumours_sample.digest)


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "profile.json"])
def test_a_flipped_bit_is_not_fetched(
    store: Store, folder: Path, tumours_sample: Sample, tmp_path: Path, name: str
) -> None:
    """The file is named and the directory holds no manifest, so nothing is served from it."""
    publish(store, tumours_sample.directory, tumours_sample.digest)
    _flip(folder / bundle_key(tumours_sample.digest, name))
    with pytest.raises(BundleCorrupt, match=name):
        fetch(store, tumours_sample.digest, tmp_path / "b")
    assert not (tmp_path / "b" / "manifest.json").exists()


def test_a_lost_file_is_named(
    store: Store, folder: Path, tumours_sample: Sample, tmp_path: Path
) -> None:
    """A file that the manifest lists and the store lacks is damage."""
    publish(store, tumours_sample.directory, tumours_sample.digest)
    (folder / bundle_key(tumours_sample.digest, "example.json")).unlink()
    with pytest.raises(BundleCorrupt, match=r"example\.json.*no such file"):
        fetch(store, tumours_sample.digest, tmp_path / "b")


def test_a_longer_file_is_not_read_to_its_end(
    store: Store, folder: Path, tumours_sample: Sample, tmp_path: Path
) -> None:
    """What is larger than listed is refused as soon as it is."""
    publish(store, tumours_sample.directory, tumours_sample.digest)
    with (folder / bundle_key(tumours_sample.digest, "example.json")).open("ab") as file:
        file.write(b" " * 5_000_000)
    with pytest.raises(BundleCorrupt, match=r"example\.json"):
        fetch(store, tumours_sample.digest, tmp_path / "b")
    assert (tmp_path / "b" / "example.json.partial").stat().st_size < 2_000_000


def test_what_lies_beside_is_written_once_and_comes_along(
    store: Store, tumours_sample: Sample, tmp_path: Path
) -> None:
    """The first record of runtimes stays and is fetched; the digest is none of its business."""
    publish(store, tumours_sample.directory, tumours_sample.digest)
    first = publish_about(store, tumours_sample.digest, "runtimes.json", b'{"serve":"sklearn"}')
    second = publish_about(store, tumours_sample.digest, "runtimes.json", b'{"serve":"onnx"}')
    assert (True, False) == (first, second)
    fetch(store, tumours_sample.digest, tmp_path / "b")
    assert (tmp_path / "b" / "about" / "runtimes.json").read_bytes() == b'{"serve":"sklearn"}'


def test_manifest_alone_can_be_read(store: Store, tumours_sample: Sample) -> None:
    """Facts about a bundle do not need its files."""
    publish(store, tumours_sample.directory, tumours_sample.digest)
    manifest = stored_manifest(store, tumours_sample.digest)
    assert tumours_sample.signature == manifest.signature


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
