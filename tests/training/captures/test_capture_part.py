"""Parts that are written again until they are large or old."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modelbundle.faults import StoreUnreachable
from trainer.captures.capture_part import EVERY_SECONDS, MOST_ROWS, MOST_SECONDS, CaptureParts


class Shelf:
    """A store of bytes that can be away."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.away = False

    def write(self, key: str, content: bytes) -> None:
        """Keeps the bytes, or fails."""
        if self.away:
            raise StoreUnreachable("away")
        self.objects[key] = content

    def rows(self) -> list[int]:
        """How many rows each object has, in order of keys."""
        items = sorted(self.objects.items())
        return [pq.read_table(io.BytesIO(content)).num_rows for _, content in items]


class Scene:
    """Parts over a shelf, at a time that is set."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.now = 1_800_000_000.0
        self.parts = CaptureParts(self.shelf, "captures/u/r", "pod-1", lambda: self.now)

    def add(self, rows: int, column: str = "a") -> None:
        """So many rows more."""
        self.parts.add(pa.table({column: list(range(rows))}))


def test_a_part_grows_in_its_place() -> None:
    """Each time with all of its rows, every few seconds at most."""
    scene = Scene()
    assert not scene.parts.is_due, "nothing is there"
    scene.add(2)
    assert scene.parts.is_due
    scene.parts.store()
    scene.add(3)
    assert not scene.parts.is_due, "just written"
    scene.now += EVERY_SECONDS
    assert scene.parts.is_due
    scene.parts.store()
    assert [5] == scene.shelf.rows()
    assert ["captures/u/r/2027-01-15/pod-1-00001.parquet"] == list(scene.shelf.objects)
    assert not scene.parts.is_due


@pytest.mark.parametrize("why", ["large", "old", "of yesterday", "of another form"])
def test_the_next_part_begins(why: str) -> None:
    """When one is large, old, of another day, or does not fit."""
    scene = Scene()
    scene.add(MOST_ROWS if why == "large" else 1)
    scene.now += {"old": MOST_SECONDS, "of yesterday": 86400}.get(why, 0)
    scene.parts.store()
    scene.add(2, "b" if why == "of another form" else "a")
    scene.now += EVERY_SECONDS
    scene.parts.store()
    assert 2 == len(scene.shelf.objects)
    assert 2 == scene.shelf.rows()[-1]


def test_rows_wait_for_a_store_that_is_away() -> None:
    """And are all there once it is back."""
    scene = Scene()
    scene.add(MOST_ROWS)
    scene.shelf.away = True
    with pytest.raises(StoreUnreachable):
        scene.parts.store()
    assert (True, True) == (scene.parts.is_full, scene.parts.is_due), "no more rows are taken"
    scene.shelf.away = False
    scene.parts.store()
    assert ([MOST_ROWS], False) == (scene.shelf.rows(), scene.parts.is_full)
