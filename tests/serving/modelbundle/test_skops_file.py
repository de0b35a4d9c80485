"""Estimators as files."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import serving_bundles as bundles
from serving_process import environment
from sklearn.preprocessing import FunctionTransformer

from modelbundle.faults import BundleUnreadable, ModelNotTrusted
from modelbundle.skops_file import normalised, read_skops, refuse_spreading, write_skops

TRAIN = """
import sys, hashlib, pathlib
import serving_bundles as bundles
from modelbundle.skops_file import write_skops
model = bundles.forest()
bundles.fitted(model, bundles.tumours())
path = pathlib.Path(sys.argv[1])
write_skops(model, path)
print(hashlib.sha256(path.read_bytes()).hexdigest())
"""


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    """Neither addresses nor the order of sets nor times reach the file."""
    found = set()
    for seed in ("1", "2"):
        environ = environment(tmp_path, "", PYTHONHASHSEED=seed)
        command = [sys.executable, "-c", TRAIN, str(tmp_path / seed)]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
        found.add(done.stdout)
    assert len(found) == 1


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """The estimator answers as before."""
    model = bundles.forest()
    _, table, _ = bundles.fitted(model, bundles.iris())
    write_skops(model, tmp_path / "m.skops")
    again = read_skops(tmp_path / "m.skops")
    assert model.predict_proba(table).tolist() == again.predict_proba(table).tolist()


def test_normalising_twice_changes_nothing(tmp_path: Path) -> None:
    """The normal form is one."""
    model = bundles.forest()
    bundles.fitted(model, bundles.iris())
    write_skops(model, tmp_path / "m.skops")
    content = (tmp_path / "m.skops").read_bytes()
    assert content == normalised(content)


def test_foreign_functions_are_refused_when_written_and_when_read(tmp_path: Path) -> None:
    """The message names the function; nothing is called."""
    from skops.io import dump

    model = FunctionTransformer(subprocess.getoutput)
    with pytest.raises(ModelNotTrusted, match=r"subprocess\.getoutput"):
        write_skops(model, tmp_path / "m.skops")
    dump(model, tmp_path / "m.skops")
    with pytest.raises(ModelNotTrusted, match=r"subprocess\.getoutput"):
        read_skops(tmp_path / "m.skops")


def test_no_archive_is_told(tmp_path: Path) -> None:
    """Bytes that are no skops file."""
    (tmp_path / "m.skops").write_bytes(b"not a zip")
    with pytest.raises(BundleUnreadable, match="not a readable skops file"):
        read_skops(tmp_path / "m.skops")


@pytest.mark.parametrize(
    "name", [pytest.param("1.npy", id="an array"), pytest.param("schema.json", id="the schema")]
)
def test_an_archive_that_would_spread_is_refused_by_its_size(tmp_path: Path, name: str) -> None:
    """A hundred kilobytes that hold more than half of the memory."""
    path = tmp_path / "m.skops"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(name, b"0" * (65 << 20))
        if name != "schema.json":
            archive.writestr("schema.json", b"{}")
    assert path.stat().st_size < 200_000
    with pytest.raises(BundleUnreadable, match="at most 67108864 fit"):
        refuse_spreading(path.read_bytes(), 64 << 20)
