"""How the costs are drawn."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmarks.data.contenders import OURS
from benchmarks.data.measuring import Cost
from benchmarks.data.picture import drawn
from benchmarks.data.report import Point


@pytest.mark.parametrize(("cores", "said"), [(1, "6.0 s of CPU, 500 MiB"), (2, "4.0 s, 500 MiB")])
def test_every_contender_has_a_bar_as_long_as_its_cost(cores: int, said: str) -> None:
    """On one core of the processor, else of time. Valid XML; who failed is told so."""
    costs = {OURS: Cost(2, 3, 200), "a & b": Cost(4, 6, 500), "c": Cost(0, 0, 0, "no")}
    picture = ElementTree.fromstring(drawn({Point(9, "csv", cores): costs}))  # noqa: S314 our own
    space = "{http://www.w3.org/2000/svg}"
    widths = [float(bar.get("width", "")) for bar in picture.iter(f"{space}rect")]
    texts = [text.text for text in picture.iter(f"{space}text")]
    assert (widths[1], 0) == (2 * widths[0], widths[2])
    assert ["a & b", said, "c", "failed"] == texts[-4:]
