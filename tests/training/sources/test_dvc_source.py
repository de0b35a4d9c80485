"""Files that DVC pointers name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from ingests import Rig, csv_of, ingest_task, plain_rows

from trainer.ingest import run
from trainer.pod.exits import Fault, Reason, UserFault
from trainer.sources.dvc_source import dvc_files
from trainer.sources.source_file import OpenedFile

CSV = csv_of(plain_rows(120)).encode()


def md5_of(content: bytes) -> str:
    """Return the md5 as pointers hold it."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


class Remote:
    """A folder as `dvc push` leaves it behind."""

    def __init__(self, folder: Path, layout: str = "files/md5/") -> None:
        self._folder = folder
        self._layout = layout

    def push(self, content: bytes, ending: str = "", md5: str = "") -> str:
        """The remote has the content; returns its md5."""
        named = (md5 or md5_of(content)) + ending
        place = self._folder / f"{self._layout}{named[:2]}/{named[2:]}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        return named

    def push_folder(self, **files: bytes) -> str:
        """The remote has the files and their list; returns the md5 of the pointer."""
        found = [{"md5": self.push(c), "relpath": n.replace("__", "/")} for n, c in files.items()]
        return self.push(json.dumps(found).encode(), ".dir")

    def open(self, key: str) -> OpenedFile:
        """What lies under the key."""
        place = self._folder / key
        if not place.exists():
            raise UserFault(Reason.SOURCE_NOT_FOUND, "nothing there")
        return OpenedFile(iter([place.read_bytes()[:7], place.read_bytes()[7:]]), None)


def _source(rig: Rig, md5: str, path: str = "data/raw.csv") -> dict[str, Any]:
    remote = {"kind": "files", "root": str(rig.source), "path": "*"}
    return {"kind": "dvc", "path": path, "md5": md5, "remote": remote}


@pytest.mark.parametrize("layout", ["files/md5/", ""])
def test_a_pointer_becomes_a_version(rig: Rig, layout: str) -> None:
    """The same as from the file itself; what has not changed is not even opened."""
    rig.put("other.csv", CSV)
    plain = rig.ingest()["digest"]
    (rig.source / "other.csv").unlink()
    md5 = Remote(rig.source, layout).push(CSV)
    found = rig.ingest(source=_source(rig, md5))
    assert plain == found["digest"]
    again = rig.ingest(
        source=_source(rig, md5), previous=found["digest"], knownState=found["sourceState"]
    )
    assert "Unchanged" == again["outcome"]


def test_a_pointer_of_a_folder_means_all_its_files(rig: Rig) -> None:
    """Each by its own name, hidden ones left out."""
    lines = CSV.splitlines(keepends=True)
    head = lines[0]
    files = {
        "a.csv": head + b"".join(lines[1:61]),
        "b__c.csv": head + b"".join(lines[61:]),
        ".hidden": b"x",
    }
    md5 = Remote(rig.source).push_folder(**files)
    names = [file.name for file in dvc_files("data/raw", md5, Remote(rig.source).open)]
    assert ["data/raw/a.csv", "data/raw/b/c.csv"] == names
    assert 120 == rig.ingest(source=_source(rig, md5, "data/raw"))["rows"]


def _fault(rig: Rig, md5: str, path: str = "data/raw.csv") -> Fault:
    with pytest.raises(Fault) as raised:
        run(ingest_task(rig.source, source=_source(rig, md5, path)), rig.environment)
    return raised.value


def test_what_the_remote_lacks_is_named(rig: Rig) -> None:
    """With what brings it."""
    rig.put("README", "")
    fault = _fault(rig, md5_of(CSV))
    assert Reason.SOURCE_NOT_FOUND is fault.reason
    assert f"no file with md5 {md5_of(CSV)}; `dvc push` brings it" in fault.message


@pytest.mark.parametrize("layout", ["files/md5/", ""])
def test_another_content_is_refused(rig: Rig, layout: str) -> None:
    """Nothing of it becomes a version."""
    wrong = Remote(rig.source, layout).push(CSV, md5="0" * 32)
    fault = _fault(rig, wrong)
    assert Reason.DIGEST_MISMATCH is fault.reason
    assert f"has md5 {md5_of(CSV)}, the pointer says {wrong}" in fault.message
    assert () == rig.store.list("datasets")


def test_texts_of_the_old_place_are_known_by_their_unix_lines(rig: Rig) -> None:
    """As DVC 2 hashed them, wherever a chunk ends; DVC 3 takes the bytes as they are."""
    windows = CSV.replace(b"\n", b"\r\n")
    for cut in (1, len(CSV.splitlines()[0]) + 1, 200):
        chunks = OpenedFile(iter([windows[:cut], windows[cut:]]), None)
        opened = iter([UserFault(Reason.SOURCE_NOT_FOUND, "no"), chunks])

        def open_next(key: str, answers: Any = opened) -> OpenedFile:
            found = next(answers)
            if isinstance(found, Exception):
                raise found
            assert isinstance(found, OpenedFile)
            return found

        (file,) = dvc_files("raw.csv", md5_of(CSV), open_next)
        assert windows == b"".join(file.open().chunks)
    old = Remote(rig.source, "").push(windows, md5=md5_of(CSV))
    assert 120 == rig.ingest(source=_source(rig, old))["rows"]
    (rig.source / old[:2] / old[2:]).unlink()
    Remote(rig.source).push(windows, md5=md5_of(CSV))
    assert Reason.DIGEST_MISMATCH is _fault(rig, old).reason


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[]x", "no list of DVC's"),
        (b'[{"md5": "7"}]', "no list of DVC's"),
        (b'[{"md5": "7", "relpath": "a.csv"}]', "no md5 of a.csv"),
    ],
)
def test_a_list_that_is_none_is_refused(rig: Rig, content: bytes, words: str) -> None:
    """By its words."""
    md5 = Remote(rig.source).push(content, ".dir")
    fault = _fault(rig, md5, "data/raw")
    assert Reason.SOURCE_INVALID is fault.reason
    assert words in fault.message


def test_a_list_that_was_changed_is_refused(rig: Rig) -> None:
    """It decides what is read."""
    md5 = Remote(rig.source).push(b"[]", ".dir", md5="0" * 32)
    assert Reason.DIGEST_MISMATCH is _fault(rig, md5, "data/raw").reason
