"""What is erased is nowhere in the store.

Proves: training-image/trainer/retention/erased_rows.py
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from captured_world import Answered, CapturedWorld, captured_world
from ingests import Rig, csv_of, plain_rows
from training_pod import Pod

from modelbundle.store import open_store
from trainer.erase import OPEN_SECONDS, rows_of_requests
from trainer.tasks.retention_task import EraseTask
from trainer.tasks.task import read_erase_task


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> CapturedWorld:
    """A store with a bundle."""
    return captured_world(tmp_path_factory.mktemp("erased"))


@pytest.fixture
def world(trained: CapturedWorld) -> CapturedWorld:
    """Requests of two revisions; two of them are one person's, one of these with three rows."""
    trained.empty()
    trained.capture([Answered(f"a{n}", "c0") for n in range(9)] + [Answered("me", "c1")], "old")
    trained.capture([Answered("m2", "c1")] * 3 + [Answered("b", "c1")], "new", counts=[3, 1])
    return trained


def ids(world: CapturedWorld) -> set[str]:
    """The requests of which there are rows."""
    parts = sorted((world.pod.store / "captures").rglob("*.parquet"))
    return {name for part in parts for name in pq.read_table(part)["request_id"].to_pylist()}


def erased(world: CapturedWorld, *names: str, dry_run: bool = False) -> dict[str, object]:
    """The counts; the pause passes at once."""
    task = EraseTask(version=1, request_ids=names, dry_run=dry_run)
    return rows_of_requests(open_store(f"file://{world.pod.store}"), task, lambda _: None)


def test_rows_of_requests_are_counted_and_then_gone(world: CapturedWorld) -> None:
    """Of all revisions, and all rows of a request; the others stay."""
    counts = {"rows": 4, "parts": 2, "labelled": []}
    assert counts == erased(world, "me", "m2", "unknown", dry_run=True)
    assert {"me", "m2"} < ids(world)
    assert counts == erased(world, "me", "m2", "unknown")
    assert {*(f"a{n}" for n in range(9)), "b"} == ids(world)
    assert 0 == erased(world, "me", "m2")["rows"]


def test_a_part_without_other_rows_goes(world: CapturedWorld) -> None:
    """Nothing is left of it."""
    erased(world, "m2", "b")
    assert 1 == len(list((world.pod.store / "captures").rglob("*.parquet")))


def test_labelled_rows_are_made_anew(world: CapturedWorld) -> None:
    """The rows that were joined say no more whose they are: all of them go until the next join."""
    labels = {"me": "c0", "a1": "c0", "m2/0": "c1", "m2/1": "c0"}
    world.join(labels)
    assert 4 == len(world.labelled())
    assert ["labelled/u1"] == erased(world, "m2")["labelled"]
    assert not (world.pod.store / "labelled/u1/rows.parquet").exists()
    world.join(labels)
    assert 2 == len(world.labelled())
    assert [] == erased(world, "m2")["labelled"]


def test_what_a_collector_writes_again_is_erased_again(world: CapturedWorld) -> None:
    """A part grows for minutes, and each time it is written whole, from the collector's memory."""
    store = open_store(f"file://{world.pod.store}")
    part = next(entry.key for entry in store.list("captures") if "/old/" in entry.key)
    content = store.read(part)
    waited: list[float] = []

    def meanwhile(seconds: float) -> None:
        waited.append(seconds)
        store.write(part, content)

    found = rows_of_requests(
        store, EraseTask(version=1, request_ids=("me",), dry_run=False), meanwhile
    )
    assert (1, [OPEN_SECONDS]) == (found["rows"], waited)
    assert "me" not in ids(world)


@pytest.mark.parametrize("again", [False, True])
def test_a_version_is_erased_and_can_be_made_again(pod: Pod, rig: Rig, again: bool) -> None:
    """Whatever refers to it; twice is as once."""
    rig.put("t.csv", csv_of(plain_rows(60)))
    digest = rig.ingest()["digest"]
    task = {"version": 1, "dataset": digest}
    planned = pod.run("erase", task).document
    assert ("Planned", 9) > (planned["outcome"], planned["objects"]) > ("Planned", 3)
    assert digest == rig.manifest(digest).digest
    for _ in range(1 + again):
        ended = pod.run("erase", task | {"dryRun": False})
        assert (0, "Erased") == (ended.code, ended.document["outcome"])
    assert [] == [entry.key for entry in rig.store.list() if not entry.key.startswith("runs")]
    assert digest == rig.ingest()["digest"]
    assert digest == rig.manifest(digest).digest


@pytest.mark.parametrize("what", [{}, {"dataset": "sha256:" + "0" * 64, "requestIds": ["a"]}])
def test_one_thing_is_named(pod: Pod, what: dict[str, object]) -> None:
    """Nothing is erased by an omission."""
    ended = pod.run("erase", {"version": 1, **what})
    assert (10, True) == (ended.code, "dataset or requestIds" in ended.document["message"])


def test_times_are_those_of_the_store(tmp_path: Path) -> None:
    """A part of long ago is not waited for."""
    store = open_store(f"file://{tmp_path}")
    store.write("captures/u/r/2026-01-01/p.parquet", _part())
    old = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    os.utime(tmp_path / "captures/u/r/2026-01-01/p.parquet", (old, old))
    waited: list[float] = []
    task = EraseTask(version=1, request_ids=("me",), dry_run=False)
    assert 1 == rows_of_requests(store, task, waited.append)["rows"]
    assert [] == waited


def _part() -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.table({"request_id": ["me", "you"]}), content)
    return content.getvalue()


def _container() -> dict[str, Any]:
    page = Path(__file__).parents[2] / "docs/how-to/retention.md"
    manifest = yaml.safe_load(page.read_text().split("```yaml\n")[1].split("```")[0])
    (container,) = manifest["spec"]["template"]["spec"]["containers"]
    return dict(container)


def test_the_manifest_of_the_guide_says_what_the_image_reads() -> None:
    """Its task is one, and it erases."""
    container = _container()
    task = read_erase_task(container["env"][1]["value"])
    assert (["erase"], False, 2) == (container["args"], task.dry_run, len(task.request_ids))


def test_the_container_of_the_guide_erases_the_rows_of_requests(
    trained: CapturedWorld, tmp_path: Path
) -> None:
    """Its own command and variables, as a process; captures are an hour old, so that no pod
    writes them again.
    """
    trained.empty()
    trained.capture([Answered(name, "c0") for name in ("c-4711-1", "b", "c-4711-2", "d")], "old")
    an_hour_ago = datetime.now(UTC).timestamp() - 3600
    for part in (trained.pod.store / "captures").rglob("*.parquet"):
        os.utime(part, (an_hour_ago, an_hour_ago))
    container, log = _container(), tmp_path / "log"
    variables = {entry["name"]: entry["value"] for entry in container["env"]} | {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(tmp_path),
        "TRAINYARD_STORE_URL": f"file://{trained.pod.store}",
        "TRAINYARD_TERMINATION_LOG": str(log),
    }
    command = [sys.executable, "-m", "trainer", *container["args"]]
    ended = subprocess.run(command, env=variables, cwd="/", capture_output=True, check=False)
    assert 0 == ended.returncode, ended.stderr
    said = json.loads(log.read_text())
    assert ("Erased", 2, 1) == (said["outcome"], said["rows"], said["parts"])
    assert {"b", "d"} == ids(trained)
