"""What the tests of the benchmark share: figures made up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.control_plane import figures as names
from benchmarks.control_plane.figures import Episode, Figures

MakeFigures = Callable[..., Figures]


def _episode(**fields: object) -> Episode:
    usual: dict[str, object] = {"count": 1, "wall": 10.0, "cpu": 1.0, "memory_mib": 100.0}
    return Episode(**(usual | {"peak_mib": 120.0, "lag_ms": 20.0} | fields))  # type: ignore[arg-type]


@pytest.fixture
def made() -> MakeFigures:
    """Makes figures of so many models; keywords change fields of the episodes of that name."""

    def make(models: int = 1000, **changes: dict[str, object]) -> Figures:
        usual: dict[str, dict[str, object]] = {
            names.CHILDREN: {"requests": {"patch services": 5 * models}},
            names.START: {"cpu": 20.0},
            names.RESTART: {"cpu": 21.0},
            names.IDLE: {"wall": 60.0, "cpu": 0.3, "requests": {"update leases": 30}},
            names.ANNOTATION: {"count": 10, "passes": {"ModelDeployment": 10.0}},
            names.SPEC: {"count": 10, "cpu": 0.25, "passes": {"ModelDeployment": 40.0}},
            names.SCRAPE: {"count": 3},
            names.MONITORED: {"count": min(200, models), "wall": 180.0, "cpu": 17.0},
            names.CREATE: {"count": 20, "requests": {"create services": 120, "create events": 99}},
            names.ROLLOUT: {"requests": {"update modeldeployments/status": 20}, "intervals": 8.0},
            names.ROLLOUTS: {
                "count": 20,
                "wall": 100.0,
                "cpu": 9.0,
                "requests": {"update modeldeployments/status": 480},
                "intervals": 160.0,
            },
        }
        episodes = {name: _episode(**(of | changes.get(name, {}))) for name, of in usual.items()}
        objects = {"ModelVersion": 5 * models, "ModelDeployment": models}
        return Figures(models, objects, episodes)

    return make
