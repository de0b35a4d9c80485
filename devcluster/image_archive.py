"""An image archive that leaves out what the node already has.

buildah writes an image as a folder (its `dir:` form: manifest.json and a file per blob, named by
digest). containerd reads OCI archives, and fills in blobs that it has from earlier images: most
often only the last layer, with the code, is new.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"


def blobs_of(manifest: bytes) -> tuple[str, ...]:
    """The digests of the configuration and the layers that an OCI manifest names."""
    document = json.loads(manifest)
    return tuple(part["digest"] for part in (document["config"], *document["layers"]))


def index_of(manifest: bytes, image: str) -> bytes:
    """The index of an OCI archive with one image; containerd takes the name from it."""
    entry = {
        "mediaType": MANIFEST_TYPE,
        "digest": f"sha256:{hashlib.sha256(manifest).hexdigest()}",
        "size": len(manifest),
        "annotations": {"io.containerd.image.name": image},
    }
    return json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()


def write_archive(folder: Path, image: str, present: frozenset[str], archive: Path) -> None:
    """`archive` holds the image of `folder` but for the blobs whose digests are `present`."""
    manifest = (folder / "manifest.json").read_bytes()
    with tarfile.open(archive, "w") as tar:
        _add(tar, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        _add(tar, "index.json", index_of(manifest, image))
        _add(tar, f"blobs/sha256/{hashlib.sha256(manifest).hexdigest()}", manifest)
        for digest in dict.fromkeys(blobs_of(manifest)):
            if digest not in present:
                name = digest.removeprefix("sha256:")
                tar.add(folder / name, f"blobs/sha256/{name}")


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
