"""Which part is a pod's, and what is in the store already."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelbundle.store import Store, open_store
from trainer.batch.parts import (
    ListedFile,
    files_of_run,
    part_of,
    receipt_key,
    share_of,
    stored_receipt,
    write_manifest,
)
from trainer.pod.exits import UserFault
from trainer.sources.source_file import OpenedFile, SourceFile
from trainer.tasks.batch_task import BatchTask

TASK = BatchTask.model_validate(
    {
        "version": 1,
        "run": "r",
        "source": {"kind": "files"},
        "bundle": f"sha256:{'a' * 64}",
        "output": "predictions/daily/r",
        "parts": 3,
    }
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return open_store(f"file://{tmp_path}")


def file(name: str, tag: str) -> SourceFile:
    """Return a file of that name, known by that tag."""
    return SourceFile(name, lambda: OpenedFile(iter(()), None, tag), lambda: tag)


@pytest.mark.parametrize("index", ["", "3", "-1", "x"])
def test_a_pod_has_one_of_the_parts(index: str) -> None:
    """Kubernetes tells it which."""
    assert 2 == part_of(TASK, {"JOB_COMPLETION_INDEX": "2"})
    with pytest.raises(UserFault, match="JOB_COMPLETION_INDEX"):
        part_of(TASK, {"JOB_COMPLETION_INDEX": index})


def test_every_file_is_in_one_part() -> None:
    """However many there are."""
    files = [ListedFile(str(n), None) for n in range(8)]
    shares = [share_of(files, part, 3) for part in range(3)]
    assert [3, 3, 2] == [len(share) for share in shares]
    assert {*files} == {file for share in shares for file in share}


def test_the_list_of_whoever_comes_first_is_everybodys(store: Store) -> None:
    """Files that come later are not of this run."""
    first = files_of_run(store, TASK, [file("b", "1")])
    assert (ListedFile("b", "1"),) == first
    assert first == files_of_run(store, TASK, [file("a", "2"), file("b", "3")])


def test_the_manifest_comes_with_the_last_receipt(store: Store, tmp_path: Path) -> None:
    """It sums up what all parts say."""
    for part in range(3):
        write_manifest(store, TASK)
        assert not (tmp_path / TASK.output / "_manifest.json").exists()
        assert stored_receipt(store, TASK, part) is None
        receipt = {"rows": 2, "scored": 1, "setAside": 1, "files": [{"name": str(part)}]}
        store.write(receipt_key(TASK, part), json.dumps(receipt).encode())
        assert receipt == stored_receipt(store, TASK, part)
    write_manifest(store, TASK)
    manifest = json.loads((tmp_path / TASK.output / "_manifest.json").read_text())
    assert (6, 3, 3) == (manifest["rows"], manifest["setAside"], len(manifest["files"]))
