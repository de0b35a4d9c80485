"""A cluster that is emptied of Trainyard before and after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from restore.typist import Typist

from benchmarks.tutorial.empty_cluster import clean, empty, the_cluster, with_storage

ROOT = Path(__file__).parents[2]


@pytest.fixture
def typist(tmp_path: Path) -> Iterator[Typist]:
    """Give somebody in a folder like the repository's root, and an empty cluster."""
    cluster = the_cluster()
    empty(cluster)
    for part in ("examples", "charts"):
        (tmp_path / part).symlink_to(ROOT / part)
    with_storage(cluster)
    try:
        yield Typist(cluster, tmp_path, cluster.environment(tmp_path))
    finally:
        clean(cluster)
