"""The images of this project: which Dockerfile, and which target of it, makes which tag."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from devcluster.build_inputs import Recipe
from devcluster.refusal import Refusal

DOCKERFILES = {
    "operator": "operator/Dockerfile",
    "training": "training-image/Dockerfile",
    "training-federated": "training-image/Dockerfile",
    "serving": "serving-image/Dockerfile",
    "serving-sklearn": "serving-image/Dockerfile",
    "envoy": "devcluster/images/envoy/Dockerfile",
    "prometheus": "devcluster/images/prometheus/Dockerfile",
}
TARGETS = {
    "serving": "server",
    "serving-sklearn": "server-sklearn",
    "training": "trainer",
    "training-federated": "trainer-federated",
}


def recipes(repository: Path, names: Sequence[str]) -> tuple[Recipe, ...]:
    """The recipes of the named images, or of all where none is named.

    Raises Refusal for a name that is none of ours.
    """
    unknown = [name for name in names if name not in DOCKERFILES]
    if unknown:
        raise Refusal(
            f"There is no image named {', '.join(unknown)}; there are {', '.join(DOCKERFILES)}."
        )
    return tuple(
        Recipe(
            repository / DOCKERFILES[name],
            repository,
            f"trainyard/{name}:dev",
            {},
            TARGETS.get(name, ""),
        )
        for name in names or DOCKERFILES
    )
