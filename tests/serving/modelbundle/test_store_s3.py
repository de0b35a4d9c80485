"""The store on a real S3 server: whole objects, written once, refusals that say what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from s3_server import BUCKET, S3, s3_server

from modelbundle.faults import StoreDenied, StoreMissing, StoreNotFound
from modelbundle.store import NO_CREDENTIALS, Credentials, open_store


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """A server with an empty bucket."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


def test_what_is_written_is_read(s3: S3) -> None:
    """Bytes come back; a large file goes in parts; lists stay below their prefix."""
    store, content = s3.store("team-a"), os.urandom(12_000_000)
    store.write("d/a", b"1")
    store.write("dx", b"1")
    assert b"1" == store.read("d/a")
    assert ("d/a",) == tuple(entry.key for entry in store.list("d"))
    store.write("d/big", content)
    assert content == b"".join(store.stream("d/big"))
    assert () == s3.store("team-b").list()


def test_once_is_once(s3: S3) -> None:
    """The first content stays; the second writer learns that it was late."""
    store = s3.store("once")
    assert (True, False) == (store.write_once("k", b"first"), store.write_once("k", b"second"))
    assert store.read("k") == b"first"


def test_absent_is_not_denied(s3: S3) -> None:
    """A missing object and a missing bucket are told apart from refused keys."""
    with pytest.raises(StoreNotFound, match="no such object"):
        s3.store().read("nothing")
    nowhere = open_store("s3://nowhere", s3.endpoint, s3.region, s3.keys)
    for attempt in (
        lambda: nowhere.read("k"),
        lambda: nowhere.write("k", b"1"),
        nowhere.list,
    ):
        with pytest.raises(StoreMissing, match="no such bucket"):
            attempt()


@pytest.mark.parametrize(
    ("credentials", "variables", "words"),
    [
        pytest.param(None, {}, "create the secret trainyard-store", id="a namespace without keys"),
        pytest.param(
            None,
            {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"},
            "check the secret trainyard-store",
            id="wrong keys in the namespace's secret",
        ),
        pytest.param(
            Credentials("a", "b"), {}, "refuses these credentials", id="wrong keys of a source"
        ),
        pytest.param(NO_CREDENTIALS, {}, "none were given", id="a source without keys"),
    ],
)
def test_refused_keys_say_whose_they_are(
    s3: S3,
    monkeypatch: pytest.MonkeyPatch,
    credentials: Credentials | None,
    variables: dict[str, str],
    words: str,
) -> None:
    """Reading, writing and listing are all refused with the way to put it right."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    store = open_store(f"s3://{BUCKET}", s3.endpoint, s3.region, credentials)
    for attempt in (
        lambda: store.read("k"),
        lambda: store.write("k", b"1"),
        lambda: store.list("d"),
    ):
        with pytest.raises(StoreDenied, match=words):
            attempt()
