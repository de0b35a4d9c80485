"""Which files each kind of source holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from modelbundle.store import Store, open_store
from trainer.pod.exits import Fault, Reason
from trainer.sources.listing import files_of
from trainer.tasks.task_parts import FilesSource, S3Source, Source, StoreSource


def _never(*_: object) -> Store:
    raise AssertionError("a mounted source opens no store")


def _mounted(root: Path, path: str) -> list[str]:
    source = FilesSource(kind="files", root=str(root), path=path)
    return [file.name for file in files_of(source, _never, _never)]


def _put(root: Path, *names: str) -> None:
    for name in names:
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"content of {name}")


def test_a_mounted_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    """Files, folders and wildcards; hidden files are skipped unless they are named exactly."""
    _put(tmp_path, "b.csv", "a.csv", "raw/c.csv", ".hidden.csv", "_SUCCESS")
    assert ["a.csv", "b.csv"] == _mounted(tmp_path, "*.csv")
    assert ["raw/c.csv"] == _mounted(tmp_path, "raw")
    assert ["a.csv", "b.csv", "raw/c.csv"] == _mounted(tmp_path, "**/*.csv")
    assert ["_SUCCESS"] == _mounted(tmp_path, "_SUCCESS")


def test_a_config_map_is_read_once_and_tells_no_age(tmp_path: Path) -> None:
    """Its files are links into a hidden folder that is written when the pod starts."""
    _put(tmp_path, "..2026_11_21/t.csv")
    (tmp_path / "..data").symlink_to("..2026_11_21")
    (tmp_path / "t.csv").symlink_to("..data/t.csv")
    source = FilesSource(kind="files", root=str(tmp_path), path="**")
    files = files_of(source, _never, _never)
    assert ["t.csv"] == [file.name for file in files]
    assert files[0].open().modified is None


def test_a_volume_tells_when_a_file_was_changed(tmp_path: Path) -> None:
    """That is the source's age where no column tells one."""
    _put(tmp_path, "t.csv")
    os.utime(tmp_path / "t.csv", (1_800_000_000, 1_800_000_000))
    source = FilesSource(kind="files", root=str(tmp_path), path="t.csv")
    opened = files_of(source, _never, _never)[0].open()
    assert datetime.fromtimestamp(1_800_000_000, UTC) == opened.modified
    assert b"content of t.csv" == b"".join(opened.chunks)


def test_links_that_leave_the_volume_or_lead_nowhere_are_no_files(tmp_path: Path) -> None:
    """A volume's owner cannot point at the pod's own files; rows that lack are told."""
    _put(tmp_path, "outside.csv", "root/a.csv", "root/deep/c.csv")
    (tmp_path / "root" / "b.csv").symlink_to(tmp_path / "outside.csv")
    (tmp_path / "root" / "deep" / "gone.csv").symlink_to("2025/gone.csv")
    (tmp_path / "root" / ".lock.csv").symlink_to("nobody@nowhere")
    assert ["a.csv"] == _mounted(tmp_path / "root", "a*.csv")
    with pytest.raises(
        Fault, match=r"b\.csv is a link to .*outside\.csv, which is no file"
    ) as told:
        _mounted(tmp_path / "root", "*.csv")
    assert Reason.SOURCE_NOT_FOUND == told.value.reason
    for path in ("deep", "deep/*.csv", "deep/gone.csv"):
        with pytest.raises(Fault, match=r"deep/gone\.csv is a link to 2025/gone\.csv"):
            _mounted(tmp_path / "root", path)


def test_a_link_to_a_folder_is_followed_where_the_path_names_it(tmp_path: Path) -> None:
    """By a wildcard its files would come twice; one that leaves the volume holds nothing."""
    root = tmp_path / "root"
    _put(tmp_path, "outside/secret.csv")
    _put(root, "2026-01/a.csv", "2026-02/deep/b.csv")
    (root / "latest").symlink_to("2026-02")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "2026-02" / "again").symlink_to("..")
    assert ["2026-01/a.csv", "2026-02/deep/b.csv"] == _mounted(root, "**")
    for path in ("latest", "latest/", "latest/**", "latest/*/b.csv", "latest/deep/b.csv"):
        assert ["latest/deep/b.csv"] == _mounted(root, path)
    with pytest.raises(Fault, match=r"no file matches out/secret\.csv"):
        _mounted(root, "out/secret.csv")


