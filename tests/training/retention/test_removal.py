"""A version goes whole, whatever comes in between, on a volume and in a bucket.

Proves: serving-image/modelbundle/retention_marks.py
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from ingests import Rig, csv_of, plain_rows
from s3_server import S3, s3_server

from modelbundle.canonical import hex_of
from modelbundle.faults import StoreBusy, StoreUnreachable
from modelbundle.retention_marks import begin_removal, claim, mark_unreferenced, unmark
from modelbundle.store import Entry, Store
from trainer.datasets.dataset_manifest import DatasetManifest, dataset_folder
from trainer.datasets.versions import content_identity, publish_version
from trainer.pod.exits import MachineFault
from trainer.retention.removal import remove_unit
from trainer.retention.units import Kind, Unit

_Answer = TypeVar("_Answer")


def clock() -> datetime:
    """The time."""
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[DatasetManifest, Path]:
    """A version, and its files."""
    rig = Rig(tmp_path_factory.mktemp("made"))
    rig.put("t.csv", csv_of(plain_rows(60)))
    digest = rig.ingest()["digest"]
    return rig.manifest(digest), rig.folder / "store" / dataset_folder(digest)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """A real S3 server."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(params=["a volume", "a bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store."""
    if request.param == "a volume":
        return Rig(tmp_path).store
    server: S3 = request.getfixturevalue("s3")
    return server.store(tmp_path.name)


@pytest.fixture
def unit(store: Store, made: tuple[DatasetManifest, Path]) -> Unit:
    """A published version to which nothing refers."""
    publish_version(store, *made)
    found = Unit(Kind.DATASET, dataset_folder(made[0].digest))
    mark_unreferenced(store, found.folder, clock())
    return found


class _Failing(Store):
    """A store that answers so many requests, and then no more."""

    def __init__(self, store: Store, answers: int) -> None:
        self._inner = store
        self._left = answers

    def read(self, key: str) -> bytes:
        return self._answered(self._inner.read, key)

    def exists(self, key: str) -> bool:
        return self._answered(self._inner.exists, key)

    def write(self, key: str, content: bytes) -> None:
        self._answered(lambda name: self._inner.write(name, content), key)

    def delete(self, key: str) -> None:
        self._answered(self._inner.delete, key)

    def walk(self, prefix: str = "") -> Iterator[Entry]:
        return self._answered(self._inner.walk, prefix)

    def _answered(self, ask: Callable[[str], _Answer], key: str) -> _Answer:
        self._left -= 1
        if self._left < 0:
            raise StoreUnreachable("the store is away")
        return ask(key)


def keys(store: Store, folder: str = "datasets") -> set[str]:
    """All there is below it."""
    return {entry.key for entry in store.list(folder)}


def test_nothing_is_left_of_what_is_removed(store: Store, unit: Unit) -> None:
    """Neither of its files, nor of what led to it, nor a mark."""
    assert remove_unit(store, unit, clock)
    assert set() == keys(store) | keys(store, "retention")


@pytest.mark.parametrize("answers", range(12))
def test_ended_anywhere_it_goes_on(
    store: Store, unit: Unit, made: tuple[DatasetManifest, Path], answers: int
) -> None:
    """Where a manifest is, all files are; the next removal ends it."""
    manifest = made[0]
    with pytest.raises((StoreUnreachable, MachineFault), match="the store is away"):
        remove_unit(_Failing(store, answers), unit, clock)
    there = keys(store, unit.folder)
    complete = {f"{unit.folder}/{file.path}" for file in manifest.files}
    assert f"{unit.folder}/manifest.json" not in there or complete <= there
    mark_unreferenced(store, unit.folder, clock())
    assert remove_unit(store, unit, clock)
    assert set() == keys(store)


@pytest.mark.parametrize("answers", [0, 3, 5, 7])
def test_what_was_removed_in_part_is_published_whole(
    store: Store, unit: Unit, made: tuple[DatasetManifest, Path], answers: int
) -> None:
    """Once the removal that died counts no longer."""
    with pytest.raises((StoreUnreachable, MachineFault), match="the store is away"):
        remove_unit(_Failing(store, answers), unit, lambda: clock() - timedelta(minutes=6))
    assert made[0].digest == publish_version(store, *made).digest
    there = keys(store, unit.folder)
    assert {f"{unit.folder}/{file.path}" for file in made[0].files} < there
    assert f"datasets/contents/{hex_of(content_identity(made[0]))}.json" in keys(store)
    assert not remove_unit(store, unit, clock), "it is in use again"
    assert there == keys(store, unit.folder)


def test_who_publishes_waits_for_who_removes(store: Store, unit: Unit) -> None:
    """What is there may go in a moment."""
    assert begin_removal(store, unit.folder, clock())
    with pytest.raises(StoreBusy, match="being removed"):
        claim(store, unit.folder)
    unmark(store, unit.folder)
    claim(store, unit.folder)


def test_a_removal_that_takes_long_looks_again(store: Store, unit: Unit) -> None:
    """Somebody who came after five minutes has it, and keeps what is left."""
    moments = iter([clock() + timedelta(minutes=3 * n) for n in range(30)])

    def slow() -> datetime:
        moment = next(moments)
        if len(keys(store, unit.folder)) == 2:
            store.delete(f"retention/unreferenced/{unit.folder}.json")
        return moment

    assert not remove_unit(store, unit, slow)
    assert 2 == len(keys(store, unit.folder))
