from pathlib import Path

import pytest

from devcluster.local_node import LocalNode
from devcluster.places import Places
from devcluster.programs import Programs
from devcluster.progress import Progress
from devcluster.refusal import Refusal


@pytest.fixture
def node(places: Places, programs: Programs) -> LocalNode:
    """A node that was never up."""
    return LocalNode(places, programs, Progress(quiet=True))


def test_there_is_no_kubeconfig_before_the_first_up(node: LocalNode) -> None:
    """Nobody gets the path of a file that is not there."""
    with pytest.raises(Refusal, match=r"python3 -m devcluster up"):
        node.kubeconfig()


def test_a_missing_archive_is_refused(node: LocalNode, tmp_path: Path) -> None:
    """The file that is missing is named before containerd is asked."""
    with pytest.raises(Refusal, match=f"no image archive at {tmp_path / 'x.tar'}"):
        node.load("x:dev", (tmp_path / "x.tar",))


def test_status_names_each_log(node: LocalNode, places: Places) -> None:
    """Where to look is said for each component."""
    assert not node.is_up()
    assert all(str(places.logs) in line for line in node.status())
