"""Sources that change, and sources that do not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ingests import Rig, csv_of, failures_of, ingest_task, plain_rows

from trainer.ingest import run
from trainer.pod.exits import Exit, MachineFault, Reason, UserFault
from trainer.sources import listing
from trainer.sources.observed_source import ObservedSource
from trainer.sources.source_file import OpenedFile, SourceFile

ROWS = plain_rows(200)


class Shelf:
    """Files in memory, each with a tag."""

    def __init__(self, **tags: str | None) -> None:
        self.tags = tags

    def files(self) -> tuple[SourceFile, ...]:
        """What is there now."""
        return tuple(
            SourceFile(name, lambda tag=tag: OpenedFile(iter(()), None, tag), lambda tag=tag: tag)  # type: ignore[misc]
            for name, tag in sorted(self.tags.items())
        )

    def read(self, reader: str = "1") -> ObservedSource:
        """A source whose files were all opened."""
        source = ObservedSource(self.files, reader)
        for file in source.files:
            file.open()
        return source


def test_the_same_files_have_the_same_state_read_or_not() -> None:
    """Another file, name or reader makes another one; what has no tag makes none."""
    read = Shelf(a="1", b="2").read()
    assert read.state_read() == read.state() == Shelf(b="2", a="1").read().state()
    states = {
        read.state(),
        Shelf(a="1").read().state(),
        Shelf(a="1", b="3").read().state(),
        Shelf(a="1", c="2").read().state(),
        Shelf(a="1", b="2").read("2").state(),
    }
    assert 5 == len(states)
    assert Shelf(a="1", b=None).read().state_read() is None


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ({"a": "1", "b": "2", "c": "3"}, None),
        ({"a": "1"}, "b is gone"),
        ({"a": "1", "b": "9"}, "b is another one"),
        ({"a": "1", "b": None}, None),
    ],
)
def test_what_was_read_must_be_there_and_the_same(
    after: dict[str, str | None], words: str | None
) -> None:
    """A file that comes meanwhile belongs to the next refresh."""
    shelf = Shelf(a="1", b="2")
    source = shelf.read()
    shelf.tags = after
    if words is None:
        source.refuse_changes()
        return
    with pytest.raises(UserFault, match=words) as raised:
        source.refuse_changes()
    assert (Reason.SOURCE_CHANGED, Exit.NOT_THERE_YET) == (
        raised.value.reason,
        raised.value.exit_code,
    )


def test_an_owner_who_does_not_answer_tells_nothing() -> None:
    """Whether it is there is found out by reading."""

    def silent() -> str | None:
        raise MachineFault(Reason.SOURCE_UNREACHABLE, "gone")

    file = SourceFile("a", lambda: OpenedFile(iter(()), None, "1"), silent)
    source = ObservedSource(lambda: (file,), "")
    assert source.state() is None
    source.files[0].open()
    source.refuse_changes()


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Counts how often the bytes of a file were read so far."""
    count = 0
    chunks = listing._read_chunks

    def counted(place: Path) -> Iterator[bytes]:
        nonlocal count
        count += 1
        return chunks(place)

    monkeypatch.setattr(listing, "_read_chunks", counted)
    return lambda: count


def test_an_unchanged_source_is_not_read(rig: Rig, unread: Callable[[], int]) -> None:
    """Neither after good data nor after refused data; a new time of change is enough to read."""
    rig.put("data.csv", csv_of(ROWS))
    first = rig.ingest(reader="image:1")
    again: dict[str, Any] = {"previous": first["digest"], "knownState": first["sourceState"]}
    assert "Unchanged" == rig.ingest(reader="image:1", **again)["outcome"]
    assert 1 == unread()
    assert "Accepted" == rig.ingest(reader="image:2", **again)["outcome"]
    os.utime(rig.source / "data.csv", (1, 1))
    assert "Accepted" == rig.ingest(reader="image:1", **again)["outcome"]
    assert 3 == unread()


def test_a_version_that_the_store_lost_is_made_again(rig: Rig) -> None:
    """Although its source is the same."""
    rig.put("data.csv", csv_of(ROWS))
    first = rig.ingest()
    (rig.folder / "store" / "datasets").rename(rig.folder / "elsewhere")
    again = rig.ingest(previous=first["digest"], knownState=first["sourceState"])
    assert ("Accepted", first["digest"]) == (again["outcome"], again["digest"])


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_file_that_is_replaced_while_it_is_read_is_no_version(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Nor is what cannot be read for that reason (csv as parquet) the user's fault for ever."""
    rig.put("data.csv", csv_of(ROWS))
    chunks = listing._read_chunks

    def replaced(found: Path) -> Iterator[bytes]:
        yield from chunks(found)
        found.write_text(csv_of(ROWS[:100]), encoding="utf-8")

    monkeypatch.setattr(listing, "_read_chunks", replaced)
    words = r"data\.csv is another one since its reading began"
    with pytest.raises(UserFault, match=words) as raised:
        run(ingest_task(rig.source, format=form), rig.environment)
    assert Reason.SOURCE_CHANGED is raised.value.reason
    assert () == rig.store.list("datasets")


def test_keys_of_a_config_map_are_known_by_their_bytes(rig: Rig) -> None:
    """Their times are those of the pod."""
    rig.put("..data/data.csv", csv_of(ROWS))
    (rig.source / "data.csv").symlink_to("..data/data.csv")
    first = rig.ingest()
    os.utime(rig.source / "..data" / "data.csv", (1, 1))
    same = rig.ingest(previous=first["digest"], knownState=first["sourceState"])
    assert "Unchanged" == same["outcome"]
    rig.put("..data/data.csv", csv_of([{**row, "n": "x"} for row in ROWS]))
    columns = [{"name": "n", "type": "Integer"}, {"name": "y", "type": "Category"}]
    found = rig.ingest(previous=first["digest"], knownState=first["sourceState"], columns=columns)
    assert [("TypeMismatch", "n", 200)] == failures_of(found)
