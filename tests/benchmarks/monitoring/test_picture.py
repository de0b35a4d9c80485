"""The picture of drift."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from benchmarks.monitoring.picture import ROWS, drawn, shown

SVG = "{http://www.w3.org/2000/svg}"


def test_what_drifts_is_named_and_what_does_not_is_not() -> None:
    """The operator's own words stand below each column; every live row is in a bin."""
    quiet, shifted, flag = shown()
    assert "" == quiet.finding
    assert "→" in shifted.finding
    assert flag.finding.startswith("0.5 to 1.5: 5.4 % → 19 %")
    assert [ROWS] * 3 == [sum(column.after) for column in (quiet, shifted, flag)]


def test_bars_are_as_high_as_their_shares() -> None:
    """Two for each bin; those of what drifts stand out."""
    columns = shown()
    picture = Xml.fromstring(drawn(columns))  # noqa: S314 — our own
    bars = picture.findall(f"{SVG}rect")
    assert 2 * sum(len(column.before) for column in columns) == len(bars)
    assert {"before", "after", "drifted"} == {bar.attrib["class"] for bar in bars}
    flags = [b for b in bars if b.attrib["class"] == "drifted"][-len(columns[2].after) :]
    heights = [float(bar.attrib["height"]) for bar in flags]
    assert heights.index(max(heights)) == list(columns[2].after).index(max(columns[2].after))
