"""The models that every server serves, and the servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import serving_bundles as bundles
from mlflow_server import mlflow_server
from peers.servers import Asked, all_servers
from serving_bundles import Sample


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sample]:
    """Integer labels, text labels, numbers, labels of two targets, and features of every kind."""
    folder = tmp_path_factory.mktemp("bundles")
    both = ("onnx", "skops")
    return {
        "iris": bundles.packed(folder / "iris", bundles.linear(), bundles.iris(), both),
        "tumours": bundles.packed(folder / "tumours", bundles.linear(), bundles.tumours(), both),
        "diabetes": bundles.packed(folder / "diabetes", bundles.ridge(), bundles.diabetes(), both),
        "flags": bundles.packed(
            folder / "flags", bundles.forest(), bundles.flagged_tumours(), both
        ),
        "sizes": bundles.packed(
            folder / "sizes", bundles.linear_per_target(), bundles.tumours_and_sizes(), both
        ),
        "patients": bundles.packed(
            folder / "patients", bundles.tolerant_columns(), bundles.patients(), both
        ),
    }


@pytest.fixture(scope="session")
def servers(
    samples: dict[str, Sample], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Asked]]:
    """MLServer, KServe and ours, ready."""
    with all_servers(samples, tmp_path_factory.mktemp("servers")) as all_of_them:
        yield all_of_them


@pytest.fixture(scope="session")
def mlflow_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real MLflow server; each test has an experiment of its own."""
    with mlflow_server(tmp_path_factory.mktemp("mlflow")) as found:
        yield found
