"""Serving, then draining."""

from __future__ import annotations

from modelserver.lifecycle import Lifecycle


def test_draining_is_for_good() -> None:
    """Ready until the first announcement; later ones change nothing."""
    lifecycle = Lifecycle()
    assert (True, False) == (lifecycle.ready, lifecycle.draining)
    assert (True, False) == (lifecycle.drain(), lifecycle.drain())
    assert (False, True) == (lifecycle.ready, lifecycle.draining)
