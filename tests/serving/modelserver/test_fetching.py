"""The init container."""

from __future__ import annotations

from pathlib import Path

import pytest
from serving_bundles import Sample
from serving_process import environment, run_to_end

from modelbundle.packing import verify
from modelbundle.publishing import bundle_key, publish
from modelbundle.store import open_store
from modelserver.fetching import fetch_bundle


@pytest.fixture
def environ(tmp_path: Path, tumours_sample: Sample) -> dict[str, str]:
    """A pod's variables, with a store that holds the bundle."""
    store = tmp_path / "store"
    publish(open_store(store.as_uri()), tumours_sample.directory, tumours_sample.digest)
    return environment(
        tmp_path / "bundle", tumours_sample.digest, TRAINYARD_STORE_URL=store.as_uri()
    )


def test_the_bundle_lies_verified(
    environ: dict[str, str], tmp_path: Path, tumours_sample: Sample
) -> None:
    """Exit 0, and a directory that the server accepts; a second run (restart) does the same."""
    for _ in range(2):
        done = run_to_end(environ, "fetch")
        assert (0, "") == (done.returncode, done.stdout)
        verify(tmp_path / "bundle", tumours_sample.digest)


def test_damage_ends_with_14(
    environ: dict[str, str], tmp_path: Path, tumours_sample: Sample
) -> None:
    """The file is named; nothing can be served from the directory."""
    path = tmp_path / "store" / bundle_key(tumours_sample.digest, "model.onnx")
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    done = run_to_end(environ, "fetch")
    assert done.returncode == 14
    assert "bundle file model.onnx: expected sha256" in done.stderr
    assert not (tmp_path / "bundle" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        pytest.param(
            {"TRAINYARD_BUNDLE_DIGEST": "sha256:" + "0" * 64}, 14, "holds no bundle", id="no bundle"
        ),
        pytest.param(
            {"TRAINYARD_BUNDLE_DIGEST": "latest"}, 10, "TRAINYARD_BUNDLE_DIGEST", id="no digest"
        ),
        pytest.param({"TRAINYARD_STORE_URL": ""}, 10, "TRAINYARD_STORE_URL", id="no store"),
        pytest.param({"TRAINYARD_STORE_URL": "ftp://x"}, 10, "s3://bucket", id="another scheme"),
        pytest.param(
            {"TRAINYARD_STORE_URL": "file:///proc/none"}, 20, "/proc/none", id="no such mount"
        ),
    ],
)
def test_what_cannot_be_fetched_is_told(
    environ: dict[str, str], change: dict[str, str], code: int, message: str
) -> None:
    """The exit code says whether trying again may help, the sentence what is wrong."""
    found, sentence = fetch_bundle({**environ, **change})
    assert code == found
    assert message in sentence
