"""A contender."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.serving.contender import Contender


def test_ours_is_ours_however_it_is_asked(contender: Contender) -> None:
    """By its name."""
    assert replace(contender, name="Trainyard, binary tensors").ours
    assert not contender.ours
