"""Two clusters over one part of a store, on a real S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from s3_server import S3, s3_server

from trainer.pod.exits import Reason, UserFault
from trainer.retention.neighbours import refuse_neighbours
from trainer.tasks.retention_task import References, SweepTask

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """A server with an empty bucket."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


def sweep_for(uid: str, *, dry_run: bool = False) -> SweepTask:
    """A sweep for the namespace with that uid."""
    known = References(owners=("uid-of-a-dataset",))
    return SweepTask(
        version=1, now=NOW, keep_days=30, references=known, namespace_uid=uid, dry_run=dry_run
    )


def test_one_namespace_is_swept_again_and_again(s3: S3) -> None:
    """It finds itself, and only its own part counts."""
    for _ in range(2):
        refuse_neighbours(s3.store("alone/team-a"), sweep_for("uid-a"))
        refuse_neighbours(s3.store("alone/team-b"), sweep_for("uid-b"))


def test_neither_of_two_clusters_is_swept_for(s3: S3) -> None:
    """As soon as each has tried once; the sentence says what to do, and then it goes on."""
    store = s3.store("both/team-a")
    refuse_neighbours(store, sweep_for("uid-a"))
    for own, other in (("uid-b", "uid-a"), ("uid-a", "uid-b")):
        with pytest.raises(UserFault, match=f"retention/swept-for/{other}.json") as fault:
            refuse_neighbours(store, sweep_for(own))
        assert Reason.SWEPT_FOR_ANOTHER == fault.value.reason
        assert "give one of them another name, or delete that file" in str(fault.value)
    store.delete("retention/swept-for/uid-b.json")
    refuse_neighbours(store, sweep_for("uid-a"))


def test_a_dry_run_leaves_nothing_and_tells(s3: S3) -> None:
    """What it would name is not what may go."""
    store = s3.store("dry/team-a")
    refuse_neighbours(store, sweep_for("uid-a", dry_run=True))
    assert [] == list(store.list())
    refuse_neighbours(store, sweep_for("uid-a"))
    with pytest.raises(UserFault, match="uid-a"):
        refuse_neighbours(store, sweep_for("uid-b", dry_run=True))
