"""One thing that is wrong with a manifest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """Where it is, by field, and what is wrong with it."""

    field: str
    message: str
    is_certain: bool = True
    """False: the cluster may know better (an object that stands in no file)."""
