"""A bill of materials names the model, its data and its libraries by digest and version.

That it is CycloneDX says `tests/chart/test_release_files.py`, by the standard's own schema.
"""

from __future__ import annotations

from a_recorded_version import BUNDLE, DATA, all_recorded, alone, with_code, without_data

from trainyardctl.ml_bom import ml_bom
from trainyardctl.model_card import model_card


def test_model_data_and_libraries_are_named() -> None:
    """And tied to each other."""
    found = ml_bom(all_recorded())
    model = found["metadata"]["component"]
    assert [{"alg": "SHA-256", "content": "b" * 64}] == model["hashes"]
    assert [{"ref": DATA}] == model["modelCard"]["modelParameters"]["datasets"]
    measured = model["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    assert {"type": "roc_auc", "value": "0.97"} in measured
    purl = "pkg:pypi/scikit-learn@1.8.0"
    assert [DATA, purl] == [part["bom-ref"] for part in found["components"]]
    assert [{"ref": BUNDLE, "dependsOn": [DATA, purl]}] == found["dependencies"]
    said = {p["name"]: p["value"] for p in model["properties"]}
    assert ("0f3c9a1", "true") == (
        said["trainyard.dev/code/revision"],
        said["trainyard.dev/code/dirty"],
    )
    assert ("ada", "Approve by bob") == (
        said["trainyard.dev/author"],
        said["trainyard.dev/approval"],
    )


def test_the_same_version_gives_the_same_document() -> None:
    """No time and no random number is in it."""
    assert ml_bom(alone()) == ml_bom(alone())


def test_a_model_without_data_names_none() -> None:
    """It was imported so."""
    found = without_data()
    document = ml_bom(found)
    assert [] == document["metadata"]["component"]["modelCard"]["modelParameters"]["datasets"]
    assert [] == [part for part in document["components"] if part["type"] == "data"]
    assert "| Version | none: the model was imported without data" in model_card(found)


def test_what_loading_runs_is_named() -> None:
    """A pickle and the modules that travel with it; of other models nothing is said."""
    properties = ml_bom(with_code())["metadata"]["component"]["properties"]
    said = {p["name"].removeprefix("trainyard.dev/"): p["value"] for p in properties}
    assert ("Pickle", "rare_rows, words", "3", "2104") == tuple(
        said[name]
        for name in ("trust", "packedCode/modules", "packedCode/files", "packedCode/bytes")
    )
    assert "trust" not in str(ml_bom(all_recorded())["metadata"]["component"]["properties"])
