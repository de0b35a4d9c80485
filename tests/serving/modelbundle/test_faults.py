"""Sentences of faults."""

from __future__ import annotations

from modelbundle.faults import BundleCorrupt


def test_corruption_names_file_expected_and_found() -> None:
    """A user learns which file, what it should be, what it is, and what to do."""
    fault = BundleCorrupt("model.onnx", "12 bytes", "11 bytes")
    expected = (
        "bundle file model.onnx: expected 12 bytes, found 11 bytes;"
        " the stored copy is damaged: publish the bundle again from its training run"
    )
    assert expected == str(fault)
