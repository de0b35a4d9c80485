import hashlib
import json
from pathlib import Path

import pytest
from tar_contents import contents

from devcluster.image_archive import blobs_of, index_of, write_archive

BLOBS = {f"sha256:{hashlib.sha256(text).hexdigest()}": text for text in (b"c", b"base", b"code")}
CONFIG, BASE, CODE = BLOBS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An image as buildah writes it to a folder."""
    document = {"config": {"digest": CONFIG}, "layers": [{"digest": BASE}, {"digest": CODE}]}
    (tmp_path / "manifest.json").write_text(json.dumps(document))
    for digest, content in BLOBS.items():
        (tmp_path / digest.removeprefix("sha256:")).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize(
    ("present", "sent"),
    [
        pytest.param(frozenset(), {CONFIG, BASE, CODE}, id="an empty node gets everything"),
        pytest.param(frozenset({BASE}), {CONFIG, CODE}, id="a known layer stays behind"),
    ],
)
def test_only_missing_blobs_are_sent(folder: Path, present: frozenset[str], sent: set[str]) -> None:
    """Each file of the archive is named by the digest of its content."""
    write_archive(folder, "docker.io/trainyard/x:dev", present, folder / "x.tar")
    found = contents(folder / "x.tar")
    manifest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    expected = {manifest, *(digest.removeprefix("sha256:") for digest in sent)}
    blobs = {name.rpartition("/")[2]: data for name, data in found.items() if "blobs" in name}
    assert expected == set(blobs)
    assert all(hashlib.sha256(data).hexdigest() == name for name, data in blobs.items())


def test_the_index_names_the_image_and_its_manifest(folder: Path) -> None:
    """Containerd finds the name in an annotation and the manifest by its digest."""
    manifest = (folder / "manifest.json").read_bytes()
    (entry,) = json.loads(index_of(manifest, "docker.io/trainyard/x:dev"))["manifests"]
    assert entry["digest"] == f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    assert entry["annotations"] == {"io.containerd.image.name": "docker.io/trainyard/x:dev"}
    assert blobs_of(manifest) == (CONFIG, BASE, CODE)
