"""THE TABLE: which kinds the operator looks after, and how. One row per kind."""

from __future__ import annotations

from dataclasses import dataclass

from trainyard.installation import Installation
from trainyard.reconciling.controller import Controller


@dataclass(frozen=True, slots=True)
class Sources:
    """What observers read beside the cluster."""

    installation: Installation


def controllers(sources: Sources) -> tuple[Controller, ...]:  # noqa: ARG001 — rows will use it
    """Return one row per kind."""
    return ()
