"""What the tests on the real cluster share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from cluster.releases import Node, a_node
from cluster.rig import Operator, Yard, connected, yard

from trainyard.clients.cluster import KubernetesCluster

# A connection that is cancelled in the very moment it is made is closed by nobody (asyncio of
# Python 3.11 with aiohttp, in the tests' own client). Which test is running when that shows is
# chance.
_LEFT_OPEN = (
    "ignore:Exception ignored in. <function _SelectorTransport.__del__",
    "ignore:Exception ignored in. <socket.socket",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """No test of this folder fails for a socket of the client that an earlier one left open."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            for ignored in _LEFT_OPEN:
                unraisable = "pytest.PytestUnraisableExceptionWarning"
                item.add_marker(pytest.mark.filterwarnings(f"{ignored}:{unraisable}"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Node]:
    """Give a namespace with an operator of its own."""
    async with a_node(tmp_path_factory.mktemp("operator")) as found:
        yield found


@pytest.fixture
async def cluster() -> AsyncIterator[KubernetesCluster]:
    """Give a client of the cluster under test."""
    async with connected() as found:
        yield found


@pytest.fixture
async def here(cluster: KubernetesCluster) -> AsyncIterator[Yard]:
    """Give a namespace with a proxy; nothing runs in it yet."""
    async with yard(cluster) as made:
        yield made


@pytest.fixture
async def operator(here: Yard) -> Operator:
    """Give a running operator of that namespace."""
    started = here.operator()
    await started.start()
    return started
