"""Every field of a manifest is checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from serving_bundles import Sample

from modelbundle.canonical import canonical_json
from modelbundle.faults import BundleNotFound, BundleUnreadable
from modelbundle.manifest_reading import is_bundle_path, parse_manifest, read_manifest


def test_what_was_packed_is_read(patients_sample: Sample) -> None:
    """Reading gives the signature that was packed."""
    assert patients_sample.signature == read_manifest(patients_sample.directory).signature


def test_no_manifest_is_not_found(tmp_path: Path) -> None:
    """An empty directory is no bundle."""
    with pytest.raises(BundleNotFound, match=r"holds no manifest\.json"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"version": 2}, "newer serving image", id="a later version"),
        pytest.param({"extra": 1}, "'extra'", id="an unknown field"),
        pytest.param({"task": "Ranking"}, "task: found 'Ranking'", id="an unknown task"),
        pytest.param({"classes": []}, "classes", id="a classification without classes"),
        pytest.param({"classes": [1, "a"]}, "all texts", id="classes of two types"),
        pytest.param({"features": []}, "features", id="no features"),
        pytest.param(
            {"features": [{"name": "a", "kind": "Date"}]}, "features.kind", id="an unknown kind"
        ),
        pytest.param({"datasetDigest": "latest"}, "datasetDigest", id="a dataset without digest"),
        pytest.param({"trust": "Everything"}, "trust", id="an unknown trust"),
        pytest.param({"libraries": []}, "libraries", id="libraries that are no object"),
        pytest.param(
            {"target": 7}, "target: found 7, expected text", id="a target that is no text"
        ),
        pytest.param({"files": []}, "files", id="no files"),
        pytest.param(
            {"files": [{"path": "../x", "size": 1, "sha256": "a" * 64}]},
            "inside the bundle",
            id="a file outside of the bundle",
        ),
        pytest.param(
            {"files": [{"path": "x", "size": -1, "sha256": "a" * 64}]}, "size of x", id="bad size"
        ),
        pytest.param(
            {"files": [{"path": "x", "size": 1, "sha256": "a"}]}, "sha256 of x", id="bad sha256"
        ),
        pytest.param(
            {"targets": ["target", "age"]},
            "classes: .* a list of labels for each target",
            id="classes of one target where there are several",
        ),
        pytest.param(
            {"targets": ["target", "age"], "classes": [["low", "high"]]},
            r"classes: .*2 classes are not \(2,\) of the targets'",
            id="classes of fewer targets than there are",
        ),
        pytest.param(
            {"targets": ["target", "age"], "classes": [["low", "high"], [0, 1]]},
            "all texts",
            id="labels of another type for each target",
        ),
        pytest.param(
            {"classes": [["low", "high"], ["old", "young"]]},
            "all texts",
            id="classes of several targets where there is one",
        ),
        pytest.param(
            {"task": "Regression", "classes": [], "targets": ["x", "y"]},
            "first",
            id="a foreign target",
        ),
        pytest.param(
            {"task": "Regression", "classes": [], "targets": ["x"]},
            "two or more",
            id="one in a list",
        ),
        pytest.param({"inputs": []}, "do not follow", id="inputs at odds with the features"),
        pytest.param({"formats": ["onnx"]}, "do not follow", id="formats at odds with the files"),
    ],
)
def test_wrong_field_is_named(
    patients_sample: Sample, change: dict[str, Any], message: str
) -> None:
    """A manifest with one wrong field is refused, and the message says which."""
    document = json.loads((patients_sample.directory / "manifest.json").read_bytes())
    with pytest.raises(BundleUnreadable, match=message):
        parse_manifest(canonical_json({**document, **change}))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"{", "not JSON", id="half a document"),
        pytest.param(b"[]", "an object", id="a list"),
        pytest.param(b" " * (5 << 20), "at most 4 MiB", id="more than four MiB"),
    ],
)
def test_no_object_is_refused(content: bytes, message: str) -> None:
    """Bytes that are no manifest at all."""
    with pytest.raises(BundleUnreadable, match=message):
        parse_manifest(content)


def test_other_spelling_is_refused(patients_sample: Sample) -> None:
    """The same values with spaces would have two digests."""
    document = json.loads((patients_sample.directory / "manifest.json").read_bytes())
    with pytest.raises(BundleUnreadable, match="canonical"):
        parse_manifest(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("model.onnx", True, id="a file"),
        pytest.param("parts/a.bin", True, id="a file in a folder"),
        pytest.param("/etc/passwd", False, id="absolute"),
        pytest.param("a/../../b", False, id="climbing"),
        pytest.param("a//b", False, id="two slashes"),
        pytest.param("manifest.json", False, id="the manifest itself"),
        pytest.param("about/metrics.json", False, id="what lies beside the digest"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_paths_stay_inside(path: str, expected: bool) -> None:
    """Only plain relative paths are files of a bundle."""
    assert expected == is_bundle_path(path)
