"""The picture."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as Xml

from benchmarks.control_plane.figures import Figures
from benchmarks.control_plane.picture import PANELS, drawn

SVG = "{http://www.w3.org/2000/svg}"


def test_each_size_is_a_point_in_each_panel(made: Callable[..., Figures]) -> None:
    """Points of larger fleets stand to the right, points of higher cost above."""
    sizes = [made(100, start={"cpu": 2.0}), made(1000, start={"cpu": 20.0})]
    picture = Xml.fromstring(drawn(sizes))  # noqa: S314 — our own
    points = picture.findall(f"{SVG}circle")
    assert len(points) == 2 * len(PANELS)
    small, large = points[:2]
    assert float(small.attrib["cx"]) < float(large.attrib["cx"])
    assert float(small.attrib["cy"]) > float(large.attrib["cy"])


def test_a_cost_of_nothing_can_be_drawn(made: Callable[..., Figures]) -> None:
    """On a logarithmic scale there is no zero."""
    picture = Xml.fromstring(drawn([made(10, spec={"cpu": 0.0})]))  # noqa: S314
    assert picture.findall(f"{SVG}circle")
