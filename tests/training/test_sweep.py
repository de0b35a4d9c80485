"""What a sweep tells, marks and removes; over months that the task's `now` lets pass.

Proves: training-image/trainer/tasks/retention_task.py
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ingests import Rig, csv_of, plain_rows
from training_pod import Pod

from modelbundle.store import Store, open_store
from trainer.retention.units import fingerprint

DAY = timedelta(days=1)


class Yard:
    """A store with two data versions, two runs, captures and labelled rows."""

    def __init__(self, folder: Path) -> None:
        rig = Rig(folder)
        self.pod = Pod(folder)
        self.store: Store = open_store(f"file://{self.pod.store}")
        self.digests: list[str] = []
        for rows in (60, 70):
            rig.put("t.csv", csv_of(plain_rows(rows)))
            self.digests.append(rig.ingest()["digest"])
        for key in (
            "runs/uid-1/run-1/result.json",
            "runs/uid-9/run-1/result.json",
            "captures/uid-9/r1/2026-01-01/pod.parquet",
            "labelled/gone/rows.parquet",
        ):
            self.store.write(key, b"{}")

    def sweep(self, after: timedelta = timedelta(), **references: Any) -> dict[str, Any]:
        """The result of a sweep so much later."""
        known = {
            "owners": ["uid-1"],
            "digests": [self.digests[0].removeprefix("sha256:")[:16]],
            "runs": [fingerprint("run-1")],
        }
        task = {
            "version": 1,
            "now": (datetime.now(UTC) + after).isoformat(),
            "keepDays": 30,
            "dryRun": references.pop("dryRun", False),
            "namespaceUid": references.pop("namespaceUid", "uid-of-team"),
            "references": known | references,
        }
        return self.pod.run("sweep", task).document

    def folders(self) -> set[str]:
        """What is there, by the folders that are swept whole."""
        keys = [entry.key.split("/") for entry in self.store.list()]
        depths = {"datasets": 3, "runs": 3, "captures": 2, "labelled": 2}
        found = {"/".join(key[: depths.get(key[0], 1)]) for key in keys}
        return {name for name in found if not name.startswith(("retention", "datasets/contents"))}

    def report(self) -> list[dict[str, Any]]:
        """What the last sweep told of each unit."""
        lines = self.store.read("retention/report.jsonl").decode().splitlines()
        return [json.loads(line) for line in lines]


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """A yard of its own."""
    return Yard(tmp_path)


def version(digest: str) -> str:
    """Its folder."""
    return f"datasets/sha256/{digest.removeprefix('sha256:')}"


def test_a_dry_run_changes_nothing_and_tells_all(yard: Yard) -> None:
    """It is what happens unless the task says otherwise."""
    before = {entry.key for entry in yard.store.list()}
    found = yard.sweep(60 * DAY, dryRun=True)
    assert ("Planned", 2, 4, 0) == tuple(
        found[name] for name in ("outcome", "kept", "marked", "removed")
    )
    assert {"retention/report.jsonl"} == {entry.key for entry in yard.store.list()} - before
    told = {line["folder"]: line for line in yard.report()}
    folders = [
        "captures/uid-9",
        version(yard.digests[1]),
        "labelled/gone",
        "runs/uid-9/run-1",
    ]
    assert sorted(folders) == sorted(told)
    assert told[version(yard.digests[1])]["bytes"] > 1000


def test_what_nothing_refers_to_goes_when_its_time_is_over(yard: Yard) -> None:
    """Marked first, removed after thirty days; what is referred to stays for ever."""
    kept = {version(yard.digests[0]), "runs/uid-1/run-1"}
    assert 4 == yard.sweep()["marked"]
    assert (4, 0) == tuple(yard.sweep(29 * DAY)[name] for name in ("waiting", "removed"))
    assert kept < yard.folders()
    last = yard.sweep(31 * DAY)
    assert (2, 4) == (last["kept"], last["removed"])
    assert last["removedBytes"] > 1000
    assert kept == yard.folders()
    assert (2, 0, 0) == tuple(yard.sweep(90 * DAY)[name] for name in ("kept", "marked", "removed"))


def test_what_is_referred_to_again_is_kept_and_its_time_begins_anew(yard: Yard) -> None:
    """A mark of long ago counts no longer."""
    all_digests = [digest.removeprefix("sha256:")[:16] for digest in yard.digests]
    yard.sweep()
    yard.sweep(20 * DAY, digests=all_digests)
    found = yard.sweep(40 * DAY)
    assert (1, 3) == (found["marked"], found["removed"])
    assert version(yard.digests[1]) in yard.folders()


def test_a_version_that_a_refresh_finds_again_is_kept(yard: Yard, tmp_path: Path) -> None:
    """The refresh writes nothing, as the version is there; yet its time begins anew."""
    yard.sweep()
    assert yard.digests[1] == Rig(tmp_path).ingest()["digest"]
    found = yard.sweep(31 * DAY)
    assert (1, 3) == (found["marked"], found["removed"])
    assert version(yard.digests[1]) in yard.folders()


def test_what_a_result_promises_is_kept(yard: Yard) -> None:
    """The run has ended, and the operator has not read its result yet."""
    path = "runs/uid-1/run-1/result.json"
    yard.store.write(path, json.dumps({"digest": yard.digests[1]}).encode())
    yard.sweep(atWork=[path, "runs/uid-1/run-2/result.json"])
    yard.sweep(31 * DAY, atWork=[path])
    assert version(yard.digests[1]) in yard.folders()


def test_what_another_cluster_has_in_the_same_place_is_never_removed(yard: Yard) -> None:
    """Neither knows what the other's objects refer to."""
    before = yard.folders()
    yard.sweep()
    assert "SweptForAnother" == yard.sweep(31 * DAY, namespaceUid="uid-elsewhere")["reason"]
    assert "SweptForAnother" == yard.sweep(31 * DAY)["reason"]
    assert before == yard.folders()


def test_half_a_version_goes_like_a_whole_one(yard: Yard) -> None:
    """An upload that died left no manifest."""
    yard.store.delete(f"{version(yard.digests[1])}/manifest.json")
    yard.sweep()
    yard.sweep(31 * DAY)
    assert {version(yard.digests[0]), "runs/uid-1/run-1"} == yard.folders()


@pytest.mark.parametrize(
    ("references", "told"),
    [
        pytest.param({"owners": []}, "everything would go", id="no living object"),
        pytest.param({"digests": ["all"]}, "digests", id="no fingerprint"),
    ],
)
def test_a_sweep_that_knows_nothing_is_refused(
    yard: Yard, references: dict[str, Any], told: str
) -> None:
    """Nothing is marked or removed for an empty list."""
    before = yard.folders()
    found = yard.sweep(**references)
    assert "Failed" == found["outcome"]
    assert told in found["message"]
    assert before == yard.folders()


def test_a_store_that_fails_ends_the_sweep(yard: Yard, breaking: Callable[[Path], None]) -> None:
    """Nothing more is removed, and the Job is tried again."""
    yard.sweep()
    breaking(yard.pod.store / "runs" / "uid-9")
    found = yard.sweep(31 * DAY)
    assert ("Failed", "StoreUnreachable") == (found["outcome"], found["reason"])
    assert (yard.pod.store / "captures" / "uid-9").exists()


@pytest.fixture
def breaking() -> Callable[[Path], None]:
    """Make a folder of the volume one that cannot be listed."""

    def broken(folder: Path) -> None:
        for entry in folder.iterdir():
            entry.rename(folder.parent / "elsewhere")
        folder.rmdir()
        folder.symlink_to(folder)

    return broken
