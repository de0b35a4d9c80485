"""What the tests on the real cluster share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from cluster.releases import Node, a_node


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Node]:
    """Give a namespace with an operator of its own."""
    async with a_node(tmp_path_factory.mktemp("operator")) as found:
        yield found
