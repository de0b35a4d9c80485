"""A contender."""

from __future__ import annotations

from dataclasses import replace


def test_ours_is_ours_however_it_is_asked(contender):
    """By its name."""
    assert replace(contender, name="Trainyard, binary tensors").ours
    assert not contender.ours
