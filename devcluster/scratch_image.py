"""An image that holds one static binary, written as a docker archive without any engine."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

UNPRIVILEGED = "65532:65532"


def layer_of(binary: bytes, name: str) -> bytes:
    """A layer (tar) with the one executable `/name`; the same bytes give the same layer."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(binary), 0o755
        tar.addfile(entry, io.BytesIO(binary))
    return buffer.getvalue()


def config_of(layer: bytes, name: str, user: str, architecture: str) -> bytes:
    """The image's configuration: the binary is its entry point."""
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {"Entrypoint": [f"/{name}"], "User": user, "WorkingDir": "/"},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    return json.dumps(config).encode()


def write_image(binary: Path, tag: str, archive: Path, user: str, architecture: str) -> None:
    """`archive` is a docker archive of image `tag` with `binary` as its entry point."""
    layer = layer_of(binary.read_bytes(), binary.name)
    config = config_of(layer, binary.name, user, architecture)
    config_name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = [{"Config": config_name, "RepoTags": [tag], "Layers": ["layer.tar"]}]
    with tarfile.open(archive, "w") as tar:
        for name, content in (
            (config_name, config),
            ("layer.tar", layer),
            ("manifest.json", json.dumps(manifest).encode()),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
