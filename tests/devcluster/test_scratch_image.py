import hashlib
import json
from pathlib import Path

from tar_contents import contents

from devcluster.scratch_image import layer_of, write_image


def test_the_archive_is_a_docker_archive_of_one_binary(tmp_path: Path) -> None:
    """Manifest, configuration and layer refer to each other by digest."""
    binary = tmp_path / "pause"
    binary.write_bytes(b"ELF")
    write_image(binary, "localhost/pause:1", tmp_path / "pause.tar", "65532:65532", "amd64")
    found = contents(tmp_path / "pause.tar")
    (manifest,) = json.loads(found["manifest.json"])
    config = json.loads(found[manifest["Config"]])
    layer = found[manifest["Layers"][0]]
    assert manifest["RepoTags"] == ["localhost/pause:1"]
    assert manifest["Config"] == f"{hashlib.sha256(found[manifest['Config']]).hexdigest()}.json"
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(layer).hexdigest()}"]
    assert config["config"]["Entrypoint"] == ["/pause"]
    assert config["config"]["User"] == "65532:65532"


def test_the_same_binary_gives_the_same_layer() -> None:
    """No times and owners of this machine are in an image."""
    assert layer_of(b"ELF", "pause") == layer_of(b"ELF", "pause")
