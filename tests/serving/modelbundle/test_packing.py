"""Packing and verifying."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import serving_bundles as bundles
from models_with_code import packed_with_code, write_code
from serving_bundles import ORIGIN, Data, Sample

from modelbundle.faults import BundleCorrupt, BundleNotFound, BundleUnreadable
from modelbundle.packing import pack, verify

FILES = ("example.json", "model.onnx", "model.skops", "profile.json")


def test_packed_is_verified(tumours_sample: Sample) -> None:
    """What was packed is intact and lists every file."""
    manifest = verify(tumours_sample.directory, tumours_sample.digest)
    assert FILES == tuple(file.path for file in manifest.files)


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
def test_a_flipped_bit_is_found_in_every_file(
    copy: Path, tumours_sample: Sample, name: str
) -> None:
    """One bit in any file is enough, and the file is named."""
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(BundleCorrupt) as caught:
        verify(copy, tumours_sample.digest)
    assert name == caught.value.name


def test_a_missing_file_is_named(copy: Path, tumours_sample: Sample) -> None:
    """A file that is gone is damage."""
    (copy / "profile.json").unlink()
    with pytest.raises(
        BundleCorrupt, match=r"profile\.json: expected \d+ bytes, found no such file"
    ):
        verify(copy, tumours_sample.digest)


def test_a_shortened_file_is_named(copy: Path, tumours_sample: Sample) -> None:
    """A torn copy is found by its size."""
    content = (copy / "model.skops").read_bytes()
    (copy / "model.skops").write_bytes(content[:-1])
    with pytest.raises(BundleCorrupt, match=rf"found {len(content) - 1} bytes"):
        verify(copy, tumours_sample.digest)


def test_another_bundle_is_refused(copy: Path) -> None:
    """An intact bundle under another digest is refused."""
    with pytest.raises(BundleCorrupt, match=r"manifest\.json: expected sha256:0000"):
        verify(copy, "sha256:" + "0" * 64)


def test_no_bundle_is_not_found(tmp_path: Path) -> None:
    """An empty directory is not a damaged bundle but none."""
    with pytest.raises(BundleNotFound):
        verify(tmp_path, "sha256:" + "0" * 64)


def test_what_lies_beside_the_digest_does_not_change_it(copy: Path, tumours_sample: Sample) -> None:
    """Timings vary; the digest must not."""
    (copy / "about").mkdir()
    (copy / "about" / "runtimes.json").write_text("{}")
    assert tumours_sample.digest == pack(copy, tumours_sample.signature, ORIGIN)


@pytest.mark.parametrize("name", ["profile.json", "example.json"])
def test_incomplete_directory_is_not_packed(copy: Path, tumours_sample: Sample, name: str) -> None:
    """Profile and example are part of every bundle."""
    (copy / name).unlink()
    with pytest.raises(BundleUnreadable, match=name):
        pack(copy, tumours_sample.signature, ORIGIN)


def test_no_model_is_not_packed(copy: Path, tumours_sample: Sample) -> None:
    """A bundle holds a model."""
    (copy / "model.onnx").unlink()
    (copy / "model.skops").unlink()
    with pytest.raises(BundleUnreadable, match=r"no model\.onnx"):
        pack(copy, tumours_sample.signature, ORIGIN)


def test_pickle_is_packed_only_with_trust(copy: Path, tumours_sample: Sample) -> None:
    """Joblib needs the recipe's word."""
    (copy / "model.joblib").write_bytes(b"anything")
    with pytest.raises(BundleUnreadable, match="trust: Pickle"):
        pack(copy, tumours_sample.signature, ORIGIN)
    pack(copy, tumours_sample.signature, replace(ORIGIN, trust="Pickle"))


def test_code_is_under_the_digest(tmp_path: Path) -> None:
    """It is listed, a changed letter is damage, and without it the digest is what it was."""
    sample = packed_with_code(tmp_path, bundles.iris())
    manifest = verify(tmp_path, sample.digest)
    path = tmp_path / "code" / "rare_rows.py"
    assert {"rare_rows.py": path.stat().st_size} == manifest.code
    assert ("joblib",) == manifest.formats
    path.write_text(path.read_text().replace("neighbours: int = 5", "neighbours: int = 6"))
    with pytest.raises(BundleCorrupt, match=r"code/rare_rows\.py: expected sha256"):
        verify(tmp_path, sample.digest)
    shutil.rmtree(tmp_path / "code")
    origin = replace(ORIGIN, trust="Pickle")
    without = pack(tmp_path, sample.signature, origin)
    (tmp_path / "code").mkdir()
    assert without == pack(tmp_path, sample.signature, origin) != sample.digest


@pytest.mark.parametrize(
    ("code", "trust", "words"),
    [
        pytest.param({"own.py": "x = 1"}, None, "trust: Pickle", id="no trust"),
        pytest.param({"own.py": b"\xff"}, "Pickle", "code/own.py is no text", id="no text"),
        pytest.param({"own.txt": "x"}, "Pickle", "has no module", id="no module"),
        pytest.param({"own.py": "", "o.so": ""}, "Pickle", "code/o.so is compiled", id="compiled"),
    ],
)
def test_what_is_no_code_is_not_packed(
    copy: Path, tumours_sample: Sample, code: dict[str, Any], trust: str | None, words: str
) -> None:
    """Named, with what to do."""
    (copy / "model.joblib").write_bytes(b"anything")
    write_code(copy, code)
    with pytest.raises(BundleUnreadable, match=words):
        pack(copy, tumours_sample.signature, replace(ORIGIN, trust=trust))


def test_code_beside_another_format_is_not_packed(copy: Path, tumours_sample: Sample) -> None:
    """ONNX and skops import none."""
    write_code(copy, {"own.py": "x = 1"})
    with pytest.raises(BundleUnreadable, match=r"beside model\.onnx and model\.skops, which"):
        pack(copy, tumours_sample.signature, replace(ORIGIN, trust="Pickle"))


def test_links_are_not_packed(copy: Path, tumours_sample: Sample) -> None:
    """A link could show other bytes elsewhere."""
    (copy / "extra").symlink_to("profile.json")
    with pytest.raises(BundleUnreadable, match="extra is a link"):
        pack(copy, tumours_sample.signature, ORIGIN)


@pytest.mark.parametrize(
    ("model", "data"),
    [
        pytest.param(bundles.linear, bundles.tumours, id="a linear model"),
        pytest.param(bundles.forest, bundles.iris, id="a forest"),
        pytest.param(bundles.tolerant_columns, bundles.patients, id="a column pipeline"),
    ],
)
def test_training_twice_gives_one_digest(
    model: Callable[[], Any], data: Callable[[], Data], tmp_path: Path
) -> None:
    """The same inputs on the same image are the same bundle."""
    first = bundles.packed(tmp_path / "1", model(), data(), ("onnx", "skops"))
    second = bundles.packed(tmp_path / "2", model(), data(), ("onnx", "skops"))
    assert first.digest == second.digest
