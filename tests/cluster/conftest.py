"""What the tests on the real cluster share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterable
from pathlib import Path

import pytest
import pytest_asyncio
from cluster.releases import Node, a_node
from cluster.rig import Operator, Yard, connected, yard
from cluster_access import told

from trainyard.clients.cluster import KubernetesCluster

# A connection that is cancelled in the very moment it is made is closed by nobody (asyncio of
# Python 3.11 with aiohttp, in the tests' own client). Which test is running when that shows is
# chance.
_LEFT_OPEN = (
    "ignore:Exception ignored in. <function _SelectorTransport.__del__",
    "ignore:Exception ignored in. <socket.socket",
)


_HANGING_SECONDS = 1800
_LONGEST = (
    *("test_tutorial.py", "test_image_refresh.py", "test_faults.py", "test_grpc.py"),
    "test_rights.py",
    *("test_crash_points.py", "test_hostile_tenant.py", "test_bundles.py", "test_training_flow.py"),
    *("test_store_s3.py", "test_rollout.py", "test_strategies.py", "test_serving_care.py"),
    "test_two_installations_of_models.py",
)
"""They begin first, so that none of them is alone at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """No test of this folder fails for a socket of the client that an earlier one left open, nor
    for a busy machine: each wait in it has a bound of its own. Files that take long come first.
    """
    places = {name: number for number, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(_HANGING_SECONDS))
            for ignored in _LEFT_OPEN:
                unraisable = "pytest.PytestUnraisableExceptionWarning"
                item.add_marker(pytest.mark.filterwarnings(f"{ignored}:{unraisable}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure tells what the namespaces of the test were like at that moment."""
    report = yield
    if report.failed and report.when == "call":
        for namespace in _namespaces(getattr(item, "funcargs", {}).values()):
            report.sections.append((f"namespace {namespace}", told(namespace)))
    return report


def _namespaces(fixtures: Iterable[object]) -> set[str]:
    """Return those that the fixtures, or what they are made of, name."""
    fixtures = list(fixtures)
    parts = [getattr(one, part, None) for one in fixtures for part in ("yard", "node")]
    found = {getattr(one, "namespace", None) for one in (*fixtures, *parts)}
    return {name for name in found if isinstance(name, str)}


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
