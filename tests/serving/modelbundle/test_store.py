"""The store on a real folder; S3 is tested against a real S3 server elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelbundle.faults import StoreNotFound, StoreUnreachable
from modelbundle.store import Credentials, Store, open_store, store_of_environment


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store in a folder that did not exist, with a blank in its name."""
    return open_store((tmp_path / "a b" / "team").as_uri())


def test_what_is_written_is_read(store: Store) -> None:
    """Bytes come back, whole and in chunks."""
    content = os.urandom(3_000_000)
    store.write("models/x", content)
    assert content == store.read("models/x")
    assert content == b"".join(store.stream("models/x"))
    assert len(content) == store.size("models/x")


def test_files_are_uploaded(store: Store, tmp_path: Path) -> None:
    """A large file arrives as it is."""
    content = os.urandom(12_000_000)
    (tmp_path / "f").write_bytes(content)
    store.upload("big", tmp_path / "f")
    assert content == store.read("big")


def test_once_is_once(store: Store) -> None:
    """The first content stays; the second writer learns that it was late."""
    assert (True, False) == (store.write_once("k", b"first"), store.write_once("k", b"second"))
    assert store.read("k") == b"first"


def test_list_is_by_folder_and_sorted(store: Store) -> None:
    """Only what lies below the folder, in order of the keys."""
    for key in ("d/b", "d/a", "d/e/f", "dx/c"):
        store.write(key, b"1")
    assert ("d/a", "d/b", "d/e/f") == tuple(entry.key for entry in store.list("d"))
    assert store.list("nothing") == ()


def test_what_is_deleted_is_gone(store: Store) -> None:
    """Also when it was not there."""
    store.write("a/b", b"1")
    for _ in range(2):
        store.delete("a/b")
    assert not store.exists("a/b")


def test_absent_is_said_with_its_place(store: Store) -> None:
    """The fault names where there is nothing."""
    with pytest.raises(StoreNotFound, match=r"team/models/y: there is no such object"):
        store.read("models/y")
    with pytest.raises(StoreNotFound):
        list(store.stream("models/y"))
    assert not store.exists("models/y")


def test_nobody_home_is_told_in_bounded_time() -> None:
    """A store that does not answer is a fault, not a hang."""
    store = open_store(
        "s3://bucket/prefix", "http://127.0.0.1:9", "eu-west-1", Credentials("id", "very-secret")
    )
    with pytest.raises(StoreUnreachable, match="s3://bucket/prefix/k") as caught:
        store.read("k")
    assert "very-secret" not in str(caught.value)


def test_secrets_are_not_shown() -> None:
    """A pair of keys in a message would be a leak."""
    assert "very-secret" not in repr(Credentials("id", "very-secret"))


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://x/y", id="another scheme"),
        pytest.param("/trainyard/store", id="no scheme"),
        pytest.param("s3:///prefix", id="no bucket"),
        pytest.param("file://host/path", id="another host's files"),
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    """The message says which URLs there are."""
    with pytest.raises(ValueError, match=r"expected file:///path or s3://bucket/prefix"):
        open_store(url)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A mount that is not there shows at once."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnreachable):
        open_store((tmp_path / "file" / "store").as_uri())


def test_environment_names_the_store(tmp_path: Path) -> None:
    """A pod finds its store by its variables."""
    store_of_environment({"TRAINYARD_STORE_URL": tmp_path.as_uri()}).write("k", b"1")
    assert (tmp_path / "k").read_bytes() == b"1"
    with pytest.raises(ValueError, match="TRAINYARD_STORE_URL is not set"):
        store_of_environment({})


def test_entries_say_size_and_time(store: Store) -> None:
    """Enough to tell one listing from the next."""
    store.write("d/a", b"123")
    (entry,) = store.list("d")
    assert ("d/a", 3, True) == (entry.key, entry.size, entry.modified is not None)