@contextmanager
def _as_somebody() -> Iterator[None]:
    """Who runs as root may read everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(65532)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_cannot_be_read_is_told() -> None:
    """Its rows would lack without a word; what the path cannot mean is nobody's business."""
    with TemporaryDirectory() as name:
        root = Path(name)
        _put(root, "a/x.csv", "b/x.csv", "lost+found/x.csv")
        root.chmod(0o755)
        for closed in ("b", "lost+found"):
            (root / closed).chmod(0)
        with _as_somebody():
            assert ["a/x.csv"] == _mounted(root, "a/*.csv")
            for path in ("**/*.csv", "*/x.csv", "b", "b/"):
                with pytest.raises(Fault, match=r"folder .*/b: user 65532 may not read") as raised:
                    _mounted(root, path)
                assert Reason.SOURCE_FORBIDDEN == raised.value.reason


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("raw/", ["raw/a.csv", "raw/b.csv"], id="a prefix"),
        pytest.param("raw", ["raw/a.csv", "raw/b.csv"], id="a prefix without its slash"),
        pytest.param("raw/a.csv", ["raw/a.csv"], id="one object"),
        pytest.param("*/b.csv", ["raw/b.csv"], id="a wildcard"),
        pytest.param("", ["other.csv", "raw/a.csv", "raw/b.csv"], id="all of it"),
    ],
)
def test_objects_are_found_by_their_keys(tmp_path: Path, path: str, expected: list[str]) -> None:
    """The same in a bucket and in the artifact store."""
    store = open_store(f"file://{tmp_path}")
    for key in ("raw/a.csv", "raw/b.csv", "raw/_SUCCESS", "other.csv"):
        store.write(key, key.encode())
    sources: tuple[Source, ...] = (
        StoreSource(kind="store", path=path),
        S3Source(kind="s3", bucket="b", path=path),
    )
    for source in sources:
        files = files_of(source, lambda: store, lambda _: store)
        assert expected == [file.name for file in files]
        opened = files[0].open()
        assert expected[0].encode() == b"".join(opened.chunks)
        assert opened.modified is not None


@pytest.mark.parametrize("path", ["datasets/sha256/a/test/*", "runs/", "models/sha256/*/m.onnx"])
def test_the_stores_own_folders_are_no_source(tmp_path: Path, path: str) -> None:
    """They hold rows that no training may see, and what decides about models."""
    store = open_store(f"file://{tmp_path}")
    for key in ("datasets/sha256/a/test/part.parquet", "runs/u/r/result.json", "datasets/own.csv"):
        store.write(key, b"hidden")
    with pytest.raises(Fault, match="is no source; put your files into another") as raised:
        files_of(StoreSource(kind="store", path=path), lambda: store, _never)
    assert Reason.SOURCE_FORBIDDEN == raised.value.reason
    for around in ("", "**", "*/**", "datasets", "data*/*/*/*/*"):
        with suppress(Fault):
            files = files_of(StoreSource(kind="store", path=around), lambda: store, _never)
            assert ["datasets/own.csv"] == [file.name for file in files]


def test_what_is_not_there_is_named_beside_what_is(tmp_path: Path) -> None:
    """The message helps to correct the path."""
    _put(tmp_path, "a.csv")
    store = open_store(f"file://{tmp_path}")
    for source, words in (
        (FilesSource(kind="files", root=str(tmp_path), path="*.parquet"), "it has a.csv"),
        (FilesSource(kind="files", root=str(tmp_path / "no"), path="*"), "is not mounted"),
        (StoreSource(kind="store", path="raw/"), "there is nothing at all"),
    ):
        with pytest.raises(Fault, match=words) as raised:
            files_of(source, lambda: store, lambda _: store)
        assert Reason.SOURCE_NOT_FOUND == raised.value.reason


def test_an_object_that_is_replaced_meanwhile_is_no_data(tmp_path: Path) -> None:
    """Another one than was listed: retried, not accepted."""
    store = open_store(f"file://{tmp_path}")
    store.write("a.csv", b"content")
    opened = files_of(StoreSource(kind="store", path="a.csv"), lambda: store, _never)[0].open()
    store.write("a.csv", b"con")
    with pytest.raises(Fault, match="not what was listed") as raised:
        list(opened.chunks)
    assert Reason.SOURCE_UNREACHABLE == raised.value.reason
