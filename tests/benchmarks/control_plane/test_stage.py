"""The fleet on the stage."""

from __future__ import annotations

from benchmarks.control_plane.stage import Fleet


def test_places_go_round_and_round() -> None:
    """After the last model comes the first."""
    fleet = Fleet(3, 2, {})
    assert [("team-0", "m-00002"), ("team-0", "m-00000")] == fleet.places(2, 2)
