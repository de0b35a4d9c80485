"""A version's manifest, and the verified way to its files."""

from __future__ import annotations

from pathlib import Path

import pytest
from ingests import Rig, csv_of, plain_rows

from modelbundle.canonical import digest_of
from trainer.datasets.dataset_manifest import (
    DatasetManifest,
    dataset_folder,
    download,
    parse_manifest,
    read_manifest,
)
from trainer.pod.exits import Reason, UserFault


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """A store beside a source of 60 rows."""
    rig = Rig(tmp_path)
    rig.put("t.csv", csv_of(plain_rows(60)))
    return rig


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def test_a_manifest_survives_its_bytes(rig: Rig) -> None:
    """Reading it back gives the same digest; parts are told apart."""
    digest = rig.ingest()["digest"]
    manifest: DatasetManifest = read_manifest(rig.store, digest)
    assert manifest == parse_manifest(manifest.content)
    assert digest == manifest.digest
    assert (["test/part-00000.parquet"], ["train/part-00000.parquet"]) == tuple(
        [file.path for file in manifest.parts(part)] for part in ("test", "train")
    )


def test_files_are_verified_while_they_are_copied(rig: Rig) -> None:
    """A flipped bit, a lost file, a changed manifest: each is refused by name."""
    digest = rig.ingest()["digest"]
    manifest = rig.manifest(digest)
    folder = rig.folder / "store" / dataset_folder(digest)
    (file,) = manifest.parts("train")
    copy = rig.folder / "copy" / "train.parquet"
    download(rig.store, digest, file, copy)
    assert (folder / file.path).read_bytes() == copy.read_bytes()
    _flip(folder / file.path)
    with pytest.raises(UserFault, match=r"file train/part-00000\.parquet: expected") as flipped:
        download(rig.store, digest, file, copy)
    assert (Reason.DATASET_CORRUPT, False) == (flipped.value.reason, copy.exists())
    (folder / file.path).unlink()
    with pytest.raises(UserFault, match="found no such file"):
        download(rig.store, digest, file, copy)
    _flip(folder / "manifest.json")
    with pytest.raises(UserFault, match=r"file manifest\.json: expected sha256:"):
        read_manifest(rig.store, digest)


def test_a_version_that_is_not_there_is_not_found(rig: Rig) -> None:
    """With the likely cause."""
    with pytest.raises(UserFault, match="removed by retention") as raised:
        read_manifest(rig.store, digest_of(b"other"))
    assert Reason.DATASET_NOT_FOUND == raised.value.reason


def test_a_manifest_of_another_release_is_told_as_such(rig: Rig) -> None:
    """Not as a crash."""
    content = b'{"version":2}'
    digest = digest_of(content)
    rig.store.write(f"{dataset_folder(digest)}/manifest.json", content)
    with pytest.raises(UserFault, match="another version of Trainyard"):
        read_manifest(rig.store, digest)
