"""What lies in a store, and what a living object refers to."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelbundle.store import open_store
from trainer.retention.units import Kind, Unit, fingerprint, is_referenced, units_of
from trainer.tasks.retention_task import References

DIGITS = "0123456789abcdef" * 4
KNOWN = References(
    owners=("uid-1",),
    deployments=("scoring",),
    digests=(DIGITS[:16],),
    runs=(fingerprint("run-1"),),
)


def test_every_kind_is_found_in_whole_units(tmp_path: Path) -> None:
    """A version, a bundle, a run, the captures of a deployment, its labelled rows."""
    store = open_store(f"file://{tmp_path}")
    for key in (
        f"datasets/sha256/{DIGITS}/train/0.parquet",
        f"datasets/sha256/{DIGITS}/manifest.json",
        "datasets/contents/1.json",
        f"models/sha256/{DIGITS}/model.onnx",
        "runs/uid-1/run-1/result.json",
        "runs/uid-1/run-2/result.json",
        "captures/uid-1/r1/2026-11-01/p.parquet",
        "captures/uid-1/r2/2026-11-02/p.parquet",
        "labelled/scoring/rows.parquet",
        "retention/report.jsonl",
    ):
        store.write(key, b"1")
    assert [
        f"datasets/sha256/{DIGITS}",
        f"models/sha256/{DIGITS}",
        "runs/uid-1/run-1",
        "runs/uid-1/run-2",
        "captures/uid-1",
        "labelled/scoring",
    ] == [unit.folder for unit in units_of(store)]


@pytest.mark.parametrize(
    ("kind", "folder", "referenced"),
    [
        pytest.param(Kind.DATASET, f"datasets/sha256/{DIGITS}", True, id="a version in a status"),
        pytest.param(Kind.DATASET, f"datasets/sha256/{DIGITS[::-1]}", False, id="another version"),
        pytest.param(Kind.MODEL, f"models/sha256/{DIGITS}", True, id="a bundle in a status"),
        pytest.param(Kind.MODEL, f"models/sha256/{DIGITS[1:]}0", False, id="another bundle"),
        pytest.param(Kind.RUN, "runs/uid-1/run-1", True, id="a run that a status names"),
        pytest.param(Kind.RUN, "runs/uid-1/run-2", False, id="a run that it has forgotten"),
        pytest.param(Kind.RUN, "runs/uid-2/run-1", False, id="a run of a deleted object"),
        pytest.param(Kind.CAPTURE, "captures/uid-1", True, id="captures of a deployment"),
        pytest.param(Kind.CAPTURE, "captures/uid-2", False, id="captures of a deleted one"),
        pytest.param(Kind.LABELLED, "labelled/scoring", True, id="labelled rows of before"),
        pytest.param(Kind.LABELLED, "labelled/uid-1", True, id="labelled rows"),
        pytest.param(Kind.LABELLED, "labelled/ranking", False, id="labelled rows of nobody"),
    ],
)
def test_what_is_referred_to(kind: Kind, folder: str, referenced: bool) -> None:
    """Digests by their first digits, runs by owner and name, the rest by owner or name."""
    assert referenced == is_referenced(Unit(kind, folder), KNOWN)
