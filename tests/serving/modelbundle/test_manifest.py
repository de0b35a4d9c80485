"""The manifest's text and digest."""

from __future__ import annotations

from dataclasses import replace

from modelbundle.canonical import digest_of
from modelbundle.manifest import BundleFile, Manifest, Origin, libraries_of
from modelbundle.signature import Feature, Kind, Signature, Task

MANIFEST = Manifest(
    Signature(Task.REGRESSION, (), (Feature("a", Kind.FLOAT),), probabilities=False),
    Origin("y", "sha256:" + "a" * 64, "sha256:" + "b" * 64, libraries_of({"numpy": "2"})),
    (BundleFile("model.onnx", 3, "c" * 64),),
)


def test_manifest_is_canonical_json() -> None:
    """The whole text, byte by byte."""
    expected = (
        '{"classes":[],"datasetDigest":"sha256:' + "a" * 64 + '",'
        '"features":[{"acceptsMissing":false,"kind":"Float","name":"a"}],'
        '"files":[{"path":"model.onnx","sha256":"' + "c" * 64 + '","size":3}],"formats":["onnx"],'
        '"inputs":[{"datatype":"FP64","name":"input","shape":[-1,1]}],"libraries":{"numpy":"2"},'
        '"outputs":[{"datatype":"FP64","name":"predictions","shape":[-1]}],'
        '"recipeDigest":"sha256:' + "b" * 64 + '","target":"y","task":"Regression","trust":null,'
        '"version":1}'
    )
    assert expected == MANIFEST.content().decode()


def test_digest_names_these_bytes() -> None:
    """The bundle is named by the sha256 of its manifest."""
    assert digest_of(MANIFEST.content()) == MANIFEST.digest


def test_any_change_changes_the_digest() -> None:
    """Another dataset is another bundle, though every file is the same."""
    other = replace(MANIFEST, origin=replace(MANIFEST.origin, dataset_digest="sha256:" + "d" * 64))
    assert other.digest != MANIFEST.digest


def test_libraries_are_sorted_by_name() -> None:
    """The order in which versions were found does not matter."""
    assert (("a", "1"), ("b", "2")) == libraries_of({"b": "2", "a": "1"})
