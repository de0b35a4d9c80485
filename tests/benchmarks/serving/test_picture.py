"""The picture: an SVG whose bars are as long as the logarithm of a rate."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from benchmark_figures import figures

from benchmarks.serving.figures import Figures
from benchmarks.serving.picture import drawn

SVG = "{http://www.w3.org/2000/svg}"


def bars(found: Mapping[str, Mapping[str, Figures]]) -> dict[str, list[float]]:
    """Widths of bars by kind."""
    root = ET.fromstring(drawn(found))  # noqa: S314
    kinds: dict[str, list[float]] = {"ours": [], "peer": []}
    for bar in root.iter(f"{SVG}rect"):
        kinds[bar.get("class", "")].append(float(bar.get("width", "")))
    return kinds


def test_ten_times_the_rate_is_as_much_longer_everywhere() -> None:
    """10, 100 and 1,000 requests a second are three even steps."""
    found = {"linear": {"Trainyard": figures(1000), "A": figures(100), "B": figures(10)}}
    widths = bars(found)
    assert abs(widths["ours"][0] - 2 * widths["peer"][0]) < 0.2
    assert widths["peer"][1] == 1.0


def test_every_model_has_a_panel_with_its_servers() -> None:
    """Names with characters of XML are no harm; a rate of zero has no bar to see."""
    found = {"a<b": {"Trainyard": figures(50), "A & B": figures(0)}, "c": {"A": figures(7)}}
    text = drawn(found)
    assert "a&lt;b" in text
    assert "A &amp; B" in text
    assert 0.0 in bars(found)["peer"]


def test_it_has_colours_for_dark_pages() -> None:
    """One file for both."""
    assert "prefers-color-scheme: dark" in drawn({"c": {"A": figures(7)}})
