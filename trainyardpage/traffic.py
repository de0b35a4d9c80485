"""Who gets how many of the requests?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainyardctl.snapshot import Raw, at


@dataclass(frozen=True, slots=True)
class Share:
    """What one revision gets."""

    role: str
    revision: str
    version: str
    weight: int
    mirrored: int
    """Share of the requests of which it gets a copy."""


def shares_of(raw: Raw) -> Sequence[Share]:
    """Return the shares of a ModelDeployment as its status has them."""
    return tuple(
        Share(
            role=str(share.get("role", "")),
            revision=str(share.get("revision", "")),
            version=str(at(raw, f"status.{share.get('role')}.modelVersion") or ""),
            weight=min(100, max(0, int(share.get("weightPercent") or 0))),
            mirrored=int(share.get("mirrorPercent") or 0),
        )
        for share in at(raw, "status.traffic") or ()
    )
