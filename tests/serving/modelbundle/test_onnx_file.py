"""ONNX models as files."""

from __future__ import annotations

from pathlib import Path

import serving_bundles as bundles
from serving_bundles import Sample

from modelbundle.onnx_file import write_onnx


def test_converting_twice_gives_one_file(tumours_sample: Sample, tmp_path: Path) -> None:
    """The converter's random graph name does not reach the file."""
    for name in ("1", "2"):
        model = bundles.converted(tumours_sample.model, tumours_sample.signature)
        write_onnx(model, tmp_path / name)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_the_given_model_is_not_changed(tumours_sample: Sample, tmp_path: Path) -> None:
    """Writing is not renaming."""
    model = bundles.converted(tumours_sample.model, tumours_sample.signature)
    name = model.graph.name
    write_onnx(model, tmp_path / "m")
    assert name == model.graph.name
