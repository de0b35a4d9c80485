"""The bucket policy of docs/operations/security.md, on a real S3 server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cluster_access import ROOT
from s3_server import S3, s3_server

from modelbundle.faults import StoreDenied
from modelbundle.store import Credentials, Store, open_store

BUCKET, OWN = "models", "stores/default/team-a"
PAGE = ROOT / "docs" / "operations" / "security.md"
RESULT = "runs/u/r/result.json"


def policy() -> str:
    """Return the policy that the page shows."""
    (found,) = re.findall(r"^```json\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """Give a server whose bucket has the page's policy and whose users the page names."""
    folder = tmp_path_factory.mktemp("s3")
    with s3_server(folder, BUCKET, users=("team-a-writer", "team-a-reader", "nobody")) as found:
        for team in ("team-a", "team-b"):
            found.store(f"stores/default/{team}").write(RESULT, b"{}")
        found.obeys(policy())
        yield found


def store(server: S3, who: str, part: str = OWN) -> Store:
    """Return that part of the bucket with somebody's keys."""
    keys = Credentials(who, server.keys.secret_access_key)
    return open_store(f"s3://{BUCKET}/{part}", server.endpoint, server.region, keys)


def test_a_namespace_has_its_own_part(server: S3) -> None:
    """The writer reads, lists, writes; large files too, which go in parts; the reader reads."""
    writer, reader = store(server, "team-a-writer"), store(server, "team-a-reader")
    assert writer.write_once("runs/u/new/result.json", b"{}")
    assert not writer.write_once("runs/u/new/result.json", b"[]")
    writer.write("large", b"x" * (16 << 20))
    for found in (writer, reader):
        assert b"{}" == found.read("runs/u/new/result.json")
        assert 16 << 20 == found.size("large")
        assert RESULT in [entry.key for entry in found.list("runs")]


def test_who_sweeps_removes_what_is_its_own(server: S3) -> None:
    """With one action more, as the page says; without it even a writer removes nothing."""
    writer = store(server, "team-a-writer")
    writer.write("old", b"x")
    with pytest.raises(StoreDenied):
        writer.delete("old")
    with allowing(server, "s3:DeleteObject"):
        writer.delete("old")
        assert not writer.exists("old")
        with pytest.raises(StoreDenied):
            store(server, "team-a-writer", "stores/default/team-b").delete(RESULT)


@contextmanager
def allowing(server: S3, action: str) -> Iterator[None]:
    """Those who write may do this as well."""
    found = json.loads(policy())
    found["Statement"][-1]["Action"].append(action)
    server.obeys(json.dumps(found))
    yield
    server.obeys(policy())


@pytest.mark.parametrize(
    ("who", "part"),
    [
        pytest.param("team-a-reader", OWN, id="keys that only read, in their own part"),
        pytest.param("team-a-writer", "stores/default/team-b", id="keys of another namespace"),
        pytest.param("team-a-writer", "stores/main/team-a", id="keys of another installation"),
        pytest.param("nobody", OWN, id="keys of somebody else in the bucket"),
    ],
)
def test_a_result_is_rewritten_by_nobody_else(server: S3, who: str, part: str) -> None:
    """It decides whether a model is accepted."""
    theirs = store(server, who, part)
    for write in (theirs.write, theirs.write_once):
        for key in (RESULT, "runs/u/planted/result.json"):
            with pytest.raises(StoreDenied):
                write(key, b'{"accuracy": 1}')
    with pytest.raises(StoreDenied):
        theirs.delete(RESULT)
    if part != OWN or who == "nobody":
        for look in (theirs.read, theirs.size, theirs.list):
            with pytest.raises(StoreDenied):
                look(RESULT)
